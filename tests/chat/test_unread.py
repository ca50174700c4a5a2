"""What waits for a person in each of their circles, and what they would rather not hear."""

import datetime
import zoneinfo

import pytest
import time_machine
from django.utils import timezone

from chat import editing, frames, hiding, hush, unread
from chat.keeping import moderation
from chat.models import Event, Hiding, Seat
from chat.seats import Viewer
from chat.verbs import reading as verbs_reading
from community.models import Notice
from programs import prompts
from programs.models import Membership, PromptDelivery
from tests.chat.reader import Reader
from tests.chat.talk import (
    ask_the_question,
    company_of,
    join,
    leave,
    refusal_of,
    say,
    set_room,
)

pytestmark = pytest.mark.usefixtures("nobody_waits")


@pytest.fixture
def noors_circles(cast):
    """Noor belongs next door, too."""
    Membership.objects.create(
        circle=cast.next_door, user=cast.noor, role="peer", name="Noor", swatch=77
    )
    return cast


def counts(user):
    return {mark.circle.name: mark.figure for mark in unread.marks(user)}


def read_all(cast, who, circle=None):
    circle = circle or cast.circle
    circle.room.refresh_from_db()
    editing.mark_read(by=who, circle=circle.public_id, seq=circle.room.last_seq)


def test_what_others_said_is_counted_until_it_is_read(noors_circles):
    cast = noors_circles
    assert counts(cast.noor) == {"Alder circle": "0", "Birch circle": "0"}

    say(cast.ines, "One.", circle=cast.circle)
    say(cast.mina, "Two.", circle=cast.circle)
    say(cast.noor, "My own is no news to me.", circle=cast.circle)
    say(cast.otto, "Next door.", circle=cast.next_door)
    ask_the_question(cast.next_door)

    assert counts(cast.noor) == {"Alder circle": "2", "Birch circle": "2"}
    read_all(cast, cast.noor)
    assert counts(cast.noor) == {"Alder circle": "0", "Birch circle": "2"}


def test_nothing_is_counted_beyond_nine_and_it_costs_one_question(
    noors_circles, django_assert_num_queries
):
    cast = noors_circles
    for n in range(30):
        say(cast.ines, f"Line {n}.", circle=cast.circle)
    seats = dict.fromkeys(counts(cast.noor))

    with django_assert_num_queries(2):  # the second looks whether they are named
        assert counts(cast.noor)["Alder circle"] == "9+"
    read_all(cast, cast.noor)
    with django_assert_num_queries(1):
        assert counts(cast.noor) == dict.fromkeys(seats, "0")


def test_nobody_is_told_of_what_they_cannot_see(cast):
    set_room(cast.circle, holds_all=True)
    say(cast.ines, "Held.", circle=cast.circle)
    set_room(cast.circle, holds_all=False)
    gone = say(cast.ines, "Gone.", circle=cast.circle)
    aside = say(cast.ines, "Aside.", circle=cast.circle)
    say(cast.ines, "Hidden.", circle=cast.circle)
    circle = cast.circle.public_id
    editing.take_back(by=cast.ines, circle=circle, message=gone.id)
    moderation.set_aside(by=cast.mina, circle=circle, message=aside.id, why="It was agreed.")
    assert counts(cast.noor) == {"Alder circle": "1"}

    hiding.hide(by=cast.ines, circle=circle, member=cast.member(cast.noor).public_id)

    assert counts(cast.noor) == {"Alder circle": "0"}
    assert counts(cast.mina) == {"Alder circle": "1"}
    assert counts(cast.otto) == {"Birch circle": "0"}


def test_whoever_is_named_learns_that_they_were(cast):
    circle = cast.circle.public_id

    def named(user):
        return [mark.named for mark in unread.marks(user)]

    say(cast.mina, "Good morning, @Ines. And noor without a sign.", circle=cast.circle)
    assert named(cast.noor) == [False]
    assert named(cast.ines) == [True]
    theirs = say(cast.ines, "With you, @noor.", circle=cast.circle)
    assert named(cast.noor) == [True]
    assert named(cast.otto) == [False]
    assert named(cast.mina) == [False]
    say(cast.ines, "Thank you, @Mina.", circle=cast.circle)
    assert named(cast.mina) == [True]

    hiding.hide(by=cast.noor, circle=circle, member=cast.member(cast.ines).public_id)
    assert named(cast.noor) == [False]
    hiding.unhide(by=cast.noor, circle=circle, member=cast.member(cast.ines).public_id)
    editing.edit(by=cast.ines, circle=circle, message=theirs.id, body="With you.")
    assert named(cast.noor) == [False]
    read_all(cast, cast.ines)
    assert named(cast.ines) == [False]


