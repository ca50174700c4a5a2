"""When circles meet: the series, what leaves it, the files and the feeds that say so."""

from __future__ import annotations

import datetime as dt
import html
import re
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from community.models import Notice
from programs import calendar, feeds, ics
from programs.models import CalendarFeed, Cohort, CohortPause, Membership, SessionChange
from programs.refusal import Refused

LONDON = ZoneInfo("Europe/London")
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(weeks=1)


def text_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def cohort(cast) -> Cohort:
    """Thursdays at seven, London, over the end of summer time on 25 October 2026."""
    cast.cohort.starts_on = dt.date(2026, 10, 12)
    cast.cohort.save()
    return cast.cohort


def locally(cohort: Cohort, circle=None) -> list[str]:
    found = calendar.sessions(cohort, circle)
    return [f"{one.begins_at.astimezone(cohort.zone):%d %b %H:%M}" for one in found]


BEFORE = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
FIRST = dt.date(2026, 10, 12)


# The series ------------------------------------------------------------------
def test_sessions_keep_their_hour_over_the_end_of_summer_time(cohort):
    assert locally(cohort) == ["15 Oct 19:00", "22 Oct 19:00", "29 Oct 19:00", "05 Nov 19:00"]
    hours = [one.begins_at.hour for one in calendar.sessions(cohort)]
    assert hours == [18, 18, 19, 19]


def test_an_hour_that_no_clock_shows_is_the_next_minute_that_one_does(cohort):
    cohort.time_zone, cohort.session_weekday = "Europe/London", 6
    cohort.starts_on, cohort.session_time = dt.date(2027, 3, 22), dt.time(1, 30)
    assert locally(cohort)[0] == "28 Mar 02:00"


def test_a_week_of_rest_has_no_session_and_moves_the_end_back(cohort):
    CohortPause.objects.create(cohort=cohort, week_of=dt.date(2026, 10, 20))
    assert locally(cohort) == ["15 Oct 19:00", "29 Oct 19:00", "05 Nov 19:00", "12 Nov 19:00"]


def test_a_cancelled_cohort_meets_no_more(cohort):
    cohort.is_cancelled = True
    assert calendar.sessions(cohort) == []
    assert calendar.next_session(cohort, now=BEFORE) is None


def test_the_running_session_is_the_next_one_until_it_ends(cohort):
    first, second, *_ = calendar.sessions(cohort)
    assert calendar.next_session(cohort, now=first.ends_at - DAY / 24 / 60) == first
    assert calendar.next_session(cohort, now=first.ends_at) == second
    assert first.door_at == first.begins_at - dt.timedelta(minutes=10)
    last = calendar.sessions(cohort)[-1]
    assert calendar.next_session(cohort, now=last.ends_at) is None


# What leaves it --------------------------------------------------------------
def test_a_moved_session_stands_where_it_was_moved_to(cast, cohort):
    to = dt.datetime(2026, 10, 16, 17, tzinfo=dt.UTC)
    calendar.move(cohort=cohort, week_of=FIRST, to=to, by=cast.sade, now=BEFORE)
    found = calendar.next_session(cohort, now=BEFORE)
    assert found and found.begins_at == to and found.is_moved
    assert found.planned_at == dt.datetime(2026, 10, 15, 18, tzinfo=dt.UTC)


def test_one_moved_behind_the_next_is_held_after_it(cast, cohort):
    to = dt.datetime(2026, 10, 24, 17, tzinfo=dt.UTC)
    calendar.move(cohort=cohort, week_of=FIRST, to=to, by=cast.sade, now=BEFORE)
    assert locally(cohort)[:2] == ["22 Oct 19:00", "24 Oct 18:00"]


def test_a_session_called_off_is_not_the_next_and_can_be_put_back(cast, cohort):
    calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.sade, now=BEFORE)
    assert calendar.sessions(cohort)[0].is_cancelled
    upcoming = calendar.next_session(cohort, now=BEFORE)
    assert upcoming and upcoming.begins_at.day == 22
    calendar.put_back(cohort=cohort, week_of=FIRST, by=cast.sade, now=BEFORE)
    upcoming = calendar.next_session(cohort, now=BEFORE)
    assert upcoming and upcoming.begins_at.day == 15 and upcoming.turn == 2


