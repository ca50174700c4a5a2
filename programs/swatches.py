"""Which woven patch a member or a circle goes by: unlike those around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q

from community.drawings import DYES, SWATCHES, WEAVES
from programs.models import Circle, Cohort

# The first of the 288 have a calm ground; the others are for crowds. After as many come the same
# weaves and dyes again, on another ground.
_CALM = len(WEAVES) * len(DYES)


def for_newcomer(circle: Circle) -> int:
    """A patch nobody in `circle` has now, nor anyone who was removed and may be let back in: all
    they said is drawn with theirs. The caller holds the circle's lock."""
    theirs = circle.memberships.filter(Q(left_at=None) | Q(removal__isnull=False))
    taken = list(theirs.values_list("swatch", flat=True))
    return unlike(taken, start=circle.swatch + circle.memberships.count())


def for_listener(circle: Circle) -> int:
    """The patch that fewest in `circle` have now: there are fewer than people who may listen, and
    neighbours are not to look alike. The caller holds the circle's lock."""
    worn = Counter(circle.memberships.current().values_list("swatch", flat=True))
    return min(_in_turn(circle.memberships.count(), SWATCHES), key=lambda number: worn[number])


def for_circle(cohort: Cohort, *, start: int = 0) -> int:
    """A patch unlike those of the cohort's circles, and of the others one that fewest have: whoever
    holds circles of several cohorts, or belonged to some, tells them apart."""
    siblings = list(cohort.circles.values_list("swatch", flat=True))
    worn = Counter(Circle.objects.values_list("swatch", flat=True))
    looks = Counter(number % _CALM for number in worn.elements())
    own = Counter(number % _CALM for number in siblings)

    def how_alike(number: int) -> tuple[int, int, int, int]:
        look = number % _CALM
        likeness = sum(_likeness(number, other) for other in siblings)
        return own[look], worn[number], looks[look], likeness

    return min([*_in_turn(start, _CALM), *_in_turn(start, SWATCHES)], key=how_alike)


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