def test_who_has_left_has_no_marks(cast):
    say(cast.ines, "One.", circle=cast.circle)
    leave(cast.noor, cast.circle)
    assert counts(cast.noor) == {}


# Hush ---------------------------------------------------------------------------------


@time_machine.travel("2026-03-12T22:30:00Z", tick=False)
def test_a_hushed_circle_says_nothing_until_the_persons_own_morning(noors_circles):
    cast = noors_circles
    cast.noor.time_zone = "America/New_York"
    cast.noor.save()
    circle = cast.circle.public_id

    until = hush.hush(by=cast.noor, circle=circle)

    new_york = zoneinfo.ZoneInfo("America/New_York")
    assert until.astimezone(new_york) == datetime.datetime(2026, 3, 13, 8, tzinfo=new_york)
    say(cast.ines, "One.", circle=cast.circle)
    say(cast.otto, "Two.", circle=cast.next_door)
    assert counts(cast.noor) == {"Alder circle": "0", "Birch circle": "1"}
    with time_machine.travel(until + datetime.timedelta(seconds=1)):
        assert counts(cast.noor) == {"Alder circle": "1", "Birch circle": "1"}

    hush.unhush(by=cast.noor, circle=circle)
    assert counts(cast.noor)["Alder circle"] == "1"


def test_mail_about_a_hushed_circle_waits_for_the_morning(cast):
    until = hush.hush(by=cast.noor, circle=cast.circle.public_id)
    prompts.schedule_what_is_missing()
    delivery = PromptDelivery.objects.filter(circle=cast.circle).earliest("week")

    prompts.deliver_due(now=delivery.due_at)

    told = Notice.objects.filter(about=f"prompt:{delivery.public_id}")
    assert told.get(person=cast.noor).not_before == until
    assert told.get(person=cast.ines).not_before <= timezone.now()


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-03-12T07:59:00Z", "2026-03-12T08:00:00Z"),
        ("2026-03-12T08:00:00Z", "2026-03-13T08:00:00Z"),
        # The night when London's clocks go forward, and the one when they go back.
        ("2026-03-28T23:00:00Z", "2026-03-29T07:00:00Z"),
        ("2026-10-24T23:00:00Z", "2026-10-25T08:00:00Z"),
    ],
)
def test_morning_is_eight_by_the_persons_own_clock(cast, now, morning):
    at = datetime.datetime.fromisoformat(now)
    assert hush.next_morning(cast.noor, at) == datetime.datetime.fromisoformat(morning)


def test_nobody_hushes_a_circle_they_do_not_belong_to(cast):
    refused = refusal_of(hush.hush, by=cast.otto, circle=cast.circle.public_id)
    assert refused.code == "not_member"
    assert not Seat.objects.exclude(hushed_until=None).exists()


# Hiding -------------------------------------------------------------------------------


def test_hiding_holds_both_ways_and_leaves_nothing_in_the_log(cast):
    circle, ines = cast.circle.public_id, cast.member(cast.ines)
    before = Event.objects.count()

    hiding.hide(by=cast.noor, circle=circle, member=ines.public_id)
    hiding.hide(by=cast.noor, circle=circle, member=ines.public_id)

    noor = cast.member(cast.noor)
    assert hiding.hidden_from(noor) == {ines.pk}
    assert hiding.hidden_from(ines) == {noor.pk}
    assert hiding.hidden_from(cast.member(cast.mina)) == set()
    assert hiding.hidden_by(noor.seat) == [ines]
    assert hiding.hidden_by(ines.seat) == []
    assert Event.objects.count() == before

    hiding.unhide(by=cast.ines, circle=circle, member=noor.public_id)
    assert hiding.hidden_from(noor) == {ines.pk}, "only who asked for it can undo it"
    hiding.unhide(by=cast.noor, circle=circle, member=ines.public_id)
    assert hiding.hidden_from(noor) == hiding.hidden_from(ines) == set()


