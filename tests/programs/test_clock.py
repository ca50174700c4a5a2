"""When a question falls due: zones, daylight saving, weeks of rest."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import clock
from programs.models import Cohort, CohortPause, Weekday

pytestmark = pytest.mark.once

ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Havana",
    "America/Los_Angeles",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
]


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(dt.date(2010, 1, 1), dt.date(2037, 12, 31)),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
@settings(deadline=None, derandomize=True, database=None, max_examples=400)
def test_an_instant_is_the_first_at_which_clocks_show_that_minute_or_one_after_it(zone, day, at):
    there = ZoneInfo(zone)
    found = clock.instant(day, at, there)

    wanted = dt.datetime.combine(day, at)
    shown = found.astimezone(there).replace(tzinfo=None)
    minute_before = (found - dt.timedelta(minutes=1)).astimezone(there).replace(tzinfo=None)
    assert shown >= wanted
    assert minute_before < wanted  # no earlier minute would have done
    if shown > wanted:
        assert not _ever_shown(wanted, there, around=found)


@pytest.mark.parametrize("zone", ZONES)
def test_at_every_change_of_the_clocks_the_gap_ends_and_the_fold_begins(zone):
    there = ZoneInfo(zone)
    for instant, before, after in _changes(there, 2011, 2027):
        wall = instant.astimezone(there).replace(tzinfo=None)
        if after > before:  # a gap: every minute in it becomes its end
            lost = wall - (after - before) / 2
            assert clock.instant(lost.date(), lost.time(), there) == instant
        else:  # a fold: a minute that comes twice is the first
            twice = wall + (before - after) / 2
            expected = instant - (before - after) / 2
            assert clock.instant(twice.date(), twice.time(), there) == expected


def test_half_past_two_does_not_exist_in_berlin_that_night():
    asked = clock.instant(dt.date(2026, 3, 29), dt.time(2, 30), ZoneInfo("Europe/Berlin"))
    assert asked == dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC)


def test_half_past_two_comes_twice_in_berlin_and_the_first_counts():
    asked = clock.instant(dt.date(2026, 10, 25), dt.time(2, 30), ZoneInfo("Europe/Berlin"))
    assert asked == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


def test_a_day_that_samoa_skipped_becomes_the_next():
    asked = clock.instant(dt.date(2011, 12, 30), dt.time(8), ZoneInfo("Pacific/Apia"))
    assert asked.astimezone(ZoneInfo("Pacific/Apia")).date() == dt.date(2011, 12, 31)


def test_the_question_keeps_its_hour_over_summer_and_winter():
    cohort = Cohort(starts_on=dt.date(2026, 10, 12), number_of_weeks=4)
    hours = [cohort.question_due_at(week).hour for week in range(1, 5)]
    assert hours == [7, 7, 8, 8]  # London's clocks went back in between; it is 8:00 there


def test_week_one_asks_on_the_first_fitting_weekday_of_the_run():
    cohort = Cohort(starts_on=dt.date(2026, 11, 26), prompt_weekday=Weekday.MONDAY)
    assert cohort.question_due_at(1).date() == dt.date(2026, 11, 30)


@given(
    starts_on=st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
    weeks=st.integers(1, 12),
    apart=st.sampled_from([1, 2, 4]),
    rests=st.sets(st.integers(0, 90), max_size=6),
)
@settings(deadline=None, derandomize=True, database=None, max_examples=200)
def test_weeks_follow_each_other_and_none_begins_at_rest(starts_on, weeks, apart, rests):
    cohort = Cohort(starts_on=starts_on, number_of_weeks=weeks, weeks_apart=apart)
    cohort.pauses = [CohortPause(week_of=starts_on + dt.timedelta(days=day)) for day in rests]

    begins = [cohort.week_begins_on(week) for week in range(1, weeks + 1)]
    assert begins == sorted(set(begins))
    at_rest = cohort.weeks_at_rest()
    for week, day in enumerate(begins, 1):
        assert cohort.calendar_week_on(day) not in at_rest
        assert cohort.week_on(day) == week
    assert cohort.week_on(starts_on - dt.timedelta(days=1)) == 0
    assert cohort.week_on(cohort.ends_on + dt.timedelta(days=400)) == weeks
    open_weeks = (
        (cohort.ends_on - starts_on).days // 7
        + 1
        - len({week for week in at_rest if week <= cohort.calendar_week_on(cohort.ends_on)})
    )
    assert open_weeks == weeks * apart


def _ever_shown(wall: dt.datetime, zone: ZoneInfo, *, around: dt.datetime) -> bool:
    """Looked for minute by minute, which is slow and cannot be wrong."""
    minutes = range(-26 * 60, 26 * 60)
    return any(
        (around + dt.timedelta(minutes=n)).astimezone(zone).replace(tzinfo=None) == wall
        for n in minutes
    )


def _changes(zone: ZoneInfo, first: int, last: int):
    """Every instant at which the offset of `zone` changes, found hour by hour, then by minute."""
    at, end = dt.datetime(first, 1, 1, tzinfo=dt.UTC), dt.datetime(last, 1, 1, tzinfo=dt.UTC)
    step, minute = dt.timedelta(hours=12), dt.timedelta(minutes=1)
    while at < end:
        before, after = at.astimezone(zone).utcoffset(), (at + step).astimezone(zone).utcoffset()
        if before != after:
            low, high = at, at + step
            while high - low > minute:
                middle = low + (high - low) // 2
                middle = middle.replace(second=0, microsecond=0)
                if middle.astimezone(zone).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            yield high, before, after
        at += step
