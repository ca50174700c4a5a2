"""Keeping a room kind: who may, who is told, and what stays of it."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone

from chat import editing
from chat.keeping import holding, moderation
from chat.models import Event, Message, ModerationAction, Mute, SetAside
from community import vault
from programs.models import Membership
from tests.chat.reader import Reader
from tests.chat.talk import (
    ask_the_question,
    in_an_hour,
    join,
    leave,
    log_of,
    refusal_of,
    remove,
    row,
    say,
    set_room,
)


@pytest.fixture
def said(cast):
    return say(cast.noor, "About my neighbour", circle=cast.circle)


def here(cast, **more):
    return {"circle": cast.circle.public_id} | more


def muting(cast, user, **more):
    return here(cast, member=cast.member(user).public_id, until=in_an_hour(), why="A pause") | more


# Who may ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda"])
def test_only_those_who_hold_this_circle_may(cast, said, who):
    user = getattr(cast, who)
    by_name = {"message": said.id, "why": "Because."}
    member = cast.member(cast.ines).public_id

    for verb, fields in [
        (moderation.set_aside, here(cast, **by_name)),
        (moderation.mute, muting(cast, cast.ines)),
        (moderation.unmute, here(cast, member=member)),
    ]:
        assert refusal_of(verb, by=user, **fields).code == "not_member"
    assert not ModerationAction.objects.exists()


def test_a_facilitator_who_handed_over_may_no_more(cast, said):
    join("marit", cast.circle, role=Membership.Role.FACILITATOR)
    leave(cast.mina, cast.circle)

    refused = refusal_of(
        moderation.set_aside, by=cast.mina, **here(cast, message=said.id, why="Because.")
    )

    assert refused.code == "not_member"


def test_a_facilitator_who_was_closed_out_may_no_more(cast, said):
    cast.mina.is_active = False
    cast.mina.save()

    assert refusal_of(moderation.mute, by=cast.mina, **muting(cast, cast.noor)).code == "not_member"


def test_what_is_next_door_is_not_here(cast):
    """Neither a message nor a member of another circle, whoever asks."""
    next_door = say(cast.otto, "Other walls", circle=cast.next_door)
    member = cast.member(cast.otto, cast.next_door).public_id

    for verb, fields in [
        (moderation.set_aside, here(cast, message=next_door.id, why="Because.")),
        (moderation.mute, muting(cast, cast.noor, member=member)),
        (moderation.unmute, here(cast, member=member)),
    ]:
        assert refusal_of(verb, by=cast.mina, **fields).code == "bad_frame"
    assert row(next_door).state == Message.State.POSTED


# Setting aside ------------------------------------------------------------------------


def test_a_message_set_aside_leaves_a_plain_trace_and_its_author_reads_why(cast, said):
    editing.respond(by=cast.ines, response="heard", **here(cast, message=said.id))
    readers = [Reader(user, cast.circle) for user in (cast.noor, cast.ines)]

    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="It names someone"))

    noor, ines = (reader.catch_up() for reader in readers)
    for reader in (noor, ines):
        html = dict(reader.shown)[said.id]
        assert "Mina set this message aside." in html
        assert "neighbour" not in html
        assert "mark" not in html
    assert "It names someone. You’re welcome to say it another way." in noor.told[said.id]
    assert ines.told == {}
    event = log_of(cast.circle)[-1]
    assert (event.kind, event.audience) == (Event.Kind.SET_ASIDE, Event.Audience.ALL)


def test_answers_no_longer_show_what_was_set_aside(cast, said):
    answer = say(cast.ines, "I see", circle=cast.circle, reply_to=said.id)
    page = Reader(cast.mina, cast.circle)
    assert "neighbour" in dict(page.shown)[answer.id]

    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="It names someone."))
    page.catch_up().expect_a_fresh_page()

    assert "neighbour" not in dict(page.shown)[answer.id]
    assert f'data-quotes="{said.id}"' in page.heard[-1]["quote"]
    assert "also" not in page.heard[-1]


def test_the_act_is_on_record_with_who_and_whom_and_without_words(cast, said):
    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="It names someone."))

    act = ModerationAction.objects.get()

    assert (act.verb, act.by, act.member) == (
        "set_aside",
        cast.member(cast.mina),
        cast.member(cast.noor),
    )
    assert act.message == row(said)
    why = SetAside.objects.get()
    assert b"names" not in bytes(why.sealed_why)
    assert why.why(owner=vault.circle_owner(cast.circle.public_id)) == "It names someone."


def test_each_of_two_that_were_set_aside_keeps_its_own_reason(cast, said):
    other = say(cast.ines, "By the early train", circle=cast.circle)
    reasons = {said.id: "Advice.", other.id: "The train."}
    for message, why in reasons.items():
        moderation.set_aside(by=cast.mina, **here(cast, message=message, why=why))

    for user, message in ((cast.noor, said.id), (cast.ines, other.id)):
        told = Reader(user, cast.circle).told
        assert list(told) == [message]
        assert reasons[message] in told[message]


def test_setting_aside_twice_changes_nothing(cast, said):
    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="It names someone."))
    before = len(log_of(cast.circle))

    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="Again."))

    assert len(log_of(cast.circle)) == before
    assert ModerationAction.objects.count() == 1


def test_of_two_who_set_it_aside_the_second_is_told(cast, said):
    linden = join("linden", cast.circle, role="facilitator")
    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="It names someone."))

    refused = refusal_of(
        moderation.set_aside, by=linden, **here(cast, message=said.id, why="Too much.")
    )

    assert refused.code == "conflict"
    assert refused.say.startswith("Mina has seen to that message already.")


def test_who_sets_aside_what_was_just_let_through_by_another_is_told(cast, time_machine):
    """They saw it waiting, and pressed a moment too late: nobody judges what they haven't read."""
    linden = join("linden", cast.circle, role="facilitator")
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "My old street, number 14", circle=cast.circle)
    time_machine.move_to(timezone.now(), tick=False)
    holding.let_through(by=cast.mina, **here(cast, message=held.id))
    fields = here(cast, message=held.id, why="A street.")

    refused = refusal_of(moderation.set_aside, by=linden, **fields)
    assert (refused.code, row(held).state) == ("conflict", Message.State.POSTED)

    time_machine.shift(5)
    moderation.set_aside(by=linden, **fields)
    assert row(held).state == Message.State.SET_ASIDE


