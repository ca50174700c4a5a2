"""Taking back a pace or hours: as it stood before, and never over what was set since."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from chat.keeping import hours, pacing, undoing
from chat.models import ModerationAction, Room
from chat.refusal import Refused
from community.models import AuditEntry
from programs.models import Membership
from tests.chat.reader import Reader
from tests.chat.talk import all_at_once, join, log_of, refusal_of, say

DAY = [(datetime.time(8), "open"), (datetime.time(22), "reading")]


@pytest.fixture
def linden(cast):
    return join("linden", cast.circle, role=Membership.Role.FACILITATOR)


def here(cast, **more):
    return {"circle": cast.circle.public_id} | more


def room(cast):
    return Room.objects.get(circle=cast.circle)


def stands(cast):
    """Pace and hours, and the day's."""
    one = room(cast)
    daily = list(one.daily_hours.values_list("at", "hours"))
    return one.pace_seconds, one.hours, one.hours_since, daily


def set_pace(cast, seconds, by=None):
    return pacing.pace(by=by or cast.mina, seconds=seconds, **here(cast))


def set_hours(cast, wanted, by=None):
    return hours.keep(by=by or cast.mina, hours=wanted, **here(cast))


def set_day(cast, changes=DAY, by=None):
    return hours.keep_daily(by=by or cast.mina, changes=changes, **here(cast))


def undo(cast, seq, by=None):
    undoing.undo(by=by or cast.mina, seq=seq, **here(cast))


def test_what_was_set_next_door_since_is_in_nobodys_way(cast):
    seq = set_pace(cast, 300)
    for seconds in range(60, 360, 60):
        later = pacing.pace(by=cast.bela, circle=cast.next_door.public_id, seconds=seconds)
    assert later > seq
    act = ModerationAction.objects.get(room=room(cast), seq=seq)
    assert undoing.would_work(act)

    undo(cast, seq)

    assert room(cast).pace_seconds == 0
    assert Room.objects.get(circle=cast.next_door).pace_seconds == 300


@pytest.mark.parametrize(
    ("sets", "verb", "kind"),
    [
        (lambda cast: set_pace(cast, 300), "put_pace_back", "room.pace"),
        (lambda cast: set_hours(cast, "attended"), "put_hours_back", "room.hours"),
        (lambda cast: set_day(cast, [(datetime.time(9), "open")]), "put_hours_back", "room.hours"),
        (lambda cast: set_day(cast, []), "put_hours_back", "room.hours"),
    ],
)
def test_it_stands_again_as_it_did_and_the_room_hears_it(cast, sets, verb, kind):
    set_pace(cast, 60)
    set_day(cast)
    before = stands(cast)
    page = Reader(cast.ines, cast.circle)
    seq = sets(cast)
    assert stands(cast) != before

    undo(cast, seq)

    assert stands(cast) == before
    assert [event["kind"] for event in page.catch_up().heard] == [kind, kind]
    page.expect_a_fresh_page()
    act = ModerationAction.objects.latest("pk")
    assert (act.verb, act.by, act.seq) == (verb, cast.member(cast.mina), room(cast).last_seq)
    assert AuditEntry.objects.latest("seq").verb == verb


def test_another_facilitator_may_undo_what_one_set(cast, linden):
    undo(cast, set_pace(cast, 60), by=linden)

    assert room(cast).pace_seconds == 0


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda"])
def test_nobody_else_undoes(cast, client, who):
    seq = set_pace(cast, 60)
    user = getattr(cast, who)
    client.force_login(user)

    assert refusal_of(undo, cast, seq, by=user).code == "not_member"
    address = reverse("undo_setting", args=[cast.circle.public_id, seq])
    assert client.post(address).status_code == 404
    assert room(cast).pace_seconds == 60


@pytest.mark.parametrize("sets", [set_pace, set_hours])
def test_what_another_has_set_since_stays_also_where_it_is_the_same_again(cast, linden, sets):
    first, second = (60, 120) if sets is set_pace else ("reading", "attended")
    seq = sets(cast, first)
    sets(cast, second, by=linden)
    sets(cast, first, by=linden)
    before = stands(cast)

    refused = refusal_of(undo, cast, seq)

    assert (refused.code, refused.say) == (
        "conflict",
        "Linden has changed it since. Look at how the room stands now.",
    )
    assert stands(cast) == before


@pytest.mark.parametrize("since", [(9,), (9, 23)])
def test_hours_are_not_put_back_over_a_change_of_the_day(cast, since):
    seq = set_day(cast)
    zone = ZoneInfo("Europe/London")
    tomorrow = timezone.now().astimezone(zone).date() + datetime.timedelta(days=1)
    for hour in since:
        now = datetime.datetime.combine(tomorrow, datetime.time(hour), zone)
        hours.keep_schedules(now=now)

    refused = refusal_of(undo, cast, seq)

    assert (refused.code, refused.say) == (
        "conflict",
        "It has changed since. Look at how the room stands now.",
    )


