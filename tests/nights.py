"""The nights in which clocks change, and one of the same date in which they don't."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

# Zone, the day that begins in that night, and how long it is from 22:00 to 08:00.
NIGHTS = [
    ("Europe/Berlin", dt.date(2026, 10, 25), 11),
    ("Europe/Berlin", dt.date(2027, 3, 28), 9),
    ("America/New_York", dt.date(2026, 11, 1), 11),
    ("America/New_York", dt.date(2027, 3, 14), 9),
    ("Asia/Kolkata", dt.date(2026, 10, 25), 10),
    ("Asia/Kolkata", dt.date(2027, 3, 28), 10),
]

each_night = pytest.mark.parametrize(("zone", "day", "length"), NIGHTS)


def local(zone: str, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone)).astimezone(dt.UTC)


def evening(zone: str, day: dt.date) -> dt.datetime:
    """22:00 before that night."""
    return local(zone, day - dt.timedelta(days=1), 22)


def through(begin: dt.datetime, end: dt.datetime, minutes: int = 10) -> list[dt.datetime]:
    """Every ten minutes of what really passes."""
    count = int((end - begin) / dt.timedelta(minutes=minutes))
    return [begin + step * dt.timedelta(minutes=minutes) for step in range(count + 1)]
