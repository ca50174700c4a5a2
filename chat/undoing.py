"""Taking back what was set for a room, its pace and its hours: it stands again as it did before.

Only where nothing was set since, by hand or by the day: whoever undoes has seen nothing of that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from chat import hours, pacing, record
from chat.facilitating import facilitating
from chat.models import Event, ModerationAction, Room
from chat.refusal import Refused

if TYPE_CHECKING:
    from community.models import User

# By the verb of the act: what it set, by its event; how that is put back; and how that is recorded.
_SETTINGS: dict[str, tuple[str, Callable[[Room, dict[str, Any]], None], str]] = {
    "pace": (Event.Kind.PACE, pacing.put_back, "put_pace_back"),
    "hours": (Event.Kind.HOURS, hours.put_back, "put_hours_back"),
    "daily_hours": (Event.Kind.HOURS, hours.put_back, "put_hours_back"),
}


def undo(*, by: User, circle: str, seq: int) -> None:
    """Takes back what was set at this place of the log. Raises Refused; `conflict` where something
    else was set since."""
    with facilitating(by, circle) as (room, facilitator):
        act = ModerationAction.objects.filter(room=room, seq=seq, verb__in=_SETTINGS).first()
        if act is None or act.before is None:
            raise Refused("bad_frame", _("There's nothing to undo there."))
        kind, put_back, verb = _SETTINGS[act.verb]
        if since := Event.objects.filter(room=room, kind=kind, seq__gt=seq).order_by("seq").last():
            raise Refused("conflict", _what_came_since(room, since))
        put_back(room, act.before)
        record.act(room, verb, by=facilitator)


def _what_came_since(room: Room, event: Event) -> str:
    """Who set something else, where somebody did: undoing and the day leave no act at the place."""
    act = ModerationAction.objects.filter(room=room, seq=event.seq).select_related("by").first()
    if act is None:
        return _("It has changed since. Look at how the room stands now.")
    said = _("%(name)s has set something else since. Look at how the room stands now.")
    return said % {"name": act.by.name}