def test_a_change_of_the_day_that_came_due_meanwhile_is_not_lost(cast, time_machine):
    time_machine.move_to("2026-11-22T21:00:00Z", tick=False)
    set_day(cast)
    time_machine.move_to("2026-11-22T21:59:50Z", tick=False)
    seq = set_hours(cast, "attended")
    time_machine.move_to("2026-11-22T22:00:10Z", tick=False)
    undo(cast, seq)
    assert room(cast).hours == "open"

    assert hours.keep_schedules() == 1

    assert room(cast).hours == "reading"


def test_pace_and_hours_keep_out_of_each_others_way(cast):
    seq = set_pace(cast, 60)
    set_hours(cast, "reading")

    undo(cast, seq)

    assert stands(cast)[:2] == (0, "reading")


def test_undone_once_however_often_and_undoing_is_not_undone(cast):
    seq = set_pace(cast, 60)
    undo(cast, seq)
    log = log_of(cast.circle)

    undo(cast, seq)

    assert log_of(cast.circle) == log
    assert refusal_of(undo, cast, log_of(cast.circle)[-1].seq).code == "bad_frame"
    assert room(cast).pace_seconds == 0


def test_whoever_undoes_second_is_told_who_was_first(cast, linden):
    seq = set_pace(cast, 60)
    undo(cast, seq, by=linden)

    refused = refusal_of(undo, cast, seq)

    assert (refused.code, refused.say) == (
        "conflict",
        "Linden has changed it since. Look at how the room stands now.",
    )


def test_what_was_undone_is_not_undone_over_what_was_set_in_between(cast, linden):
    seq = set_pace(cast, 60)
    undo(cast, set_pace(cast, 120, by=linden))

    assert refusal_of(undo, cast, seq).code == "conflict"
    assert room(cast).pace_seconds == 60


def test_what_was_never_set_there_is_not_undone(cast, client):
    said = say(cast.noor, "Good evening", circle=cast.circle)
    pacing.pause(by=cast.mina, **here(cast))

    for seq in (0, said.seq, room(cast).last_seq, 10**6, 10**30):
        assert refusal_of(undo, cast, seq).code == "bad_frame"


def test_a_place_in_the_log_next_door_is_none_here(cast):
    pacing.pace(by=cast.bela, circle=cast.next_door.public_id, seconds=60)
    there = Room.objects.get(circle=cast.next_door).last_seq

    assert refusal_of(undo, cast, there).code == "bad_frame"
    assert Room.objects.get(circle=cast.next_door).pace_seconds == 60


def test_what_was_so_already_has_nothing_to_undo(cast):
    assert set_pace(cast, 0) is None
    assert set_hours(cast, "open") is None


def test_the_desk_undoes_the_newest_of_each_and_says_where_it_was_too_late(cast, client, linden):
    old, pace, when = set_pace(cast, 60), set_pace(cast, 120), set_hours(cast, "attended")
    client.force_login(cast.mina)
    desk_of = reverse("desk_of", args=[cast.circle.public_id])

    def addresses():
        page = client.get(desk_of).content.decode()
        lately = page.split("Done lately")[1].split("</ul>")[0]
        return [seq for seq in (old, pace, when) if to(seq) in lately]

    def to(seq):
        return reverse("undo_setting", args=[cast.circle.public_id, seq])

    assert addresses() == [pace, when]
    undone = client.post(to(pace), {"next": desk_of})
    assert (undone.status_code, undone["Location"]) == (303, desk_of)
    assert room(cast).pace_seconds == 60
    assert addresses() == [when]
    set_hours(cast, "reading", by=linden)
    late = client.post(to(when), {"next": desk_of})
    assert late.status_code == 409
    assert "Linden has changed it since." in late.content.decode()


def test_the_desk_offers_no_undo_of_hours_that_the_day_has_changed_since(
    cast, client, time_machine
):
    time_machine.move_to("2026-11-22T21:00:00Z", tick=False)
    set_day(cast)
    seq, pace = set_hours(cast, "attended"), set_pace(cast, 60)

    def offers():
        client.logout()
        client.force_login(cast.mina)
        page = client.get(reverse("desk_of", args=[cast.circle.public_id])).content.decode()
        undoing = {one: reverse("undo_setting", args=[cast.circle.public_id, one]) for one in seqs}
        return [one for one, address in undoing.items() if address in page]

    seqs = [seq, pace]
    assert offers() == [seq, pace]
    time_machine.move_to("2026-11-22T22:00:10Z", tick=False)
    assert hours.keep_schedules() == 1
    assert offers() == [pace]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_undo_at_once_one_does_and_the_other_is_told(cast):
    linden = join("linden", cast.circle, role=Membership.Role.FACILITATOR)
    set_pace(cast, 60)
    seq = set_pace(cast, 120)

    def work(user):
        def undoes():
            try:
                undo(cast, seq, by=user)
            except Refused as refused:
                return refused.code
            return "done"

        return undoes

    assert sorted(all_at_once([work(cast.mina), work(linden)])) == ["conflict", "done"]
    assert room(cast).pace_seconds == 60
