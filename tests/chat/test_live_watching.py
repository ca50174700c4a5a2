"""What happens to a session by itself: facilitators who drop off, rooms left open."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from chat import leases
from chat.live import watching
from chat.models import Event, LiveSession, Room, Seat
from community.signals import tick
from tests.cast import Cast
from tests.chat.circle_live import Session, holds_together, in_round, newest_state, open_session
from tests.chat.talk import join, log_of

SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def session(cast: Cast) -> Session:
    """A round; Noor holds the piece, and nobody has said for longer that they are here."""
    return in_round(cast.circle, cast.mina, cast.noor, cast.ines)


def kinds(session: Session) -> list[str]:
    return [e.kind for e in log_of(session.circle) if e.kind.endswith("attended")]


def in_a_while(seconds: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + seconds * SECOND, tick=False)


def test_when_no_lease_lives_for_a_minute_the_room_says_that_nobody_holds_it(session):
    with in_a_while(45 + 59):
        tick.send(sender=None)
        assert kinds(session) == []
    with in_a_while(45 + 61):
        tick.send(sender=None)
        tick.send(sender=None)
        assert kinds(session) == ["session.unattended"]
        assert session.state["attended"] is False
        assert session.holder == "noor"


def test_a_lease_kept_alive_is_someone_here(session):
    with in_a_while(90):
        leases.here(by=session.mina, circle=session.circle.public_id)
    with in_a_while(120):
        tick.send(sender=None)
        assert kinds(session) == []


def test_when_one_is_back_everyone_is_told_at_once(session):
    with in_a_while(200):
        tick.send(sender=None)
        leases.here(by=session.mina, circle=session.circle.public_id)
        watching.someone_is_back(session.circle.public_id)
        assert kinds(session) == ["session.unattended", "session.attended"]
        assert session.state["attended"] is True
        watching.someone_is_back(session.circle.public_id)
        assert len(kinds(session)) == 2


def test_a_facilitator_who_loads_the_page_anew_was_hardly_gone(session):
    with in_a_while(200):
        leases.here(by=session.mina, circle=session.circle.public_id)
    with in_a_while(210):
        leases.away(by=session.mina, circle=session.circle.public_id)
        assert not leases.running().exists()
        session.do("ines", "hand")
        tick.send(sender=None)
        assert kinds(session) == []
        leases.away(by=session.mina, circle=session.circle.public_id)
    with in_a_while(271):
        tick.send(sender=None)
        assert kinds(session) == ["session.unattended"]


def test_a_peers_step_tells_it_without_a_tick(session):
    with in_a_while(200):
        session.do("noor", "done")
        assert session.state["attended"] is False
        session.do("mina", "breath")
        assert session.state["attended"] is True


def test_a_facilitator_who_acts_is_here(session):
    with in_a_while(200):
        session.do("mina", "breath")
        until = Seat.objects.get(membership__user=session.mina).here_until
        assert until is not None and until > timezone.now()


def test_a_peers_lease_holds_nothing(session):
    later = timezone.now() + datetime.timedelta(hours=1)
    Seat.objects.filter(membership__user=session.noor).update(here_until=later)
    with in_a_while(200):
        tick.send(sender=None)
        assert kinds(session) == ["session.unattended"]


def test_a_cofacilitators_lease_holds_the_room(cast, session):
    linden = join("linden", cast.circle, role="facilitator")
    with in_a_while(100):
        leases.here(by=linden, circle=cast.circle.public_id)
    with in_a_while(140):
        tick.send(sender=None)
        assert kinds(session) == []


def test_a_session_left_open_does_not_keep_the_room_shut(session):
    with in_a_while(200):
        tick.send(sender=None)
    with time_machine.travel(session.row.planned_until + datetime.timedelta(minutes=119)):
        tick.send(sender=None)
        assert LiveSession.objects.going_on().exists()
    with time_machine.travel(session.row.planned_until + datetime.timedelta(minutes=121)):
        tick.send(sender=None)
        assert not LiveSession.objects.going_on().exists()
        assert Room.objects.get(circle=session.circle).floor == Room.Floor.EVERYONE
        holds_together(session.circle)


def test_a_session_that_someone_holds_goes_on_as_long_as_they_do(session):
    with time_machine.travel(session.row.planned_until + datetime.timedelta(hours=5)):
        leases.here(by=session.mina, circle=session.circle.public_id)
        tick.send(sender=None)
        assert LiveSession.objects.going_on().exists()


def test_trouble_with_one_session_keeps_no_other_from_being_looked_at(cast, session, monkeypatch):
    open_session(cast.next_door, cast.bela)
    look_at, looked = watching.look_at, []

    def troubled(circle):
        looked.append(circle)
        if circle == cast.circle.public_id:
            raise RuntimeError
        look_at(circle)

    monkeypatch.setattr(watching, "look_at", troubled)
    with in_a_while(200):
        watching.look_at_all()
    assert sorted(looked) == sorted([cast.circle.public_id, cast.next_door.public_id])
    assert newest_state(cast.next_door)["attended"] is False


def test_a_room_without_a_session_is_left_alone(cast):
    before = log_of(cast.circle)
    watching.look_at(cast.circle.public_id)
    watching.someone_is_back(cast.circle.public_id)
    tick.send(sender=None)
    assert log_of(cast.circle) == before


def test_what_everyone_was_told_is_what_stands_in_the_rows(session):
    """A process that knows nothing of the round goes on with it: nothing is kept in memory."""
    told = newest_state(session.circle)
    assert told["holder"] == session.member("noor")
    assert Event.objects.filter(kind="session.piece").count() == 1
    holds_together(session.circle)
