"""The CMS: leads open cohorts and appoint; editors reach none of it; nobody finds words."""

from __future__ import annotations

import datetime as dt
import html

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from wagtail.admin.viewsets import viewsets
from wagtail.snippets.models import get_snippet_models

from programs import prompts
from programs.circles import clone_cohort
from programs.models import (
    Agreement,
    Circle,
    Cohort,
    CohortPause,
    Membership,
    PromptDelivery,
    Removal,
)
from tests.programs.conftest import DAY, rows

pytestmark = pytest.mark.once

LEADS_PAGES = [
    "/cms/cohort/",
    "/cms/cohort/new/",
    "/cms/cohort/edit/{cohort}/",
    "/cms/cohort/again/{cohort}/",
    "/cms/cohort/session/{cohort}/",
    "/cms/cohort/history/{cohort}/",
    "/cms/cohort/delete/{cohort}/",
    "/cms/circle/",
    "/cms/circle/new/",
    "/cms/circle/edit/{circle}/",
    "/cms/circle/appoint/{circle}/",
    "/cms/membership/",
    "/cms/membership/end/{member}/",
    "/cms/agreement/",
    "/cms/agreement/new/",
    "/cms/reports/questions/",
    "/cms/cohort_chooser/",
    "/cms/circle_chooser/",
    "/cms/cohort_chooser/results/",
    "/cms/circle_chooser/chosen/{circle}/",
]
CLOSED_TO_ALL = {"/cms/cohort/delete/{cohort}/"}  # circles hang from it


def text_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def places(cast) -> dict[str, int]:
    return {
        "cohort": cast.cohort.pk,
        "circle": cast.circle.pk,
        "member": cast.member(cast.noor).pk,
    }


@pytest.fixture
def lead(client, cast):
    client.force_login(cast.sade)
    return client


def test_leads_find_every_page(lead, places):
    for path in set(LEADS_PAGES) - CLOSED_TO_ALL:
        assert lead.get(path.format(**places)).status_code == 200, path


def test_editors_members_and_visitors_find_none(client, cast, places):
    every_right_on_circles = Permission.objects.filter(content_type__app_label="programs")
    Group.objects.get(name="Editors").permissions.add(*every_right_on_circles)
    for stranger in (cast.edda, cast.mina, None):
        client.logout()
        if stranger:
            client.force_login(stranger)
        for path in LEADS_PAGES:
            for method in (client.get, client.post):
                response = method(path.format(**places))
                assert response.status_code in {302, 403, 404}, (stranger, path)
    assert Membership.objects.current().count() == 5
    assert Cohort.objects.count() == 1


def test_the_menu_shows_circles_to_leads_alone(client, cast):
    client.force_login(cast.sade)
    assert "/cms/cohort/" in text_of(client.get("/cms/"))
    client.force_login(cast.edda)
    assert "/cms/cohort/" not in text_of(client.get("/cms/"))


def test_no_words_of_members_have_an_admin():
    words = {"Application", "AnswerReading", "Reflection", "Removal"}
    words |= {model.__name__ for model in apps.get_app_config("chat").get_models()}
    words -= {"WordList"}  # the house's own words, not its members'
    found = [*viewsets.viewsets]
    found += [one for group in viewsets.viewsets for one in getattr(group, "registerables", [])]
    managed = {_name(getattr(one, "model", None)) for one in found}
    managed |= {_name(model) for model in get_snippet_models()}
    assert {"Cohort", "Circle", "Membership", "Realm"} <= managed
    assert not words & managed


def _name(model: object) -> str:
    return getattr(model, "__name__", str(model).rpartition(".")[2])


# Cohorts ---------------------------------------------------------------------
def form_of(cohort: Cohort, pauses: list[dt.date] = (), **changes) -> dict[str, object]:
    """The edit form as a browser sends it."""
    fields = [
        *["program", "name", "language", "time_zone", "starts_on", "number_of_weeks"],
        *["weeks_apart", "prompt_weekday", "prompt_time", "session_weekday", "session_time"],
        *["session_minutes", "smallest", "largest", "open_weeks"],
    ]
    form = {name: getattr(cohort, f"{name}_id", getattr(cohort, name)) for name in fields}
    form |= {
        "pauses-TOTAL_FORMS": len(pauses),
        "pauses-INITIAL_FORMS": 0,
        "pauses-MIN_NUM_FORMS": 0,
        "pauses-MAX_NUM_FORMS": 1000,
    }
    for number, day in enumerate(pauses):
        form[f"pauses-{number}-week_of"] = day
        form[f"pauses-{number}-why"] = "Holidays"
    return form | changes