def test_a_facilitator_moves_their_own_circle_and_no_other(cast, cohort):
    to = dt.datetime(2026, 10, 16, 17, tzinfo=dt.UTC)
    calendar.move(cohort=cohort, week_of=FIRST, to=to, by=cast.mina, circle=cast.circle, now=BEFORE)
    assert locally(cohort, cast.circle)[0] == "16 Oct 18:00"
    assert locally(cohort, cast.next_door)[0] == "15 Oct 19:00"
    assert locally(cohort)[0] == "15 Oct 19:00"


def test_what_was_said_last_holds_for_the_lead_and_the_facilitator(cast, cohort):
    calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.mina, circle=cast.circle, now=BEFORE)
    to = dt.datetime(2026, 10, 17, 17, tzinfo=dt.UTC)
    calendar.move(cohort=cohort, week_of=FIRST, to=to, by=cast.sade, now=BEFORE + HOUR)
    assert locally(cohort, cast.circle)[0] == "17 Oct 18:00"


def test_a_week_of_rest_outweighs_what_was_moved_in_it(cast, cohort):
    to = dt.datetime(2026, 10, 16, 17, tzinfo=dt.UTC)
    calendar.move(cohort=cohort, week_of=FIRST, to=to, by=cast.sade, now=BEFORE)
    CohortPause.objects.create(cohort=cohort, week_of=dt.date(2026, 10, 14))
    assert locally(cohort)[0] == "22 Oct 19:00"
    with pytest.raises(Refused):
        calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.sade, now=BEFORE)


def test_a_change_stays_with_its_week_when_the_series_takes_another_day(cast, cohort):
    calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.sade, now=BEFORE)
    cohort.session_weekday = 1
    assert calendar.sessions(cohort)[0].is_cancelled
    assert not calendar.sessions(cohort)[1].is_cancelled


@pytest.mark.parametrize("hours", [-1, 0, 400 * 24])
def test_it_is_moved_to_the_coming_year_only(cast, cohort, hours):
    with pytest.raises(Refused):
        to = BEFORE + hours * HOUR
        calendar.move(cohort=cohort, week_of=FIRST, to=to, by=cast.sade, now=BEFORE)
    assert not SessionChange.objects.exists()


def test_what_was_held_stays_held(cast, cohort):
    after = dt.datetime(2026, 10, 18, tzinfo=dt.UTC)
    with pytest.raises(Refused):
        calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.sade, now=after)
    with pytest.raises(Refused):
        calendar.cancel(cohort=cohort, week_of=dt.date(2027, 10, 12), by=cast.sade, now=after)


def test_the_database_keeps_one_change_a_week(cast, cohort):
    SessionChange.objects.create(cohort=cohort, week_of=FIRST, state="cancelled")
    for facts in ({"state": "cancelled"}, {"state": "moved", "week_of": FIRST + WEEK}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionChange.objects.create(**{"cohort": cohort, "week_of": FIRST} | facts)


# Telling ---------------------------------------------------------------------
def told() -> list[str]:
    rows = Notice.objects.filter(about__startswith="session:").select_related("person")
    return sorted(row.person.email.partition("@")[0] for row in rows)


def test_those_concerned_are_told_once_of_each_change(cast, cohort):
    facts = {"cohort": cohort, "week_of": FIRST, "circle": cast.circle, "now": BEFORE}
    calendar.cancel(**facts, by=cast.mina)
    calendar.cancel(**facts, by=cast.mina)
    assert told() == ["ines", "noor"]
    calendar.put_back(**facts, by=cast.mina)
    assert told() == ["ines", "ines", "noor", "noor"]


def test_a_change_for_all_circles_is_told_to_all_but_the_resting_and_the_gone(cast, cohort):
    cast.member(cast.ines).breaks.create()
    Membership.objects.filter(user=cast.otto).update(left_at=BEFORE)
    calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.sade, now=BEFORE)
    assert told() == ["bela", "mina", "noor"]


def test_the_notice_says_nothing_of_what_changed(cast, cohort):
    calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.sade, now=BEFORE)
    for notice in Notice.objects.filter(about__startswith="session:"):
        assert re.fullmatch(r"session:\d+:1", notice.about)


# Files -----------------------------------------------------------------------
def lines_of(words: str) -> list[str]:
    assert words.endswith("END:VCALENDAR\r\n")
    raw = words.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in raw)
    return words.replace("\r\n ", "").split("\r\n")


