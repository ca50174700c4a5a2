"""What a person may ask of this process, over all their tabs. What is beyond costs others nothing.

`posting.gate` counts what somebody wrote. What is refused is written nowhere, and to find that out
takes the one thread that everyone's messages wait for, or a lock that they do. Sockets, the
letterbox and forms are counted together, whether or not a hub runs.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from django.conf import settings

from chat import refusal
from chat.frames import LONGEST_BYTES
from chat.refusal import Refused
from chat.words import BODY_LIMIT

_SECONDS = 10.0
_MOST_REMEMBERED = 10_000
# Of posts that are refused, in ten seconds and of one person: far beyond what somebody tries. What
# is longer than a message takes one more for each so many code points: it is cleaned before anyone
# knows whether it is too long, and nothing else takes the writing thread as long. What is longer
# than a frame is not cleaned.
_MOST_REFUSED = 500
_LONG_BY = 250
# What a page says by itself, or what costs little. Any other verb takes a lock, writes, and is told
# to the room: it counts for several.
_LIGHT = frozenset({"open", "close", "typing", "read", "here", "away"})
_HEAVY = 4
# What one person is given of logs that went on without them, in stretches: three nights' worth in
# each of eight tabs at once, and the rest by and by: 150 where 200 verbs may be used. Each takes
# fifteen milliseconds to draw.
_STRETCHES_PER_VERB = 0.75


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

    def forget(self) -> None:
        self._used = {}

    def _forget_those_of_long_ago(self, now: float) -> None:
        self._used = {
            person: (used, then)
            for person, (used, then) in list(self._used.items())
            if now - then < _SECONDS
        }


# This process's.
VERBS = Allowance(lambda: settings.ROOM_VERBS_PER_10S)
TRIES = Allowance(lambda: settings.ROOM_POSTS_PER_10S + _MOST_REFUSED)
STRETCHES = Allowance(lambda: settings.ROOM_VERBS_PER_10S * _STRETCHES_PER_VERB)


def refused(person: int, *words: str) -> Refused | None:
    """What a person hears who has tried to post or change too much; asks nothing of anything."""
    beyond = min(sum(map(len, words)) - BODY_LIMIT, LONGEST_BYTES)
    much = 1 + max(0, beyond) // _LONG_BY
    return None if TRIES.takes(person, much) else refusal.too_fast()


def check_words(person: int, *words: str) -> None:
    """Raises Refused for whoever has tried to post or change too much."""
    if no := refused(person, *words):
        raise no


def check_verb(person: int, verb: str = "") -> None:
    """The same of all other verbs."""
    if not VERBS.takes(person, 1 if verb in _LIGHT else _HEAVY):
        raise refusal.too_fast()


def check_stretch(person: int) -> None:
    """The same of whoever asks over and over what happened, by HTTP."""
    if not STRETCHES.takes(person):
        raise refusal.too_fast()
