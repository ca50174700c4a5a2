"""Who may be here. Asked when a socket comes, and again as long as it stays.

Many come and are looked at in one question. Nothing here trusts what a process remembers:
the database says whether a session still stands and whether a membership does.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat import replay
from community.models import User
from programs.models import Membership

_KEY = re.compile(r"[a-z0-9]{1,40}")


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
    # What can't be a key is not asked for: a database that chokes on it would fail all of them.
    keys = {session for session in sessions if _KEY.fullmatch(session)}
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    opened = dict(rows.values_list("session_key", "session_data"))
    claimed = {session: _opened(data) for session, data in opened.items()}
    ids = {person for person, _ in claimed.values() if person}
    # As much of them as the hash is made of.
    standing = User.objects.filter(pk__in=ids, is_active=True).only("pk", "password")
    people = {str(person.pk): person for person in standing}
    found = {
        session: people[person].pk
        for session, (person, opened_with) in claimed.items()
        if person in people and _same_keys(people[person], opened_with)
    }
    return [found.get(session) for session in sessions]


@lru_cache(maxsize=4096)
def _opened(session_data: str) -> tuple[str, str]:
    """Whose session this says it is, and the hash it was opened with. The text is signed, and the
    same text says the same again."""
    data: dict[str, Any] = SessionStore().decode(session_data)
    return str(data.get(SESSION_KEY, "")), str(data.get(HASH_SESSION_KEY, ""))


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
