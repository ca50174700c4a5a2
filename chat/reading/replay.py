"""What happened in a room after a place in its log: drawn once, given to each as they may see.

Live frames, a socket's catch-up and the HTTP twin all come from here, so that after any
absence they end in the state of a freshly loaded page.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import DatabaseError
from django.db.models import Q

from chat.models import AccessCount, Event, Message
from chat.posting import Said
from chat.posting.rows import circle_of
from chat.reading import drawing, plain, sides
from chat.reading.asides import Asides
from chat.reading.company import Company, companies
from chat.reading.entries import Entry
from chat.reading.plain import Range
from chat.reading.stretch import Happening, Stretch
from community import statements
from community.planned import one_of, planned_once
from community.statements import as_list
from community.templatetags.weave import swatch_classes
from programs.models import Circle, Membership

logger = logging.getLogger(__name__)

# Someone who was away for more than this loads the page instead.
FURTHEST_BACK = 2000
# A frame's worth: the next one is read when this one has left.
STRETCH = 50

_LOGS = """
SELECT r.circle_id, r.id, r.last_seq, o.language, o.time_zone
FROM chat_room r
JOIN programs_circle c ON c.id = r.circle_id
JOIN programs_cohort o ON o.id = c.cohort_id
WHERE r.circle_id {among}
"""
_COUNTS = """
SELECT r.circle_id, r.company, (SELECT a.changes FROM chat_accesscount a WHERE a.id = 1)
FROM chat_room r WHERE r.circle_id {among}
"""
_SENT = (Event.Kind.POSTED, Event.Kind.HELD)
# Answers show another quote after these. Of them all it is the same, and goes along once: there may
# be any number of answers. What is let through has none yet: nobody can answer what is held.
_REQUOTES = {
    Event.Kind.EDITED,
    Event.Kind.TAKEN_BACK,
    Event.Kind.SET_ASIDE,
    Event.Kind.PUT_BACK,
}

# Someone who answers for the room came or went: what is held may now be held for another.
_RENAMES_HELD = (Event.Kind.JOINED, Event.Kind.LEFT)


class Unreadable(Exception):
    """A room's log that can't be read as it stands."""


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
    log = _logs([circle.pk])[circle.pk]
    return _stretches([_range(circle, log, after, limit)])[0]


def read_on(wanted: Sequence[Wanted]) -> list[Reading]:
    """For each room what happened since, all in a few queries, however many rooms there are."""
    logs = _logs({one.circle.pk for one in wanted})
    stretches = _stretches([_range_on(one, logs[one.circle.pk]) for one in wanted])
    # Counted after all that was read: events show their messages as they stand by then, and whoever
    # was removed before one was changed is no longer in the company.
    counts, changes = _counts(logs)
    known = {one.circle.pk: one.company for one in wanted if one.company}
    found = companies(counts, known=known)
    return [
        Reading(stretch, found[one.circle.pk], changes)
        for one, stretch in zip(wanted, stretches, strict=True)
    ]


def read_each(wanted: Sequence[Wanted]) -> list[Reading | None]:
    """As `read_on`. None for a room that can't be read, which keeps nothing from the others; where
    it is the database that can't, it raises."""
    try:
        return [*read_on(wanted)]
    except DatabaseError:
        raise
    except Exception:
        return [_read_alone(one) for one in wanted]


def _read_alone(wanted: Wanted) -> Reading | None:
    try:
        return read_on([wanted])[0]
    except DatabaseError:
        raise
    except Exception as error:
        logger.error("room_not_read: %s", type(error).__name__)
        return None


def fresh(said: Said) -> Stretch:
    """The stretch of messages just committed, as they are in memory, place after place."""
    circle, messages, words = said.ground.circle, said.messages, said.words
    after, head = messages[0].placed_seq - 1, messages[-1].placed_seq
    cast = plain.cast(circle, messages, words, after=after, head=head)
    if cast is not None:
        return cast
    happenings = plain.happenings_of(circle, messages, words)
    return Stretch(circle.public_id, after, head, head, happenings)