def test_a_new_cohort_and_a_new_circle_are_reckoned_at_once(lead, cast):
    form = form_of(cast.cohort, name="Winter", starts_on=timezone.localdate() + 30 * DAY)
    assert lead.post("/cms/cohort/new/", form).status_code == 302
    cohort = Cohort.objects.get(name="Winter")
    lead.post("/cms/circle/new/", {"cohort": cohort.pk, "name": "Rowan circle"})
    circle = Circle.objects.get(name="Rowan circle")
    assert len(rows(circle)) == 4
    assert circle.room


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_new_cohort_is_offered_in_the_houses_language(lead, settings, language):
    settings.LANGUAGE_CODE = language
    page = lead.get("/cms/cohort/new/").content.decode()
    assert f'<option value="{language}" selected>' in page


def test_editing_dates_reckons_the_questions_anew(lead, cast):
    Cohort.objects.update(starts_on=timezone.localdate() + 30 * DAY)
    prompts.reschedule(cast.cohort)
    before = rows(cast.circle)
    cohort = Cohort.objects.get()
    form = form_of(cohort, time_zone="America/New_York", pauses=[cohort.starts_on + 8 * DAY])
    assert lead.post(f"/cms/cohort/edit/{cohort.pk}/", form).status_code == 302
    after = rows(cast.circle)
    assert CohortPause.objects.get().why == "Holidays"
    assert (after[1][0] - before[1][0]).total_seconds() == 5 * 3600
    assert (after[2][0] - before[2][0]).days >= 7


def test_an_edit_that_falls_due_now_is_asked_by_the_next_tick(lead, cast, heard):
    prompts.reschedule(cast.cohort)
    PromptDelivery.objects.update(state="waiting", settled_at=None)
    now = timezone.localtime()
    cohort = Cohort.objects.get()
    form = form_of(
        cohort,
        starts_on=now.date(),
        prompt_weekday=now.weekday(),
        prompt_time=now.strftime("%H:%M"),
    )
    assert lead.post(f"/cms/cohort/edit/{cohort.pk}/", form).status_code == 302
    assert prompts.deliver_due(now + dt.timedelta(seconds=1)) == 2


def test_dates_that_would_ask_everything_at_once_are_refused(lead, cast):
    Cohort.objects.update(starts_on=timezone.localdate() + 30 * DAY)
    prompts.reschedule(cast.cohort)
    cohort = Cohort.objects.get()
    form = form_of(cohort, starts_on=timezone.localdate() - 300 * DAY)
    response = lead.post(f"/cms/cohort/edit/{cohort.pk}/", form)
    assert "4 questions would be asked in the same minute" in text_of(response)
    assert Cohort.objects.get().starts_on == cohort.starts_on


def test_what_no_circle_could_follow_is_refused(lead, cast):
    cohort = Cohort.objects.get()
    prompts.reschedule(cohort)
    for change, said in (
        ({"number_of_weeks": 9}, "has 4 weeks written"),
        ({"time_zone": "Mars/Olympus"}, "time zone is not known"),
        ({"largest": 13}, "less than or equal to 12"),
        ({"largest": 3}, "at least “fewest peers”"),
        ({"starts_on": "the day after"}, "valid date"),
    ):
        response = lead.post(f"/cms/cohort/edit/{cohort.pk}/", form_of(cohort, **change))
        assert said in text_of(response)


def test_days_from_which_nothing_could_be_reckoned_are_refused_in_words(lead, cast):
    cohort = cast.circle.cohort
    for change in ({"starts_on": "9999-12-31"}, {"starts_on": "0206-11-28"}, {"open_weeks": 99999}):
        page = lead.post(f"/cms/cohort/edit/{cohort.pk}/", form_of(cohort, **change))
        assert page.status_code == 200
        assert "2000 and 2199" in text_of(page) or "less than or equal to 60" in text_of(page)
    again = {"name": "Again", "starts_on": "9999-12-31"}
    assert "2000 and 2199" in text_of(lead.post(f"/cms/cohort/again/{cohort.pk}/", again))
    assert Cohort.objects.get(pk=cohort.pk).starts_on == cohort.starts_on


def test_the_list_shows_the_next_question_by_the_cohorts_own_clock(lead, cast):
    Cohort.objects.update(starts_on=timezone.localdate() + 30 * DAY, time_zone="America/New_York")
    prompts.reschedule(cast.cohort)
    page = text_of(lead.get("/cms/cohort/"))
    assert "08:00 New York" in page


