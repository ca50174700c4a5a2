"""The few statements of the hot path, written out.

Each costs the database some ten microseconds. Building them anew from querysets for every
batch cost thirty times that, and was most of what a busy house did.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from chat import leases
from chat.models import Room
from chat.posting.drafts import NewMessage
from chat.posting.ground import Ground, Speaker
from community import statements
from community.statements import as_instant, as_list, as_pairs, as_triples
from programs.models import Circle, Cohort, Membership

_ROOMS = """
SELECT r.id, r.last_seq, r.company, r.pace_seconds, r.paused_at, r.holds_all, r.floor,
  r.holder_id, r.hours, r.circle_id, c.public_id, o.language, o.time_zone
FROM chat_room r
JOIN programs_circle c ON c.id = r.circle_id
JOIN programs_cohort o ON o.id = c.cohort_id
WHERE c.public_id {among}
ORDER BY r.id
"""
_LOCKED_ROOMS = f"{_ROOMS} FOR UPDATE OF r"
_FREE_ROOMS = f"{_LOCKED_ROOMS} SKIP LOCKED"
_THERE = """
SELECT c.public_id FROM chat_room r JOIN programs_circle c ON c.id = r.circle_id
WHERE c.public_id {among}
"""

_ATTENDED = """
SELECT DISTINCT m.circle_id FROM chat_seat s JOIN programs_membership m ON m.id = s.membership_id
JOIN community_user u ON u.id = m.user_id AND u.is_active
WHERE m.circle_id {among} AND m.role = 'facilitator' AND m.left_at IS NULL
  AND s.here_until > %s AND s.here_until <= %s
"""

# What was held counts from when it was written. It was let through later, if at all: so the index
# by `posted_at` leaves nothing out. What was posted well after now was posted before the clock was
# set back: it keeps nobody waiting until that time comes again.
_SPEAKERS = """
SELECT m.id, m.public_id, m.circle_id, m.user_id, m.role, m.name, m.swatch, m.sees_earlier,
  s.joined_seq, s.held_at, s.came_again,
  (SELECT MAX(mu.until) FROM chat_mute mu
    WHERE mu.member_id = m.id AND mu.lifted_at IS NULL AND mu.until > %s),
  CASE WHEN who.third = 1 AND m.role <> 'facilitator' THEN
    (SELECT MAX(COALESCE(x.written_at, x.posted_at)) FROM chat_message x
      WHERE x.membership_id = m.id AND x.posted_at > %s AND x.posted_at <= %s) END,
  (SELECT COUNT(*) FROM chat_message x WHERE x.membership_id = m.id AND x.posted_at > %s
    AND x.posted_at <= %s AND (x.written_at IS NULL OR x.written_at > %s)),
  (SELECT a.changes FROM chat_accesscount a WHERE a.id = 1)
FROM ({triples}) AS who
JOIN programs_membership m ON m.circle_id = who.one AND m.user_id = who.other
JOIN community_user u ON u.id = m.user_id
JOIN chat_seat s ON s.membership_id = m.id
WHERE m.left_at IS NULL AND u.is_active
"""
# In the order of the model's fields, which `from_db` asks for.
_MEMBER_FIELDS = (
    "id",
    "public_id",
    "circle_id",
    "user_id",
    "role",
    "name",
    "swatch",
    "sees_earlier",
)

# The log's line for each new message: to all, or while it is held to those who may see it.
_EVENTS = """
{insert} INTO chat_event (room_id, seq, kind, audience, member_id, message_id, facts, at)
SELECT room_id, placed_seq,
  CASE WHEN unshown THEN 'message.held' ELSE 'message.posted' END,
  CASE WHEN unshown THEN 'one' ELSE 'all' END,
  CASE WHEN unshown THEN membership_id END,
  id, '{{}}', posted_at
