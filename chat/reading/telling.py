"""What stands beside a message for its author alone: what a facilitator did about it, and why."""

from __future__ import annotations

from collections.abc import Iterable

from chat.keeping.holding import why_asked
from chat.keeping.moderation import why_set_aside
from chat.models import Message
from community import vault
from programs.models import Membership


def told(messages: Iterable[Message], *, to: Membership) -> dict[str, str]:
    """The sentences beside those of `messages` (see `drawing.for_drawing`) that are theirs."""
    mine = [message for message in messages if message.membership_id == to.pk]
    owner = vault.circle_owner(to.circle.public_id)
    sentences = {}
    for message in mine:
        asking = getattr(message, "asking", None) if message.state == Message.State.HELD else None
        if asking is not None:
            sentences[message.public_id] = str(why_asked(asking, owner=owner))
        if message.state == Message.State.SET_ASIDE:
            sentences[message.public_id] = str(why_set_aside(message.setting_aside, owner=owner))
    return sentences
