"""People come and go while the room is kept: they wait for each other, and never in a ring."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction

from chat.keeping import hours, moderation
from chat.models import Room
from chat.refusal import Refused
from programs import enrolment
from programs.models import Circle
from tests.cast import Cast
from tests.chat.talk import all_at_once, leave

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
