"""What stands beside a message for its author alone: what a facilitator did about it, and why."""

from __future__ import annotations

from collections.abc import Iterable

from chat.keeping.holding import why_asked
from chat.keeping.moderation import why_set_aside
from chat.models import Asking, Message
from community import vault
from programs.models import Membership


def told(messages: Iterable[Message], *, to: Membership) -> dict[str, str]:
    """The sentences beside those of `messages` (see `drawing.for_drawing`) that are theirs."""
    mine = [message for message in messages if message.membership_id == to.pk]
    owner = vault.circle_owner(to.circle.public_id)
    held = [message.pk for message in mine if message.state == Message.State.HELD]
    sentences = {}
    if held:
        asked = Asking.objects.filter(message__in=held).select_related("by", "message")
        sentences = {row.message.public_id: str(why_asked(row, owner=owner)) for row in asked}
    for message in mine:
        if message.state == Message.State.SET_ASIDE:
            sentences[message.public_id] = str(why_set_aside(message.setting_aside, owner=owner))
    return sentences
