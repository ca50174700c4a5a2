"""A care flag in a live session: whoever is at it is told by mail at once, also in the evening."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from chat.care import concerns, flagging, settling
from chat.live import leading, rounds
from chat.models import Concern, LiveSession
from community import letters, notices
from programs.models import Membership
from tests.chat.talk import join, say

# By the clocks of everyone here it is night.
LATE = "2026-11-22T21:40:00Z"
MORNING = datetime.datetime(2026, 11, 23, 8, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _late(cast, time_machine):
    time_machine.move_to(LATE)


@pytest.fixture
def linden(cast):
    """Holds the circle, too, and sleeps."""
    return join("linden", cast.circle, role=Membership.Role.FACILITATOR)


@pytest.fixture
def session(cast, linden):
    """Mina leads it, and Noor and Ines sit in it."""
    leading.begin(by=cast.mina, circle=cast.circle.public_id)
    for peer in (cast.noor, cast.ines):
        rounds.seat(by=peer, circle=cast.circle.public_id, agreed=True)


def worry(cast, reason="worried", about=None):
    member = cast.member(about or cast.noor).public_id
    concerns.tell(by=cast.ines, circle=cast.circle.public_id, member=member, reason=reason)


def written_to(now=None):
    """Whom the mails go to that leave now."""
    mail.outbox.clear()
    notices.send_due(now)
    return sorted(letter.to[0].partition("@")[0] for letter in mail.outbox)


def test_whoever_is_at_it_is_told_at_once_and_who_sleeps_in_the_morning(cast, session):
    worry(cast)

    assert written_to() == ["mina"]
    assert written_to() == []
    assert written_to(MORNING) == ["linden"]


def test_words_about_a_crisis_are_told_so_too_and_the_mail_says_nothing(cast, session):
    leading.phase(by=cast.mina, circle=cast.circle.public_id, phase="closing", seen=10**6)
    say(cast.noor, "Some nights I want to die.", circle=cast.circle)
    flagging.sweep()

    assert written_to() == ["mina"]
    letter = mail.outbox[0]
    assert letter.subject == "You have an update"
    everything = f"{letter.body}{letter.alternatives[0].content}".lower()
    for word in ("noor", "die", "circle", "session", "crisis", "care", "urgent", "night"):
        assert word not in everything


def test_a_report_waits_for_the_morning(cast, session):
    worry(cast, "unkind")

    assert written_to() == []
    assert written_to(MORNING) == ["linden", "mina"]


def test_without_a_session_nobody_is_on_call(cast, linden):
    worry(cast)

    assert written_to() == []
    assert written_to(MORNING) == ["linden", "mina"]


def test_nor_is_anyone_when_it_is_over(cast, session):
    leading.end(by=cast.mina, circle=cast.circle.public_id, seen=10**6)
    worry(cast)

    assert written_to() == []


@pytest.mark.parametrize(("gone", "over", "told"), [(1, 1, []), (1, 0, ["mina"]), (0, 1, ["mina"])])
def test_whoever_went_home_and_left_it_open_is_not_on_call(cast, session, gone, over, told):
    """Nobody holds it, and its time is over; one of these alone may happen in the best session."""
    long_ago = timezone.now() - datetime.timedelta(minutes=30)
    LiveSession.objects.update(
        unattended_at=long_ago if gone else None,
        planned_until=long_ago if over else timezone.now() + datetime.timedelta(minutes=30),
    )
    worry(cast)

    assert written_to() == told


def test_what_is_about_a_facilitator_tells_nobody_at_it(cast, session):
    worry(cast, about=cast.mina)

    assert written_to() == []
    assert written_to(MORNING) == ["sade"]


def test_a_session_next_door_puts_nobody_here_on_duty(cast, linden):
    leading.begin(by=cast.bela, circle=cast.next_door.public_id)
    worry(cast)

    assert written_to() == []


def test_who_wants_no_mail_gets_none(cast, session):
    cast.mina.mail_updates = False
    cast.mina.save()
    worry(cast)

    assert written_to() == []


def flags(cast, time_machine, minutes):
    """One is raised at each of these minutes, and the worker comes by each minute of twenty-five:
    at which of them mails leave, and to whom."""
    begun = timezone.now()
    told = []
    for minute in range(25):
        time_machine.move_to(begun + datetime.timedelta(minutes=minute), tick=False)
        if minute in minutes:
            person = join(f"peer{minute}", cast.circle)
            worry(cast, about=person)
            if minutes[minute]:
                minutes[minute]()
        told += [(minute, name) for name in written_to()]
    return told


def take_up_the_newest(cast):
    newest = Concern.objects.latest("pk")
    settling.take(by=cast.mina, concern=newest.public_id)


def test_many_flags_that_nobody_looks_at_are_one_mail_in_ten_minutes(cast, session, time_machine):
    told = flags(cast, time_machine, dict.fromkeys(range(15)))

    assert told == [(0, "mina"), (10, "mina"), (20, "mina")]


def test_by_day_whoever_is_not_at_it_gets_no_more_of_them(cast, time_machine):
    time_machine.move_to("2026-11-22T12:00:00Z")
    leading.begin(by=cast.mina, circle=cast.circle.public_id)
    join("linden", cast.circle, role=Membership.Role.FACILITATOR)
    rounds.seat(by=cast.ines, circle=cast.circle.public_id, agreed=True)

    told = flags(cast, time_machine, dict.fromkeys(range(5)))

    assert told == [(0, "linden"), (0, "mina"), (10, "linden"), (10, "mina")]


def test_a_flag_after_these_minutes_is_told_at_once(cast, session, time_machine):
    assert flags(cast, time_machine, dict.fromkeys([0, 12])) == [(0, "mina"), (12, "mina")]


def test_where_one_was_looked_at_the_next_is_told_at_once_with_what_waited(
    cast, session, time_machine
):
    looks = {0: None, 1: None, 2: lambda: take_up_the_newest(cast), 3: None, 4: None}

    assert flags(cast, time_machine, looks) == [(0, "mina"), (3, "mina"), (13, "mina")]
    assert not cast.mina.notices.filter(sent_at=None).exists()


def test_whoever_comes_to_it_is_not_kept_waiting_by_what_waits_for_their_morning(
    cast, linden, session, time_machine
):
    worry(cast)
    assert written_to() == ["mina"]
    rounds.seat(by=linden, circle=cast.circle.public_id, agreed=True)
    worry(cast, about=join("rue", cast.circle))

    assert written_to() == ["linden"]


def test_a_mail_that_could_not_leave_takes_along_what_came_since(
    cast, session, time_machine, monkeypatch
):
    def no(*args, **named):
        raise letters.NotSent

    with monkeypatch.context() as broken:
        broken.setattr(letters, "send", no)
        worry(cast)
        assert written_to() == []
    worry(cast, about=join("rue", cast.circle))

    assert written_to() == []
    assert written_to(timezone.now() + datetime.timedelta(minutes=2)) == ["mina"]
    assert not cast.mina.notices.filter(sent_at=None).exists()


def test_it_leaves_alone_what_else_waits_for_the_morning(cast, session):
    worry(cast, "unkind")
    worry(cast)

    assert written_to() == ["mina"]
    waiting = cast.mina.notices.get(sent_at=None)
    assert (waiting.kind, waiting.not_before) == ("care", MORNING)
    assert timezone.now() < MORNING
