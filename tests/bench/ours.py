"""Puts people and circles into a house, and looks at its messages afterwards.

`python -m tests.bench.ours fill CIRCLES MEMBERS BIG`, `… heads` and `… audit`, with a migrated
database of its own in the environment; the answer is one line of JSON.
"""

from __future__ import annotations

import datetime
import json
import logging
import secrets
import sys
from collections.abc import Iterable
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.models import Page  # noqa: E402

from chat.models import Event, Message, Room  # noqa: E402
from community import vault  # noqa: E402
from community.models import User  # noqa: E402
from programs.models import (  # noqa: E402
    Circle,
    Cohort,
    Membership,
    ProgramIndexPage,
    ProgramPage,
)
from tests.bench.dialects import uuid_of  # noqa: E402


@transaction.atomic
def fill(circles: int, members: int, big: int) -> dict[str, Any]:
    """`circles` circles of `members`, each with a facilitator, and one of `big` of the same."""
    people = _people(max(circles * members, big))
    sessions = _signed_in(people)
    cohort = Cohort.objects.create(
        program=_program(), name="Bench", starts_on=timezone.localdate(), number_of_weeks=1
    )
    rooms = []
    for number in range(circles):
        some = people[number * members : (number + 1) * members]
        rooms.append((_circle(cohort, f"Circle {number}", some), some))
    whole = _circle(cohort, "Open session", people[:big])
    return {
        "circles": [[(sessions[p.pk], room) for p in some] for room, some in rooms],
        "big": [(sessions[person.pk], whole) for person in people[:big]],
        "token": secrets.token_hex(16),
    }


def audit(said: Iterable[tuple[int, str, int | None, str]]) -> dict[str, int]:
    """What of all that was said is in the log: opened, word for word, in its place, once."""
    said = list(said)
    kept: dict[str, list[Message]] = {}
    for message in Message.objects.exclude(client_id=None).select_related("room__circle"):
        kept.setdefault(str(message.client_id), []).append(message)
    acknowledged = [line for line in said if line[2] is not None]
    return {
        "acknowledged": len(acknowledged),
        "missing": sum(uuid_of(number) not in kept for number, *_ in acknowledged),
        "twice": sum(len(rows) - 1 for rows in kept.values()),
        "altered": sum(
            not _is_as_said(row, room, seq, words)
            for number, room, seq, words in said
            for row in kept.get(uuid_of(number), [])
        ),
        "unasked": len(kept.keys() - {uuid_of(number) for number, *_ in said}),
        "gaps": sum(_gaps(room) for room in Room.objects.all()),
    }


def heads() -> dict[str, tuple[int, int]]:
    """The newest place of each room's log and how many places are wrong, by circle."""
    rooms = Room.objects.select_related("circle")
    return {room.circle.public_id: (room.last_seq, _gaps(room)) for room in rooms}


def _is_as_said(row: Message, room: str, seq: int | None, words: str) -> bool:
    circle = row.room.circle.public_id
    opened = row.words(owner=vault.circle_owner(circle)).body
    return circle == room and opened == words and seq in (None, row.placed_seq)


def _gaps(room: Room) -> int:
    """Places of a room's log that are empty, and messages that no event in their place tells of."""
    events = dict(Event.objects.filter(room=room).values_list("seq", "message_id"))
    empty = set(range(1, room.last_seq + 1)) ^ events.keys()
    placed = Message.objects.filter(room=room).values_list("pk", "placed_seq")
    return len(empty) + sum(events.get(seq) != pk for pk, seq in placed)


def _people(count: int) -> list[User]:
    unusable = make_password(None)
    return User.objects.bulk_create(
        User(email=f"person-{n}@example.org", password=unusable) for n in range(count)
    )


def _signed_in(people: list[User]) -> dict[int, str]:
    store = SessionStore()
    until = timezone.now() + datetime.timedelta(days=1)
    keys = {person.pk: secrets.token_hex(16) for person in people}
    Session.objects.bulk_create(
        Session(
            session_key=keys[person.pk],
            expire_date=until,
            session_data=store.encode(
                {
                    SESSION_KEY: str(person.pk),
                    BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
                    HASH_SESSION_KEY: person.get_session_auth_hash(),
                }
            ),
        )
        for person in people
    )
    return keys


def _program() -> ProgramPage:
    root = Page.get_first_root_node()
    index = root.add_child(instance=ProgramIndexPage(title="Bench", slug="bench-programs"))
    return index.add_child(instance=ProgramPage(title="Bench", slug="bench", summary="Bench."))


def _circle(cohort: Cohort, name: str, people: list[User]) -> str:
    circle = Circle.objects.create(cohort=cohort, name=name)
    for number, person in enumerate(people):
        role = Membership.Role.PEER if number else Membership.Role.FACILITATOR
        Membership.objects.create(
            circle=circle, user=person, role=role, name=f"Member {number}", swatch=number
        )
    return circle.public_id


if __name__ == "__main__":
    logging.disable(logging.INFO)
    if sys.argv[1] == "fill":
        print(json.dumps(fill(*map(int, sys.argv[2:]))))  # noqa: T201
    elif sys.argv[1] == "heads":
        print(json.dumps(heads()))  # noqa: T201
    else:
        print(json.dumps(audit(json.load(sys.stdin))))  # noqa: T201
    if connection.vendor == "postgresql":
        connection.close_pool()  # its threads would keep the process for seconds
