"""What happened in a room after a place in its log: drawn once, given to each as they may see.

Live frames, a socket's catch-up and the HTTP twin all come from here, so that after any
absence they end in the state of a freshly loaded page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from chat import drawing, sides
from chat.asides import Asides
from chat.company import Company, companies
from chat.entries import Entry
from chat.models import AccessCount, Event, Message, Room
from chat.packet import Packet
from chat.posting import Said
from chat.stretch import Happening, Stretch, Undrawn
from community.planned import one_of, planned_once
from community.templatetags.weave import swatch_classes
from programs.models import Circle, Membership

# Someone who was away for more than this loads the page instead.
FURTHEST_BACK = 2000
# A frame's worth: the next one is read when this one has left.
STRETCH = 50

_SENT = (Event.Kind.POSTED, Event.Kind.HELD)
_REDRAWS = {
    Event.Kind.EDITED,
    Event.Kind.TAKEN_BACK,
    Event.Kind.SET_ASIDE,
    Event.Kind.PUT_BACK,
    Event.Kind.LET_THROUGH,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch of a room's log and who may read the room; `changes` as in AccessCount."""

    stretch: Stretch
    company: Company
    changes: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose log is to be read on, after which place; the company as it was known before."""

    circle: Circle
    after: int
    company: Company | None = None


def read(circle: Circle, *, after: int, limit: int = STRETCH) -> Stretch:
    """Everything that happened after place `after`, at most `limit` events of it."""
    room = Room.objects.get(circle=circle)
    return _stretches([(circle, room, after)], limit)[0]


def read_on(wanted: Sequence[Wanted]) -> list[Reading]:
    """For each room what happened since, all in a few queries, however many rooms there are."""
    rooms = {
        room.circle_id: room
        for room in Room.objects.filter(circle__in={one.circle.pk for one in wanted})
    }
    stretches = _stretches(
        [(one.circle, rooms[one.circle.pk], one.after) for one in wanted], STRETCH
    )
    # After the events: whoever was removed before one was written is no longer in the company.
    known = {one.circle.pk: one.company for one in wanted if one.company}
    counts = {room.circle_id: room.company for room in rooms.values()}
    found = companies(counts, known=known)
    changes = access_changes()
    return [
        Reading(stretch, found[one.circle.pk], changes)
        for one, stretch in zip(wanted, stretches, strict=True)
    ]


def fresh(said: Said) -> Stretch:
    """The stretch of messages just committed, as they are in memory, place after place."""
    circle, messages = said.ground.circle, said.messages
    after, head = messages[0].placed_seq - 1, messages[-1].placed_seq
    events = [
        drawing.cast_event(message, words, circle)
        for message, words in zip(messages, said.words, strict=True)
    ]
    plain = [event for event in events if event is not None]
    if len(plain) < len(events):
        return Stretch(circle.public_id, after, head, head, _happenings_of(said))
    cast = (
        f'{{"is":"events","circle":"{circle.public_id}","after":{after},"upto":{head},'
        f'"events":[{",".join(plain)}]}}'
    )
    undrawn = Undrawn(lambda: _happenings_of(said))
    return Stretch(circle.public_id, after, head, head, undrawn, Packet(cast.encode()))


def _happenings_of(said: Said) -> list[Happening]:
    circle, messages = said.ground.circle, said.messages
    happenings = []
    entries = drawing.draw_fresh(messages, circle=circle, words=said.words)
    for message, entry in zip(messages, entries, strict=True):
        held = message.unshown
        happenings.append(
            Happening(
                seq=message.placed_seq,
                audience=Event.Audience.ONE if held else Event.Audience.ALL,
                member=message.membership.pk if held else None,
                place=message.placed_seq,
                shown={
                    "seq": message.placed_seq,
                    "kind": Event.Kind.HELD.value if held else Event.Kind.POSTED.value,
                    "id": entry.id,
                    "client_id": str(message.client_id),
                    "html": entry.html,
                },
                entry=entry,
            )
        )
    return happenings


def access_changes() -> int:
    """How many changes of anybody's rights there were."""
    return AccessCount.now()


def _stretches(wanted: Sequence[tuple[Circle, Room, int]], limit: int) -> list[Stretch]:
    # Ended by what was the newest when the room was read: every place up to it is there.
    ranges = [(room, after, min(room.last_seq, max(after, 0) + limit)) for _, room, after in wanted]
    events = _events([one for one in ranges if one[2] > one[1]])
    happenings = _happenings({circle.pk: (circle, events[room.pk]) for circle, room, _ in wanted})
    return [
        Stretch(
            circle.public_id,
            after,
            max(upto, after, 0),
            room.last_seq,
            [one for one in happenings[circle.pk] if after < one.seq <= upto],
        )
        for (circle, room, after), (_, _, upto) in zip(wanted, ranges, strict=True)
    ]


