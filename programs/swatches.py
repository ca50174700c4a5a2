"""Which woven patch a member or a circle goes by: unlike those around it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from community.drawings import DYES, SWATCHES, WEAVES

if TYPE_CHECKING:
    from programs.models import Circle

# The first of the 288 have a calm ground; the others are for crowds.
_CALM = len(WEAVES) * len(DYES)


def for_newcomer(circle: Circle) -> int:
    """A patch nobody in `circle` has now. The caller holds the circle's lock."""
    taken = list(circle.memberships.current().values_list("swatch", flat=True))
    return unlike(taken, start=circle.swatch + circle.memberships.count())


def unlike(taken: Iterable[int], *, start: int = 0) -> int:
    """The patch that has least in common with those `taken`; looked for from `start` on."""
    taken = set(taken)
    free = [number for number in _in_turn(start, _CALM) if number not in taken]
    free = free or [number for number in _in_turn(start, SWATCHES) if number not in taken]
    return min(free, key=lambda number: sum(_likeness(number, other) for other in taken))


def _in_turn(start: int, size: int) -> list[int]:
    return [(start * 7 + step) % size for step in range(size)]


def _likeness(one: int, other: int) -> int:
    dye, other_dye = one // len(WEAVES) % len(DYES), other // len(WEAVES) % len(DYES)
    return 2 * (dye == other_dye) + (one % len(WEAVES) == other % len(WEAVES))


def numbered(weave: str, dye: str, ground: str) -> int:
    """The number of the patch with this weave and dye, on the ground of that dye."""
    turn = (DYES.index(ground) - DYES.index(dye)) % len(DYES)
    return (turn * len(DYES) + DYES.index(dye)) * len(WEAVES) + WEAVES.index(weave)
