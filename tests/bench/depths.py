"""A million messages in two hundred and fifty rooms, and how long the database takes to find some.

`python -m tests.bench.depths fill MESSAGES` (nothing where it is filled) and `… measure SAMPLES`,
with a migrated database of its own in the environment; the answer is one line of JSON. The words
are random bytes: nothing here opens them, and what is measured is the database alone.
"""

from __future__ import annotations

import gc
import json
import logging
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402

from chat import announcing  # noqa: E402
from chat.models import Hiding, Message, Room, Seat  # noqa: E402
from chat.reading import history, replay  # noqa: E402
from chat.seats import seat_of  # noqa: E402
from community import vault  # noqa: E402
from programs.models import Membership  # noqa: E402
from tests.bench import ours  # noqa: E402

_ROOMS = 250
# A fifth of everything lies in one room, so that there is a depth.
_DEEP = 0.2
_IN_DEEP, _IN_OTHERS = 40, 4
_SHALLOW = 200
_DURATION = re.compile(r"duration: ([0-9.]+) ms")
# As often a process has been asked before it is measured: PostgreSQL plans a statement anew for
# the first times.
_BEFOREHAND = 60

# Of ten places in a log eight are messages. Of these one in five answers another, some are
# edited, set aside, taken back, held, and one in four hundred places is a question.
_FILLING = (
    """
    INSERT INTO chat_message (public_id, room_id, membership_id, client_id, fingerprint,
      sealed_words, state, unshown, placed_seq, posted_at, edited_at)
    WITH RECURSIVE counting(n) AS
      (SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < %(size)s)
    SELECT substr({name}, 1, 16), %(room)s, %(first)s + n %% %(members)s, {uuid}, {blob}, {sealed},
      CASE WHEN n %% 200 = 101 THEN 'held' WHEN n %% 50 = 21 THEN 'set_aside'
        WHEN n %% 40 = 11 THEN 'taken_back' ELSE 'posted' END,
      n %% 200 = 101, %(head)s + n, {now}, CASE WHEN n %% 10 = 6 THEN {now} END
    FROM counting WHERE n %% 10 NOT IN (3, 7)
    """,
    """
    INSERT INTO programs_promptdelivery (public_id, circle_id, week, due_at, state, why, theme,
      question)
    SELECT substr({name}, 1, 16), %(circle)s, (placed_seq - %(head)s) / 400, posted_at,
      'delivered', '', 'Rest', 'What did you notice, and what would you like to take with you?'
    FROM chat_message WHERE room_id = %(room)s AND (placed_seq - %(head)s) %% 400 = 5
    """,
    """
    UPDATE chat_message SET membership_id = NULL, client_id = NULL, prompt_id =
      (SELECT p.id FROM programs_promptdelivery p
        WHERE p.circle_id = %(circle)s AND p.week = (placed_seq - %(head)s) / 400)
    WHERE room_id = %(room)s AND (placed_seq - %(head)s) %% 400 = 5
    """,
    # Mostly what was said just before, sometimes what lies far back.
    """
    UPDATE chat_message SET reply_to_id = id - CASE WHEN placed_seq %% 4 = 0 THEN 900 ELSE 3 END
    WHERE room_id = %(room)s AND id %% 5 = 0 AND placed_seq > 1300
    """,
    """
    INSERT INTO chat_setaside (message_id, by_id, sealed_why, at)
    SELECT id, %(first)s, {sealed}, posted_at FROM chat_message
    WHERE room_id = %(room)s AND state = 'set_aside'
    """,
    """
    INSERT INTO chat_response (message_id, membership_id, kind, at)
    SELECT id, membership_id, 'heard', posted_at FROM chat_message
      WHERE room_id = %(room)s AND id %% 3 = 0 AND membership_id IS NOT NULL
    UNION ALL
    SELECT id, %(first)s, 'with_you', posted_at FROM chat_message
      WHERE room_id = %(room)s AND id %% 6 = 0
    """,
    """
    INSERT INTO chat_event (room_id, seq, kind, audience, member_id, message_id, facts, at)
    SELECT room_id, placed_seq, CASE WHEN unshown THEN 'message.held'
        WHEN membership_id IS NULL THEN 'prompt.posted' ELSE 'message.posted' END,
      CASE WHEN unshown THEN 'one' ELSE 'all' END,
      CASE WHEN unshown THEN membership_id END, id, {facts}, posted_at
      FROM chat_message WHERE room_id = %(room)s
    UNION ALL
    SELECT room_id, placed_seq + 1, 'message.responded', 'all', %(first)s, id, {facts}, posted_at
      FROM chat_message WHERE room_id = %(room)s AND (placed_seq - %(head)s) %% 10 = 2
    UNION ALL
    SELECT room_id, placed_seq + 1, 'message.edited', 'all', NULL, id, {facts}, posted_at
      FROM chat_message WHERE room_id = %(room)s AND (placed_seq - %(head)s) %% 10 = 6
        AND (placed_seq - %(head)s) %% 50 <> 26
    UNION ALL
    SELECT room_id, placed_seq + 6, 'message.set_aside', 'all', membership_id, id, {facts},
      posted_at
      FROM chat_message WHERE room_id = %(room)s AND (placed_seq - %(head)s) %% 50 = 21
    """,
    "UPDATE chat_room SET last_seq = %(head)s + %(size)s WHERE id = %(room)s",
)
_ON_SQLITE = {
    "name": "lower(hex(randomblob(16)))",
    "uuid": "lower(hex(randomblob(16)))",
    "blob": "x''",
    "sealed": "randomblob(60 + abs(random()) %% 400)",
    "now": "strftime('%%Y-%%m-%%d %%H:%%M:%%f000', 'now')",
    "facts": "'{}'",
}
_ON_POSTGRES = {
    "name": "md5(random()::text)",
    "uuid": "gen_random_uuid()",
    "blob": "''::bytea",
    "sealed": "decode(repeat(md5(random()::text), 4 + (random() * 25)::int), 'hex')",
    "now": "now()",
    "facts": "'{}'::jsonb",
}


