"""Who may be here. Asked when a socket comes, and again as long as it stays.

Many come and are looked at in one question. Nothing here trusts what a process remembers:
the database says whether a session still stands and whether a membership does.
"""

from __future__ import annotations

import datetime
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

from chat.reading import replay
from community import statements
from community.models import User
from community.sessions import RENEWED
from community.statements import as_instant, as_list
from programs.idle import HOLDS, TOUCHED

# What a session keeps of its own use.
_NOTED = (RENEWED, TOUCHED, HOLDS)
_KEY = re.compile(r"[a-z0-9]{1,40}")
# Written out: each message by HTTP asks them, and to build them costs more than to ask.
_LASTING = """
SELECT session_key, session_data FROM django_session
WHERE session_key {among} AND expire_date > %s
"""
_ACTIVE = """
SELECT id, public_id, password, language FROM community_user WHERE id {among} AND is_active
"""
_BELONGING = """
SELECT m.user_id, c.public_id, s.read_seq, s.hushed_until FROM programs_membership m
JOIN programs_circle c ON c.id = m.circle_id
JOIN community_user u ON u.id = m.user_id
JOIN chat_seat s ON s.membership_id = m.id
WHERE m.user_id {among} AND c.public_id {among} AND m.left_at IS NULL AND u.is_active
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that stands: whose it is, the language they chose, and what it noted of its use."""

    person: int
    public_id: str
    language: str
    noted: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whose session stood, looked up when rights had changed so often (see AccessCount), and the
    language they chose, if any."""

    person: int
    public_id: str
    changes: int
    language: str = ""


def admitted(sessions: Sequence[str]) -> list[Admitted | None]:
    """Who stands at the door with each session; None where it has ended or was revoked."""
    # Counted first: what ends while they are looked up was not looked at.
    changes = replay.access_changes()
    return [
        Admitted(found.person, found.public_id, changes, found.language) if found else None
        for found in standing(sessions)
    ]


def standing(sessions: Sequence[str]) -> list[SignedIn | None]:
    """Each session as it stands now; None where it has ended or was revoked."""
    # What can't be a key is not asked for: a database that chokes on it would fail all of them.
    keys = {session for session in sessions if _KEY.fullmatch(session)}
    claimed = {session: _opened(data) for session, data in _lasting(keys)}
    people = _active({person for person, _, _ in claimed.values() if person.isdecimal()})
    found = {
        session: people[person].signed_in(noted)
        for session, (person, opened_with, noted) in claimed.items()
        if person in people and _same_keys(people[person], opened_with)
    }
    return [found.get(session) for session in sessions]


def _lasting(keys: Collection[str]) -> list[tuple[str, str]]:
    if not keys:
        return []
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return statements.rows(_LASTING, [as_list(keys), now])


@dataclass(frozen=True, slots=True)
class _Person:
    """As much of them as is asked for: what a session of theirs is opened with, and what they are
    spoken to in."""

    id: int
    public_id: str
    keys: tuple[str, ...]
    language: str

    def signed_in(self, noted: Mapping[str, Any]) -> SignedIn:
        return SignedIn(self.id, self.public_id, self.language, noted)


def _active(ids: Collection[str]) -> dict[str, _Person]:
    if not ids:
        return {}
    rows = statements.rows(_ACTIVE, [as_list([int(person) for person in ids])])
    return {
        str(pk): _Person(pk, public_id, _keys_of(password), lang)
        for pk, public_id, password, lang in rows
    }


@lru_cache(maxsize=4096)
def _keys_of(password: str) -> tuple[str, ...]:
    """What marks a session as opened with this password and the house's secret, or with one that
    it had before and still takes (SECRET_KEY_FALLBACKS)."""
    person = User(password=password)
    return person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()


@lru_cache(maxsize=4096)
def _opened(session_data: str) -> tuple[str, str, Mapping[str, Any]]:
    """Whose session this says it is, the hash it was opened with, and what it noted of its use.
    The text is signed, and the same text says the same again."""
    data: dict[str, Any] = SessionStore().decode(session_data)
    noted = {name: data[name] for name in _NOTED if name in data}
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return "", "", noted  # opened in a way that is open no longer
    return str(data.get(SESSION_KEY, "")), str(data.get(HASH_SESSION_KEY, "")), noted


def _same_keys(person: _Person, opened_with: str) -> bool:
    """Whether the session was opened with the password and a secret that hold now. As Django's
    `get_user` has it, which `test_pages_and_sockets.py` holds this to."""
    return any(hmac.compare_digest(opened_with, key) for key in person.keys)


def belonging(
    pairs: Iterable[tuple[int, str]],
) -> dict[tuple[int, str], tuple[int, datetime.datetime | None]]:
    """Of these (person, circle) pairs those that are memberships now: how far each has read, and
    until when they hush the circle, if they do."""
    wanted = set(pairs)
    if not wanted:
        return {}
    people = as_list({person for person, _ in wanted})
    circles = as_list({circle for _, circle in wanted})
    now, found = timezone.now(), {}
    for person, circle, read, hushed in statements.rows(_BELONGING, [people, circles]):
        until = as_instant(hushed) if hushed else None
        found[person, circle] = read, until if until and until > now else None
    return {pair: found[pair] for pair in wanted & found.keys()}
