"""Posting for everyone in one thread: a room that somebody else holds keeps no other waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from django.db.backends.signals import connection_created

from chat import posting, refusal
from chat.posting import LATER, Commit, Draft

# What waits longer for its room is answered: it is kept on the device, and sent again by hand.
_LONGEST_SECONDS = 5.0
# What nobody asked for since then is none of the same trouble.
_FORGOTTEN_SECONDS = 1.0
# A lock is held for some ten milliseconds, unless whoever holds it is in trouble.
_FOR_ONE_LOCK = "250ms"

_this_thread = threading.local()


def be_brief() -> None:
    """From now on, no statement of this thread waits long for somebody else's lock."""
    _this_thread.is_brief = True


def _shorten(connection: Any, **kwargs: object) -> None:
    if connection.vendor == "postgresql" and getattr(_this_thread, "is_brief", False):
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{_FOR_ONE_LOCK}'")


connection_created.connect(_shorten)


class Patience:
    """Commits what can be now. It is asked again for what is LATER, before anything that came
    since for the same room."""

    def __init__(self) -> None:
        # The rooms that were held when they were asked for last, by circle: since when, and when
        # that was.
        self._taken: dict[str, tuple[float, float]] = {}

    def commit(self, drafts: Sequence[Draft]) -> Commit:
        """As `posting.commit`. Refused where a draft's room was held for too long."""
        self._forget(time.monotonic() - _FORGOTTEN_SECONDS)
        is_known = not self._taken.keys().isdisjoint([draft.circle for draft in drafts])
        committed = posting.commit(drafts, wait=not is_known)
        if is_known or LATER in committed.outcomes:
            self._answer(drafts, committed, time.monotonic())
        return committed

    def _answer(self, drafts: Sequence[Draft], committed: Commit, now: float) -> None:
        for place, (draft, outcome) in enumerate(zip(drafts, committed.outcomes, strict=True)):
            if outcome is not LATER:
                self._taken.pop(draft.circle, None)
                continue
            since, _ = self._taken.get(draft.circle, (now, now))
            self._taken[draft.circle] = since, now
            if now - since > _LONGEST_SECONDS:
                committed.outcomes[place] = refusal.not_kept()

    def _forget(self, before: float) -> None:
        for circle in [c for c, (_, asked) in self._taken.items() if asked < before]:
            del self._taken[circle]
