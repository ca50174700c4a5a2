"""How long something lasts, chosen by name: an hour, until morning, a week; or the session."""

from __future__ import annotations

import datetime

from django.utils import timezone

from chat.models import LiveSession
from programs import calendar, clock
from programs.models import Circle

# A session that runs over goes on this long, for those who wait for its end, and then again.
SOON, ON = datetime.timedelta(minutes=3), datetime.timedelta(minutes=15)
_MORNING = datetime.time(8, 0)
_LENGTHS = {"hour": datetime.timedelta(hours=1), "week": datetime.timedelta(weeks=1)}


def chosen(name: str, circle: Circle) -> datetime.datetime:
    """When what was chosen ends; morning is the cohort's. An hour for a name it doesn't know."""
    now = timezone.now()
    if name == "morning":
        return _next_morning(circle, now)
    return now + _LENGTHS.get(name, _LENGTHS["hour"])


def session_ends(circle: Circle) -> datetime.datetime | None:
    """When the session ends as planned that goes on, or whose door is open; None where none is."""
    going_on = LiveSession.objects.going_on().filter(room__circle=circle).first()
    return ends(circle, going_on.planned_until if going_on else None)


def ends(circle: Circle, going_on_until: datetime.datetime | None) -> datetime.datetime | None:
    """The same for whoever knows until when the session is to be that goes on; None: none does."""
    now = timezone.now()
    if going_on_until is not None:
        return runs_over(going_on_until, now)
    session = calendar.next_session(circle.cohort, circle)
    return session.ends_at if session and session.door_at <= now < session.ends_at else None


def runs_over(until: datetime.datetime, now: datetime.datetime) -> datetime.datetime:
    """The end to count on of a session that goes on still, where it was to be `until`."""
    return until if until > now + SOON else now + ON


def _next_morning(circle: Circle, now: datetime.datetime) -> datetime.datetime:
    zone = circle.cohort.zone
    today = timezone.localtime(now, zone).date()
    morning = clock.instant(today, _MORNING, zone)
    if morning > now:
        return morning
    return clock.instant(today + datetime.timedelta(days=1), _MORNING, zone)
