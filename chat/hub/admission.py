"""Who may be here. Asked when a socket comes, and again as long as it stays.

Many come and are looked at in one question. Nothing here trusts what a process remembers:
the database says whether a session still stands and whether a membership does.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from chat import replay
from community.models import User
from community.sessions import RENEWED
from programs.idle import HOLDS, TOUCHED
from programs.models import Membership

# What a session keeps of its own use.
_NOTED = (RENEWED, TOUCHED, HOLDS)
_KEY = re.compile(r"[a-z0-9]{1,40}")
# Written out: each message by HTTP asks them, and to build them costs more than to ask.
_LASTING = """
SELECT session_key, session_data FROM django_session
WHERE session_key IN ({keys}) AND expire_date > %s
"""
_ACTIVE = "SELECT id, password, language FROM community_user WHERE id IN ({ids}) AND is_active"
_PERSON_FIELDS = ("id", "password", "language")


@dataclass(frozen=True, slots=True)
class Standing:
    """A session that stands: whose it is, the language they chose, and what it noted of its use."""

    person: int
    language: str
    noted: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whose session stood, looked up when rights had changed so often (see AccessCount)."""

    person: int
    changes: int


def admitted(sessions: Sequence[str]) -> list[Admitted | None]:
    """Who stands at the door with each session; None where it has ended or was revoked."""
    # Counted first: what ends while they are looked up was not looked at.
    changes = replay.access_changes()
    return [Admitted(person, changes) if person else None for person in people_of(sessions)]


def people_of(sessions: Sequence[str]) -> list[int | None]:
    """The person each session belongs to; None where it has ended or was revoked."""
    return [found.person if found else None for found in standing(sessions)]


def standing(sessions: Sequence[str]) -> list[Standing | None]:
    """Each session as it stands now; None where it has ended or was revoked."""
    # What can't be a key is not asked for: a database that chokes on it would fail all of them.
    keys = {session for session in sessions if _KEY.fullmatch(session)}
    claimed = {session: _opened(data) for session, data in _lasting(keys)}
    people = _active({person for person, _, _ in claimed.values() if person.isdecimal()})
    found = {
        session: Standing(people[person].pk, people[person].language, noted)
        for session, (person, opened_with, noted) in claimed.items()
        if person in people and _same_keys(people[person], opened_with)
    }
    return [found.get(session) for session in sessions]


def _lasting(keys: Collection[str]) -> list[tuple[str, str]]:
    if not keys:
        return []
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return _rows(_LASTING.format(keys=_places(keys)), [*keys, now])


def _active(ids: Collection[str]) -> dict[str, User]:
    """As much of them as the hash is made of, and what they are spoken to in."""
    if not ids:
        return {}
    rows = _rows(_ACTIVE.format(ids=_places(ids)), [int(person) for person in ids])
    return {str(row[0]): _person(*row) for row in rows}


@lru_cache(maxsize=4096)
def _person(*row: Any) -> User:
    """The same row is the same again."""
    return User.from_db(connection.alias, _PERSON_FIELDS, row)


def _rows(sql: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _places(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


@lru_cache(maxsize=4096)
def _opened(session_data: str) -> tuple[str, str, Mapping[str, Any]]:
    """Whose session this says it is, the hash it was opened with, and what it noted of its use.
    The text is signed, and the same text says the same again."""
    data: dict[str, Any] = SessionStore().decode(session_data)
    noted = {name: data[name] for name in _NOTED if name in data}
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return "", "", noted  # opened in a way that is open no longer
    return str(data.get(SESSION_KEY, "")), str(data.get(HASH_SESSION_KEY, "")), noted


def _same_keys(person: User, opened_with: str) -> bool:
    """Whether the session was opened with the password and secret that hold now."""
    return hmac.compare_digest(opened_with, person.get_session_auth_hash())


def belonging(pairs: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of these (person, circle) pairs those that are memberships now."""
    wanted = set(pairs)
    current = Membership.objects.current().filter(
        user__in={person for person, _ in wanted},
        circle__public_id__in={circle for _, circle in wanted},
        user__is_active=True,
    )
    return wanted & set(current.values_list("user_id", "circle__public_id"))
