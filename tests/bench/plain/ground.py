"""Puts people into the plain chat, and looks at its messages afterwards; see ours.py."""

from __future__ import annotations

import datetime
import json
import secrets
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.bench.dialects import uuid_of  # noqa: E402
from tests.bench.plain.models import Message  # noqa: E402


def fill(circles: int, members: int, big: int) -> dict[str, Any]:
    unusable = make_password(None)
    people = User.objects.bulk_create(
        User(username=f"person-{n}", password=unusable) for n in range(max(circles * members, big))
    )
    sessions = [_session(person) for person in people]
    Session.objects.bulk_create(sessions)
    keys = [session.session_key for session in sessions]
    return {
        "circles": [
            [(key, f"circle-{n}") for key in keys[n * members : (n + 1) * members]]
            for n in range(circles)
        ],
        "big": [(key, "big") for key in keys[:big]],
        "token": secrets.token_hex(16),
    }


def audit(said: Iterable[tuple[int, str, int | None, str]]) -> dict[str, int]:
    """Nothing is acknowledged here, so that everything that was said should be kept."""
    said = list(said)
    rows = {row.client_id: row for row in Message.objects.all()}
    times = Counter(Message.objects.values_list("client_id", flat=True))
    wanted = {uuid_of(number): (room, words) for number, room, _, words in said}
    return {
        "acknowledged": 0,
        "missing": len(wanted.keys() - rows.keys()),
        "twice": sum(times.values()) - len(times),
        "altered": sum(
            (rows[key].room, rows[key].text) != wanted[key] for key in wanted & rows.keys()
        ),
        "unasked": len(rows.keys() - wanted.keys()),
        "gaps": 0,
    }


def _session(person: User) -> Session:
    data = {
        SESSION_KEY: str(person.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: person.get_session_auth_hash(),
    }
    return Session(
        session_key=secrets.token_hex(16),
        session_data=SessionStore().encode(data),
        expire_date=timezone.now() + datetime.timedelta(days=1),
    )


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        call_command("migrate", verbosity=0)
        print(json.dumps(fill(*map(int, sys.argv[2:]))))  # noqa: T201
    else:
        print(json.dumps(audit(json.load(sys.stdin))))  # noqa: T201
    if connection.vendor == "postgresql":
        connection.close_pool()  # its threads would keep the process for seconds