def _events(ranges: Sequence[tuple[Room, int, int]]) -> defaultdict[int, list[Event]]:
    """The events of these stretches, by room, each once and in their order."""
    found: defaultdict[int, list[Event]] = defaultdict(list)
    if not ranges:
        return found
    either = Q()
    for room, after, upto in ranges:
        either |= Q(room=room, seq__gt=after, seq__lte=upto)
    asked = Event.objects.filter(either).defer("at").order_by("room", "seq")
    # Of many rooms the text is another for each number of them.
    with planned_once() if len(ranges) == 1 else nullcontext():
        events = list(asked)
    _name_members([event for event in events if event.member_id and not event.message_id])
    for event in events:
        found[event.room_id].append(event)
    return found


def _name_members(events: Collection[Event]) -> None:
    """Those who joined, left or were muted; few events are about someone."""
    if events:
        members = Membership.objects.in_bulk({event.member_id for event in events})
        for event in events:
            event.member = members[event.member_id]


def _happenings(
    logs: Mapping[int, tuple[Circle, list[Event]]],
) -> dict[int, list[Happening]]:
    """The events of each circle as they are shown, by circle."""
    everything = [event for _, events in logs.values() for event in events]
    ids = {event.message_id for event in everything if event.message_id}
    redrawn = _concerned(everything, *_REDRAWS)
    messages = _messages(ids, quoting=redrawn)
    quoting = [message for message in messages.values() if message.reply_to_id in redrawn]
    sides.join(messages.values(), set_aside=_concerned(everything, Event.Kind.SET_ASIDE))
    of_room: defaultdict[int, dict[int, Message]] = defaultdict(dict)
    for message in messages.values():
        of_room[message.room_id][message.pk] = message
    counts = drawing.response_counts(messages.values())
    aside = Asides.of(everything, messages)
    found = {}
    for pk, (circle, events) in logs.items():
        standing = of_room[events[0].room_id] if events else {}
        drawn = drawing.draw_fresh(standing.values(), circle=circle, counts=counts)
        entries = dict(zip(standing, drawn, strict=True))
        answers = [one for one in quoting if one.pk in entries]
        found[pk] = [_happening(event, standing, entries, answers) for event in events]
        for event, happening in zip(events, found[pk], strict=True):
            happening.personal = aside.for_event(event, circle)
    return found


def _concerned(events: Iterable[Event], *kinds: Event.Kind) -> set[int]:
    """The messages that events of these kinds are about."""
    return {event.message_id for event in events if event.message_id and event.kind in kinds}


def _messages(ids: Collection[int], *, quoting: Collection[int]) -> dict[int, Message]:
    """These messages by id, and those that quote some of them."""
    if not ids:
        return {}
    either = one_of("chat_message.id", ids)
    if quoting:
        either |= one_of("chat_message.reply_to_id", quoting)
    with planned_once():
        return {m.pk: m for m in drawing.for_drawing(Message.objects.filter(either))}


def _happening(
    event: Event,
    messages: Mapping[int, Message],
    entries: Mapping[int, Entry],
    answers: Sequence[Message],
) -> Happening:
    shown: dict[str, Any] = {"seq": event.seq, "kind": event.kind} | event.facts
    # Who responded is nobody's business; who joined, left or was muted is told by its audience.
    if event.message_id is None and event.member is not None:
        shown["member"] = as_member(event.member)
    happening = Happening(
        seq=event.seq,
        audience=event.audience,
        member=event.member_id,
        place=event.seq,
        shown=shown,
    )
    message = messages.get(event.message_id) if event.message_id else None
    if message is None:
        return happening
    entry = happening.entry = entries[message.pk]
    happening.place = message.placed_seq
    shown["id"] = entry.id
    if message.client_id is not None and event.kind in _SENT:
        shown["client_id"] = str(message.client_id)
    shown["html"] = entry.html
    if event.kind in _REDRAWS:
        happening.also = [(m, entries[m.pk]) for m in answers if m.reply_to_id == message.pk]
    return happening


def as_member(member: Membership) -> dict[str, str]:
    """A member as frames name them."""
    return {
        "id": member.public_id,
        "name": member.name,
        "swatch": swatch_classes(member.swatch),
        "role": member.role,
    }
