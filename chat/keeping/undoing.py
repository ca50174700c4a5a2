"""Taking back what was set for a room, its pace and its hours: it stands again as it did before.

Only where nothing was set since, by hand or by the day: whoever undoes has seen nothing of that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from chat.keeping import acts, hours, pacing, record
from chat.keeping.facilitating import facilitating
from chat.models import Event, ModerationAction, Room
from chat.refusal import Refused

if TYPE_CHECKING:
    from community.models import User
    from programs.models import Membership

_PUT_BACK: dict[Event.Kind, Callable[[Room, dict[str, Any], Membership], int]] = {
    Event.Kind.PACE: pacing.put_back,
    # The room is told whose its pace is; its hours may be the day's, and are nobody's.
    Event.Kind.HOURS: lambda room, before, _by: hours.put_back(room, before),
}


def undo(*, by: User, circle: str, seq: int) -> None:
    """Takes back what was set at this place of the log. Raises Refused; `conflict` where something
    was set since, or another has taken it back. Said twice, it is taken back once."""
    with facilitating(by, circle) as (room, facilitator):
        act = ModerationAction.objects.filter(room=room, seq=seq, verb__in=acts.SETTINGS).first()
        if act is None or act.before is None:
            raise Refused("bad_frame", _("There’s nothing to undo there."))
        kind, verb = acts.SETTINGS[act.verb], acts.of(act.verb).undone_by
        since = list(Event.objects.filter(room=room, kind=kind, seq__gt=seq).order_by("-seq")[:2])
        if not since:
            put_back = _PUT_BACK[kind](room, act.before, facilitator)
            record.act(room, verb, by=facilitator, seq=put_back)
            return
        newest = ModerationAction.objects.filter(room=room, seq=since[0].seq).first()
        if len(since) > 1 or newest is None or (newest.verb, newest.by) != (verb, facilitator):
            raise Refused("conflict", _who_was_first(newest))


def would_work(act: ModerationAction) -> bool:
    """Whether what this act set may be taken back still."""
    if act.seq is None or act.before is None:
        return False
    since = Event.objects.filter(room=act.room_id, kind=acts.SETTINGS[act.verb], seq__gt=act.seq)
    return not since.exists()


def _who_was_first(act: ModerationAction | None) -> str:
    """By name, but for the day, whose changes are nobody's act."""
    if act is None:
        return _("It has changed since. Look at how the room stands now.")
    said = _("%(name)s has changed it since. Look at how the room stands now.")
    return said % {"name": act.by.name}
