"""The house's clock is set back by an hour: what ends at a time does so, and it is said."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from chat import editing, hush, posting
from chat.keeping import moderation
from chat.seats import seat_of
from programs.signals import quiet_asked
from tests.chat.talk import draft, refusal_of, say

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