def test_who_let_it_through_by_a_slip_sets_it_aside_at_once(cast):
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "My old street, number 14", circle=cast.circle)
    holding.let_through(by=cast.mina, **here(cast, message=held.id))

    moderation.set_aside(by=cast.mina, **here(cast, message=held.id, why="A slip."))

    assert row(held).state == Message.State.SET_ASIDE


def test_what_cannot_be_set_aside(cast, said):
    editing.take_back(by=cast.noor, **here(cast, message=said.id))
    question = ask_the_question(cast.circle).message

    for message in (said.id, question.public_id, "AAAAAAAAAAAAAAAA"):
        refused = refusal_of(
            moderation.set_aside, by=cast.mina, **here(cast, message=message, why="Because.")
        )
        assert refused.code == "bad_frame"


@pytest.mark.parametrize("why", ["", "  \n", "\u200b", "\0", "\ud800", "w" * 301, None])
def test_a_reason_is_needed_and_can_be_read(cast, said, why):
    fields = here(cast, message=said.id, why=why)
    assert refusal_of(moderation.set_aside, by=cast.mina, **fields).code in (
        "bad_frame",
        "too_long",
    )
    refusal_of(moderation.mute, by=cast.mina, **muting(cast, cast.noor, why=why))
    assert not Mute.objects.exists()


# Muting -------------------------------------------------------------------------------


def test_a_mute_is_a_row_with_who_why_and_until(cast):
    until = in_an_hour()
    moderation.mute(by=cast.mina, **muting(cast, cast.noor, until=until))

    mute = Mute.objects.get()

    assert (mute.member, mute.by) == (cast.member(cast.noor), cast.member(cast.mina))
    assert mute.until == until
    assert mute.why(owner=vault.circle_owner(cast.circle.public_id)) == "A pause"
    assert moderation.mute_in_force(cast.member(cast.noor)) == mute
    event = log_of(cast.circle)[-1]
    assert (event.kind, event.audience, event.member) == ("member.muted", "one", mute.member)


def test_whoever_is_muted_reads_until_when_by_clocks_that_are_named_as_people_do(cast):
    cast.cohort.time_zone = "America/New_York"
    cast.cohort.save()
    moderation.mute(by=cast.mina, **muting(cast, cast.noor))

    refused = refusal_of(say, cast.noor, "One more thing.", circle=cast.circle)

    assert re.search(r"until (\S+ \S+, )?\d\d:\d\d New York, not write", refused.say)


def test_a_new_mute_replaces_the_one_in_force(cast):
    moderation.mute(by=cast.mina, **muting(cast, cast.noor))
    until = timezone.now() + datetime.timedelta(days=2)
    moderation.mute(by=cast.mina, **muting(cast, cast.noor, until=until))

    assert moderation.mute_in_force(cast.member(cast.noor)).until == until
    assert Mute.objects.in_force().count() == 1


