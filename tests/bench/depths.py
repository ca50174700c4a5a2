"""A million messages in five hundred rooms, and how long the database takes to find some.

`python -m tests.bench.depths measure MESSAGES SAMPLES`, with a migrated database of its own in
the environment; the answer is one line of JSON. The words are random bytes: nothing here opens
them, and what is measured is the database alone.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from chat import history, replay  # noqa: E402
from chat.models import Room, Seat  # noqa: E402
from chat.seats import seat_of  # noqa: E402
from community import vault  # noqa: E402
from community.models import User  # noqa: E402
from programs.models import Circle  # noqa: E402
from tests.bench import ours  # noqa: E402

_ROOMS = 500
# A fifth of everything lies in one room, so that there is a depth.
_DEEP = 0.2
_COUNTING = (
    "WITH RECURSIVE counting(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < %s)"
)
_OPERATIONS = ("latest", "before", "after", "catch-up")


def fill(messages: int) -> None:
    """Messages, their events, and a few replies and responses, by four statements in all."""
    ours.fill(_ROOMS, 2, 2)
    for circle in Circle.objects.all():
        vault.seal(
            "", owner=vault.circle_owner(circle.public_id), about=""
        )  # makes the circle's key
    rooms = list(Room.objects.order_by("pk").values_list("pk", flat=True))[:_ROOMS]
    deep = int(messages * _DEEP)
    share = (messages - deep) // (_ROOMS - 1)
    sizes = dict.fromkeys(rooms[1:], share) | {rooms[0]: deep}
    postgres = connection.vendor == "postgresql"
    name = "md5(random()::text)" if postgres else "lower(hex(randomblob(16)))"
    uuid = "gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))"
    sealed = "decode(repeat(md5(random()::text), 7), 'hex')" if postgres else "randomblob(120)"
    now = "now()" if postgres else "datetime('now')"
    no, blob = ("false", "''::bytea") if postgres else ("0", "x''")
    with connection.cursor() as cursor:
        for pk, size in sizes.items():
            members = list(
                Seat.objects.filter(membership__circle__room=pk).values_list(
                    "membership", flat=True
                )
            )
            head = Room.objects.values_list("last_seq", flat=True).get(pk=pk)
            cursor.execute(
                f"""INSERT INTO chat_message (public_id, room_id, membership_id, client_id,
                    fingerprint, sealed_words, state, unshown, placed_seq, posted_at)
                {_COUNTING} SELECT substr({name}, 1, 16), %s,
                    CASE WHEN n %% 2 = 0 THEN %s ELSE %s END, {uuid}, {blob}, {sealed},
                    'posted', {no}, %s + n, {now} FROM counting""",
                [size, pk, *members, head],
            )
            cursor.execute("UPDATE chat_room SET last_seq = %s WHERE id = %s", [head + size, pk])
        facts = "'{}'::jsonb" if postgres else "'{}'"
        cursor.execute(
            f"""INSERT INTO chat_event (room_id, seq, kind, audience, message_id, facts, at)
            SELECT room_id, placed_seq, 'message.posted', 'all', id, {facts}, posted_at
            FROM chat_message"""
        )
        cursor.execute(
            f"""INSERT INTO chat_response (message_id, membership_id, kind, at)
            SELECT id, membership_id, 'heard', {now} FROM chat_message WHERE id %% 3 = 0""",
            [],
        )
        cursor.execute(
            """UPDATE chat_message SET reply_to_id = id - 3
            WHERE id %% 5 = 0 AND placed_seq > 10""",
            [],
        )
        cursor.execute("ANALYZE")


def measure(samples: int) -> dict[str, Any]:
    """Milliseconds by operation: of the slowest query of each call, and of all of them."""
    chance = random.Random(9)
    rooms = list(Room.objects.order_by("pk")[:_ROOMS])
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    slowest: dict[str, tuple[float, str]] = {}
    for _ in range(samples):
        room = rooms[0] if chance.random() < 0.5 else chance.choice(rooms)
        depth = chance.randint(1, room.last_seq)
        member = room.circle.memberships.order_by("pk").last()
        for operation in _OPERATIONS:
            asked = _asked(_call(operation, member.user, room, depth))
            times = [_timed(sql, params) for sql, params in asked]
            found[operation]["slowest"].append(max(times))
            found[operation]["all"].append(sum(times))
            found[operation]["queries"].append(len(times))
            worst = max(zip(times, asked, strict=True), key=lambda one: one[0])
            if worst[0] > slowest.get(operation, (0.0, ""))[0]:
                slowest[operation] = (worst[0], worst[1][0])
    return {
        operation: {
            "queries": max(times["queries"]),
            "slowest": [_at(times["slowest"], part) for part in (0.5, 0.99)],
            "all": [_at(times["all"], part) for part in (0.5, 0.99)],
            "sql": slowest[operation][1],
        }
        for operation, times in found.items()
    }


def _call(operation: str, user: User, room: Room, depth: int) -> Callable[[], Any]:
    seat = seat_of(user, room.circle.public_id)
    assert seat is not None
    calls: dict[str, Callable[[], Any]] = {
        "latest": lambda: history.latest_page(seat),
        "before": lambda: history.page_before(seat, depth),
        "after": lambda: history.page_after(seat, depth),
        "catch-up": lambda: replay.read(room.circle, after=depth),
    }
    return calls[operation]


def _asked(call: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The queries that a call makes."""
    asked: list[tuple[str, Any]] = []

    def note(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        call()
    return asked


def _timed(sql: str, params: Any) -> float:
    """Milliseconds for a query and all its rows, the best of three: others use the machine."""
    best = float("inf")
    with connection.cursor() as cursor:
        for _ in range(3):
            began = time.perf_counter()
            cursor.execute(sql, params)
            cursor.fetchall()
            best = min(best, time.perf_counter() - began)
    return best * 1000


def _at(times: list[float], part: float) -> float:
    in_order = sorted(times)
    return in_order[min(int(part * len(in_order)), len(in_order) - 1)]


if __name__ == "__main__":
    logging.disable(logging.INFO)
    fill(int(sys.argv[2]))
    print(json.dumps(measure(int(sys.argv[3]))))  # noqa: T201
    if connection.vendor == "postgresql":
        connection.close_pool()
