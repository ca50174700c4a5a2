"""The ways to a live session while its door is open: from the room, and from one's places."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone

from chat.live import leading
from programs import calendar

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def soon(cast):
    """`soon(minutes)`: the last session of the run is moved to so many minutes from now."""

    def move(minutes: int) -> None:
        week_of = calendar.sessions(cast.cohort)[-1].week_of
        for session in calendar.sessions(cast.cohort)[:-1]:
            if session.ends_at > timezone.now():
                calendar.cancel(cohort=cast.cohort, week_of=session.week_of, by=cast.sade)
        to = timezone.now() + minutes * MINUTE
        calendar.move(cohort=cast.cohort, week_of=week_of, to=to, by=cast.sade)

    return move


def door_of_room(client, cast) -> bool:
    page = client.get(f"/circles/{cast.circle.public_id}/").content.decode()
    return not re.search(r"data-door hidden", page)


def door_of_places(client, cast) -> bool:
    return f"/circles/{cast.circle.public_id}/live/" in client.get("/places/").content.decode()


def test_the_door_is_seen_from_ten_minutes_before(client, cast, soon):
    client.force_login(cast.noor)
    soon(11)
    assert not door_of_room(client, cast)
    assert not door_of_places(client, cast)
    soon(9)
    assert door_of_room(client, cast)
    assert door_of_places(client, cast)


def test_a_session_out_of_hours_is_seen_from_the_room(client, cast):
    client.force_login(cast.noor)
    assert not door_of_room(client, cast)
    leading.begin(by=cast.mina, circle=cast.circle.public_id)
    assert door_of_room(client, cast)


def test_whoever_waits_is_told_when_it_begins(client, cast, soon):
    soon(5)
    client.force_login(cast.noor)
    page = client.get(f"/circles/{cast.circle.public_id}/live/").content.decode()
    assert "The door is open" in page
    assert "Open the session" not in page
    client.force_login(cast.otto)
    assert client.get(f"/circles/{cast.circle.public_id}/live/").status_code == 404
