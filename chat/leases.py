"""That a facilitator is here: a lease, said again and again, which ends by itself.

A room is said to be held only while such a lease runs. Whoever shows it counts down to its end
themselves, so that nothing that dies, a browser, a line, a process, the broker, can leave a
room looking watched. Nothing of it stands in the log.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from chat import announcing, refusal
from chat.models import Room, Seat
from programs.models import Membership

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from community.models import User


# The clocks of two machines may be so far apart.
_APART = datetime.timedelta(minutes=1)


def here(*, by: User, circle: str) -> datetime.datetime:
    """A facilitator says that they are here; until when that is believed. Raises Refused."""
    until = timezone.now() + datetime.timedelta(seconds=settings.ROOM_LEASE_SECONDS)
    if not _seats_of(by, circle).update(here_until=until):
        raise refusal.not_member()
    announcing.attended_changed(circle)
    return until


def away(*, by: User, circle: str) -> None:
    """A facilitator says that they leave. Raises Refused."""
    seats, now = _seats_of(by, circle), timezone.now()
    if not seats.exists():
        raise refusal.not_member()
    # It ends now, and is not forgotten: whoever is back in a moment was hardly gone.
    seats.filter(here_until__gt=now).update(here_until=now)
    announcing.attended_changed(circle)


def end_of(person_id: int) -> None:
    """Ends every lease of a person who signed out or lost their right to be here."""
    leased = Seat.objects.filter(membership__user=person_id, here_until__gt=timezone.now())
    circles = list(leased.values_list("membership__circle__public_id", flat=True))
    if not circles:
        return
    leased.update(here_until=None)
    for circle in circles:
        announcing.attended_changed(circle)


def attended(circles: Collection[str]) -> dict[str, list[dict[str, str]]]:
    """Who holds each of these circles' rooms now and until when, as frames say it."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    rows = running().filter(membership__circle__public_id__in=circles)
    named = rows.values_list("membership__circle__public_id", "membership__public_id", "here_until")
    for circle, member, until in named.order_by("membership__name", "membership"):
        if until is not None:
            found[circle].append({"member": member, "until": until.isoformat()})
    return {circle: found.get(circle, []) for circle in circles}


def among(people: Iterable[Membership]) -> list[dict[str, str]]:
    """As `attended`, of members at hand with their seats and users."""
    now = timezone.now()
    running = (
        (member, member.seat.here_until)
        for member in people
        if member.is_facilitator and member.user.is_active
    )
    return [
        {"member": member.public_id, "until": until.isoformat()}
        for member, until in running
        if until and now < until <= latest(now)
    ]


def frame(circle: str, by: list[dict[str, str]]) -> dict[str, Any]:
    """What a line is told: the whole of it each time, by this house's clock."""
    return {"is": "attended", "circle": circle, "now": timezone.now().isoformat(), "by": by}


def running(
    now: datetime.datetime | None = None,
    *,
    or_ended_within: datetime.timedelta = datetime.timedelta(),
) -> QuerySet[Seat]:
    """The seats of facilitators who are here, or were a moment ago."""
    now = now or timezone.now()
    holding = Membership.objects.holding()
    return Seat.objects.filter(
        membership__in=holding,
        here_until__gt=now - or_ended_within,
        here_until__lte=latest(now),
    )


def latest(now: datetime.datetime) -> datetime.datetime:
    """When a lease may end that is given now. One that ends later was given before the clock was
    set back: nobody knows when it is over, so it is."""
    return now + datetime.timedelta(seconds=settings.ROOM_LEASE_SECONDS) + _APART


def is_attended(room: Room, now: datetime.datetime | None = None) -> bool:
    """Whether a facilitator is here, as far as they have said."""
    return running(now).filter(membership__circle=room.circle_id).exists()


def _seats_of(by: User, circle: str) -> QuerySet[Seat]:
    mine = Membership.objects.holding().filter(user=by, circle__public_id=circle)
    return Seat.objects.filter(membership__in=mine)
