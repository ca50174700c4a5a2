"""Each act of a facilitator, written down in the very transaction it is done in.

Twice: as the room's own view of it, which facilitators see on their desk and which goes with the
room, and in the house's record, chained and without words, which stays (`community.audit`).
"""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from chat.models import Message, ModerationAction, Room
from community import audit
from programs.models import Membership

# What the one concerned reads on their page, by verb.
_SAID = {
    "set_aside": _("%(name)s set a message of yours aside."),
    "put_back": _("%(name)s put a message of yours back."),
    "let_through": _("%(name)s read a held message of yours and let it through."),
    "ask_to_change": _("%(name)s asked you to change a held message."),
    "mute": _("%(name)s asked you to only read and respond, until %(until)s."),
    "unmute": _("%(name)s let you write again."),
    "hold": _("%(name)s asked to read what you write first."),
    "unhold": _("%(name)s no longer reads what you write first."),
    "check_in": _("%(name)s wrote to you alone."),
    "hand_over": _("%(name)s handed the circle over to you."),
}
audit.describe(_SAID, appealable=("set_aside", "ask_to_change", "mute", "hold"))


def act(
    room: Room,
    verb: str,
    *,
    by: Membership,
    member: Membership | None = None,
    message: Message | None = None,
    until: datetime.datetime | None = None,
    seq: int | None = None,
    before: dict[str, Any] | None = None,
) -> None:
    """Writes down that `by` did `verb`, to `member` or with `message`; the transaction's last.

    What was set for the room at `seq` of its log can be put back to how it stood `before`.
    """
    ModerationAction.objects.create(
        room=room,
        verb=verb,
        by=by,
        member=member,
        message=message,
        until=until,
        seq=seq,
        before=before,
    )
    audit.record(
        verb=verb,
        by=by.user,
        about=member.user if member else None,
        circle=room.circle.public_id,
        message=message.public_id if message else "",
        until=until,
    )


def by_itself(room: Room, verb: str, *, member: Membership) -> None:
    """Writes down what the house did to `member` by its rules; no facilitator did it."""
    circle = room.circle.public_id
    audit.record(verb=verb, by=None, about=member.user, circle=circle)
