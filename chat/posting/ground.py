"""A room and its members as posting finds them, under the room's lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

    from programs.models import Circle, Membership


@dataclass(slots=True)
class Ground:
    """A room as posting finds it, under the lock of its row until the transaction ends."""

    room: int
    last_seq: int
    company: int
    pace_seconds: int
    paused: bool
    holds_all: bool
    floor: str
    holder: int | None
    hours: str
    circle: Circle
    # Whether a facilitator is here; asked only where the hours depend on it.
    attended: bool = False

    def next_seq(self) -> int:
        """Takes the next place in the log."""
        self.last_seq += 1
        return self.last_seq


@dataclass(slots=True)
class Speaker:
    """A member as posting finds them; times are UTC."""

    member: Membership
    from_seq: int
    held: bool
    # They were a member of this circle before, too.
    came_again: bool
    muted_until: datetime.datetime | None
    # When they wrote last; known only to whom the room's pace is for, and as far back as it goes.
    last_at: datetime.datetime | None
    # How many messages they wrote in the ten seconds before.
    recent: int
