"""Times on pages without script: by the account's zone, else the cohort's, and named."""

import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from chat import hush
from programs.models import Cohort
from tests.chat.talk import say


def body_of(client, cast, name, *more):
    return client.get(reverse(name, args=[cast.circle.public_id, *more])).content.decode()


@pytest.mark.parametrize(
    ("account", "cohorts", "hour", "named"),
    [
        ("America/New_York", "Europe/London", "18:30", "New York"),
        ("", "Pacific/Auckland", "11:30", "Auckland"),
        ("", "Europe/London", "22:30", "London"),
    ],
)
def test_times_are_the_accounts_or_else_the_cohorts(client, cast, account, cohorts, hour, named):
    Cohort.objects.update(time_zone=cohorts)
    cast.noor.time_zone = account
    cast.noor.save()
    with time_machine.travel("2026-03-12T22:30:00Z", tick=False):
        cast.circle.cohort.time_zone = cohorts
        said = say(cast.ines, "The kettle sang.", circle=cast.circle)
        client.force_login(cast.noor)

        room, one = body_of(client, cast, "room"), body_of(client, cast, "message", said.id)
        client.post(reverse("hush", args=[cast.circle.public_id]))
        quiet = body_of(client, cast, "reaching")

    for page in (room, one):
        assert f'<time datetime="2026-03-12T22:30:00Z">{hour}</time>' in page
        assert f'aria-label="Respond to Ines, {hour}"' in page
        assert re.search(f"by the clocks of <span data-zone-name>{named}</span>", page)
    assert re.search(rf'data-session="brief"[^>]*>Live [^<]*, \d\d:\d\d {named}\.</b>', room)
    assert re.search(rf"Hushed until <time[^>]*>[^<]*\d\d:\d\d {named}</time>", quiet)


@time_machine.travel("2026-03-12T22:30:00Z", tick=False)
def test_a_hush_asks_where_someone_reads_only_where_their_account_names_no_zone(cast):
    def morning(zone):
        until = hush.hush(by=cast.noor, circle=cast.circle.public_id, zone=zone)
        return until.astimezone(datetime.UTC).isoformat()

    assert morning("Pacific/Auckland") == "2026-03-13T08:00:00+00:00"
    cast.noor.time_zone = ""
    assert morning("Pacific/Auckland") == "2026-03-13T19:00:00+00:00"
    for nonsense in ("", "Mars/Olympus", "../../etc/passwd", "\0", "\ud800", "x" * 5000, "Europe"):
        assert morning(nonsense) == "2026-03-13T08:00:00+00:00"