def test_nobody_hears_that_someone_they_hide_has_responded(cast):
    circle, ines = cast.circle.public_id, cast.member(cast.ines).public_id
    said = say(cast.mina, "Good morning.", circle=cast.circle)
    hiding.hide(by=cast.noor, circle=circle, member=ines)
    noor, mina = Reader(cast.noor, cast.circle), Reader(cast.mina, cast.circle)

    editing.respond(by=cast.ines, circle=circle, message=said.id, response="heard")

    assert [event["kind"] for event in mina.catch_up().heard] == ["message.responded"]
    assert noor.catch_up().heard == []


def test_whoever_is_read_again_is_the_only_one(noors_circles):
    cast = noors_circles
    Membership.objects.create(circle=cast.next_door, user=cast.ines, name="Ines", swatch=78)
    hana = join("hana", cast.circle)
    circle, next_door = cast.circle.public_id, cast.next_door.public_id
    noor, ines, third = (cast.member(user) for user in (cast.noor, cast.ines, hana))
    there = cast.member(cast.ines, cast.next_door)
    for by, other in ((cast.noor, ines), (cast.noor, third), (hana, ines)):
        hiding.hide(by=by, circle=circle, member=other.public_id)
    hiding.hide(by=cast.noor, circle=next_door, member=there.public_id)
    known = company_of(cast)

    hiding.unhide(by=cast.noor, circle=circle, member=there.public_id)
    assert company_of(cast, known) is known, "who is named next door is named there alone"
    hiding.unhide(by=cast.noor, circle=circle, member=ines.public_id)

    now = company_of(cast, known).viewers
    assert now[noor.pk].hidden == now[ines.pk].hidden == {third.pk}
    assert now[third.pk].hidden == {noor.pk, ines.pk}
    assert hiding.hidden_from(there) == {cast.member(cast.noor, cast.next_door).pk}


def test_who_has_left_can_not_be_hidden_any_more(cast):
    ines = cast.member(cast.ines)
    leave(cast.ines, cast.circle)
    fields = {"circle": cast.circle.public_id, "member": ines.public_id}
    assert refusal_of(hiding.hide, by=cast.noor, **fields).code == "bad_frame"


def test_facilitators_read_everyone_and_are_read_by_everyone(cast):
    circle = cast.circle.public_id
    mina, noor = cast.member(cast.mina).public_id, cast.member(cast.noor).public_id

    assert "Mina" in refusal_of(hiding.hide, by=cast.noor, circle=circle, member=mina).say
    refusal_of(hiding.hide, by=cast.mina, circle=circle, member=noor)
    refusal_of(hiding.hide, by=cast.noor, circle=circle, member=noor)
    otto = cast.member(cast.otto, cast.next_door).public_id
    refusal_of(hiding.hide, by=cast.noor, circle=circle, member=otto)
    assert refusal_of(hiding.hide, by=cast.otto, circle=circle, member=noor).code == "not_member"
    assert not Hiding.objects.exists()


def test_a_peer_who_becomes_a_facilitator_is_hidden_from_nobody(cast):
    circle, ines = cast.circle.public_id, cast.member(cast.ines)
    hiding.hide(by=cast.noor, circle=circle, member=ines.public_id)
    say(cast.ines, "One.", circle=cast.circle)
    ines.role = "facilitator"
    ines.save()

    assert hiding.hidden_from(cast.member(cast.noor)) == set()
    assert counts(cast.noor) == {"Alder circle": "1"}


def test_the_wire_has_the_same_verbs(cast):
    circle, ines = cast.circle.public_id, cast.member(cast.ines).public_id

    def do(user, verb, **fields):
        return verbs_reading.VERBS[verb](user, frames.Frame(verb, {"circle": circle} | fields))

    told = do(cast.noor, "hush", zone="Pacific/Auckland")
    assert datetime.datetime.fromisoformat(told["until"]) == hush.next_morning(cast.noor)
    do(cast.noor, "unhush")
    do(cast.noor, "hide", member=ines)
    assert Hiding.objects.count() == 1
    do(cast.noor, "unhide", member=ines)
    assert not Hiding.objects.exists()
    for verb in verbs_reading.VERBS:
        assert refusal_of(do, cast.otto, verb, member=ines).code == "not_member"
    for verb in ("hide", "unhide"):
        assert refusal_of(do, cast.noor, verb, member=7).code == "bad_frame"
        assert verb not in Viewer.of(cast.member(cast.mina).seat, hidden=()).can
