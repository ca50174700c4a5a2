"""The pages of someone who would like to join, and of those who answer them."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.utils import timezone

from community.models import User
from programs import enrolment
from programs.models import Agreement, Application, Cohort
from tests.programs.conftest import DAY

pytestmark = pytest.mark.once

State = Application.State
STEPS = {
    "about": ["adult", "country", "hopes", "access"],
    "care": ["evaluated", "evaluator", "evaluated_on", "care"],
}


@pytest.fixture
def door(cast) -> str:
    return f"/apply/{cast.circle.public_id}/"


@pytest.fixture
def at_the_door(client, lark, door):
    """Lark, signed in, with an application begun."""
    client.force_login(lark)
    client.post(door)
    return client


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def send_step(client, door, step, answers):
    others = {name for fields in STEPS.values() for name in fields}
    fields = STEPS.get(step) or [name for name in answers if name not in others]
    return client.post(f"{door}{step}/", {name: answers[name] for name in fields})


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client, door):
    response = client.get(door)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")
    assert door in response.url.replace("%3A", ":")


def test_a_circle_that_no_longer_gathers_is_not_there(client, lark, door):
    Cohort.objects.update(roster_closes_on=timezone.localdate())
    client.force_login(lark)
    assert client.get(door).status_code == 404
    assert client.get("/apply/AAAAAAAAAAAAAAAA/").status_code == 404


def test_a_member_is_not_asked_to_apply(client, cast, door):
    client.force_login(cast.noor)
    response = client.post(door, follow=True)
    assert "You belong to this circle already." in text_of(response)
    assert not Application.objects.exists()


def test_step_by_step_and_then_it_is_sent(at_the_door, door, full_answers, lark):
    assert send_step(at_the_door, door, "about", full_answers).url == f"{door}care/"
    assert send_step(at_the_door, door, "care", full_answers).url == f"{door}now/"
    response = send_step(at_the_door, door, "now", full_answers)
    assert response.url == "/places/"
    application = Application.objects.get(person=lark)
    assert application.state == State.SENT
    assert application.answers["hopes"] == "Company for the quiet weeks."
    places = text_of(at_the_door.get("/places/"))
    assert "The loom is strung" in places
    assert "Alder circle" in places


def test_what_was_typed_is_kept_for_later_finished_or_not(at_the_door, door):
    response = at_the_door.post(
        f"{door}about/", {"country": "Ireland", "hopes": "", "later": "1"}, follow=True
    )
    assert "Kept." in text_of(response)
    page = text_of(at_the_door.get(f"{door}about/"))
    assert 'value="Ireland"' in page


def test_a_mistake_loses_nothing_and_says_what_is_needed(at_the_door, door, full_answers):
    answers = full_answers | {"adult": "", "hopes": "x" * 2001}
    response = send_step(at_the_door, door, "about", answers)
    assert response.status_code == 422
    page = text_of(response)
    assert "2 things still need you" in page
    assert "Choose the answer nearest to the truth." in page
    assert "x" * 2001 in page
    assert 'value="Ireland"' in page
    assert Application.objects.get().answers["country"] == "Ireland"


def test_what_nobody_has_answered_yet_is_not_called_wrong(at_the_door, door, full_answers):
    """A browser says so of choices that are required, unless the page knows better."""
    told = re.compile(r'<input type="radio" name="adult"[^>]* aria-invalid="(\w+)"')

    assert told.findall(text_of(at_the_door.get(f"{door}about/"))) == ["false", "false"]

    answer = send_step(at_the_door, door, "about", full_answers | {"adult": ""})
    assert told.findall(text_of(answer)) == ["true", "true"]


def test_a_line_end_counts_once_as_in_the_browser(at_the_door, door, full_answers):
    """The browser lets them write up to the limit, and sends two characters for each line end."""
    hopes = "a\r\n" * 999 + "ab"
    response = send_step(at_the_door, door, "about", full_answers | {"hopes": hopes})
    assert response.status_code == 302


def test_the_attestation_is_whole_or_waits(at_the_door, door, full_answers):
    for change, said in (
        ({"evaluated": "not_yet"}, "trained professional has looked at this with you"),
        ({"evaluator": ""}, "Say who evaluated you"),
        ({"evaluated_on": ""}, "Say when"),
        ({"evaluated_on": "2199-01-01"}, "still to come"),
        ({"evaluated_on": "2019-01-01"}, "more than twelve months ago"),
        ({"evaluated_on": "yesterday"}, "valid date"),
        ({"evaluated_on": "0000-99-99"}, "valid date"),
    ):
        response = send_step(at_the_door, door, "care", full_answers | change)
        assert response.status_code == 422
        assert said in text_of(response)


def test_an_evaluation_of_exactly_twelve_months_ago_still_holds(at_the_door, door, full_answers):
    a_year_ago = (timezone.localdate() - dt.timedelta(days=365)).isoformat()
    response = send_step(at_the_door, door, "care", full_answers | {"evaluated_on": a_year_ago})
    assert response.status_code == 302


def test_every_clause_is_agreed_to_or_nothing_is_sent(at_the_door, door, full_answers):
    for step in ("about", "care"):
        send_step(at_the_door, door, step, full_answers)
    answers = {
        name: value
        for name, value in full_answers.items()
        if name not in {"clause_1_7", "clause_1_9"}
    }
    response = send_step(at_the_door, door, "now", answers)
    assert response.status_code == 422
    page = text_of(response)
    assert "2 clauses aren’t ticked." in page
    assert "One thing still needs you" in page
    assert Application.objects.get().state == State.DRAFT


def test_nobody_agrees_to_clauses_that_were_not_before_them(at_the_door, door, full_answers):
    for step in ("about", "care"):
        send_step(at_the_door, door, step, full_answers)
    at_the_door.post(f"{door}now/", full_answers | {"later": "1"})
    newer = Agreement.objects.create(version=2, clauses="I bring cake.\n" * 12)

    assert "checked" not in text_of(at_the_door.get(f"{door}now/")).split("bring cake", 1)[1]
    response = send_step(at_the_door, door, "now", full_answers)

    assert response.status_code == 422
    assert "worded anew since you ticked it" in text_of(response)
    assert Application.objects.get().state == State.DRAFT
    ticks = {f"clause_2_{n}": "on" for n, _ in enumerate(newer.each_clause(), 1)}
    assert send_step(at_the_door, door, "now", full_answers | ticks).url == "/places/"
    assert newer.acceptances.count() == 1


def test_a_skipped_step_is_asked_for_before_it_is_sent(at_the_door, door, full_answers):
    send_step(at_the_door, door, "about", full_answers)
    response = send_step(at_the_door, door, "now", full_answers)
    assert response.url == f"{door}care/"
    assert Application.objects.get().state == State.DRAFT


def test_nothing_is_sent_to_a_circle_that_closed_while_they_wrote(at_the_door, door, full_answers):
    for step in ("about", "care"):
        send_step(at_the_door, door, step, full_answers)
    Cohort.objects.update(roster_closes_on=timezone.localdate())

    response = at_the_door.post(f"{door}now/", full_answers, follow=True)

    assert "This circle has closed its door" in text_of(response)
    application = Application.objects.get()
    assert (application.state, application.answers["name"]) == (State.DRAFT, "Lark")


def test_who_might_not_be_safe_is_led_to_support_and_nothing_is_lost(
    at_the_door, door, full_answers
):
    for step in ("about", "care"):
        send_step(at_the_door, door, step, full_answers)
    unsafe = full_answers | {"safe": "yes"}
    response = send_step(at_the_door, door, "now", unsafe)
    page = text_of(response)
    assert "Thank you for saying so." in page
    assert 'href="/support/"' in page
    application = Application.objects.get()
    assert (application.state, application.answers["safe"]) == (State.DRAFT, "yes")
    assert send_step(at_the_door, door, "now", unsafe | {"seen_support": "1"}).url == "/places/"
    assert Application.objects.get().state == State.SENT


def test_odd_input_is_refused_in_words(at_the_door, door, full_answers):
    for typed in ("\x00", "\u202e" * 50, "é" * 5000, "\ufffd", "1e999"):
        for step in ("about", "care", "now"):
            odd = dict.fromkeys([*full_answers, "seen_support"], typed)
            assert at_the_door.post(f"{door}{step}/", odd).status_code == 422


def test_an_unknown_step_is_not_there(at_the_door, door):
    assert at_the_door.get(f"{door}diagnosis/").status_code == 404


def test_what_was_sent_is_shown_with_who_read_it_and_can_be_changed(
    client, cast, lark, apply, door
):
    application = apply(lark)
    enrolment.read_answers(application=application, by=cast.mina)
    client.force_login(lark)
    page = text_of(client.get(door))
    assert "Company for the quiet weeks." in page
    assert "Mina" in page
    assert client.post(f"{door}change/", follow=True).redirect_chain[-1][0] == f"{door}about/"


def test_a_stranger_changes_enters_and_withdraws_nothing(client, cast, lark, apply, door):
    apply(lark)
    for stranger in (cast.otto, cast.mina, cast.sade):
        client.force_login(stranger)
        for way in ("change", "withdraw", "enter"):
            assert client.post(f"{door}{way}/").status_code == 404
    assert Application.objects.get().state == State.SENT


def test_withdrawing_is_one_step(client, lark, apply, door):
    apply(lark)
    client.force_login(lark)
    assert "erased" in text_of(client.post(f"{door}withdraw/", follow=True))
    assert Application.objects.get().state == State.WITHDRAWN


def test_accepted_they_choose_a_name_and_are_in_the_room(client, cast, lark, apply, door):
    enrolment.accept(application=apply(lark), by=cast.mina, words="Glad to have you.")
    client.force_login(lark)
    places = text_of(client.get("/places/"))
    assert "place for you" in places
    assert "Glad to have you." in places
    assert 'value="Lark"' in text_of(client.get(f"{door}enter/"))
    taken = client.post(f"{door}enter/", {"name": "Noor"})
    assert taken.status_code == 422
    assert "Someone in this circle goes by that name." in text_of(taken)
    response = client.post(f"{door}enter/", {"name": "Lark"})
    assert response.url == f"/circles/{cast.circle.public_id}/"
    assert cast.circle.membership_of(lark).name == "Lark"
    assert client.post(f"{door}enter/", {"name": "Lark"}).url == response.url, "pressed twice"
    assert client.get(f"{door}enter/").url == response.url, "gone back to"


def test_nobody_enters_before_they_are_accepted(client, cast, lark, apply, door):
    apply(lark)
    client.force_login(lark)
    assert client.post(f"{door}enter/", {"name": "Lark"}).url == door
    assert cast.circle.membership_of(lark) is None


# Those who answer ------------------------------------------------------------
@pytest.fixture
def sent(lark, apply) -> Application:
    return apply(lark)


def test_the_facilitator_finds_it_reads_it_and_that_is_written_down(client, cast, sent):
    client.force_login(cast.mina)
    listed = text_of(client.get(f"/circles/{cast.circle.public_id}/applications/"))
    assert sent.public_id in listed
    assert "quiet weeks" not in listed
    assert sent.readings.count() == 0
    page = text_of(client.get(f"/applications/{sent.public_id}/"))
    assert "<title>An application · Alder circle · Reweave</title>" in page
    assert "Company for the quiet weeks." in page
    assert "A nurse at the day clinic" in page
    assert "lark@example.org" not in page
    assert sent.readings.get().reader == cast.mina


def test_while_a_question_is_back_the_facilitator_reads_what_was_sent_last(
    client, cast, lark, sent, door, full_answers
):
    enrolment.ask(application=sent, by=cast.mina, words="Which evenings are yours?")
    page = f"/applications/{sent.public_id}/"
    client.force_login(lark)
    changed = full_answers | {"hopes": "Half a thought."}
    send_step(client, door, "about", changed)
    assert "Half a thought." in text_of(client.get(f"{door}about/"))
    standing = text_of(client.get(door))
    assert "Company for the quiet weeks." in standing and "Half a thought." not in standing
    assert "What you have begun to change is kept for you alone." in standing

    client.force_login(cast.mina)
    read = text_of(client.get(page))
    assert "Company for the quiet weeks." in read and "Half a thought." not in read
    assert "As it was sent." in read and "Which evenings are yours?" in read
    client.force_login(cast.noor)
    assert client.get(page).status_code == 404

    client.force_login(lark)
    send_step(client, door, "now", changed)
    assert Application.objects.get().state == State.SENT
    client.force_login(cast.mina)
    read = text_of(client.get(page))
    assert "Half a thought." in read and "Company for the quiet weeks." not in read
    assert "As it was sent." not in read


def test_nobody_else_finds_it(client, cast, lark, sent):
    for stranger in (cast.noor, cast.otto, cast.bela, cast.sade, cast.edda, lark):
        client.force_login(stranger)
        for path in (
            f"/circles/{cast.circle.public_id}/applications/",
            f"/applications/{sent.public_id}/",
        ):
            assert client.get(path).status_code == 404, (stranger, path)
        decision = {"decision": "accept"}
        assert client.post(f"/applications/{sent.public_id}/decide/", decision).status_code == 404
    client.logout()
    assert client.get(f"/applications/{sent.public_id}/").status_code == 302
    assert sent.readings.count() == 0


def test_an_answer_reaches_the_one_who_waits(client, cast, lark, sent):
    client.force_login(cast.mina)
    client.post(
        f"/applications/{sent.public_id}/decide/",
        {"decision": "decline", "words": "In spring, gladly."},
    )
    client.force_login(lark)
    assert "In spring, gladly." in text_of(client.get("/places/"))


def test_an_answer_that_needs_words_keeps_what_was_chosen(client, cast, sent):
    client.force_login(cast.mina)
    path = f"/applications/{sent.public_id}/decide/"
    response = client.post(path, {"decision": "decline", "words": ""})
    assert response.status_code == 422
    assert "Write a few words to them" in text_of(response)
    assert sent.readings.count() == 1  # the answers were shown again: a reading like any other
    Cohort.objects.update(largest=2, smallest=2)
    response = client.post(path, {"decision": "accept", "words": "Come in."})
    assert response.status_code == 422
    assert "There is no place left." in text_of(response)
    assert "Come in." in text_of(response)


def test_erased_answers_leave_a_page_that_says_so(client, cast, sent):
    enrolment.decline(application=sent, by=cast.mina, words="Later.")
    enrolment.erase_old_answers(now=timezone.now() + 31 * DAY)
    client.force_login(cast.mina)
    page = text_of(client.get(f"/applications/{sent.public_id}/"))
    assert "The answers were erased, as promised." in page


def test_someone_who_was_removed_is_told_so_plainly(client, cast, door):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.mina, why="Recorded a session.")
    client.force_login(cast.noor)
    page = text_of(client.post(door, follow=True))
    assert "Your place in this circle was ended." in page
    assert "Recorded" not in page
    assert User.objects.count() == 7