def test_a_file_tells_the_instant_and_no_name(cast, cohort):
    first = calendar.sessions(cohort, cast.circle)[0]
    lines = lines_of(ics.calendar([(cast.circle, first)]))
    assert "DTSTART:20261015T180000Z" in lines
    assert "DTEND:20261015T191500Z" in lines
    assert "SEQUENCE:0" in lines
    assert "STATUS:CONFIRMED" in lines
    assert "SUMMARY:Circle" in lines
    words = "\n".join(lines)
    for name in ("Alder", "Seed to Fruit", "Spring", "Noor", "Mina"):
        assert name not in words


def test_a_change_keeps_the_name_and_raises_the_sequence(cast, cohort):
    def event() -> dict[str, str]:
        first = calendar.session_of(cohort, FIRST, cast.circle)
        lines = lines_of(ics.calendar([(cast.circle, first)]))
        return dict(line.split(":", 1) for line in lines if ":" in line)

    planned = event()
    to = dt.datetime(2026, 10, 16, 17, tzinfo=dt.UTC)
    calendar.move(cohort=cohort, week_of=FIRST, to=to, by=cast.sade, now=BEFORE)
    moved = event()
    assert moved["UID"] == planned["UID"]
    assert (moved["SEQUENCE"], moved["DTSTART"]) == ("1", "20261016T170000Z")
    calendar.cancel(cohort=cohort, week_of=FIRST, by=cast.mina, circle=cast.circle, now=BEFORE)
    off = event()
    assert (off["UID"], off["SEQUENCE"], off["STATUS"]) == (planned["UID"], "2", "CANCELLED")


def test_names_of_houses_are_escaped_and_folded_between_characters(cast, cohort, monkeypatch):
    monkeypatch.setattr(ics, "mail_name", lambda: "Ørsted; Mühle, " + "ß織" * 40)
    first = calendar.sessions(cohort, cast.circle)[0]
    lines = lines_of(ics.calendar([(cast.circle, first)]))
    assert "LOCATION:Ørsted\\; Mühle\\, " + "ß織" * 40 in lines


# Feeds -----------------------------------------------------------------------
def feed_at(token: str) -> str:
    return f"/calendar/circles.ics?key={token}"


def test_whoever_knows_the_address_reads_when_all_ones_circles_meet(client, cast):
    token = feeds.token_of(feeds.make(cast.noor))
    answer = client.get(feed_at(token))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    words = answer.content.decode()
    assert words.count("BEGIN:VEVENT") == 4
    assert cast.circle.public_id in words
    assert cast.next_door.public_id not in words


def test_the_secret_of_an_address_is_not_in_the_log(client, cast, caplog):
    token = feeds.token_of(feeds.make(cast.noor))
    with caplog.at_level("INFO"):
        client.get(feed_at(token))
    assert "circles.ics" in caplog.text
    assert token not in caplog.text
    assert token.partition(".")[0] not in caplog.text


def test_an_address_taken_back_or_made_up_leads_nowhere(client, cast):
    feed = feeds.make(cast.noor)
    token = feeds.token_of(feed)
    again = feeds.token_of(feeds.make(cast.noor))
    assert client.get(feed_at(token)).status_code == 404
    assert client.get(feed_at(again)).status_code == 200
    for made_up in ("", feed.name, f"{feed.name}.abc", again[:-1], "x", f"{again}%00"):
        assert client.get(feed_at(made_up)).status_code == 404
    feeds.revoke(cast.noor)
    assert client.get(feed_at(again)).status_code == 404


def test_the_address_of_someone_who_left_or_was_closed_says_nothing_more(client, cast):
    token = feeds.token_of(feeds.make(cast.noor))
    Membership.objects.filter(user=cast.noor).update(left_at=BEFORE)
    assert "VEVENT" not in client.get(feed_at(token)).content.decode()
    cast.noor.is_active = False
    cast.noor.save()
    assert client.get(feed_at(token)).status_code == 404


def test_a_feed_shows_called_off_sessions_as_such(client, cast):
    session = calendar.sessions(cast.cohort)[-1]
    calendar.cancel(cohort=cast.cohort, week_of=session.week_of, by=cast.sade)
    words = client.get(feed_at(feeds.token_of(feeds.make(cast.noor)))).content.decode()
    assert words.count("STATUS:CANCELLED") == 1


def test_a_feed_speaks_to_whoever_it_is_for(client, cast):
    cast.noor.language = "de"
    cast.noor.save()
    for person, summary in ((cast.noor, "SUMMARY:Kreis"), (cast.ines, "SUMMARY:Circle")):
        words = client.get(feed_at(feeds.token_of(feeds.make(person)))).content.decode()
        assert summary in words.split("\r\n")


