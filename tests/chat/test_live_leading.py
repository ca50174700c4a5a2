"""What facilitators do in a session, alone and two at a time."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from chat import beside
from chat.live import leading
from chat.models import Attendance, LiveSession, Room
from programs import calendar, circles, enrolment
from tests.cast import Cast, gather
from tests.chat.circle_live import Session, holds_together, in_round, open_session
from tests.chat.talk import all_at_once, join, leave, log_of, refusal_of, say

FACILITATORS_VERBS = {
    "begin": {},
    "phase": {"phase": "sharing"},
    "give_piece": {"member": None},
    "order": {"members": ["ines"]},
    "breath": {},
    "give_time": {"seconds": 60},
    "take_over": {},
    "end": {},
}


@pytest.fixture
def session(cast: Cast) -> Session:
    """A round; Noor holds the piece, Ines comes next. Linden facilitates, too."""
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    session.people["linden"] = join("linden", cast.circle, role="facilitator")
    return session


def refused(session: Session, name: str, verb: str, **fields) -> str:
    return refusal_of(session.do, name, verb, **fields).code


# Opening and ending ----------------------------------------------------------
def test_a_session_opens_with_the_agreement_and_its_facilitator(cast):
    session = open_session(cast.circle, cast.mina)

    state = session.state
    assert state["phase"] == "opening"
    assert state["facilitator"] == session.member("mina")
    assert state["attended"] and not state["open"]
    assert session.row.agreement is not None


def test_one_session_at_a_time(session):
    assert refused(session, "linden", "begin") == "conflict"
    assert LiveSession.objects.going_on().count() == 1


def test_two_who_open_it_at_once_open_one(transactional_db):
    cast = gather()
    linden = join("linden", cast.circle, role="facilitator")
    session = Session(cast.circle, {"mina": cast.mina, "linden": linden})

    def begin(name):
        try:
            session.do(name, "begin")
        except leading.Refused as refused:
            return refused.code
        return "begun"

    assert sorted(all_at_once([lambda: begin("mina"), lambda: begin("linden")])) == [
        "begun",
        "conflict",
    ]


def test_a_circle_meets_again_and_again(session):
    session.do("noor", "done")
    first = session.row.public_id
    session.do("mina", "end")
    assert session.state["phase"] == "ended"
    session.do("linden", "begin")
    assert session.row.public_id != first
    assert session.order == []
    session.do("noor", "seat", agreed=True)
    assert session.state["order"][0]["before"] is False
    assert session.state["round"] == 0


def test_after_the_end_the_room_is_everyones(session):
    session.do("mina", "end")
    room = Room.objects.get(circle=session.circle)
    assert (room.floor, room.holder) == ("everyone", None)
    assert session.state["ended_at"]


def test_a_planned_session_is_opened_from_ten_minutes_before(cast):
    planned = calendar.next_session(cast.cohort, cast.circle)
    assert planned is not None
    minute = datetime.timedelta(minutes=1)
    with time_machine.travel(planned.begins_at - 11 * minute, tick=False):
        session = open_session(cast.circle, cast.mina)
        assert session.row.planned_for is None
        assert session.row.planned_until == timezone.now() + 75 * minute
        session.do("mina", "end")
    with time_machine.travel(planned.begins_at - 10 * minute, tick=False):
        session = open_session(cast.circle, cast.mina)
        assert session.row.planned_for == planned.begins_at
        assert session.row.planned_until == planned.ends_at


# Parts and the piece ---------------------------------------------------------
def test_the_floor_goes_with_the_part(cast):
    session = open_session(cast.circle, cast.mina, cast.noor)
    floors = []
    for phase in ["opening", "grounding", "check_in", "sharing", "closing"]:
        session.do("mina", "phase", phase=phase)
        floors.append(Room.objects.get(circle=cast.circle).floor)
        holds_together(cast.circle)
    assert floors == ["facilitators", "facilitators", "holder", "holder", "everyone"]


def test_moving_on_takes_the_piece_from_whoever_held_it(session):
    session.do("mina", "phase", phase="closing")
    assert session.holder is None
    assert session.order == ["noor spoken", "ines waiting"]


def test_the_same_round_again_is_one_more_round(session):
    session.do("mina", "phase", phase="sharing")
    assert session.state["round"] == 2
    assert session.order == ["ines waiting", "noor waiting"]


def test_the_same_part_again_changes_nothing(session):
    session.do("mina", "phase", phase="closing")
    before = log_of(session.circle)
    session.do("mina", "phase", phase="closing")
    assert log_of(session.circle) == before


@pytest.mark.parametrize("phase", ["ended", "dancing", ""])
def test_there_are_only_these_parts(session, phase):
    assert refused(session, "mina", "phase", phase=phase) == "bad_frame"


def test_a_facilitator_gives_themselves_the_piece_to_speak(session):
    session.do("mina", "give_piece", member="mina")
    assert session.order == ["noor spoken", "mina holding", "ines waiting"]
    session.do("mina", "done")
    assert session.order == ["noor spoken", "mina spoken", "ines holding"]
    session.do("mina", "phase", phase="sharing")
    assert session.order == ["noor waiting", "ines waiting"]


@pytest.mark.parametrize("other", ["ines", "mina"])
def test_a_slip_with_the_piece_costs_nobody_their_turn(session, other):
    session.do("mina", "give_piece", member=other)
    session.do("linden", "give_piece", member="noor")

    assert session.order == ["noor holding", "ines waiting"]
    holds_together(session.circle)
    session.do("noor", "done")
    assert session.order == ["noor spoken", "ines holding"]


@pytest.mark.parametrize("what", ["said something", "sat with it"])
def test_who_had_the_piece_and_used_it_has_had_their_turn(session, what):
    session.do("noor", "done")
    if what == "said something":
        say(session.ines, "This week I baked", circle=session.circle)
    else:
        long_ago = timezone.now() - datetime.timedelta(minutes=2)
        LiveSession.objects.update(holder_at=long_ago)
    session.do("mina", "give_piece", member="noor")
    assert session.order == ["ines spoken", "noor holding"]


def test_it_is_a_slip_only_where_it_goes_back_to_whom_it_came_from(cast, session):
    session.people["fen"] = join("fen", cast.circle)
    session.do("fen", "seat", agreed=True)
    session.do("noor", "done")
    session.do("mina", "give_piece", member="fen")
    assert session.order == ["noor spoken", "ines spoken", "fen holding"]


def test_who_is_called_again_and_gives_way_at_once_has_spoken_all_the_same(session):
    session.do("noor", "done")
    session.do("ines", "done")
    session.do("mina", "give_piece", member="noor")
    session.do("mina", "give_piece", member="ines")
    assert session.order == ["noor spoken", "ines holding"]


def test_outside_a_round_there_is_no_piece_to_give(session):
    session.do("mina", "phase", phase="closing")
    assert refused(session, "mina", "give_piece", member=None) == "closed"


def test_when_all_have_spoken_there_is_nobody_to_give_it_to(session):
    session.do("noor", "done")
    session.do("ines", "done")
    assert refused(session, "mina", "give_piece", member=None) == "closed"


def test_giving_it_to_whoever_has_it_changes_nothing(session):
    before = log_of(session.circle)
    session.do("mina", "give_piece", member="noor")
    assert log_of(session.circle) == before


def test_the_piece_goes_to_nobody_from_next_door(cast, session):
    member = cast.member(cast.otto, cast.next_door).public_id
    refusal = refusal_of(
        leading.give_piece,
        by=cast.mina,
        circle=cast.circle.public_id,
        member=member,
        seen=session.step,
    )
    assert refusal.code == "bad_frame"


# The order -------------------------------------------------------------------
def test_facilitators_reorder_at_will(cast, session):
    session.people["fen"] = join("fen", cast.circle)
    session.do("fen", "seat", agreed=True)
    session.do("ines", "hand")

    session.do("mina", "order", members=["fen", "ines"])
    assert session.order == ["noor holding", "fen waiting", "ines waiting"]
    session.do("mina", "order", members=["ines"])
    assert session.order == ["noor holding", "ines waiting", "fen waiting"]
    session.do("noor", "done")
    assert session.holder == "ines"


def test_who_passed_or_spoke_may_be_asked_again_by_the_order(session):
    session.do("ines", "pass")
    session.do("noor", "done")
    session.do("mina", "order", members=["noor", "ines"])
    assert session.order == ["noor waiting", "ines waiting"]


def test_who_asked_to_be_last_is_so_only_as_long_as_the_order_has_them_last(cast, session):
    session.people["fen"] = join("fen", cast.circle)
    session.do("fen", "seat", agreed=True)
    session.do("ines", "last")

    session.do("mina", "order", members=["fen", "ines"])
    assert session.order == ["noor holding", "fen waiting", "ines last"]
    session.do("mina", "order", members=["ines", "fen"])
    assert session.order == ["noor holding", "ines waiting", "fen waiting"]


def test_an_order_names_each_once_and_only_members(cast, session):
    assert refused(session, "mina", "order", members=["ines", "ines"]) == "bad_frame"
    assert refused(session, "mina", "order", members=[]) == "bad_frame"
    stranger = cast.member(cast.otto, cast.next_door).public_id
    refusal = refusal_of(
        leading.arrange,
        by=cast.mina,
        circle=cast.circle.public_id,
        members=[stranger],
        seen=session.step,
    )
    assert refusal.code == "bad_frame"


# Time and breath -------------------------------------------------------------
def test_more_time_is_the_present_holders_alone(session):
    first = session.state["soft_seconds"]
    session.do("mina", "give_time", seconds=120)
    assert session.state["soft_seconds"] == first + 120
    session.do("noor", "done")
    assert session.state["soft_seconds"] == first


@pytest.mark.parametrize("seconds", [0, 29, 601])
def test_more_time_is_some_time(session, seconds):
    assert refused(session, "mina", "give_time", seconds=seconds) == "bad_frame"


def test_nobodys_time_is_not_given(session):
    session.do("mina", "phase", phase="closing")
    assert refused(session, "mina", "give_time", seconds=60) == "closed"


def test_a_pause_for_breath_leaves_the_round_as_it_is(session):
    before = session.order
    session.do("mina", "breath")
    assert session.order == before
    until = datetime.datetime.fromisoformat(session.state["breath_until"])
    assert 60 < (until - timezone.now()).total_seconds() <= 120
    session.do("mina", "breath", seconds=0)
    assert session.state["breath_until"] is None
    session.do("mina", "breath", seconds=600)
    assert refused(session, "mina", "breath", seconds=601) == "bad_frame"
    session.do("mina", "end")
    assert session.state["breath_until"] is None


def test_grounding_is_two_minutes_of_breath(cast):
    session = open_session(cast.circle, cast.mina)
    session.do("mina", "phase", phase="grounding")
    until = datetime.datetime.fromisoformat(session.state["breath_until"])
    assert 60 < (until - timezone.now()).total_seconds() <= 120
    session.do("mina", "phase", phase="check_in")
    assert session.state["breath_until"] is None


# Two facilitators ------------------------------------------------------------
def test_of_two_who_move_the_piece_at_once_the_second_is_told(session):
    seen = session.step
    session.do("mina", "give_piece", member=None, seen=seen)
    assert refused(session, "linden", "give_piece", member=None, seen=seen) == "conflict"
    assert session.holder == "ines"


@pytest.mark.parametrize("verb", ["phase", "give_piece", "order", "give_time", "take_over", "end"])
def test_who_has_not_seen_the_piece_move_is_told(session, verb):
    seen = session.step
    session.do("noor", "done")
    fields = FACILITATORS_VERBS[verb] | {"seen": seen}
    assert refused(session, "mina", verb, **fields) == "conflict"


def test_of_two_who_set_the_order_at_once_the_second_is_told(session):
    session.people["fen"] = join("fen", session.circle)
    session.do("fen", "seat", agreed=True)
    seen = session.step
    session.do("mina", "order", members=["fen", "ines"], seen=seen)
    assert refused(session, "linden", "order", members=["ines", "fen"], seen=seen) == "conflict"
    assert session.order == ["noor holding", "fen waiting", "ines waiting"]


def test_hands_and_seats_do_not_outdate_what_a_facilitator_sees(cast, session):
    seen = session.step
    session.do("ines", "hand")
    session.people["fen"] = join("fen", cast.circle)
    session.do("fen", "seat", agreed=True)
    session.do("ines", "pass")
    session.do("mina", "give_piece", member="fen", seen=seen)
    assert session.holder == "fen"


def test_a_hundred_clicks_at_once_move_the_piece_once(transactional_db):
    cast = gather()
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    session.people["linden"] = join("linden", cast.circle, role="facilitator")
    seen = session.step

    def click(name):
        try:
            session.do(name, "give_piece", member=None, seen=seen)
        except leading.Refused as refused:
            return refused.code
        return "moved"

    outcomes = all_at_once([lambda n=n: click(n) for n in ["mina", "linden"] * 5])
    assert sorted(outcomes) == ["conflict"] * 9 + ["moved"]
    assert session.holder == "ines"


def test_another_facilitator_takes_over(session):
    seen = session.step
    session.do("linden", "take_over")
    assert session.state["facilitator"] == session.member("linden")
    assert Attendance.objects.filter(member__public_id=session.member("linden")).exists()
    assert refused(session, "mina", "end", seen=seen) == "conflict"
    session.do("mina", "breath")
    assert session.state["facilitator"] == session.member("linden")


def test_taking_over_what_one_leads_changes_nothing(session):
    before = log_of(session.circle)
    session.do("mina", "take_over")
    assert log_of(session.circle) == before


def test_a_facilitator_who_is_removed_leads_nothing(cast, session):
    session.do("linden", "seat", agreed=True)
    leave(cast.mina, cast.circle)
    assert session.state["facilitator"] == session.member("linden")
    leave_as_lead(cast, session.linden)
    assert session.state["facilitator"] is None
    assert session.holder == "noor"


def leave_as_lead(cast, person):
    """The circle goes on without a facilitator for a while: only the program lead may do that."""
    enrolment.remove(
        membership=cast.circle.membership_of(person), by=cast.sade, why="It was agreed."
    )


def test_who_takes_their_place_takes_the_session_over(cast, session):
    leave_as_lead(cast, cast.mina)
    assert session.state["facilitator"] is None
    sol = join("sol", cast.next_door)
    circles.appoint(circle=cast.circle, person=sol, name="Sol")
    session.people["sol"] = sol
    session.do("sol", "take_over")
    assert session.state["facilitator"] == session.member("sol")


def test_whoever_is_handed_the_circle_leads_and_every_screen_hears_it(cast, session):
    seen = session.step
    beside.hand_over(
        by=cast.mina,
        circle=cast.circle.public_id,
        to=session.member("linden"),
        brief="Noor comes first tonight.",
    )
    assert refused(session, "linden", "end", seen=seen) == "conflict"

    assert session.state["facilitator"] == session.member("linden")
    told = [event.facts["session"] for event in log_of(cast.circle) if "session" in event.facts]
    assert told[-1] == session.state
    # That they lead doesn't say that they are here.
    assert not Attendance.objects.filter(member__public_id=session.member("linden")).exists()


def test_a_session_that_another_leads_goes_on_under_them_when_the_circle_is_handed_over(session):
    session.people["marit"] = join("marit", session.circle, role="facilitator")
    session.do("linden", "take_over")
    beside.hand_over(
        by=session.mina,
        circle=session.circle.public_id,
        to=session.member("marit"),
        brief="Linden leads tonight.",
    )
    assert session.state["facilitator"] == session.member("linden")


# Who may not -----------------------------------------------------------------
@pytest.mark.parametrize("gone", ["left", "closed"])
def test_nothing_is_given_to_who_is_not_here_any_more(session, gone):
    if gone == "left":
        leave(session.ines, session.circle)
    else:
        session.ines.is_active = False
        session.ines.save()
    assert refused(session, "mina", "give_piece", member="ines") == "bad_frame"
    assert refused(session, "mina", "order", members=["ines"]) == "bad_frame"
    assert session.holder == "noor"


@pytest.mark.parametrize("verb", FACILITATORS_VERBS)
@pytest.mark.parametrize("name", ["noor", "otto", "bela", "sade"])
def test_only_the_circles_facilitators_lead(cast, session, verb, name):
    session.people |= {"otto": cast.otto, "bela": cast.bela, "sade": cast.sade}
    if verb == "begin":
        session.do("mina", "end")
    assert refused(session, name, verb, **FACILITATORS_VERBS[verb]) == "not_member"


@pytest.mark.parametrize("verb", sorted(set(FACILITATORS_VERBS) - {"begin"}))
def test_without_a_session_there_is_nothing_to_lead(session, verb):
    session.do("mina", "end")
    assert refused(session, "mina", verb, **FACILITATORS_VERBS[verb]) == "closed"