def fill(messages: int) -> None:
    """All of it or nothing; nothing where there is something already."""
    if Message.objects.exists():
        return
    announcing.through(lambda _: None)  # nobody is here to be told
    with transaction.atomic():
        ours.fill(_ROOMS - 1, _IN_OTHERS, _IN_DEEP)
        deep, *others = Room.objects.order_by("-pk")
        _fill(deep, int(messages * _DEEP))
        for room in others:
            _fill(room, int(messages * (1 - _DEEP)) // len(others))
        # Someone in the deep room reads nothing of another, who has said much.
        one, other = deep.circle.memberships.order_by("pk")[1:3]
        Hiding.objects.create(member=one, other=other)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What its own servants do in the first minutes, done before anything is measured.
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(room: Room, messages: int) -> None:
    circle = room.circle
    # Makes the circle's key.
    vault.seal("", owner=vault.circle_owner(circle.public_id), about="")
    members = circle.memberships.order_by("pk")
    told = {
        "size": messages // 8 * 10,
        "room": room.pk,
        "circle": circle.pk,
        "first": members[0].pk,
        "members": members.count(),
        "head": room.last_seq,
    }
    said = _ON_POSTGRES if connection.vendor == "postgresql" else _ON_SQLITE
    with connection.cursor() as cursor:
        for statement in _FILLING:
            # Facts are braces, too.
            for name, words in said.items():
                statement = statement.replace(f"{{{name}}}", words)
            cursor.execute(statement, told)


@dataclass
class Took:
    """The queries of one call: milliseconds of each, its rows fetched, and what it was."""

    queries: list[list[Any]] = field(default_factory=list)

    @property
    def times(self) -> list[float]:
        return [seconds * 1000 for seconds, _ in self.queries]


class _Noting(CursorWrapper):
    """A cursor that notes what it is asked; how long that takes, PostgreSQL says (`said`)."""

    took: Took

    def execute(self, sql: str, params: Any = None) -> Any:
        self.took.queries.append([0.0, sql])
        return super().execute(sql, params)


class _Timed(_Noting):
    """A cursor that notes how long it took, just as it is asked: once, with nothing warmed up."""

    def execute(self, sql: str, params: Any = None) -> Any:
        self.took.queries.append([0.0, sql])
        return self._noted(CursorWrapper.execute, self, sql, params)

    def fetchone(self) -> Any:
        return self._noted(self.cursor.fetchone)

    def fetchmany(self, *size: int) -> Any:
        return self._noted(self.cursor.fetchmany, *size)

    def fetchall(self) -> Any:
        return self._noted(self.cursor.fetchall)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def _noted(self, call: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*arguments)
        finally:
            self.took.queries[-1][0] += time.perf_counter() - began


@contextmanager
def timed(kind: type[_Noting] = _Timed) -> Iterator[Took]:
    """What the calls inside ask of the database."""
    took = Took()

    def cursor(cursor: Any) -> _Noting:
        wrapped = kind(cursor, connection)
        wrapped.took = took
        return wrapped

    # Python's own pauses are no part of what is measured.
    gc.collect(0)
    gc.disable()
    connection.make_cursor = cursor
    try:
        yield took
    finally:
        del connection.make_cursor
        gc.enable()


@contextmanager
def said() -> Iterator[Took]:
    """As `timed`, in PostgreSQL's own words: without the way to it and back, and the client."""
    if connection.vendor == "sqlite":
        with timed() as took:  # which has no server
            yield took
        return

    def note(told: Any) -> None:
        # Of one query it may say three: reading it, planning it, doing it.
        if found := _DURATION.match(told.message_primary or ""):
            took.queries[-1][0] += float(found[1]) / 1000

    with connection.cursor() as cursor:
        cursor.execute("SET client_min_messages = log; SET log_min_duration_statement = 0")
    server = connection.connection
    server.add_notice_handler(note)
    try:
        with timed(_Noting) as took:
            yield took
    finally:
        server.remove_notice_handler(note)
        with connection.cursor() as cursor:
            cursor.execute("RESET log_min_duration_statement; RESET client_min_messages")


def measure(samples: int) -> dict[str, Any]:
    """Milliseconds by page: of the slowest query of each call, and of all of them; and what the
    database says of the slowest itself."""
    _read_through()
    gc.collect()
    gc.freeze()
    found = _asked(samples, timed)
    in_database = _asked(samples, said)
    return {
        name: _summed_up(calls) | {"in_database": _summed_up(in_database[name])["slowest"]}
        for name, calls in found.items()
    }


def _asked(
    samples: int, noting: Callable[[], AbstractContextManager[Took]]
) -> dict[str, list[Took]]:
    chance = random.Random(9)
    rooms = list(Room.objects.select_related("circle__cohort").order_by("-pk"))
    people = {
        room.pk: list(room.circle.memberships.order_by("pk").select_related("user"))
        for room in rooms
    }
    found: dict[str, list[Took]] = defaultdict(list)
    for turn in range(-_BEFOREHAND, samples):
        room = rooms[0] if chance.random() < 0.5 else chance.choice(rooms)
        # The one who hides someone, one of all others, and a facilitator.
        member = chance.choice([people[room.pk][1], chance.choice(people[room.pk])])
        seat = seat_of(member.user, room.circle.public_id)
        assert seat is not None
        near = room.last_seq - chance.randint(1, _SHALLOW)
        deep = chance.randint(min(100, room.last_seq), room.last_seq)
        message = _message_at(room, deep, member)
        calls: dict[str, Callable[[], Any]] = {
            "latest": partial(history.latest_page, seat),
            "older, near": partial(history.page_before, seat, near),
            "older, deep": partial(history.page_before, seat, deep),
            "newer, near": partial(history.page_after, seat, near),
            "newer, deep": partial(history.page_after, seat, deep),
            "permalink": partial(_permalink, seat, message),
            "catch-up, near": partial(replay.read, room.circle, after=near),
            "catch-up, deep": partial(replay.read, room.circle, after=deep),
        }
        for name, call in calls.items():
            with noting() as took:
                call()
            if turn >= 0:
                found[name].append(took)
    return found


def _read_through() -> None:
    """So that the system has the database in its memory, as where people read every day."""
    if connection.vendor == "sqlite":
        with Path(connection.settings_dict["NAME"]).open("rb") as file:
            while file.read(1 << 24):
                pass
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute(
            """SELECT sum(pg_prewarm(oid, 'read')) FROM pg_class
            WHERE relkind IN ('r', 'i') AND relname ~ '^(chat|programs)_|_message_|per_place'"""
        )


def _permalink(seat: Seat, message: str) -> None:
    history.page_around(seat, message)


def _message_at(room: Room, place: int, member: Membership) -> str:
    return (
        Message.objects.filter(room=room, placed_seq__lte=place)
        .visible_to(member, from_seq=0)
        .order_by("-placed_seq")
        .values_list("public_id", flat=True)[0]
    )


def _summed_up(calls: list[Took]) -> dict[str, Any]:
    slowest = max((query for took in calls for query in took.queries), key=lambda one: one[0])
    return {
        "queries": max(len(took.queries) for took in calls),
        "slowest": [_at([max(took.times) for took in calls], part) for part in (0.5, 0.99)],
        "all": [_at([sum(took.times) for took in calls], part) for part in (0.5, 0.99)],
        "sql": slowest[1],
    }


def _at(times: list[float], part: float) -> float:
    in_order = sorted(times)
    return in_order[min(int(part * len(in_order)), len(in_order) - 1)]


if __name__ == "__main__":
    logging.disable(logging.INFO)
    if sys.argv[1] == "fill":
        print(json.dumps(fill(int(sys.argv[2]))))  # noqa: T201
    else:
        print(json.dumps(measure(int(sys.argv[2]))))  # noqa: T201
    if connection.vendor == "postgresql":
        connection.close_pool()
