"""The groups of a new house, people in the CMS, the demo, and what is tidied away."""

import datetime
import json
from io import StringIO

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from community import demo, notices, roles, tidying, vault
from community.models import Notice, SignInLink, Tick, User
from community.signals import tick
from programs.models import Membership

pytestmark = pytest.mark.django_db


def last_app():
    return [app for app in apps.get_app_configs() if app.models_module][-1]


def test_a_new_house_has_its_groups():
    leads = Group.objects.get(name="Program leads")
    editors = Group.objects.get(name="Editors")
    assert leads.permissions.filter(codename="lead_programs").exists()
    assert leads.permissions.filter(codename="add_cohort").exists()
    assert not editors.permissions.filter(codename="lead_programs").exists()
    assert editors.permissions.filter(codename="change_helpline").exists()
    assert editors.page_permissions.filter(permission__codename="publish_page").exists()


def test_editors_and_leads_have_no_right_to_anything_members_write():
    said = Group.objects.values_list("permissions__content_type__model", flat=True)
    assert not {"message", "event", "reflection", "application"} & set(said)
    assert not Group.objects.filter(permissions__codename__endswith="_user").exists()


def test_what_a_house_changed_in_its_groups_stays():
    Group.objects.get(name="Editors").permissions.clear()
    roles.settle(sender=last_app())
    assert not Group.objects.get(name="Editors").permissions.exists()


@pytest.fixture
def keeper(client) -> User:
    keeper = User.objects.create_superuser("keeper@example.org")
    client.force_login(keeper)
    return keeper


def test_the_cms_signs_in_by_the_same_door(client):
    answer = client.get("/cms/pages/")
    assert answer.headers["Location"] == "/accounts/login/?next=/cms/pages/"
    answer = client.get("/cms/login/?next=/cms/pages/")
    assert answer.headers["Location"] == "/accounts/login/?next=/cms/pages/"
    assert client.post("/cms/login/", {"username": "a", "password": "b"}).status_code == 302
    for path in ("password_reset/", "account/change_password/"):
        answer = client.get(f"/cms/{path}", follow=True)
        assert answer.status_code == 404 or answer.request["PATH_INFO"] == "/accounts/login/"


def test_people_are_entered_in_the_cms_by_their_address_alone(client, keeper):
    page = client.get("/cms/users/new/").content.decode()
    assert "password" not in page.lower()
    said = {"email": "Ada@Example.org", "first_name": "", "last_name": ""}
    assert client.post("/cms/users/new/", said).status_code == 302
    ada = User.objects.get(email="ada@example.org")
    assert not ada.has_usable_password()
    page = client.post("/cms/users/new/", said | {"email": "ADA@example.org"})
    assert page.status_code == 200 and User.objects.count() == 2


def test_an_address_taken_from_someone_signs_them_in_no_more(client, keeper):
    ada = User.objects.create_user("ada@example.org")
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    said = {"email": "ada@new.example", "first_name": "", "last_name": "", "is_active": "on"}
    assert client.post(f"/cms/users/edit/{ada.pk}/", said).status_code == 302
    ada.refresh_from_db()
    assert ada.email == "ada@new.example"
    assert not EmailAddress.objects.filter(email="ada@example.org").exists()


def test_who_has_a_place_in_a_circle_is_not_deleted(client, keeper, cast):
    both = f"?id={cast.noor.pk}&id={cast.ines.pk}"
    for path in (f"delete/{cast.noor.pk}/", f"../bulk/community/user/delete/{both}"):
        answer = client.post(f"/cms/users/{path}".replace("users/../", ""), follow=True)
        # Wagtail's index of references or our own word, whichever comes first.
        assert answer.status_code == 200 and '<li class="error">' in answer.content.decode()
    assert Membership.objects.filter(user__in=[cast.noor, cast.ines]).count() == 2


def test_staff_set_the_cms_up_without_a_last_name_or_a_picture(client, cast):
    client.force_login(cast.edda)
    page = client.get("/cms/account/").text
    assert "last_name" not in page and 'type="file"' not in page

    said = {"name_email-first_name": "Edda", "locale-preferred_language": "de"}
    theme = {"theme-theme": "dark", "theme-contrast": "system", "theme-density": "default"}
    answer = client.post("/cms/account/", said | theme)

    assert answer.status_code == 302
    edda = User.objects.get(pk=cast.edda.pk)
    assert (edda.first_name, edda.wagtail_userprofile.preferred_language) == ("Edda", "de")


def test_the_cms_shows_people_to_those_who_may_see_them_only(client, cast):
    client.force_login(cast.edda)
    for path in ("/cms/users/", f"/cms/users/edit/{cast.noor.pk}/", "/cms/groups/"):
        assert "noor@example.org" not in client.get(path, follow=True).content.decode()


def test_who_is_deleted_leaves_no_key(keeper):
    noor = User.objects.create_user("noor@example.org")
    owner = vault.person_owner(noor.public_id)
    sealed = vault.seal("words", owner=owner, about="row")
    noor.delete()
    with pytest.raises(vault.Erased):
        vault.open_sealed(sealed, owner=owner, about="row")


