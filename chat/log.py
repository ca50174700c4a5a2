"""The gapless log of a room: writing at its end, and telling everyone that something is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, transaction

from chat import announcing, refusal
from chat.models import Event, Message, Room
from community import statements
from programs.models import Membership

_OF_THE_COMPANY = (Event.Kind.JOINED, Event.Kind.LEFT)


@contextmanager
def writing(circle: str) -> Iterator[Room]:
    """A transaction that holds the room's lock; what it appended is told to all after commit.

    Raises Room.DoesNotExist, and Refused where somebody else holds it for long. Who may write is
    the caller's question, asked inside.
    """
    with transaction.atomic():
        room = _locked(circle)
        seq, company = room.last_seq, room.company
        yield room
        if (room.last_seq, room.company) != (seq, company):
            room.save(update_fields=["last_seq", "company"])
        if room.company != company:
            announcing.company_changed(circle)
        if room.last_seq != seq:
            announcing.rooms_changed({circle: room.last_seq})


def _locked(circle: str) -> Room:
    rooms = Room.objects.locked().select_related("circle__cohort")
    try:
        return rooms.get(circle__public_id=circle)
    except OperationalError as error:
        if statements.waited_too_long(error):
            raise refusal.not_now() from error
        raise


def append(
    room: Room,
    kind: str,
    *,
    message: Message | None = None,
    member: Membership | None = None,
    audience: str = Event.Audience.ALL,
    **facts: Any,
) -> Event:
    """Writes one event at the end of the log; the room's lock is held."""
    if kind in _OF_THE_COMPANY:
        room.company += 1
    return Event.objects.create(
        room=room,
        seq=room.next_seq(),
        kind=kind,
        audience=audience,
        message=message,
        member=member,
        facts=facts,
    )
