"""What happened in a room after a place in its log: drawn once, given to each as they may see.

Live frames, a socket's catch-up and the HTTP twin all come from here, so that after any
absence they end in the state of a freshly loaded page.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from chat import drawing, posting
from chat.drawing import Entry
from chat.models import Event, Message, Mute, Response, Room
from chat.moderation import why_muted, why_set_aside
from chat.seats import Viewer
from community import vault
from community.templatetags.weave import swatch_classes
from programs.models import Circle, Membership

# Someone who was away for more than this loads the page instead.
FURTHEST_BACK = 2000
STRETCH = 200

_SENT = (Event.Kind.POSTED, Event.Kind.HELD)
_MUTES = (Event.Kind.MUTED,)
_REDRAWS = {
    Event.Kind.EDITED,
    Event.Kind.TAKEN_BACK,
    Event.Kind.SET_ASIDE,
    Event.Kind.LET_THROUGH,
}


@dataclass(slots=True)
class _Happening:
    """One event as everybody would see it, and what single members learn besides."""

    event: Event
    shown: dict[str, Any]
    entry: Entry | None
    # The place of what it is about: from before a member's time, it is not theirs to see.
    place: int
    also: list[tuple[Message, Entry]] = field(default_factory=list)
    personal: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def concerned(self) -> Iterator[int]:
        """Members who may see it otherwise than their neighbours."""
        yield from self.personal
        if self.event.member_id:
            yield self.event.member_id
        yield from (m.membership_id for m, _ in self.also if m.membership_id)

    @property
    def places(self) -> Iterator[int]:
        """Of all that it shows something of; to whom depends on when their time began."""
        yield self.place
        entries = [entry for _, entry in self.also]
        for entry in [*entries, self.entry] if self.entry else entries:
            yield entry.seq
            if entry.quoted_seq:
                yield entry.quoted_seq

    def seen_by(self, viewer: Viewer) -> dict[str, Any] | None:
        """The event as `viewer` may see it; None where they may not."""
        event = self.event
        if event.seq <= viewer.from_seq or self.place <= viewer.from_seq:
            return None
        if not viewer.is_facilitator:
            if event.audience == Event.Audience.FACILITATORS:
                return None
            if event.audience == Event.Audience.ONE and event.member_id != viewer.member:
                return None
        also = [
            {"id": entry.id, "html": entry.html_for(viewer.from_seq)}
            for message, entry in self.also
            if _may_see(viewer, message)
        ]
        extra = self.personal.get(viewer.member, {})
        if self.entry is not None:
            extra = {"html": self.entry.html_for(viewer.from_seq)} | extra
        return self.shown | ({"also": also} if also else {}) | extra


@dataclass(slots=True)
class Stretch:
    """A stretch of a room's log, after one place up to another."""

    circle: str
    after: int
    upto: int
    head: int
    happenings: list[_Happening]
    _frames: dict[tuple[bool, int, int], str] = field(default_factory=dict)
    # To tell quickly who sees the same: members who see more or less, and the first place shown.
    _concerned: set[int] | None = None
    _oldest: int = 0

    def events_for(self, viewer: Viewer) -> list[dict[str, Any]]:
        seen = (happening.seen_by(viewer) for happening in self.happenings)
        return [event for event in seen if event is not None]

    def frame_for(self, viewer: Viewer) -> str:
        """The frame a socket is sent: made once for all who see the same."""
        kind = self._kind_of(viewer)
        frame = self._frames.get(kind)
        if frame is None:
            frame = self._frames[kind] = json.dumps(
                {
                    "is": "events",
                    "circle": self.circle,
                    "after": self.after,
                    "upto": self.upto,
                    "events": self.events_for(viewer),
                },
                ensure_ascii=False,
                separators=(",", ":"),
            )
        return frame

    def _kind_of(self, viewer: Viewer) -> tuple[bool, int, int]:
        if self._concerned is None:
            self._concerned = {m for happening in self.happenings for m in happening.concerned}
            self._oldest = min((place for h in self.happenings for place in h.places), default=0)
        return (
            viewer.is_facilitator,
            viewer.member if viewer.member in self._concerned else 0,
            viewer.from_seq if viewer.from_seq >= self._oldest else 0,
        )


def read(circle: Circle, *, after: int, limit: int = STRETCH) -> Stretch:
    """Everything that happened after place `after`, at most `limit` events of it."""
    room = Room.objects.get(circle=circle)
    events = list(
        Event.objects.filter(room=room, seq__gt=after, seq__lte=room.last_seq)
        .select_related("member")
        .order_by("seq")[:limit]
    )
    upto = events[-1].seq if events else max(after, 0)
    return Stretch(circle.public_id, after, upto, room.last_seq, _drawn(events, circle))


