"""Stretches of a log in which nothing happened but that messages were posted: cast, not drawn.

Most of what happens is that. What this process has just committed it has at hand; what another
has, stands in the database as it was said, and is read in one statement for many rooms. Whatever
is not as plain, `replay` reads and draws.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from chat.models import Event
from chat.models.messages import Words, sealed_about
from chat.posting import NewMessage
from chat.reading import drawing
from chat.reading.packet import Packet
from chat.reading.stretch import Happening, Stretch, Undrawn
from community import statements, vault
from community.statements import as_instant, as_pairs
from programs.models import Circle, Membership

# Longer ones are of someone who was away, and seldom plain.
_LONGEST = 16
# Place by place: where ranges are given, PostgreSQL reads the whole log of the house.
_POSTED = """
SELECT e.room_id, e.seq, m.public_id, m.client_id, m.sealed_words, m.posted_at,
  p.id, p.public_id, p.role, p.name, p.swatch
FROM ({pairs}) AS wanted
JOIN chat_event e ON e.room_id = wanted.one AND e.seq = wanted.other
JOIN chat_message m ON m.id = e.message_id
JOIN programs_membership p ON p.id = m.membership_id
WHERE e.kind = 'message.posted' AND e.audience = 'all' AND m.placed_seq = e.seq
  AND m.state = 'posted' AND NOT m.unshown AND m.edited_at IS NULL AND m.reply_to_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM chat_response r WHERE r.message_id = m.id)
ORDER BY e.room_id, e.seq
"""
_MEMBER_FIELDS = ("id", "public_id", "role", "name", "swatch")


class Range(NamedTuple):
    """The places of a room's log after one and up to another; `head` is how far it had come."""

    circle: Circle
    room: int
    after: int
    upto: int
    head: int


def read(ranges: Sequence[Range]) -> dict[Range, Stretch]:
    """The stretches of those ranges in which there is nothing else."""
    short = [one for one in ranges if 0 < one.upto - max(one.after, 0) <= _LONGEST]
    if not short:
        return {}
    wanted = {(one.room, place) for one in short for place in range(one.after + 1, one.upto + 1)}
    by_room: defaultdict[int, dict[int, Any]] = defaultdict(dict)
    for room, seq, *row in statements.rows(_POSTED, [as_pairs(wanted)]):
        by_room[room][seq] = row
    found = {}
    for one in short:
        if stretch := _stretch_of(one, by_room[one.room]):
            found[one] = stretch
    return found


def _stretch_of(wanted: Range, rows: Mapping[int, Any]) -> Stretch | None:
    circle, places = wanted.circle, range(wanted.after + 1, wanted.upto + 1)
    if not all(place in rows for place in places):
        return None
    messages = [_message(wanted.room, place, rows[place]) for place in places]
    owner = vault.circle_owner(circle.public_id)
    try:
        words = [
            Words.opened(
                vault.open_sealed(one.sealed_words, owner=owner, about=sealed_about(one.public_id))
            )
            for one in messages
        ]
    except vault.Unopenable:
        return None
    return cast(circle, messages, words, after=wanted.after, head=wanted.head)


def _message(room: int, seq: int, row: Sequence[Any]) -> NewMessage:
    public_id, client_id, sealed_words, posted_at, *member = row
    return NewMessage(
        public_id=public_id,
        room_id=room,
        membership=_member(*member),
        client_id=client_id if isinstance(client_id, uuid.UUID) else uuid.UUID(client_id),
        fingerprint=b"",
        sealed_words=sealed_words,
        reply_to=None,
        state="posted",
        unshown=False,
        posted_at=as_instant(posted_at),
        placed_seq=seq,
    )


@lru_cache(maxsize=8192)
def _member(*row: Any) -> Membership:
    """As much of a member as drawing asks for; the same row is the same again."""
    return Membership.from_db(connection.alias, _MEMBER_FIELDS, row)


def cast(
    circle: Circle,
    messages: Sequence[NewMessage],
    words: Sequence[Words],
    *,
    after: int,
    head: int,
) -> Stretch | None:
    """The stretch of these messages, one at each place after `after`; None where one of them is
    not as plain as most are."""
    events = [
        drawing.cast_event(message, said, circle)
        for message, said in zip(messages, words, strict=True)
    ]
    plain = [event for event in events if event is not None]
    if len(plain) < len(events):
        return None
    upto = messages[-1].placed_seq
    frame = (
        f'{{"is":"events","circle":"{circle.public_id}","after":{after},"upto":{upto},'
        f'"events":[{",".join(plain)}]}}'
    )
    undrawn = Undrawn(lambda: happenings_of(circle, messages, words))
    return Stretch(circle.public_id, after, upto, head, undrawn, Packet(frame.encode()))


def happenings_of(
    circle: Circle, messages: Sequence[NewMessage], words: Sequence[Words]
) -> list[Happening]:
    """That these were posted or held, drawn."""
    happenings = []
    entries = drawing.draw_fresh(messages, circle=circle, words=words)
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
