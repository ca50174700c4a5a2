"""How long something lasts, chosen by name: an hour, the session, until morning, a week."""

from __future__ import annotations

import datetime

from django.utils import timezone

from programs import calendar, clock
from programs.models import Circle

_MORNING = datetime.time(8, 0)
_LENGTHS = {"hour": datetime.timedelta(hours=1), "week": datetime.timedelta(weeks=1)}


def chosen(name: str, circle: Circle) -> datetime.datetime:
    """When what was chosen ends; morning is the cohort's. An hour for a name it doesn't know."""
    now = timezone.now()
    if name == "session" and (ends := session_ends(circle)):
        return ends
    if name == "morning":
        return _next_morning(circle, now)
    return now + _LENGTHS.get(name, _LENGTHS["hour"])


def session_ends(circle: Circle) -> datetime.datetime | None:
    """When the session whose door is open now ends as planned; None where none is."""
    now = timezone.now()
    session = calendar.next_session(circle.cohort, circle)
    return session.ends_at if session and session.door_at <= now < session.ends_at else None


def _next_morning(circle: Circle, now: datetime.datetime) -> datetime.datetime:
    zone = circle.cohort.zone
    today = timezone.localtime(now, zone).date()
    morning = clock.instant(today, _MORNING, zone)
    if morning > now:
        return morning
    return clock.instant(today + datetime.timedelta(days=1), _MORNING, zone)