def fresh(circle: Circle, messages: list[Message]) -> Stretch:
    """The stretch of messages just committed, as they are in memory, place after place."""
    happenings = []
    for message, entry in zip(messages, drawing.draw_fresh(messages, circle=circle), strict=True):
        event = posting.event_of(message)
        shown = _shown(event) | _drawing_of(message, entry)
        happenings.append(_Happening(event, shown, entry, place=message.placed_seq))
    head = messages[-1].placed_seq
    return Stretch(circle.public_id, messages[0].placed_seq - 1, head, head, happenings)


def _drawn(events: list[Event], circle: Circle) -> list[_Happening]:
    ids = {event.message_id for event in events if event.message_id}
    quoted = {e.message_id for e in events if e.kind in _REDRAWS}
    messages = (
        {m.pk: m for m in drawing.for_drawing(Message.objects.filter(pk__in=ids))} if ids else {}
    )
    quoting = (
        list(drawing.for_drawing(Message.objects.filter(reply_to__in=quoted))) if quoted else []
    )
    everything = [*messages.values(), *(m for m in quoting if m.pk not in messages)]
    entries = {
        message.pk: entry
        for message, entry in zip(
            everything, drawing.draw(everything, circle=circle) if everything else [], strict=True
        )
    }
    also: dict[int, list[tuple[Message, Entry]]] = defaultdict(list)
    for reply in quoting:
        also[cast(int, reply.reply_to_id)].append((reply, entries[reply.pk]))
    happenings = []
    for event in events:
        message = messages.get(event.message_id) if event.message_id else None
        happening = _Happening(event, _shown(event), None, place=event.seq)
        if message is not None:
            happening.place = message.placed_seq
            happening.entry = entries[message.pk]
            happening.shown |= _drawing_of(message, happening.entry)
            if message.client_id is None or event.kind not in _SENT:
                happening.shown.pop("client_id")
            if event.kind in _REDRAWS:
                happening.also = also[message.pk]
        happenings.append(happening)
    _tell_the_concerned(happenings, messages, circle)
    return happenings


def _shown(event: Event) -> dict[str, Any]:
    shown: dict[str, Any] = {"seq": event.seq, "kind": event.kind} | event.facts
    # Who responded is nobody's business; who joined, left or was muted is told by its audience.
    if event.member is not None and event.message_id is None:
        shown["member"] = as_member(event.member)
    return shown


def _drawing_of(message: Message, entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "client_id": str(message.client_id), "html": entry.html}


def as_member(member: Membership) -> dict[str, str]:
    """A member as frames name them."""
    return {
        "id": member.public_id,
        "name": member.name,
        "swatch": swatch_classes(member.swatch),
        "role": member.role,
    }


def _tell_the_concerned(
    happenings: list[_Happening], messages: dict[int, Message], circle: Circle
) -> None:
    owner = vault.circle_owner(circle.public_id)
    responders = {
        (h.event.message_id, h.event.member_id)
        for h in happenings
        if h.event.kind == Event.Kind.RESPONDED
    }
    given = _responses_of(responders)
    mutes = _newest_mutes({h.event.member_id for h in happenings if h.event.kind in _MUTES})
    for happening in happenings:
        event = happening.event
        message = messages.get(event.message_id) if event.message_id else None
        if event.kind == Event.Kind.RESPONDED and event.member_id:
            mine = given.get((event.message_id, event.member_id), [])
            happening.personal[event.member_id] = {"mine": mine}
        elif event.kind == Event.Kind.SET_ASIDE and message and message.membership_id:
            say = why_set_aside(message.setting_aside, owner=owner)
            happening.personal[message.membership_id] = {"say": say}
        elif event.kind in _MUTES and (row := mutes.get(event.member_id)):
            happening.personal[row.member_id] = {"say": why_muted(row, owner=owner)}


def _newest_mutes(members: set[int | None]) -> dict[int | None, Mute]:
    rows = Mute.objects.filter(member__in=members).select_related("by").order_by("pk")
    return {row.member_id: row for row in rows} if members else {}


def _responses_of(pairs: set[tuple[int | None, int | None]]) -> dict[tuple, list[str]]:
    if not pairs:
        return {}
    given: dict[tuple, list[str]] = defaultdict(list)
    rows = Response.objects.filter(
        message__in={message for message, _ in pairs}, membership__in={m for _, m in pairs}
    )
    for message, member, kind in rows.values_list("message_id", "membership_id", "kind"):
        given[message, member].append(kind)
    return given


def _may_see(viewer: Viewer, message: Message) -> bool:
    if message.placed_seq <= viewer.from_seq:
        return False
    shown = not message.unshown or message.membership_id == viewer.member
    return viewer.is_facilitator or shown
