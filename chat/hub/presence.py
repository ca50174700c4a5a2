"""Who is here now, over all web processes: never stored, forgotten unless it is said again."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable

from chat import announcing

# Each hub says who is on its lines this often; what is not said again is over.
SAY_AGAIN_SECONDS = 10.0
_BELIEVED_SECONDS = 25.0


class Presence:
    """What this hub and the others said of who is here, by circle."""

    def __init__(self) -> None:
        self.me = secrets.token_hex(8)
        self._said: dict[str, dict[str, tuple[float, frozenset[str]]]] = defaultdict(dict)
        self._shown: dict[str, list[str]] = {}

    def hint(self, circle: str, members: Iterable[str]) -> announcing.Hint:
        """Who is on this hub's own lines, for the others."""
        return {
            "type": "hint.here",
            "hub": self.me,
            "circle": circle,
            "members": sorted(set(members)),
        }

    def heed(self, hint: announcing.Hint, now: float) -> list[str] | None:
        """Everyone who is here, where that is news; None where it isn't."""
        circle = hint["circle"]
        self._said[circle][hint["hub"]] = (now + _BELIEVED_SECONDS, frozenset(hint["members"]))
        return self.news(circle, now)

    def news(self, circle: str, now: float) -> list[str] | None:
        said = self._said[circle]
        for hub in [hub for hub, (until, _) in said.items() if until < now]:
            del said[hub]
        here = self._here(circle)
        if here == self._shown.get(circle):
            return None
        self._shown[circle] = here
        return here

    def here(self, circle: str) -> list[str]:
        return self._shown.get(circle, [])

    def forget(self, circle: str) -> None:
        """Nobody on this hub looks at the circle any more."""
        self._said.pop(circle, None)
        self._shown.pop(circle, None)

    def _here(self, circle: str) -> list[str]:
        return sorted({member for _, members in self._said[circle].values() for member in members})
