"""Acting in a room as one who belongs to it: under its lock, so that what was asked still holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chat import log, refusal
from chat.models import Room
from programs.models import Membership

if TYPE_CHECKING:
    from community.models import User


@contextmanager
def belonging(by: User, circle: str) -> Iterator[tuple[Room, Membership]]:
    """The room's lock, held by one of its members, with their seat. Raises Refused for anyone else,
    and for a member whose account is closed."""
    try:
        with log.writing(circle) as room:
            current = Membership.objects.current().select_related("seat")
            theirs = current.filter(circle=room.circle_id, user=by, user__is_active=True)
            member = theirs.first()
            if member is None:
                raise refusal.not_member()
            yield room, member
    except Room.DoesNotExist:
        raise refusal.not_member() from None
