"""When peers may write: by hand, every day at the same times, and while a facilitator is here."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from chat import editing, leases, posting
from chat.keeping import hours, pacing
from chat.keeping.standing import standing_of
from chat.models import DailyHours, LiveSession, ModerationAction, Room, Seat
from chat.refusal import Refused
from community.models import User
from tests.chat.circle_live import in_round
from tests.chat.reader import Reader
from tests.chat.talk import draft, join, leave, log_of, refusal_of, row, say, set_room

DAY = [(datetime.time(8), "open"), (datetime.time(22), "reading")]


def here(cast, **more):
    return {"circle": cast.circle.public_id} | more


def room(cast):
    return Room.objects.get(circle=cast.circle)


def at(hour, minute=0, *, day=22, month=11, zone="Europe/London"):
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda"])
def test_only_those_who_hold_this_circle_may(cast, who):
    user = getattr(cast, who)
    for verb, fields in [
        (hours.keep, here(cast, hours="reading")),
        (hours.keep_daily, here(cast, changes=DAY)),
        (pacing.pace, here(cast, seconds=60)),
        (pacing.pause, here(cast)),
        (pacing.resume, here(cast)),
        (leases.here, here(cast)),
        (leases.away, here(cast)),
    ]:
        assert refusal_of(verb, by=user, **fields).code == "not_member"
    assert not ModerationAction.objects.exists()
    assert not DailyHours.objects.exists()


def test_each_setting_is_told_to_the_room_once_and_is_on_record(cast):
    page = Reader(cast.ines, cast.circle)
    for verb, fields in [
        (pacing.pace, {"seconds": 120}),
        (pacing.pause, {}),
        (pacing.resume, {}),
        (pacing.pace, {"seconds": 0}),
        (hours.keep, {"hours": "reading"}),
        (hours.keep, {"hours": "open"}),
    ]:
        verb(by=cast.mina, **here(cast, **fields))
        before = len(log_of(cast.circle))
        verb(by=cast.mina, **here(cast, **fields))
        assert len(log_of(cast.circle)) == before

    kinds = [event["kind"] for event in page.catch_up().heard]
    assert kinds == [
        *["room.pace", "room.paused", "room.resumed", "room.pace"],
        *["room.hours", "room.hours"],
    ]
    assert [page.heard[n].get("seconds") for n in (0, 3)] == [120, 0]
    assert ModerationAction.objects.count() == 6


@pytest.mark.parametrize("seconds", [-1, 3601])
def test_a_pace_is_at_most_one_message_an_hour(cast, seconds):
    fields = here(cast, seconds=seconds)
    assert refusal_of(pacing.pace, by=cast.mina, **fields).code == "bad_frame"


def test_while_a_room_is_for_reading_peers_neither_write_nor_change(cast):
    said = say(cast.noor, "Hello", circle=cast.circle)
    hours.keep(by=cast.mina, **here(cast, hours="reading"))

    assert refusal_of(say, cast.noor, "More", circle=cast.circle).code == "closed"
    changed = here(cast, message=said.id, body="Other words")
    assert refusal_of(editing.edit, by=cast.noor, **changed).code == "closed"
    editing.respond(by=cast.noor, response="heard", **here(cast, message=said.id))
    assert say(cast.mina, "Good night.", circle=cast.circle).state == "posted"
    editing.take_back(by=cast.noor, **here(cast, message=said.id))


def test_an_attended_room_is_open_while_a_facilitator_is_here(cast, settings):
    hours.keep(by=cast.mina, **here(cast, hours="attended"))
    assert refusal_of(say, cast.noor, "Hello", circle=cast.circle).code == "closed"

    leases.here(by=cast.mina, **here(cast))
    said = say(cast.noor, "Hello", circle=cast.circle)
    editing.edit(by=cast.noor, body="Hello there", **here(cast, message=said.id))

    leases.away(by=cast.mina, **here(cast))
    assert refusal_of(say, cast.noor, "More", circle=cast.circle).code == "closed"
    changed = here(cast, message=said.id, body="Other words")
    assert refusal_of(editing.edit, by=cast.noor, **changed).code == "closed"


def test_who_was_told_to_wait_may_still_mend_what_is_held(cast):
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "My street", circle=cast.circle)
    set_room(cast.circle, hours="reading", paused_at=timezone.now())

    editing.edit(by=cast.noor, body="A street", **here(cast, message=held.id))

    assert row(held).edited_at is not None


@pytest.mark.parametrize("floor", ["holder", "facilitators"])
def test_whoever_has_not_the_floor_does_not_change_what_they_said_either(cast, floor):
    said = say(cast.noor, "Hello", circle=cast.circle)
    set_room(cast.circle, floor=floor, holder=cast.member(cast.ines))

    changed = here(cast, message=said.id, body="Other words")

    assert refusal_of(editing.edit, by=cast.noor, **changed).code == "closed"


# Every day ------------------------------------------------------------------------------


def test_a_day_opens_and_closes_by_the_cohorts_clocks(cast, monkeypatch):
    hours.keep_daily(by=cast.mina, **here(cast, changes=DAY))
    Room.objects.filter(circle=cast.circle).update(hours="open", hours_since=at(12))

    assert hours.keep_schedules(now=at(21, 59)) == 0
    assert hours.keep_schedules(now=at(22)) == 1
    assert room(cast).hours == "reading"
    assert hours.keep_schedules(now=at(22, 1)) == 0
    assert hours.keep_schedules(now=at(7, 59, day=23)) == 0
    assert hours.keep_schedules(now=at(8, day=23)) == 1
    assert room(cast).hours == "open"
    told = [e.facts for e in log_of(cast.circle) if e.kind == "room.hours"]
    assert [facts["hours"] for facts in told][1:] == ["reading", "open"]


def test_the_evening_does_not_close_on_a_session_that_somebody_holds(cast):
    hours.keep_daily(by=cast.mina, **here(cast, changes=DAY))
    set_room(cast.circle, hours="open", hours_since=at(12))
    session = in_round(cast.circle, cast.mina, cast.noor)

    assert hours.keep_schedules(now=at(22)) == 0
    assert say(cast.noor, "I was about to say", circle=cast.circle).state == "posted"
    session.do("mina", "phase", phase="closing")
    assert hours.keep_schedules(now=at(22, 10)) == 0
    assert say(cast.noor, "Good night", circle=cast.circle).state == "posted"
    session.do("mina", "end")
    assert hours.keep_schedules(now=at(22, 11)) == 1
    assert (room(cast).hours, room(cast).hours_since) == ("reading", at(22))


def test_a_session_that_nobody_holds_keeps_no_room_open(cast):
    hours.keep_daily(by=cast.mina, **here(cast, changes=DAY))
    set_room(cast.circle, hours="open", hours_since=at(12))
    session = in_round(cast.circle, cast.mina, cast.noor)
    LiveSession.objects.filter(pk=session.row.pk).update(unattended_at=timezone.now())

    assert hours.keep_schedules(now=at(22)) == 1
    set_room(cast.circle, hours="reading", hours_since=at(22))
    assert hours.keep_schedules(now=at(8, day=23)) == 1


def test_a_house_that_slept_catches_up_with_the_last_change_alone(cast):
    hours.keep_daily(by=cast.mina, **here(cast, changes=DAY))
    Room.objects.filter(circle=cast.circle).update(hours="open", hours_since=at(12))

    assert hours.keep_schedules(now=at(9, day=25)) == 1
    assert hours.keep_schedules(now=at(9, day=25)) == 0
    assert (room(cast).hours, room(cast).hours_since) == ("open", at(8, day=25))


def test_what_was_set_by_hand_holds_until_the_next_change(cast):
    hours.keep_daily(by=cast.mina, **here(cast, changes=DAY))
    Room.objects.filter(circle=cast.circle).update(hours="attended", hours_since=at(12))

    assert hours.keep_schedules(now=at(21)) == 0
    assert room(cast).hours == "attended"
    hours.keep_schedules(now=at(22))
    assert room(cast).hours == "reading"


def test_a_schedule_says_what_holds_now_and_until_when(cast):
    now = timezone.now()
    soon = timezone.localtime(now + datetime.timedelta(hours=2), cast.cohort.zone)
    before = timezone.localtime(now - datetime.timedelta(hours=2), cast.cohort.zone)

    changes = [(soon.time(), "open"), (before.time(), "reading")]
    hours.keep_daily(by=cast.mina, **here(cast, changes=changes))

    assert room(cast).hours == "reading"
    until = standing_of(Reader(cast.noor, cast.circle).seat).hours_until
    assert until == soon.replace(second=0, microsecond=0)
    assert log_of(cast.circle)[-1].facts == {"hours": "reading", "until": until.isoformat()}


def test_without_changes_there_is_no_schedule_any_more(cast):
    hours.keep_daily(by=cast.mina, **here(cast, changes=DAY))
    hours.keep_daily(by=cast.mina, **here(cast, changes=[]))

    assert not DailyHours.objects.exists()
    assert hours.keep_schedules(now=at(22, day=30)) == 0


@pytest.mark.parametrize(
    ("month", "day", "wall", "instant"),
    [
        (3, 29, datetime.time(1, 30), "01:00"),  # that minute isn't shown: the next that is
        (10, 25, datetime.time(1, 30), "00:30"),  # shown twice: the first
    ],
)
def test_nights_of_the_changing_clocks_have_one_change_each(cast, month, day, wall, instant):
    daily = [DailyHours(at=wall, hours="reading")]
    noon = at(12, month=month, day=day)

    change = hours.last_change(daily, ZoneInfo("Europe/London"), noon)

    assert change.at.astimezone(datetime.UTC).strftime("%H:%M") == instant


@pytest.mark.parametrize(
    "changes",
    [
        [(datetime.time(8), "open"), (datetime.time(8), "reading")],
        [(datetime.time(8), "never")],
        [(datetime.time(hour), "open") for hour in range(7)],
    ],
)
def test_what_is_no_schedule_is_refused(cast, changes):
    fields = here(cast, changes=changes)
    assert refusal_of(hours.keep_daily, by=cast.mina, **fields).code == "bad_frame"


@pytest.mark.parametrize("text", ["", "8", "24:00", "08:60", "8 o'clock", "٠٨:٠٠x"])
def test_what_is_no_time_of_day_is_refused(text):
    assert refusal_of_plain(hours.time_of_day, text) == "bad_frame"


def refusal_of_plain(verb, *args):
    with pytest.raises(Refused) as caught:
        verb(*args)
    return caught.value.code


# Leases ---------------------------------------------------------------------------------


def test_a_lease_ends_by_itself(cast, settings):
    circle = cast.circle.public_id
    until = leases.here(by=cast.mina, **here(cast))

    left = (until - timezone.now()).total_seconds()
    assert settings.ROOM_LEASE_SECONDS / 2 < left <= settings.ROOM_LEASE_SECONDS
    mina = cast.member(cast.mina).public_id
    assert leases.attended([circle]) == {circle: [{"member": mina, "until": until.isoformat()}]}
    assert leases.is_attended(cast.circle.room)
    assert not leases.is_attended(cast.circle.room, until)
    assert leases.attended([cast.next_door.public_id]) == {cast.next_door.public_id: []}


def test_a_lease_is_nothing_that_happened(cast):
    before = len(log_of(cast.circle))
    leases.here(by=cast.mina, **here(cast))
    leases.away(by=cast.mina, **here(cast))
    assert len(log_of(cast.circle)) == before


def test_whoever_signs_out_leaves_or_is_closed_out_is_not_here(
    cast, client, django_capture_on_commit_callbacks
):
    circle = cast.circle.public_id
    client.force_login(cast.mina)
    leases.here(by=cast.mina, **here(cast))
    assert leases.attended([circle])[circle]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_logout"))
    assert Seat.objects.get(membership=cast.member(cast.mina)).here_until is None

    leases.here(by=cast.mina, **here(cast))
    cast.mina.is_active = False
    cast.mina.save()
    assert leases.attended([circle]) == {circle: []}
    cast.mina.is_active = True
    cast.mina.save()
    leases.away(by=cast.mina, **here(cast))

    marit = join("marit", cast.circle, role="facilitator")
    leases.here(by=marit, **here(cast))
    leave(marit, cast.circle)
    assert leases.attended([circle]) == {circle: []}


def test_who_is_here_next_door_is_not_here_and_nobody_goes_with_another(cast):
    said = say(cast.noor, "Hello", circle=cast.circle)
    hours.keep(by=cast.mina, **here(cast, hours="attended"))
    leases.here(by=cast.bela, circle=cast.next_door.public_id)

    assert refusal_of(say, cast.noor, "More", circle=cast.circle).code == "closed"
    changed = here(cast, message=said.id, body="Other words")
    assert refusal_of(editing.edit, by=cast.noor, **changed).code == "closed"

    leases.here(by=cast.mina, **here(cast))
    leases.end_of(cast.mina.pk)
    assert not leases.is_attended(cast.circle.room)
    assert leases.is_attended(cast.next_door.room)


def test_who_says_late_that_they_leave_was_not_here_until_then(cast):
    seat = Seat.objects.get(membership=cast.member(cast.mina))
    seat.here_until = timezone.now() - datetime.timedelta(minutes=5)
    seat.save()

    leases.away(by=cast.mina, **here(cast))

    assert Seat.objects.get(pk=seat.pk).here_until == seat.here_until


@pytest.mark.parametrize(
    "mina_is", ["here", "gone", "a peer by now", "closed out", "here since the clock was set back"]
)
def test_page_and_line_say_alike_who_is_here(cast, mina_is):
    circle, mina = cast.circle.public_id, cast.member(cast.mina)
    leases.here(by=cast.mina, **here(cast))
    if mina_is == "gone":
        leases.away(by=cast.mina, **here(cast))
    elif mina_is == "a peer by now":
        mina.role = "peer"
        mina.save()
    elif mina_is == "closed out":
        User.objects.filter(pk=cast.mina.pk).update(is_active=False)
    elif mina_is == "here since the clock was set back":
        far = timezone.now() + datetime.timedelta(hours=1)
        Seat.objects.filter(membership=mina).update(here_until=far)

    people = cast.circle.memberships.current().select_related("seat", "user")
    assert leases.among(people) == leases.attended([circle])[circle]
    assert bool(leases.among(people)) == (mina_is == "here")


def test_what_is_refused_for_the_hours_is_said_plainly(cast):
    hours.keep(by=cast.mina, **here(cast, hours="reading"))
    refused = posting.post_batch([draft(cast.noor, "Hello", circle=cast.circle)])[0]

    assert refused.code == "closed"
    assert refused.say.endswith(".")
