"""Each act of a facilitator, written down in the very transaction it is done in.

Twice: as the room's own view of it, which facilitators see on their desk and which goes with the
room, and in the house's record, chained and without words, which stays (`community.audit`).
"""

from __future__ import annotations

import datetime
from typing import Any

from chat.keeping import acts
from chat.models import Message, ModerationAction, Room
from community import audit
from programs.models import Membership

audit.describe(
    {verb: act.told for verb, act in acts.ACTS.items() if act.told},
    appealable=[verb for verb, act in acts.ACTS.items() if act.appealable],
)


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
