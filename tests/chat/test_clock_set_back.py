"""The house's clock is set back by an hour: what ends at a time does so, and it is said."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from chat import editing, hush, leases, posting
from chat.keeping import holding, hours, moderation
from chat.live import leading, watching
from chat.seats import seat_of
from programs.signals import quiet_asked
from tests.chat.talk import draft, join, refusal_of, say

pytestmark = pytest.mark.once

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def now(time_machine):
    """Half past eight in the evening, until it is set."""
    now = timezone.now().replace(hour=20, minute=30, second=0, microsecond=0)
    time_machine.move_to(now, tick=False)
    return now


@pytest.fixture
def page_of(cast, client):
    """`page_of(user)`: the room, as they find it by now."""

    def page(user) -> str:
        client.force_login(user)
        page = client.get(reverse("room", args=[cast.circle.public_id])).content.decode()
        return re.sub(r"<template .*?</template>", "", page, flags=re.DOTALL)

    return page


def test_a_message_can_be_changed_until_half_an_hour_after_it_was_said(cast, now, time_machine):
    said = say(cast.noor, "First", circle=cast.circle)
    change = {"by": cast.noor, "circle": cast.circle.public_id, "message": said.id}

    time_machine.move_to(now - HOUR, tick=False)
    editing.edit(body="Second", **change)
    version = editing.version(cast.circle.room.messages.get())
    time_machine.move_to(now - HOUR + MINUTE, tick=False)
    editing.edit(body="Third", as_of=version, **change)
    time_machine.move_to(now + 30 * MINUTE, tick=False)
    editing.edit(body="Fourth", **change)

    time_machine.move_to(now + 31 * MINUTE, tick=False)
    assert refusal_of(editing.edit, body="Too late", **change).code == "closed"


def test_a_mute_lasts_until_the_time_that_was_told(cast, now, time_machine, page_of):
    said = say(cast.noor, "Before it", circle=cast.circle)
    change = {"by": cast.noor, "circle": cast.circle.public_id, "message": said.id}
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=now + 20 * MINUTE,
        why="A pause",
    )

    for minutes, left in ((0, 20), (-60, 80), (19, 1)):
        time_machine.move_to(now + minutes * MINUTE, tick=False)
        refused = refusal_of(posting.post, draft(cast.noor, "Now?", circle=cast.circle))
        assert (refused.code, refused.again_in) == ("muted", left * 60)
        assert refusal_of(editing.edit, body="Now?", **change).code == "muted"
        assert 'data-bar="muted"' in page_of(cast.noor)

    time_machine.move_to(now + 20 * MINUTE, tick=False)
    assert 'data-bar="muted"' not in page_of(cast.noor)
    editing.edit(body="Now.", **change)
    assert say(cast.noor, "Now.", circle=cast.circle).state == "posted"


def test_a_mute_that_goes_on_longer_than_meant_can_be_ended_and_given_anew(cast, now, time_machine):
    of_noor = {"circle": cast.circle.public_id, "member": cast.member(cast.noor).public_id}
    moderation.mute(by=cast.mina, until=now + 20 * MINUTE, why="A pause", **of_noor)
    time_machine.move_to(now - HOUR, tick=False)

    moderation.mute(by=cast.mina, until=now - 50 * MINUTE, why="A pause", **of_noor)
    refused = refusal_of(posting.post, draft(cast.noor, "Now?", circle=cast.circle))
    assert refused.again_in == 600
    moderation.unmute(by=cast.mina, **of_noor)
    assert say(cast.noor, "Now.", circle=cast.circle).state == "posted"


def test_nobody_is_said_to_be_here_who_was_before_it(cast, now, time_machine, page_of):
    circle = cast.circle.public_id
    hours.keep(by=cast.mina, circle=circle, hours="attended")
    leases.here(by=cast.mina, circle=circle)
    assert say(cast.noor, "While she is here.", circle=cast.circle)
    opens = "The room opens when a facilitator is here."
    assert leases.attended([circle])[circle] and opens not in page_of(cast.noor)

    time_machine.move_to(now - HOUR, tick=False)
    for minutes in (0, 30, 58):
        time_machine.move_to(now - HOUR + minutes * MINUTE, tick=False)
        assert leases.attended([circle]) == {circle: []}
        assert not leases.is_attended(cast.circle.room)
        refused = refusal_of(posting.post, draft(cast.noor, "And now?", circle=cast.circle))
        assert refused.code == "closed"
        assert opens in page_of(cast.noor)

    leases.here(by=cast.mina, circle=circle)
    assert leases.attended([circle])[circle]
    assert say(cast.noor, "Here again.", circle=cast.circle)


def test_of_a_session_it_is_said_too_that_nobody_holds_it(cast, now, time_machine):
    circle = cast.circle.public_id
    leading.begin(by=cast.mina, circle=circle)
    leases.here(by=cast.mina, circle=circle)
    watching.look_at(circle)
    assert cast.circle.room.sessions.get().unattended_at is None

    time_machine.move_to(now + 5 * MINUTE, tick=False)
    leases.here(by=cast.mina, circle=circle)
    time_machine.move_to(now + 2 * MINUTE, tick=False)
    watching.look_at(circle)
    assert cast.circle.room.sessions.get().unattended_at is not None


def test_who_has_changed_what_was_asked_has_answered(cast, now, time_machine):
    at = {"circle": cast.circle.public_id}
    holding.hold_all(by=cast.mina, **at)
    lea = join("lea", cast.circle, role="facilitator")
    said = say(cast.noor, "A street.", circle=cast.circle).id
    holding.ask_to_change(by=cast.mina, message=said, why="It names a street.", **at)
    refusal_of(holding.ask_to_change, by=lea, message=said, why="It does.", **at)

    time_machine.move_to(now - HOUR, tick=False)
    editing.edit(by=cast.noor, message=said, body="A place.", **at)
    holding.ask_to_change(by=lea, message=said, why="Which place?", **at)
    refusal_of(holding.ask_to_change, by=cast.mina, message=said, why="Where?", **at)


def test_what_was_let_through_long_ago_is_not_let_through_just_now(cast, now, time_machine):
    at = {"circle": cast.circle.public_id}
    holding.hold_all(by=cast.mina, **at)
    lea = join("lea", cast.circle, role="facilitator")
    first, second = (say(cast.noor, f"{n}", circle=cast.circle).id for n in "12")
    holding.let_through(by=cast.mina, message=first, **at)
    refusal_of(moderation.set_aside, by=lea, message=first, why="It names someone.", **at)

    time_machine.move_to(now - HOUR, tick=False)
    moderation.set_aside(by=lea, message=first, why="It names someone.", **at)
    holding.let_through(by=cast.mina, message=second, **at)
    refusal_of(moderation.set_aside, by=lea, message=second, why="It names someone.", **at)


def test_a_hush_lasts_until_the_morning_that_was_told(cast, now, time_machine, page_of):
    until = hush.hush(by=cast.noor, circle=cast.circle.public_id)
    noor = cast.member(cast.noor)

    def quiet() -> tuple[object, object, bool]:
        told = [found for _, found in quiet_asked.send(None, memberships=[noor]) if found]
        seat = seat_of(cast.noor, cast.circle.public_id)
        page = page_of(cast.noor)
        return told, hush.hushed_until(seat), 'data-bar="hush"' in page

    for then in (now, now - HOUR, until - MINUTE):
        time_machine.move_to(then, tick=False)
        assert quiet() == ([{noor.pk: until}], until, True)
    time_machine.move_to(until, tick=False)
    assert quiet() == ([], None, False)
