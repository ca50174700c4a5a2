"""Changing, taking back and answering without words: one's own alone, and nothing lingers."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from chat import editing
from chat.care import flagging
from chat.keeping import moderation
from chat.models import Message, Response, Seat
from community import vault
from tests.chat.reader import Reader
from tests.chat.talk import (
    ask_the_question,
    in_an_hour,
    join,
    leave,
    log_of,
    refusal_of,
    row,
    say,
    set_room,
)

STRANGERS = ["otto", "bela", "sade", "edda"]


@pytest.fixture
def said(cast):
    return say(cast.noor, "I wrote this at night", circle=cast.circle)


def at(cast, posted, **more):
    return {"circle": cast.circle.public_id, "message": posted.id} | more


def body_of(cast, posted) -> str:
    return row(posted).words(owner=vault.circle_owner(cast.circle.public_id)).body


# Changing -----------------------------------------------------------------------------


def test_who_wrote_it_may_change_it_and_everyone_sees_that_it_was(cast, said):
    page = Reader(cast.ines, cast.circle)

    editing.edit(by=cast.noor, **at(cast, said, body="I wrote this *at dawn*", note="tiredness"))

    html = dict(page.catch_up().shown)[said.id]
    assert "<em>at dawn</em>" in html
    assert "at night" not in html
    assert "tiredness" in html
    assert "changed" in html
    page.expect_a_fresh_page()


def test_nobody_else_may_change_or_take_back(cast, said):
    for who in ("ines", "mina"):
        refused = refusal_of(editing.edit, by=getattr(cast, who), **at(cast, said, body="Mine"))
        assert refused.code == "bad_frame"
        assert refusal_of(editing.take_back, by=getattr(cast, who), **at(cast, said))
    for who in STRANGERS:
        user = getattr(cast, who)
        assert refusal_of(editing.edit, by=user, **at(cast, said, body="x")).code == "not_member"
        assert refusal_of(editing.take_back, by=user, **at(cast, said)).code == "not_member"
    assert body_of(cast, said) == "I wrote this at night"


def test_who_left_changes_nothing_any_more(cast, said):
    leave(cast.noor, cast.circle)

    for verb, fields in [
        (editing.edit, at(cast, said, body="Mine")),
        (editing.take_back, at(cast, said)),
        (editing.respond, at(cast, said, response="heard")),
    ]:
        assert refusal_of(verb, by=cast.noor, **fields).code == "not_member"


def test_a_message_can_be_changed_for_half_an_hour(cast, said):
    Message.objects.update(posted_at=timezone.now() - datetime.timedelta(minutes=31))

    assert refusal_of(editing.edit, by=cast.noor, **at(cast, said, body="Late")).code == "closed"

    editing.take_back(by=cast.noor, **at(cast, said))
    assert row(said).state == Message.State.TAKEN_BACK


def test_a_change_is_made_of_what_its_author_has_seen(cast, said):
    seen = editing.version(row(said))
    editing.edit(by=cast.noor, **at(cast, said, body="Once more", as_of=seen))

    refused = refusal_of(editing.edit, by=cast.noor, **at(cast, said, body="Late", as_of=seen))

    assert refused.code == "conflict"
    assert body_of(cast, said) == "Once more"
    editing.edit(by=cast.noor, **at(cast, said, body="Late", as_of=editing.version(row(said))))
    assert body_of(cast, said) == "Late"


def test_who_may_not_write_may_not_change_either(cast, said):
    set_room(cast.circle, paused_at=timezone.now())
    assert refusal_of(editing.edit, by=cast.noor, **at(cast, said, body="x")).code == "paused"
    set_room(cast.circle, paused_at=None, holds_all=True)
    assert refusal_of(editing.edit, by=cast.noor, **at(cast, said, body="x")).code == "closed"
    set_room(cast.circle, holds_all=False)
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="A pause.",
    )
    assert refusal_of(editing.edit, by=cast.noor, **at(cast, said, body="x")).code == "muted"
    # What was said may be taken back at any time.
    editing.take_back(by=cast.noor, **at(cast, said))


def test_changed_words_are_looked_at_once_they_stand(
    cast, said, monkeypatch, django_capture_on_commit_callbacks
):
    looked_at = []
    monkeypatch.setattr(flagging, "noticed", looked_at.append)

    with django_capture_on_commit_callbacks(execute=True):
        editing.edit(by=cast.noor, **at(cast, said, body="I want to die."))
        assert looked_at == []

    assert looked_at == [cast.circle.public_id]


def test_held_words_may_be_changed_while_they_wait(cast):
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "Too sharp", circle=cast.circle)

    editing.edit(by=cast.noor, **at(cast, held, body="Softer"))

    assert (row(held).state, body_of(cast, held)) == ("held", "Softer")
    assert log_of(cast.circle)[-1].audience == "one"


@pytest.mark.parametrize("gone", ["set_aside", "taken_back"])
def test_what_is_gone_stays_gone(cast, said, gone):
    if gone == "set_aside":
        moderation.set_aside(by=cast.mina, **at(cast, said, why="It names someone."))
        assert refusal_of(editing.take_back, by=cast.noor, **at(cast, said))
    else:
        editing.take_back(by=cast.noor, **at(cast, said))

    assert refusal_of(editing.edit, by=cast.noor, **at(cast, said, body="Back")).code == "bad_frame"
    refused = refusal_of(editing.respond, by=cast.ines, **at(cast, said, response="heard"))
    assert refused.code == "bad_frame"


@pytest.mark.parametrize("body", ["", "\u200b", "\0", "\ud800", "a" * 4001])
def test_what_may_not_be_posted_may_not_be_changed_to(cast, said, body):
    refusal_of(editing.edit, by=cast.noor, **at(cast, said, body=body))

    assert body_of(cast, said) == "I wrote this at night"


# Taking back --------------------------------------------------------------------------


def test_taking_back_erases_the_words_and_the_answers_to_them(cast, said):
    editing.respond(by=cast.ines, **at(cast, said, response="heard"))
    answer = say(cast.ines, "Thank you", circle=cast.circle, reply_to=said.id)
    page = Reader(cast.ines, cast.circle)

    editing.take_back(by=cast.noor, **at(cast, said))

    assert bytes(row(said).sealed_words) == b""
    assert not Response.objects.exists()
    page.catch_up().expect_a_fresh_page()
    assert "at night" not in str(page.shown)
    assert "Noor took this message back." in dict(page.shown)[said.id]
    assert "Thank you" in dict(page.shown)[answer.id]


def test_taking_back_twice_changes_nothing(cast, said):
    editing.take_back(by=cast.noor, **at(cast, said))
    before = len(log_of(cast.circle))

    editing.take_back(by=cast.noor, **at(cast, said))

    assert len(log_of(cast.circle)) == before
    # Which is answered to its author alone.
    for who in ("ines", "mina"):
        refused = refusal_of(editing.take_back, by=getattr(cast, who), **at(cast, said))
        assert refused.code == "bad_frame"


def test_each_message_is_taken_back_by_itself(cast, said):
    another = say(cast.noor, "And this in the morning", circle=cast.circle)

    editing.take_back(by=cast.noor, **at(cast, said))
    assert row(another).state == Message.State.POSTED
    editing.take_back(by=cast.noor, **at(cast, another))

    assert row(another).state == Message.State.TAKEN_BACK
    assert bytes(row(another).sealed_words) == b""


# Responding ---------------------------------------------------------------------------


def test_a_response_is_given_and_taken_back(cast, said):
    assert editing.respond(by=cast.ines, **at(cast, said, response="heard")) == ["heard"]
    both = editing.respond(by=cast.ines, **at(cast, said, response="sitting"))
    assert sorted(both) == ["heard", "sitting"]
    assert editing.respond(by=cast.ines, **at(cast, said, response="heard")) == ["sitting"]
    assert [(r.membership, r.kind) for r in Response.objects.all()] == [
        (cast.member(cast.ines), "sitting")
    ]


def test_whoever_responds_is_answered_with_what_they_gave_alone(cast, said):
    page = Reader(cast.ines, cast.circle)
    editing.respond(by=cast.mina, **at(cast, said, response="heard"))

    assert editing.respond(by=cast.ines, **at(cast, said, response="sitting")) == ["sitting"]
    assert page.catch_up().mine == {said.id: ["sitting"]}
    page.expect_a_fresh_page()


def test_a_response_is_one_of_four(cast, said):
    for response in ("like", "", "HEARD", "\0", "\ud800"):
        refused = refusal_of(editing.respond, by=cast.ines, **at(cast, said, response=response))
        assert refused.code == "bad_frame"


def test_who_may_not_write_may_still_respond(cast, said):
    set_room(cast.circle, paused_at=timezone.now(), holds_all=True)
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.ines).public_id,
        until=in_an_hour(),
        why="A pause.",
    )

    assert editing.respond(by=cast.ines, **at(cast, said, response="with_you")) == ["with_you"]


def test_a_question_can_be_responded_to(cast):
    question = ask_the_question(cast.circle).message

    editing.respond(
        by=cast.ines, circle=cast.circle.public_id, message=question.public_id, response="sitting"
    )

    assert question.responses.count() == 1


@pytest.mark.parametrize("who", STRANGERS)
def test_strangers_respond_to_nothing(cast, said, who):
    user = getattr(cast, who)
    refused = refusal_of(editing.respond, by=user, **at(cast, said, response="heard"))
    assert refused.code == "not_member"


def test_nobody_responds_to_what_they_cannot_see(cast, said):
    hana = join("hana", cast.circle)
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "Waiting", circle=cast.circle)
    next_door = say(cast.bela, "Other walls", circle=cast.next_door)

    for user, posted in [
        (hana, said),
        (cast.ines, held),
        (cast.mina, held),
        (cast.ines, next_door),
    ]:
        refused = refusal_of(editing.respond, by=user, **at(cast, posted, response="heard"))
        assert refused.code == "bad_frame"


# Reading ------------------------------------------------------------------------------


def test_reading_goes_forward_and_never_past_the_end(cast, said):
    def read(seq):
        editing.mark_read(by=cast.ines, circle=cast.circle.public_id, seq=seq)
        return Seat.objects.get(membership=cast.member(cast.ines)).read_seq

    head = said.seq
    assert [read(head), read(head - 1), read(head + 1), read(2**53 - 1)] == [head] * 4


@pytest.mark.parametrize("who", [*STRANGERS, "ines"])
def test_strangers_and_who_left_read_nothing_and_change_nothing(cast, said, who):
    if who == "ines":
        leave(cast.ines, cast.circle)
    before = list(Seat.objects.values_list("pk", "read_seq"))

    refused = refusal_of(
        editing.mark_read, by=getattr(cast, who), circle=cast.circle.public_id, seq=said.seq
    )

    assert refused.code == "not_member"
    assert list(Seat.objects.values_list("pk", "read_seq")) == before