FROM chat_message WHERE public_id {among}
"""

_GROWN = """
UPDATE chat_room SET last_seq = grown.other
FROM ({pairs}) AS grown WHERE chat_room.id = grown.one
"""

# What is not named here is NULL in a new message.
_WRITTEN = (
    "public_id",
    "room_id",
    "membership_id",
    "client_id",
    "fingerprint",
    "sealed_words",
    "reply_to_id",
    "state",
    "unshown",
    "placed_seq",
    "posted_at",
)
_MOST_ROWS = 64


def lock_rooms(
    circles: Collection[str], *, wait: bool = True
) -> tuple[list[Ground], frozenset[str]]:
    """The rooms of these circles, locked in the order of their ids; and, without `wait`, the
    circles among them whose rooms somebody else holds, and which therefore are not."""
    # SQLite has one writer at a time, and this transaction is it.
    locks = connection.features.has_select_for_update_of
    asked = (_LOCKED_ROOMS if wait else _FREE_ROOMS) if locks else _ROOMS
    rows = statements.rows(asked, [as_list(circles)])
    grounds = [
        Ground(
            room=row[0],
            last_seq=row[1],
            company=row[2],
            pace_seconds=row[3],
            paused=row[4] is not None,
            holds_all=bool(row[5]),
            floor=row[6],
            holder=row[7],
            hours=row[8],
            circle=circle_of(*row[9:13]),
        )
        for row in rows
    ]
    _look_who_attends([ground for ground in grounds if ground.hours == Room.Hours.ATTENDED])
    missing = set() if wait else set(circles) - {ground.circle.public_id for ground in grounds}
    if not missing:
        return grounds, frozenset()
    # One that was given back since is asked for again, as it will be anyway.
    there = statements.rows(_THERE, [as_list(missing)])
    return grounds, frozenset(row[0] for row in there)


def _look_who_attends(grounds: list[Ground]) -> None:
    if not grounds:
        return
    circles = as_list([ground.circle.pk for ground in grounds])
    now = timezone.now()
    running = [_for_database(now), _for_database(leases.latest(now))]
    attended = {row[0] for row in statements.rows(_ATTENDED, [circles, *running])}
    for ground in grounds:
        ground.attended = ground.circle.pk in attended


def speakers(
    grounds: Collection[Ground],
    pairs: Collection[tuple[str, int]],
    now: datetime.datetime,
    window: datetime.timedelta,
) -> tuple[dict[tuple[str, int], Speaker], int]:
    """Which of these pairs of circle and person belong together now, and the count of changes of
    anybody's rights so far. Asked after the locks are held."""
    if not grounds:
        return {}, 0
    by_name = {ground.circle.public_id: ground for ground in grounds}
    names = {ground.circle.id: circle for circle, ground in by_name.items()}
    wanted = [
        (ground.circle.id, person, int(ground.pace_seconds > 0))
        for circle, person in pairs
        if (ground := by_name.get(circle))
    ]
    slowest = datetime.timedelta(seconds=max(ground.pace_seconds for ground in grounds))
    since, latest = _for_database(now - window), _for_database(now + window)
    times = [_for_database(now), _for_database(now - slowest), latest, since, latest, since]
    found, changes = {}, 0
    for row in statements.rows(_SPEAKERS, [*times, as_triples(wanted)]):
        member = _member(*row[:8])
        changes = row[14] or 0
        found[names[row[2]], row[3]] = Speaker(
            member=member,
            from_seq=0 if row[7] else row[8],
            held=row[9] is not None,
            came_again=bool(row[10]),
            muted_until=as_instant(row[11]) if row[11] else None,
            last_at=as_instant(row[12]) if row[12] else None,
            recent=row[13],
        )
    return found, changes


def insert(messages: Sequence[NewMessage]) -> None:
    """Writes new messages and their events. Raises IntegrityError where one is known already."""
    for some in _in_powers_of_two(messages):
        statements.rows(_insert(len(some)), _values(some), is_lasting=False)
    statements.rows(_EVENTS, [as_list([message.public_id for message in messages])])


def grow(grounds: Collection[Ground]) -> None:
    """Keeps how far the logs have grown."""
    pairs = [(ground.room, ground.last_seq) for ground in grounds]
    statements.rows(_GROWN, [as_pairs(pairs)])


def _in_powers_of_two[T](items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in pieces of 64, 32, 16…: few statements, of few kinds, which are prepared once.

    Each statement lets go of the interpreter, and waits for the sockets' thread to get it back.
    """
    at, size = 0, _MOST_ROWS
    while at < len(items):
        while size > len(items) - at:
            size //= 2
        yield items[at : at + size]
        at += size


@cache
def _insert(rows: int) -> str:
    columns = ", ".join(_WRITTEN)
    row = f"({_places(_WRITTEN)})"
    return f"{{insert}} INTO chat_message ({columns}) VALUES {', '.join([row] * rows)}"


def _values(messages: Sequence[NewMessage]) -> list[Any]:
    """Theirs one after the other, each in the order of `_WRITTEN`."""
    keeps_uuids = connection.features.has_native_uuid_field
    at = cache(_for_database)  # most of them came at the same moment
    values: list[Any] = []
    for message in messages:
        values += (
            message.public_id,
            message.room_id,
            message.membership.id,
            message.client_id if keeps_uuids else message.client_id.hex,
            message.fingerprint,
            message.sealed_words,
            message.reply_to.pk if message.reply_to else None,
            message.state,
            message.unshown,
            message.placed_seq,
            at(message.posted_at),
        )
    return values


@lru_cache(maxsize=8192)
def _member(*row: Any) -> Membership:
    """As much of a member as posting and drawing ask for; the same row is the same again."""
    return Membership.from_db(connection.alias, _MEMBER_FIELDS, row)


@lru_cache(maxsize=4096)
def circle_of(pk: int, public_id: str, language: str, time_zone: str) -> Circle:
    """As much of a circle as drawing its messages asks for."""
    cohort = Cohort(language=language, time_zone=time_zone)
    return Circle(pk=pk, public_id=public_id, cohort=cohort)


def _places(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _for_database(instant: datetime.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(instant)
