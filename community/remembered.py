"""Facts that every page asks for and that hardly ever change, remembered for a while.

They stand in the house's memory, so that a change is seen by every process at once; while that is
away, within `seconds`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.core.cache import cache
from django.db import transaction


class Remembered[T]:
    """What `find` says for a key, asked again after `seconds` and after each change."""

    def __init__(self, name: str, *, seconds: int = 30) -> None:
        self._name, self._seconds = name, seconds

    def get(self, key: str, find: Callable[[], T]) -> T:
        place = f"{self._name}.{cache.get(self._name, '')}.{key}"
        known: T | None = cache.get(place)
        if known is None:
            known = find()
            cache.set(place, known, self._seconds)
        return known

    def forget(self) -> None:
        """Something of it is another: all of it is asked again, now and once that is committed,
        for whoever asks in between finds it as it was."""
        self._begin_anew()
        transaction.on_commit(self._begin_anew)

    def _begin_anew(self) -> None:
        cache.set(self._name, secrets.token_urlsafe(8), None)