def test_accounts_nobody_ever_came_in_with_are_tidied_away(client, cast):
    def opened(address: str, *, verified: bool, **fields) -> User:
        person = User.objects.create_user(address, **fields)
        EmailAddress.objects.create(user=person, email=address, verified=verified)
        return person

    long_ago = timezone.now() - datetime.timedelta(days=4)
    opened("never@example.org", verified=False, date_joined=long_ago)
    changing = opened("changing@example.org", verified=True, date_joined=long_ago)
    EmailAddress.objects.create(user=changing, email="next@example.org", verified=False)
    editor = opened("editor@example.org", verified=False, date_joined=long_ago)
    editor.groups.add(Group.objects.get(name="Editors"))
    keeper = opened("root@example.org", verified=False, date_joined=long_ago, is_superuser=True)
    kept = [
        *[changing, editor, keeper],
        opened("new@example.org", verified=False),
        opened("came@example.org", verified=True, date_joined=long_ago),
        opened("signed-in@example.org", verified=False, date_joined=long_ago, last_login=long_ago),
        User.objects.create_user("entered-by-staff@example.org", date_joined=long_ago),
        cast.noor,
    ]
    EmailAddress.objects.create(user=cast.noor, email=cast.noor.email)
    User.objects.filter(pk=cast.noor.pk).update(date_joined=long_ago)
    tidying.tidy()
    assert not User.objects.filter(email="never@example.org").exists()
    assert User.objects.filter(pk__in=[person.pk for person in kept]).count() == len(kept)


def test_ended_sessions_and_old_notices_are_tidied_away(client, keeper):
    now = timezone.now()
    client.force_login(keeper)
    Session.objects.update(expire_date=now - datetime.timedelta(minutes=1))
    for about in ("told", "never told", "new"):
        notices.tell(keeper, kind=Notice.Kind.CIRCLE, about=about)
    long_ago = now - datetime.timedelta(days=181)
    Notice.objects.filter(about="told").update(sent_at=long_ago)
    Notice.objects.filter(about="never told").update(made_at=long_ago)

    tidying.tidy()

    assert not Session.objects.exists()
    assert [notice.about for notice in Notice.objects.all()] == ["new"]


def test_old_records_of_links_go_after_two_years(keeper):
    old = timezone.now() - datetime.timedelta(days=731)
    for token, at in (("a", old), ("b", timezone.now())):
        SignInLink.objects.create(
            person=keeper, token_hash=token, printed_at=at, expires_at=at, printed_by="sade"
        )
    tidying.tidy()
    assert [link.token_hash for link in SignInLink.objects.all()] == ["b"]


def test_the_house_is_tidied_once_a_day(monkeypatch):
    tidied = []
    monkeypatch.setattr(tidying, "tidy", lambda: tidied.append(1))
    for day, ticks in ((22, 3), (23, 2)):
        with time_machine.travel(datetime.datetime(2026, 11, day, 4, tzinfo=datetime.UTC)):
            for _ in range(ticks):
                Tick.record()
                tick.send(sender=None)
    assert len(tidied) == 2


def told(*arguments: str) -> dict:
    said = StringIO()
    call_command("demo", *arguments, "--json", stdout=said)
    return json.loads(said.getvalue())


def test_the_demo_house_can_be_planted_twice_and_told_to_scripts():
    call_command("demo")
    before = told()
    call_command("demo")
    assert told() == before
    people = {person["address"]: person for person in before["people"]}
    assert people["hollis@example.org"]["staff"] == ["program lead"]
    assert people["wren@example.org"]["staff"] == ["editor"]
    assert people["keeper@example.org"]["staff"] == ["superuser"]
    roles_there = {c["role"] for p in before["people"] for c in p["circles"]}
    assert roles_there == {"peer", "facilitator"}
    circles = {circle["id"] for circle in before["circles"]}
    assert circles == {c["circle"] for p in before["people"] for c in p["circles"]}
    assert set(before["circles"][0]) == {"id", "name", "cohort", "program"}
    assert User.objects.get(email="wren@example.org").groups.get().name == "Editors"


def test_more_of_it_can_be_had_for_trials_of_size():
    call_command("demo")
    before = told()
    after = told("--circles", "2", "--members", "3", "--messages", "4")
    assert len(after["circles"]) == len(before["circles"]) + 2
    assert len(after["people"]) >= len(before["people"]) + 2


def test_staff_of_the_demo_are_not_put_in_twice_beside_real_people():
    with transaction.atomic():
        User.objects.create_user("wren@example.org", first_name="Somebody")
        demo.plant()
    assert User.objects.get(email="wren@example.org").first_name == "Somebody"


def test_ones_own_account_is_ones_own_to_set(client, cast):
    client.force_login(cast.noor)
    page = client.get("/accounts/").content.decode()
    assert "noor@example.org" in page and "Africa" in page
    said = {"language": "de", "time_zone": "America/New_York"}
    assert client.post("/accounts/", said).status_code == 302
    cast.noor.refresh_from_db()
    assert (cast.noor.language, cast.noor.time_zone) == ("de", "America/New_York")
    assert not cast.noor.mail_updates
    client.post("/accounts/", {"language": "-", "time_zone": "-", "mail_updates": "on"})
    cast.noor.refresh_from_db()
    assert (cast.noor.language, cast.noor.time_zone, cast.noor.mail_updates) == ("", "", True)
    cast.otto.refresh_from_db()
    assert cast.otto.time_zone == "Europe/London"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "\x00", "a" * 5000])
def test_a_zone_that_is_none_is_refused_plainly(client, cast, zone):
    client.force_login(cast.noor)
    answer = client.post("/accounts/", {"language": "-", "time_zone": zone})
    assert answer.status_code == 422 and "One thing still needs you" in answer.content.decode()
    cast.noor.refresh_from_db()
    assert cast.noor.time_zone == "Europe/London"


def test_a_visitor_has_no_account_page(client):
    assert client.get("/accounts/").headers["Location"] == "/accounts/login/?next=/accounts/"
