"""People come and go while the room is kept: they wait for each other, and never in a ring."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction

from chat import beside
from chat.keeping import hours, moderation
from chat.models import Room
from chat.refusal import Refused
from community.models import User
from programs import enrolment
from programs import refusal as programs_refusal
from programs.models import Circle, Membership
from tests.cast import Cast
from tests.chat.talk import all_at_once, join, leave

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock for all"),
]
PATIENCE = 10


def waited(held: threading.Event) -> None:
    assert held.wait(PATIENCE)


def test_whoever_comes_in_keeps_nobody_from_keeping_the_room(cast: Cast):
    comes_in, was_kept = threading.Event(), threading.Event()

    def come_in() -> None:
        with transaction.atomic():
            Circle.objects.locked().get(pk=cast.circle.pk)
            comes_in.set()
            # Now they would wait for the room, which is being kept.
            waited(was_kept)

    def keep() -> None:
        waited(comes_in)
        hours.keep(by=cast.mina, circle=cast.circle.public_id, hours="reading")
        was_kept.set()

    all_at_once([come_in, keep])

    assert Room.objects.get(circle=cast.circle).hours == "reading"


def test_whoever_leaves_as_they_are_removed_has_left(cast: Cast, monkeypatch):
    noor = cast.member(cast.noor)
    goes = threading.Event()
    come_back = enrolment.come_back

    def slowly(**who: Any) -> None:
        """Their row is changed, the room not locked yet; whoever removes them begins."""
        goes.set()
        time.sleep(0.5)
        come_back(**who)

    def remove() -> str:
        waited(goes)
        monkeypatch.setattr(enrolment, "come_back", come_back)
        at = {"circle": cast.circle.public_id, "member": noor.public_id}
        with pytest.raises(Refused) as refused:
            moderation.remove(by=cast.mina, why="It was agreed.", **at)
        return refused.value.say

    monkeypatch.setattr(enrolment, "come_back", slowly)
    _, said = all_at_once([lambda: leave(cast.noor, cast.circle), remove])

    assert said == "They aren’t in this circle any more."
    noor.refresh_from_db()
    assert noor.left_at is not None and not hasattr(noor, "removal")


@pytest.fixture
def linden(cast: Cast) -> User:
    """Who holds the alder circle together with Mina."""
    return join("linden", cast.circle, role=Membership.Role.FACILITATOR)


def at_leisure(monkeypatch) -> None:
    """Between the change to their own row and the room's lock there is time for others."""
    come_back = enrolment.come_back

    def slowly(**who: Any) -> None:
        time.sleep(0.5)
        come_back(**who)

    monkeypatch.setattr(enrolment, "come_back", slowly)


def test_of_the_two_who_hold_a_circle_one_stays(cast: Cast, linden: User, monkeypatch):
    at_leisure(monkeypatch)

    def go(person: User) -> str:
        try:
            leave(person, cast.circle)
        except programs_refusal.Refused as refused:
            return str(refused)
        return "left"

    said = all_at_once([lambda: go(cast.mina), lambda: go(linden)])

    assert sorted(one[:8] for one in said) == ["You hold", "left"]
    assert cast.circle.memberships.holding().count() == 1


def test_nobody_is_left_a_circle_as_they_leave_it(cast: Cast, linden: User, monkeypatch):
    at_leisure(monkeypatch)
    at = {"circle": cast.circle.public_id, "to": cast.member(linden).public_id}

    def go() -> str:
        with suppress(programs_refusal.Refused):
            leave(linden, cast.circle)
        return ""

    def hand_over() -> str:
        with suppress(Refused):
            beside.hand_over(by=cast.mina, brief="All is well.", **at)
        return ""

    all_at_once([go, hand_over])

    assert cast.circle.memberships.holding().count() == 1
