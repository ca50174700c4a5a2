"""When peers may write in a room: always, while a facilitator is here, or not now.

By hand, and every day at the same times by the clocks of the cohort. What was set by hand holds
until the schedule's next change. A session that somebody holds, the schedule does not cut off.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import log
from chat.keeping import record
from chat.keeping.facilitating import facilitating
from chat.models import DailyHours, Event, LiveSession, Room, Seat
from chat.refusal import Refused
from community.signals import tick
from programs import clock

if TYPE_CHECKING:
    from community.models import User

MOST_A_DAY = 6
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """At `at`, in UTC, the room's hours become these."""

    at: datetime.datetime
    hours: str


def keep(*, by: User, circle: str, hours: str) -> int | None:
    """Sets the room's hours by hand. Raises Refused.

    The place in the log by which it is undone (`chat/keeping/undoing.py`); None where it was so
    already.
    """
    if hours not in Room.Hours.values:
        raise Refused("bad_frame", _("Choose when the room is open."))
    with facilitating(by, circle) as (room, facilitator):
        if room.hours == hours:
            return None
        before = _as_it_stands(room)
        seq = _set(room, hours, timezone.now())
        record.act(room, "hours", by=facilitator, seq=seq, before=before)
        return seq


def keep_daily(*, by: User, circle: str, changes: Sequence[tuple[datetime.time, str]]) -> int:
    """Sets the day's schedule, and what it says now; without changes there is none any more.

    The place in the log by which it is undone. Raises Refused.
    """
    times = {at.replace(second=0, microsecond=0) for at, _hours in changes}
    if len(times) != len(changes) or len(changes) > MOST_A_DAY:
        raise Refused("bad_frame", _("Choose up to six times of the day, each of them once."))
    if any(hours not in Room.Hours.values for _at, hours in changes):
        raise Refused("bad_frame", _("Choose when the room is open."))
    with facilitating(by, circle) as (room, facilitator):
        before = _as_it_stands(room)
        _schedule(room, changes)
        now = timezone.now()
        last = last_change(room.daily_hours.all(), room.circle.cohort.zone, now)
        seq = _set(room, last.hours if last else room.hours, now)
        record.act(room, "daily_hours", by=facilitator, seq=seq, before=before)
        return seq


def put_back(room: Room, before: dict[str, Any]) -> int:
    """Hours and schedule as they were `before`, and the place of that in the log; the room's lock
    is held.

    Since when they are is put back, too: a change of the schedule that came due meanwhile comes.
    """
    _schedule(room, [(time_of_day(at), hours) for at, hours in before["daily"]])
    return _set(room, before["hours"], datetime.datetime.fromisoformat(before["since"]))


def time_of_day(text: str) -> datetime.time:
    """A time such as "22:00". Raises Refused."""
    try:
        return datetime.datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise Refused("bad_frame", _("Write times as 22:00.")) from None


@receiver(tick)
def keep_schedules(now: datetime.datetime | None = None, **kwargs: object) -> int:
    """Opens and closes the rooms whose time has come. How many; doing it twice changes nothing."""
    now = now or timezone.now()
    rooms = Room.objects.filter(daily_hours__isnull=False).distinct()
    changed = 0
    for room in rooms.select_related("circle__cohort").prefetch_related("daily_hours"):
        if _due(room, now):
            changed += _keep_schedule(room.circle.public_id, now)
    return changed


def last_change(
    daily: Iterable[DailyHours], zone: ZoneInfo, now: datetime.datetime
) -> Change | None:
    """What the schedule said last, at `now` or before."""
    past = [change for change in _around(daily, zone, now) if change.at <= now]
    return max(past, key=lambda change: change.at, default=None)


def known(seat: Seat) -> list[DailyHours] | None:
    """The schedule of a page's room, whose seat brings it along (see `seat_of`)."""
    if not hasattr(seat, "daily"):
        return None
    rows = (one.split("=") for one in seat.daily.split())
    return [DailyHours(at=datetime.time.fromisoformat(at), hours=hours) for at, hours in rows]


def until(
    room: Room,
    now: datetime.datetime | None = None,
    *,
    daily: Iterable[DailyHours] | None = None,
) -> datetime.datetime | None:
    """When the schedule next makes the room's hours other than they are; None if it never does.
    `daily` is the schedule, where it is at hand."""
    now = now or timezone.now()
    daily = room.daily_hours.all() if daily is None else daily
    coming = _around(daily, room.circle.cohort.zone, now)
    return next((c.at for c in coming if c.at > now and c.hours != room.hours), None)


def _keep_schedule(circle: str, now: datetime.datetime) -> bool:
    with log.writing(circle) as room:
        change = _due(room, now)
        if change is not None:
            _set(room, change.hours, change.at)
    return change is not None


def _due(room: Room, now: datetime.datetime) -> Change | None:
    change = last_change(room.daily_hours.all(), room.circle.cohort.zone, now)
    if change is None or change.at <= room.hours_since:
        return None
    if change.hours == Room.Hours.READING and _is_in_session(room):
        return None
    return change


def _is_in_session(room: Room) -> bool:
    """Whether a session goes on that somebody holds."""
    going_on = LiveSession.objects.going_on().filter(room=room)
    return going_on.filter(unattended_at=None).exists()


def _set(room: Room, hours: str, since: datetime.datetime) -> int:
    room.hours, room.hours_since = hours, since
    room.save(update_fields=["hours", "hours_since"])
    ends = until(room)
    told_until = ends.isoformat() if ends else None
    return log.append(room, Event.Kind.HOURS, hours=hours, until=told_until).seq


def _schedule(room: Room, changes: Iterable[tuple[datetime.time, str]]) -> None:
    room.daily_hours.all().delete()
    DailyHours.objects.bulk_create(
        DailyHours(room=room, at=at.replace(second=0, microsecond=0), hours=hours)
        for at, hours in changes
    )


def _as_it_stands(room: Room) -> dict[str, Any]:
    daily = [(f"{row.at:%H:%M}", row.hours) for row in room.daily_hours.all()]
    return {"hours": room.hours, "since": room.hours_since.isoformat(), "daily": daily}


def _around(
    daily: Iterable[DailyHours], zone: ZoneInfo, now: datetime.datetime
) -> Iterable[Change]:
    """The changes from yesterday to the day after tomorrow, in their order. Of those that fall
    together, in the night that leaves an hour out, the last holds."""
    rows = sorted(daily, key=lambda row: row.at)
    today = timezone.localtime(now, zone).date()
    changes: dict[datetime.datetime, Change] = {}
    for day in (today + count * _DAY for count in range(-1, 3)):
        for row in rows:
            at = clock.instant(day, row.at, zone)
            changes[at] = Change(at, row.hours)
    return changes.values()
