"""The night in which clocks change: a question is asked once, a circle meets at its hour."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from programs import calendar, ics, prompts
from programs.models import Cohort, PromptDelivery
from tests.nights import each_night, evening, local, through

pytestmark = pytest.mark.once

DAY = dt.timedelta(days=1)


def cohort_in(cast, zone: str, day: dt.date, at: dt.time) -> Cohort:
    """Its question and its session at this time of that weekday; `day` lies in its second week."""
    cohort = cast.cohort
    cohort.time_zone, cohort.starts_on = zone, day - 10 * DAY
    cohort.prompt_weekday = cohort.session_weekday = day.weekday()
    cohort.prompt_time = cohort.session_time = at
    cohort.save()
    with time_machine.travel(local(zone, cohort.starts_on, 0), tick=False):
        prompts.reschedule(cohort)
    return cohort


@each_night
@pytest.mark.parametrize("at", [dt.time(1, 30), dt.time(2, 30), dt.time(8)])
def test_a_question_of_that_night_is_asked_once(cast, heard, zone, day, length, at):
    cohort_in(cast, zone, day, at)
    prompts.deliver_due(evening(zone, day))
    heard.clear()
    asked = []

    for now in through(evening(zone, day), local(zone, day, 12)):
        if prompts.deliver_due(now):
            asked.append(now)

    assert asked == [due(zone, day, at, length)]
    rows = PromptDelivery.objects.filter(circle=cast.circle)
    assert rows.filter(state="delivered", due_at=asked[0]).count() == 1


def due(zone, day, at, length):
    """Where clocks leave that time out, as soon as they go on; where they show it twice, first."""
    if at.hour == 2 and length < 10:
        return local(zone, day, 3)
    return local(zone, day, at.hour, at.minute)


@each_night
def test_the_question_keeps_its_hour_all_through(cast, zone, day, length):
    cohort = cohort_in(cast, zone, day, dt.time(8))
    hours = [cohort.question_due_at(week).astimezone(cohort.zone) for week in range(1, 5)]
    assert [f"{at:%H:%M}" for at in hours] == ["08:00"] * 4


@each_night
@pytest.mark.parametrize("at", [dt.time(1, 30), dt.time(2, 30), dt.time(19)])
def test_the_series_goes_on_at_its_hour_and_each_meeting_is_as_long(cast, zone, day, length, at):
    cohort = cohort_in(cast, zone, day, at)

    found = calendar.sessions(cohort, cast.circle)

    assert [one.begins_at for one in found] == [
        due(zone, one, at, length if one == day else 10)
        for one in (day - 7 * DAY, day, day + 7 * DAY, day + 14 * DAY)
    ]
    assert {one.ends_at - one.begins_at for one in found} == {
        dt.timedelta(minutes=cohort.session_minutes)
    }
    held = found[1]
    before, after = held.begins_at - DAY, held.ends_at
    assert calendar.next_session(cohort, cast.circle, now=before) == held
    assert calendar.next_session(cohort, cast.circle, now=after) == found[2]


@each_night
def test_the_calendars_file_tells_each_instant_once(cast, zone, day, length):
    cohort = cohort_in(cast, zone, day, dt.time(2, 30))

    meetings = calendar.sessions(cohort, cast.circle)

    text = ics.calendar((cast.circle, one) for one in meetings)

    for one in meetings:
        assert text.count(f"DTSTART:{one.begins_at:%Y%m%dT%H%M%SZ}") == 1
        assert text.count(f"UID:{one.planned_at:%Y%m%dT%H%M%SZ}-") == 1
