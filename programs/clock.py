"""From a wall clock in some zone to an instant, over the gaps and folds of daylight saving."""

import datetime as dt
from zoneinfo import ZoneInfo

_MINUTE = dt.timedelta(minutes=1)


def instant(day: dt.date, at: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The instant, in UTC, at which the clocks of `zone` show `at` on `day`.

    In a gap, where no clock shows it: the next minute that one does. In a fold, where clocks
    show it twice: the first of the two.
    """
    wall = dt.datetime.combine(day, at.replace(second=0, microsecond=0, tzinfo=None, fold=0))
    while not _is_shown(wall, zone):
        wall += _MINUTE
    return wall.replace(tzinfo=zone).astimezone(dt.UTC)


def _is_shown(wall: dt.datetime, zone: ZoneInfo) -> bool:
    there_and_back = wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None, fold=0) == wall
