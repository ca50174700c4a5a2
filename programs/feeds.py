"""The secret address at which a person's calendar program reads when their circles meet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core import signing
from django.db import transaction
from django.utils import timezone

from programs import calendar
from programs.calendar import Session
from programs.models import CalendarFeed, Circle, Membership

if TYPE_CHECKING:
    from community.models import User

_LONG_AGO = dt.timedelta(days=60)
_signer = signing.Signer(salt="programs.feeds", sep=".")


def feed_of(person: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(person=person).first()


@transaction.atomic
def make(person: User) -> CalendarFeed:
    """A new address; the one before it leads nowhere from now on."""
    revoke(person)
    return CalendarFeed.objects.create(person=person)


def revoke(person: User) -> None:
    CalendarFeed.objects.filter(person=person).delete()


def token_of(feed: CalendarFeed) -> str:
    """What stands in the address. Whoever has the database alone cannot make it."""
    return _signer.sign(feed.name)


def person_behind(token: str) -> User | None:
    """Whose feed it is; None for an address that was never given out, or was taken back."""
    try:
        name = _signer.unsign(token)
    except signing.BadSignature:
        return None
    feed = CalendarFeed.objects.select_related("person").filter(name=name).first()
    return feed.person if feed and feed.person.is_active else None


def meetings_of(person: User) -> list[tuple[Circle, Session]]:
    """Of every circle they belong to now, from two months ago on, called-off ones too."""
    since = timezone.now() - _LONG_AGO
    mine = (
        Membership.objects.current()
        .filter(user=person)
        .select_related("circle__cohort")
        .prefetch_related("circle__cohort__pauses", "circle__cohort__session_changes")
    )
    found = [
        (membership.circle, session)
        for membership in mine
        for session in calendar.sessions(membership.circle.cohort, membership.circle)
        if session.ends_at > since
    ]
    return sorted(found, key=lambda meeting: meeting[1].begins_at)