def test_the_address_is_made_and_taken_back_on_the_page(client, cast):
    others = feeds.token_of(feeds.make(cast.ines))
    client.force_login(cast.noor)
    page = f"/circles/{cast.circle.public_id}/sessions/"
    assert others not in text_of(client.get(page))
    answer = client.post("/calendar/", {"circle": cast.circle.public_id})
    assert answer.status_code == 302 and answer["Location"] == page
    assert feeds.token_of(CalendarFeed.objects.get(person=cast.noor)) in text_of(client.get(page))
    client.post("/calendar/", {"revoke": "1", "circle": cast.next_door.public_id})
    assert [feed.person for feed in CalendarFeed.objects.all()] == [cast.ines]
    assert others not in text_of(client.get(page))


# Pages -----------------------------------------------------------------------
def test_members_see_their_sessions_in_their_own_zone(client, cast):
    cast.noor.time_zone = "Asia/Kolkata"
    cast.noor.save()
    client.force_login(cast.noor)
    for page in (f"/circles/{cast.circle.public_id}/sessions/", "/places/"):
        assert "Kolkata" in text_of(client.get(page))


def test_a_session_can_be_taken_home_as_a_file(client, cast):
    client.force_login(cast.noor)
    session = calendar.sessions(cast.cohort)[-1]
    one = f"/circles/{cast.circle.public_id}/sessions/{session.week_of}.ics"
    assert client.get(one).content.decode().count("BEGIN:VEVENT") == 1
    for nothing in ("2001-01-01", "never", "2026-13-45"):
        address = f"/circles/{cast.circle.public_id}/sessions/{nothing}.ics"
        assert client.get(address).status_code == 404


def change_form(session: calendar.Session, **changes) -> dict[str, str]:
    local = session.begins_at.astimezone(LONDON) + DAY
    form = {"week_of": session.week_of.isoformat(), "what": "move"}
    return form | {"on": f"{local:%Y-%m-%d}", "at": "20:30"} | changes


def test_the_facilitator_moves_one_session_of_their_circle(client, cast):
    client.force_login(cast.mina)
    page = f"/circles/{cast.circle.public_id}/sessions/"
    last = calendar.sessions(cast.cohort)[-1]
    assert client.post(page, change_form(last)).status_code == 302
    cast.cohort.refresh_from_db()
    moved = calendar.sessions(cast.cohort, cast.circle)[-1]
    assert moved.is_moved and f"{moved.begins_at.astimezone(LONDON):%H:%M}" == "20:30"
    assert "Moved from" in text_of(client.get(page))
    assert not calendar.sessions(cast.cohort, cast.next_door)[-1].is_moved


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": ""},
        {"at": "25:70"},
        {"on": "9999-12-31"},
        {"on": "0001-01-01"},
        {"week_of": "1999-01-01"},
        {"what": "explode"},
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(client, cast, wrong):
    client.force_login(cast.mina)
    page = f"/circles/{cast.circle.public_id}/sessions/"
    last = calendar.sessions(cast.cohort)[-1]
    assert client.post(page, change_form(last, **wrong)).status_code == 422
    assert not SessionChange.objects.exists()


def test_peers_see_no_form_and_strangers_no_page(client, cast):
    page = f"/circles/{cast.circle.public_id}/sessions/"
    last = calendar.sessions(cast.cohort)[-1]
    file = f"{page}{last.week_of}.ics"
    client.force_login(cast.noor)
    assert "call it off" not in text_of(client.get(page))
    assert client.post(page, change_form(last)).status_code == 404
    for stranger in (cast.otto, cast.bela, cast.sade, cast.edda):
        client.force_login(stranger)
        assert client.get(page).status_code == 404
        assert client.post(page, change_form(last)).status_code == 404
        assert client.get(file).status_code == 404
    client.logout()
    assert client.get(page).status_code == 302
    assert not SessionChange.objects.exists()


def test_the_lead_calls_off_one_session_for_every_circle(client, cast):
    client.force_login(cast.sade)
    page = f"/cms/cohort/session/{cast.cohort.pk}/"
    last = calendar.sessions(cast.cohort)[-1]
    assert client.post(page, change_form(last, what="cancel")).status_code == 302
    cast.cohort.refresh_from_db()
    for circle in (cast.circle, cast.next_door):
        assert calendar.sessions(cast.cohort, circle)[-1].is_cancelled
    assert "not held" in text_of(client.get(page))
