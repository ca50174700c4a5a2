"""The night in which clocks change: what lasts until morning does, and a day is one day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from chat import posting
from chat.hush import next_morning
from chat.keeping import hours, moderation, until
from chat.models import Room
from community.templatetags.times import zone_name
from tests.chat.talk import draft, log_of, refusal_of, say
from tests.nights import NIGHTS, each_night, evening, local, through

pytestmark = pytest.mark.once

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
NIGHT = [(dt.time(22), "reading"), (dt.time(8), "open")]


@pytest.fixture
def here(cast):
    """`here(zone)`: the cohort, and Noor and Ines, are there."""

    def move(zone: str):
        cast.cohort.time_zone = zone
        cast.cohort.save()
        for person in (cast.noor, cast.ines):
            person.time_zone = zone
            person.save()

    return move


@each_night
def test_a_hush_lasts_until_the_morning_of_whoever_asked_for_it(cast, here, zone, day, length):
    here(zone)
    begin, morning = evening(zone, day), local(zone, day, 8)
    assert morning - begin == dt.timedelta(hours=length)

    for now in through(begin, morning - MINUTE):
        assert next_morning(cast.noor, now) == morning
    assert next_morning(cast.noor, morning) == local(zone, day + DAY, 8)


@each_night
def test_a_mute_until_morning_ends_in_the_cohorts_morning(
    cast, here, time_machine, zone, day, length
):
    here(zone)
    time_machine.move_to(evening(zone, day), tick=False)
    ends = until.chosen("morning", cast.circle)
    assert ends == local(zone, day, 8)
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=ends,
        why="A pause",
    )

    time_machine.move_to(ends - MINUTE, tick=False)
    refused = refusal_of(posting.post, draft(cast.noor, "Now?", circle=cast.circle))
    assert (refused.code, refused.again_in) == ("muted", 60)
    assert f"08:00 {zone_name(ZoneInfo(zone))}, not write" in refused.say
    time_machine.move_to(ends, tick=False)
    assert say(cast.noor, "Now.", circle=cast.circle).state == "posted"


def kept(cast, begin, end):
    """What the room's hours become between these, and when, as its log tells."""
    before = len(log_of(cast.circle))
    found = []
    for now in through(begin, end):
        if hours.keep_schedules(now=now):
            found.append(Room.objects.get(circle=cast.circle).hours_since)
    told = [event.facts["hours"] for event in log_of(cast.circle)[before:]]
    return list(zip(told, found, strict=True))


@each_night
def test_the_days_hours_change_once_in_the_night_and_once_in_the_morning(
    cast, here, time_machine, zone, day, length
):
    here(zone)
    begin = evening(zone, day)
    time_machine.move_to(begin - 60 * MINUTE, tick=False)
    hours.keep_daily(by=cast.mina, circle=cast.circle.public_id, changes=NIGHT)

    assert kept(cast, begin - 30 * MINUTE, local(zone, day, 12)) == [
        ("reading", begin),
        ("open", local(zone, day, 8)),
    ]


@each_night
def test_hours_that_no_clock_shows_end_as_the_last_of_them_says(
    cast, here, time_machine, zone, day, length
):
    """Of two changes within the hour that is left out, the second holds, and only it is told."""
    here(zone)
    time_machine.move_to(evening(zone, day), tick=False)
    changes = [(dt.time(2, 10), "attended"), (dt.time(2, 40), "reading"), (dt.time(12), "open")]
    hours.keep_daily(by=cast.mina, circle=cast.circle.public_id, changes=changes)
    room = Room.objects.get(circle=cast.circle)
    first = local(zone, day, 3) if length < 10 else local(zone, day, 2, 10)
    assert hours.until(room, evening(zone, day)) == first

    told = kept(cast, evening(zone, day), local(zone, day, 8))

    between = [] if length < 10 else [("attended", local(zone, day, 2, 10))]
    last = local(zone, day, 3) if length < 10 else local(zone, day, 2, 40)
    assert told == [*between, ("reading", last)]
    assert hours.until(Room.objects.get(circle=cast.circle), last) == local(zone, day, 12)


@pytest.mark.parametrize(("zone", "day"), [night[:2] for night in NIGHTS if night[2] < 10])
def test_what_comes_to_the_same_within_the_hour_left_out_is_no_change(
    cast, here, time_machine, zone, day
):
    here(zone)
    time_machine.move_to(evening(zone, day), tick=False)
    changes = [(dt.time(2, 10), "attended"), (dt.time(2, 40), "open")]
    hours.keep_daily(by=cast.mina, circle=cast.circle.public_id, changes=changes)

    room = Room.objects.get(circle=cast.circle)
    assert hours.until(room, evening(zone, day)) == local(zone, day + DAY, 2, 10)


@each_night
def test_a_day_has_one_divider_however_long_it_is(
    cast, here, client, time_machine, zone, day, length
):
    here(zone)
    begin, end = evening(zone, day), local(zone, day + DAY, 1)
    for now in through(begin, end, minutes=60):
        time_machine.move_to(now, tick=False)
        say(cast.ines, f"At {now:%d %H:%M}.", circle=cast.circle)
    client.force_login(cast.noor)

    rows = client.get(reverse("room", args=[cast.circle.public_id])).context["rows"]

    assert [row["day"] for row in rows if "day" in row] == [day - DAY, day, day + DAY]
    counts, at = {}, None
    for row in rows:
        at = row.get("day", at)
        counts[at] = counts.get(at, 0) + ("html" in row)
    assert counts == {day - DAY: 2, day: 24 + length - 10, day + DAY: 2}