def test_running_a_cohort_again_moves_every_date(lead, cast):
    CohortPause.objects.create(cohort=cast.cohort, week_of=cast.cohort.starts_on + 8 * DAY)
    again = cast.cohort.starts_on + 91 * DAY
    lead.post(f"/cms/cohort/again/{cast.cohort.pk}/", {"name": "Summer", "starts_on": again})
    clone = Cohort.objects.get(name="Summer")
    assert clone.starts_on == again
    assert clone.roster_closes_on == cast.cohort.roster_closes_on + 91 * DAY
    assert clone.pauses.get().week_of == again + 8 * DAY
    assert clone.public_id != cast.cohort.public_id
    assert [circle.name for circle in clone.circles.order_by("pk")] == [
        "Alder circle",
        "Birch circle",
    ]
    assert not Membership.objects.filter(circle__cohort=clone).exists()
    assert len(rows(clone.circles.first())) == 4


def test_a_clone_of_a_cancelled_cohort_takes_place(cast):
    cast.cohort.is_cancelled = True
    clone = clone_cohort(cast.cohort, name="Again", starts_on=timezone.localdate() + 30 * DAY)
    assert clone.is_gathering


def test_what_people_belong_to_cannot_be_deleted(lead, cast):
    for path in (f"/cms/cohort/delete/{cast.cohort.pk}/", f"/cms/circle/delete/{cast.circle.pk}/"):
        assert lead.post(path).status_code in {302, 403}
    assert Circle.objects.count() == 2
    empty = Circle.objects.create(cohort=cast.cohort, name="Empty")
    lead.post(f"/cms/circle/delete/{empty.pk}/")
    assert not Circle.objects.filter(name="Empty").exists()


# People ----------------------------------------------------------------------
def test_a_lead_appoints_a_facilitator(lead, cast, lark):
    lead.post(
        f"/cms/circle/appoint/{cast.circle.pk}/", {"address": "LARK@example.org", "name": "Lark"}
    )
    member = cast.member(lark)
    assert member.is_facilitator
    assert Circle.objects.facilitated_by(lark).get() == cast.circle


def test_an_appointment_that_cannot_be_is_refused_in_words(lead, cast):
    for address, name, said in (
        ("nobody@example.org", "N", "Nobody has signed in"),
        ("noor@example.org", "Nora", "belong to this circle already"),
        ("edda@example.org", "Noor", "goes by that name"),
        ("edda@example.org", "\u202e", "can’t be seen"),
        ("", "", "required"),
    ):
        form = {"address": address, "name": name}
        response = lead.post(f"/cms/circle/appoint/{cast.circle.pk}/", form)
        assert said in text_of(response)
    assert cast.circle.memberships.count() == 3


def test_a_lead_ends_a_membership_with_a_reason_that_is_sealed(lead, cast):
    member = cast.member(cast.mina)
    lead.post(f"/cms/membership/end/{member.pk}/", {"why": "A complaint was upheld."})
    assert cast.circle.membership_of(cast.mina) is None
    assert Removal.objects.get().why == "A complaint was upheld."
    assert lead.get(f"/cms/membership/end/{member.pk}/").status_code == 404


def test_members_are_listed_by_the_names_they_go_by(lead, cast):
    page = text_of(lead.get("/cms/membership/"))
    assert "Noor" in page
    assert "noor@example.org" not in page


def test_a_new_agreement_follows_the_old_one(lead, agreement):
    clauses = agreement.clauses + "\nI bring tea."
    published = timezone.localtime() - DAY
    lead.post(
        "/cms/agreement/new/", {"clauses": clauses, "published_at": f"{published:%Y-%m-%d %H:%M}"}
    )
    assert Agreement.in_force().version == 2
    assert Agreement.objects.get(version=1).clauses == agreement.clauses
    assert lead.get(f"/cms/agreement/edit/{agreement.pk}/").status_code == 404


# The report ------------------------------------------------------------------
def test_the_report_tells_when_and_how_late_and_no_words(lead, cast):
    Cohort.objects.update(starts_on=timezone.localdate() - 14 * DAY, time_zone="Asia/Tokyo")
    prompts.schedule(cast.circle, now=timezone.now() - 20 * DAY)
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    prompts.deliver(row, now=row.due_at + dt.timedelta(minutes=7), telling=False)
    page = text_of(lead.get("/cms/reports/questions/"))
    assert "08:00 Tokyo" in page
    assert "7 min" in page
    assert "Question 1" not in page
    assert "Noor" not in page
    assert lead.get("/cms/reports/questions/?state=delivered").status_code == 200
    export = lead.get("/cms/reports/questions/?export=csv")
    assert "Question 1" not in b"".join(export.streaming_content).decode()