def test_a_mute_of_another_facilitator_is_not_replaced_unseen(cast, time_machine):
    linden = join("linden", cast.circle, role="facilitator")
    for_a_week = timezone.now() + datetime.timedelta(weeks=1)
    moderation.mute(by=cast.mina, **muting(cast, cast.noor, until=for_a_week))

    second = refusal_of(moderation.mute, by=linden, **muting(cast, cast.noor))
    assert (second.code, second.say.split(" has ")[0]) == ("conflict", "Mina")
    assert moderation.mute_in_force(cast.member(cast.noor)).until == for_a_week

    time_machine.move_to(timezone.now() + datetime.timedelta(minutes=3))
    moderation.mute(by=linden, **muting(cast, cast.noor))
    assert moderation.mute_in_force(cast.member(cast.noor)).by == cast.member(linden)


def test_a_mute_that_is_over_by_itself_is_not_lifted_and_told_once_more(cast, time_machine):
    moderation.mute(by=cast.mina, **muting(cast, cast.noor))
    before = len(log_of(cast.circle))
    time_machine.move_to(timezone.now() + datetime.timedelta(hours=2))

    member = cast.member(cast.noor).public_id
    moderation.unmute(by=cast.mina, **here(cast, member=member))

    assert len(log_of(cast.circle)) == before
    assert not ModerationAction.objects.filter(verb="unmute").exists()
    moderation.mute(by=cast.mina, **muting(cast, cast.noor))
    assert moderation.mute_in_force(cast.member(cast.noor))


def test_whoever_else_is_muted_is_so_by_themselves(cast):
    said = say(cast.noor, "Good evening", circle=cast.circle)
    noor, ines = cast.member(cast.noor), cast.member(cast.ines)
    moderation.mute(by=cast.mina, **muting(cast, cast.ines))

    editing.edit(by=cast.noor, body="Good evening, all", **here(cast, message=said.id))

    moderation.mute(by=cast.mina, **muting(cast, cast.noor))
    moderation.unmute(by=cast.mina, **here(cast, member=noor.public_id))
    assert moderation.mute_in_force(noor) is None
    assert moderation.mute_in_force(ines).member == ines


def test_a_mute_that_is_lifted_is_over_at_once_and_told(cast):
    moderation.mute(by=cast.mina, **muting(cast, cast.noor))
    member = cast.member(cast.noor)

    moderation.unmute(by=cast.mina, **here(cast, member=member.public_id))

    assert moderation.mute_in_force(member) is None
    assert say(cast.noor, "Thank you", circle=cast.circle).state == "posted"
    told = [(e.kind, e.audience) for e in log_of(cast.circle)][-3:]
    assert told[:2] == [("member.muted", "one"), ("member.unmuted", "one")]
    before = len(log_of(cast.circle))
    moderation.unmute(by=cast.mina, **here(cast, member=member.public_id))
    assert len(log_of(cast.circle)) == before


@pytest.mark.parametrize("days", [-1, 0, 30.01, 3650])
def test_a_mute_lasts_from_now_to_thirty_days(cast, days):
    until = timezone.now() + datetime.timedelta(days=days)

    assert refusal_of(moderation.mute, by=cast.mina, **muting(cast, cast.noor, until=until))


@pytest.mark.parametrize("until", [datetime.datetime.min, datetime.datetime.max])
def test_the_ends_of_time_are_refused_like_any_other(cast, until):
    for hours in (-23, 0, 23):
        zone = datetime.timezone(datetime.timedelta(hours=hours))
        fields = muting(cast, cast.noor, until=until.replace(tzinfo=zone))
        assert refusal_of(moderation.mute, by=cast.mina, **fields).code == "bad_frame"


def test_only_peers_of_now_are_muted(cast):
    gone = cast.member(cast.ines).public_id
    remove(cast.ines, cast.circle, by=cast.mina)
    for member in (cast.member(cast.mina).public_id, gone, "AAAAAAAAAAAAAAAA"):
        refused = refusal_of(
            moderation.mute, by=cast.mina, **muting(cast, cast.noor, member=member)
        )
        assert refused.code == "bad_frame"


# Coming and going ---------------------------------------------------------------------


def test_who_goes_is_said_to_the_room_without_how(cast):
    readers = [Reader(user, cast.circle) for user in (cast.mina, cast.ines)]

    remove(cast.noor, cast.circle, by=cast.mina)

    for reader in readers:
        (event,) = reader.catch_up().heard
        assert event["kind"] == "member.left"
        assert event["member"]["name"] == "Noor"
        assert set(event) == {"seq", "kind", "member"}


def test_who_comes_is_said_to_the_room(cast):
    page = Reader(cast.ines, cast.circle)

    join("hana", cast.circle)

    (event,) = page.catch_up().heard
    assert (event["kind"], event["member"]["name"]) == ("member.joined", "Hana")


def test_held_words_that_are_set_aside_are_told_to_their_author_alone(cast):
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "About my neighbour", circle=cast.circle)

    moderation.set_aside(by=cast.mina, **here(cast, message=held.id, why="It names someone."))

    event = log_of(cast.circle)[-1]
    assert (event.audience, event.member) == ("one", cast.member(cast.noor))
