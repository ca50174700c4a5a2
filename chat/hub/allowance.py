"""What a person may ask of this process, over all their tabs. What is beyond costs others nothing.

`posting.gate` counts what somebody wrote. What is refused is written nowhere, and to find that out
takes the one thread that everyone's messages wait for.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

_SECONDS = 10.0
_MOST_REMEMBERED = 10_000


class Allowance:
    """As much as `most` says for each person, which comes back evenly within ten seconds."""

    def __init__(self, most: Callable[[], float], clock: Callable[[], float] = monotonic) -> None:
        self._most = most
        self._clock = clock
        # How much of it is used, as of when. Two threads may ask at once: then one of them may be
        # forgotten, which is of no account.
        self._used: dict[int, tuple[float, float]] = {}

    def takes(self, person: int, much: float = 1) -> bool:
        """Whether they have so `much` left, which is then used."""
        now, most = self._clock(), self._most()
        used, then = self._used.get(person, (0.0, now))
        used = max(0.0, used - (now - then) * most / _SECONDS)
        if used + much > most:
            return False
        if len(self._used) >= _MOST_REMEMBERED:
            self._forget_those_of_long_ago(now)
        self._used[person] = used + much, now
        return True

    def _forget_those_of_long_ago(self, now: float) -> None:
        self._used = {
            person: (used, then)
            for person, (used, then) in self._used.items()
            if now - then < _SECONDS
        }
