"""Hush until morning: no marks and no notices from one circle until the person's own 08:00."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone

from chat import announcing, refusal
from chat.models import Seat
from community import zones
from community.notices import NIGHT_UNTIL
from programs import clock
from programs.models import Membership
from programs.signals import quiet_asked

if TYPE_CHECKING:
    from community.models import User


def hush(*, by: User, circle: str, zone: str = "") -> datetime.datetime:
    """Keeps a circle quiet for `by` until their next morning, which is given. Raises Refused.

    `zone` is where they read, for those who have set none in their account.
    """
    until = next_morning(by, zone=zone)
    _set(by, circle, until)
    return until


def unhush(*, by: User, circle: str) -> None:
    """Lets a circle be heard again at once."""
    _set(by, circle, None)


def next_morning(
    person: User, now: datetime.datetime | None = None, *, zone: str = ""
) -> datetime.datetime:
    """The next time that it is 08:00 where the person is, in UTC. A zone nobody knows is none."""
    now = now or timezone.now()
    read_in = zone if zones.is_known(zone) else settings.TIME_ZONE
    here = zoneinfo.ZoneInfo(person.time_zone or read_in)
    today = timezone.localtime(now, here).date()
    morning = clock.instant(today, NIGHT_UNTIL, here)
    if morning > now:
        return morning
    return clock.instant(today + datetime.timedelta(days=1), NIGHT_UNTIL, here)


def hushed_until(seat: Seat, now: datetime.datetime | None = None) -> datetime.datetime | None:
    """Until when this member wants to hear nothing of the circle; None where they do."""
    until = seat.hushed_until
    return until if until and until > (now or timezone.now()) else None


@receiver(quiet_asked)
def say_who_hushes(
    sender: type, memberships: list[Membership], **kwargs: object
) -> dict[int, datetime.datetime]:
    """For those who write notices: until when each of these wants none of their circle."""
    seats = Seat.objects.filter(membership__in=memberships, hushed_until__gt=timezone.now())
    return {seat.membership_id: seat.hushed_until for seat in seats if seat.hushed_until}


def _set(by: User, circle: str, until: datetime.datetime | None) -> None:
    mine = Membership.objects.current().filter(user=by, circle__public_id=circle)
    seats = Seat.objects.filter(membership__in=mine, membership__user__is_active=True)
    if not seats.update(hushed_until=until):
        raise refusal.not_member()
    announcing.hushed(by.pk, circle, until)