def still_there(pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these messages are in the circle they are said to be in, by (circle, message).
    One that is not was lost with a log that was restored from an earlier copy; it may have gone
    on since, and then no place in it tells."""
    if not pairs:
        return set()
    messages = Message.objects.filter(public_id__in={message for _, message in pairs})
    return set(pairs) & set(messages.values_list("room__circle__public_id", "public_id"))


def access_changes() -> int:
    """How many changes of anybody's rights there were."""
    return AccessCount.now()


class _Log(NamedTuple):
    """How far a room's log has come, and in which language and by whose clocks it is drawn."""

    room: int
    head: int
    language: str
    time_zone: str


def _logs(circles: Collection[int]) -> dict[int, _Log]:
    """By circle. Raises KeyError for one without a room when it is asked for."""
    rows = statements.rows(_LOGS, [as_list(circles)])
    return {circle: _Log(*row) for circle, *row in rows}


def _counts(circles: Collection[int]) -> tuple[dict[int, int], int]:
    """How often it has changed who may read each of these circles' rooms, and how often anybody's
    rights have."""
    rows = statements.rows(_COUNTS, [as_list(circles)])
    return {row[0]: row[1] for row in rows}, max((row[2] or 0 for row in rows), default=0)


def _range(circle: Circle, log: _Log, after: int, limit: int) -> Range:
    # Ended by what was the newest when the room was read: every place up to it is there.
    return Range(circle, log.room, after, min(log.head, max(after, 0) + limit), log.head)


def _range_on(wanted: Wanted, log: _Log) -> Range:
    """A feed has known its circle for long, and the cohort's clocks may have been set since."""
    circle = circle_of(wanted.circle.pk, wanted.circle.public_id, log.language, log.time_zone)
    return _range(circle, log, wanted.after, STRETCH)


def _stretches(ranges: Sequence[Range]) -> list[Stretch]:
    cast = plain.read(ranges)
    others = [one for one in ranges if one not in cast]
    events = _events([one for one in others if one.upto > one.after])
    happenings = _happenings({one.circle.pk: (one.circle, events[one.room]) for one in others})
    return [cast.get(one) or _drawn(one, happenings[one.circle.pk]) for one in ranges]


def _drawn(one: Range, happenings: Sequence[Happening]) -> Stretch:
    return Stretch(
        one.circle.public_id,
        one.after,
        max(one.upto, one.after, 0),
        one.head,
        [happening for happening in happenings if one.after < happening.seq <= one.upto],
    )


def _events(ranges: Sequence[Range]) -> defaultdict[int, list[Event]]:
    """The events of these stretches, by room, each once and in their order."""
    found: defaultdict[int, list[Event]] = defaultdict(list)
    if not ranges:
        return found
    either = Q()
    for one in ranges:
        either |= Q(room=one.room, seq__gt=one.after, seq__lte=one.upto)
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
    held_anew = {event.room_id: event for event in everything if _renames_held(event)}
    messages = _messages(ids) | _held_in(held_anew)
    sides.join(
        messages.values(),
        set_aside=_concerned(everything, Event.Kind.SET_ASIDE),
        asked=_concerned(everything, Event.Kind.ASKED),
    )
    of_room: defaultdict[int, dict[int, Message]] = defaultdict(dict)
    for message in messages.values():
        of_room[message.room_id][message.pk] = message
    aside = Asides.of(everything, messages)
    found = {}
    for pk, (circle, events) in logs.items():
        standing = of_room[events[0].room_id] if events else {}
        drawn = drawing.draw_fresh(standing.values(), circle=circle)
        entries = dict(zip(standing, drawn, strict=True))
        found[pk] = [_happening(event, standing, entries) for event in events]
        for event, happening in zip(events, found[pk], strict=True):
            happening.personal = aside.for_event(event, circle)
            if event.kind in _REQUOTES and event.message_id in standing:
                quoted = standing[event.message_id]
                happening.shown["quote"] = drawing.quote_of(quoted, circle=circle)
            if held_anew.get(event.room_id) is event:
                happening.also = [
                    (message, entries[message.pk])
                    for message in standing.values()
                    if message.state == Message.State.HELD and message.placed_seq < event.seq
                ]
    return found


def _concerned(events: Iterable[Event], *kinds: Event.Kind) -> set[int]:
    """The messages that events of these kinds are about."""
    return {event.message_id for event in events if event.message_id and event.kind in kinds}


def _messages(ids: Collection[int]) -> dict[int, Message]:
    """These messages by id."""
    if not ids:
        return {}
    these = Message.objects.filter(one_of("chat_message.id", ids))
    with planned_once():
        return {m.pk: m for m in drawing.for_drawing(these)}


def _renames_held(event: Event) -> bool:
    member = event.member if event.kind in _RENAMES_HELD else None
    return member is not None and member.is_facilitator


def _held_in(rooms: Collection[int]) -> dict[int, Message]:
    """All that is held in these rooms, by id."""
    if not rooms:
        return {}
    held = Message.objects.filter(room__in=rooms, state=Message.State.HELD)
    return {m.pk: m for m in drawing.for_drawing(held)}


def _happening(
    event: Event,
    messages: Mapping[int, Message],
    entries: Mapping[int, Entry],
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
    return happening


def as_member(member: Membership) -> dict[str, str]:
    """A member as frames name them."""
    return {
        "id": member.public_id,
        "name": member.name,
        "swatch": swatch_classes(member.swatch),
        "role": member.role,
    }
