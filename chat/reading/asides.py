"""What only the one concerned learns beside an event: why, until when, and their own responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chat.keeping.holding import why_asked
from chat.keeping.moderation import why_muted, why_set_aside
from chat.models import Event, Message, Mute
from chat.reading.drawing import given_to
from community import vault
from programs.models import Circle


@dataclass(frozen=True, slots=True)
class Asides:
    """Read for many events at once: a few queries, whatever their number."""

    messages: Mapping[int, Message]
    mutes: Mapping[int | None, Mute]

    @classmethod
    def of(cls, events: Iterable[Event], messages: Mapping[int, Message]) -> Asides:
        muted = {event.member_id for event in events if event.kind == Event.Kind.MUTED}
        return cls(messages, _newest_mutes(muted))

    def for_event(self, event: Event, circle: Circle) -> dict[int, dict[str, Any]]:
        """By membership, the fields that this member alone is given; sentences are worded when
        they are (see `Happening.seen_by`)."""
        owner = vault.circle_owner(circle.public_id)
        message = self.messages.get(event.message_id) if event.message_id else None
        author = message.membership_id if message else None
        if event.kind == Event.Kind.RESPONDED and event.member_id:
            given = given_to(message) if message else ()
            return {
                event.member_id: {"mine": [kind for kind, by in given if by == event.member_id]}
            }
        if event.kind == Event.Kind.SET_ASIDE and message and author:
            return {author: {"say": why_set_aside(message.setting_aside, owner=owner)}}
        if event.kind == Event.Kind.ASKED and message and author:
            asking = getattr(message, "asking", None)
            return {author: {"say": why_asked(asking, owner=owner)}} if asking else {}
        if event.kind == Event.Kind.MUTED and (mute := self.mutes.get(event.member_id)):
            return {mute.member_id: {"say": why_muted(mute, owner=owner)}}
        return {}


def _newest_mutes(members: set[int | None]) -> dict[int | None, Mute]:
    if not members:
        return {}
    rows = Mute.objects.filter(member__in=members).select_related("by").order_by("pk")
    return {row.member_id: row for row in rows}
