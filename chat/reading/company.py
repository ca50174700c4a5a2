"""Who may read a room: asked once, remembered while the room's count of changes stands still.

Joining, leaving, being renamed or hiding someone make `Room.company` grow in the transaction
that does it. An account that is closed or opened again does not: that is asked where someone comes
in, and of each line. Whoever reads a room, or holds its lock, has the count with it, and so knows
whether what was remembered is still true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import orjson
from django.db.models import F
from django.db.models.signals import post_save
from django.dispatch import receiver

from chat.models import Hiding, Room, Seat
from chat.seats import Viewer
from community.templatetags.weave import swatch_classes
from programs.models import Membership


@dataclass
class Company:
    """Everyone who may read a room, as they were at the count `count`."""

    count: int
    viewers: dict[int, Viewer] = field(default_factory=dict)
    # As frames name them: facilitators first, then by name.
    members: list[dict[str, str]] = field(default_factory=list)

    @cached_property
    def newest(self) -> int:
        """After which place the time of the newest of them began."""
        return max((viewer.from_seq for viewer in self.viewers.values()), default=0)

    @cached_property
    def hides(self) -> bool:
        """Whether anybody reads nothing of somebody."""
        return any(viewer.hidden for viewer in self.viewers.values())

    @cached_property
    def members_json(self) -> bytes:
        """The list in `opened`, the same for everyone who comes."""
        return orjson.dumps(self.members)


def companies(
    counts: Mapping[int, int], *, known: Mapping[int, Company | None] | None = None
) -> dict[int, Company]:
    """The companies of these circles, by circle; `counts` are those of their rooms now.

    Asks for none that is known at the same count, and for all others at once.
    """
    known = known or {}
    found, stale = {}, []
    for circle, count in counts.items():
        company = known.get(circle)
        if company is not None and company.count == count:
            found[circle] = company
        else:
            stale.append(circle)
    if stale:
        found |= _asked(stale, counts)
    return found


def _asked(circles: Collection[int], counts: Mapping[int, int]) -> dict[int, Company]:
    rows = (
        Seat.objects.filter(
            membership__circle__in=circles,
            membership__left_at=None,
        )
        .order_by("-membership__role", "membership__name")
        .values_list(
            "membership__circle",
            "membership",
            "membership__public_id",
            "membership__role",
            "membership__name",
            "membership__swatch",
            "membership__sees_earlier",
            "joined_seq",
        )
    )
    hidden = _hidden_pairs(circles)
    found = {circle: Company(counts[circle]) for circle in circles}
    for circle, pk, public_id, role, name, swatch, sees_earlier, joined_seq in rows:
        company = found[circle]
        facilitates = role == Membership.Role.FACILITATOR
        company.viewers[pk] = Viewer(
            pk,
            public_id,
            facilitates,
            0 if sees_earlier else joined_seq,
            frozenset() if facilitates else frozenset(hidden[pk]),
        )
        company.members.append(
            {"id": public_id, "name": name, "swatch": swatch_classes(swatch), "role": role}
        )
    return found


def _hidden_pairs(circles: Collection[int]) -> dict[int, set[int]]:
    """Who reads nothing of whom; it holds both ways."""
    pairs = Hiding.objects.in_force().filter(member__circle__in=circles)
    hidden: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in pairs.values_list("member", "other"):
        hidden[one].add(other)
        hidden[other].add(one)
    return hidden


@receiver(post_save, sender=Membership)
def _is_not_what_it_was(
    sender: type, instance: Membership, created: bool, raw: bool, **kwargs: object
) -> None:
    """Renamed, given another role, shown what lies before: whoever remembers them asks again."""
    if not created and not raw:
        Room.objects.filter(circle=instance.circle_id).update(company=F("company") + 1)
