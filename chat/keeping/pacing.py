"""How fast a room goes, and whether it goes at all just now. All of it told to the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat import log
from chat.keeping import record
from chat.keeping.facilitating import facilitating
from chat.models import Event, ModerationAction, Room
from chat.refusal import Refused

if TYPE_CHECKING:
    from community.models import User
    from programs.models import Membership

# Posting looks back one hour for the last message of each.
SLOWEST_SECONDS = 3600


def pace(*, by: User, circle: str, seconds: int) -> int | None:
    """Peers wait this long between two messages; 0 lets the room go freely. Raises Refused.

    The place in the log by which it is undone (`chat/keeping/undoing.py`); None where it was so
    already.
    """
    if not 0 <= seconds <= SLOWEST_SECONDS:
        raise Refused("bad_frame", _("Choose a pace of at most one message an hour."))
    with facilitating(by, circle) as (room, facilitator):
        if room.pace_seconds == seconds:
            return None
        before = {"seconds": room.pace_seconds}
        seq = _set(room, seconds, facilitator)
        record.act(room, "pace", by=facilitator, seq=seq, before=before)
        return seq


def in_words(seconds: int) -> str:
    """A slow pace as a sentence, in whole minutes where it has them."""
    if seconds % 60:
        said = ngettext(
            "Peers can send one message each second.",
            "Peers can send one message each %(n)s seconds.",
            seconds,
        )
        return said % {"n": seconds}
    minutes = seconds // 60
    said = ngettext(
        "Peers can send one message each minute.",
        "Peers can send one message each %(n)s minutes.",
        minutes,
    )
    return said % {"n": minutes}


def asked_for(seconds: int, by: str) -> str:
    """The same, and who asked for it; `by` is their name, empty where nobody knows."""
    if not by:
        return in_words(seconds)
    if seconds % 60:
        said = ngettext(
            "%(name)s has asked for one message each second.",
            "%(name)s has asked for one message each %(n)s seconds.",
            seconds,
        )
        return said % {"name": by, "n": seconds}
    minutes = seconds // 60
    said = ngettext(
        "%(name)s has asked for one message each minute.",
        "%(name)s has asked for one message each %(n)s minutes.",
        minutes,
    )
    return said % {"name": by, "n": minutes}


def who_asked(room: Room) -> str:
    """The name of whoever set the room's pace last, or took one back to this."""
    last = ModerationAction.objects.of_the_pace(room).select_related("by").first()
    return last.by.name if last else ""


def put_back(room: Room, before: dict[str, Any], by: Membership) -> int:
    """The pace as it was `before`, and the place of that in the log; the room's lock is held."""
    return _set(room, before["seconds"], by)


def pause(*, by: User, circle: str) -> None:
    """The room rests: peers read, respond and write in private. Raises Refused."""
    with facilitating(by, circle) as (room, facilitator):
        if room.paused_at is not None:
            return
        room.paused_at = timezone.now()
        room.save(update_fields=["paused_at"])
        log.append(room, Event.Kind.PAUSED)
        record.act(room, "pause", by=facilitator)


def resume(*, by: User, circle: str) -> None:
    """The room goes on. Raises Refused."""
    with facilitating(by, circle) as (room, facilitator):
        if room.paused_at is None:
            return
        room.paused_at = None
        room.save(update_fields=["paused_at"])
        log.append(room, Event.Kind.RESUMED)
        record.act(room, "resume", by=facilitator)


def _set(room: Room, seconds: int, by: Membership) -> int:
    room.pace_seconds = seconds
    room.save(update_fields=["pace_seconds"])
    return log.append(room, Event.Kind.PACE, member=by, seconds=seconds).seq
