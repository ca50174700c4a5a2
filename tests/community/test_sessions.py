"""Who is no longer signed in is told of at once, and sessions end by themselves."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from community import links, sessions
from community.models import User
from community.signals import access_changed
from community.templatetags.devices import device

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def noor() -> User:
    return User.objects.create_user("noor@example.org")


@pytest.fixture
def heard():
    """The news as chat hears it: whose access changed, and how many of their sessions stood."""
    told: list[tuple[int, int]] = []

    def listen(sender, person_id, **kwargs):
        told.append((person_id, Session.objects.count()))

    access_changed.connect(listen)
    yield told
    access_changed.disconnect(listen)


def signed_in(person: User) -> Client:
    client = Client()
    token = links.issue(person=person, printed_by="sade")
    client.post("/accounts/link/", {"token": token})
    return client


def test_signing_out_is_told_when_the_session_has_ended(noor, heard):
    client = signed_in(noor)
    heard.clear()
    answer = client.post("/accounts/logout/")
    assert heard == [(noor.pk, 0)]
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/accounts/").status_code == 302
    assert "reweave" not in client.cookies or not client.cookies["reweave"].value


def test_signing_out_of_the_cms_is_the_same(noor, heard):
    User.objects.update(is_superuser=True)
    client = signed_in(noor)
    heard.clear()
    client.post("/cms/logout/")
    assert heard == [(noor.pk, 0)]
    assert client.get("/accounts/").status_code == 302


def test_signing_out_everywhere_else_ends_those_sessions_and_tells(noor, heard):
    phone, desk = signed_in(noor), signed_in(noor)
    assert "Sign out everywhere else" in desk.get("/accounts/sessions/").content.decode()
    heard.clear()
    desk.post("/accounts/sessions/")
    assert heard == [(noor.pk, 1)]
    assert phone.get("/accounts/").status_code == 302
    assert desk.get("/accounts/").status_code == 200


def test_only_ones_own_sessions_are_shown_and_ended(noor, heard):
    otto = User.objects.create_user("otto@example.org")
    theirs, own = signed_in(otto), signed_in(noor)
    assert len(own.get("/accounts/sessions/").context["sessions"]) == 1
    own.post("/accounts/sessions/")
    assert theirs.get("/accounts/").status_code == 200


def test_a_closed_account_is_told(noor, heard):
    client = signed_in(noor)
    heard.clear()
    noor.is_active = False
    noor.save()
    assert [person for person, _ in heard] == [noor.pk]
    assert client.get("/accounts/").status_code == 302


def test_a_new_password_by_whatever_way_is_told_and_ends_sessions(noor, heard, monkeypatch):
    client = signed_in(noor)
    heard.clear()
    monkeypatch.setattr("getpass.getpass", lambda prompt: "a long enough passphrase")
    call_command("changepassword", "noor@example.org", verbosity=0, stdout=StringIO())
    assert [person for person, _ in heard] == [noor.pk]
    assert client.get("/accounts/").status_code == 302


def test_other_changes_are_nobodys_news(noor, heard):
    noor.language = "de"
    noor.save()
    assert heard == []


def test_who_listens_badly_keeps_nobody_signed_in(noor):
    def fail(sender, **kwargs):
        raise ConnectionError

    client = signed_in(noor)
    access_changed.connect(fail)
    try:
        assert client.post("/accounts/logout/").status_code == 302
    finally:
        access_changed.disconnect(fail)
    assert client.get("/accounts/").status_code == 302


def test_a_session_ends_twelve_hours_after_it_was_last_used(noor):
    client = signed_in(noor)
    start = timezone.now()
    for hours in (11, 22, 33):
        with time_machine.travel(start + timedelta(hours=hours)):
            assert client.get("/accounts/").status_code == 200
    with time_machine.travel(start + timedelta(hours=46)):
        assert client.get("/accounts/").status_code == 302


def test_use_is_written_down_now_and_then_only(noor):
    client = signed_in(noor)
    client.get("/accounts/2fa/")
    written = Session.objects.get().expire_date
    client.get("/accounts/2fa/")
    assert Session.objects.get().expire_date == written


def test_ended_sessions_and_the_addresses_they_came_from_are_forgotten(noor):
    signed_in(noor)
    kept = signed_in(noor)
    Session.objects.exclude(session_key=kept.session.session_key).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    sessions.forget_ended()
    assert Session.objects.count() == UserSession.objects.count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0",
            "Firefox, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18) AppleWebKit Version/18 Safari/604",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130", "Edge, Windows"),
        ("<script>", "Some other device"),
    ],
)
def test_a_device_is_named_as_people_know_it(agent, words):
    assert device(agent) == words
