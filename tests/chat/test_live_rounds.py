"""A round: the piece goes from hand to hand, and whoever would rather not speak need not."""

from __future__ import annotations

import pytest

from chat.live import leading, rounds
from chat.models import Attendance
from programs.models import Agreement, AgreementAcceptance
from tests.cast import Cast
from tests.chat.circle_live import Session, in_round, more_peers, open_session, state_from_rows
from tests.chat.talk import leave, log_of, refusal_of, remove, say


@pytest.fixture
def session(cast: Cast) -> Session:
    """Noor holds the piece; Ines, Fen and Rue come after her."""
    fen, rue = more_peers(cast.circle, "fen", "rue")
    return in_round(cast.circle, cast.mina, cast.noor, cast.ines, fen, rue)


def refused(session: Session, name: str, verb: str, **fields) -> str:
    return refusal_of(session.do, name, verb, **fields).code


# Taking a seat ---------------------------------------------------------------
def test_whoever_takes_a_seat_is_present_and_has_a_place(cast):
    session = open_session(cast.circle, cast.mina, cast.noor, cast.ines)

    assert session.order == ["noor waiting", "ines waiting"]
    present = Attendance.objects.values_list("member__name", flat=True)
    assert sorted(present) == ["Ines", "Mina", "Noor"]


def test_the_agreement_is_accepted_once_each_session(cast):
    session = open_session(cast.circle, cast.mina)

    assert refusal_of(rounds.seat, by=cast.noor, circle=cast.circle.public_id).code == "closed"
    assert not Attendance.objects.filter(member=cast.member(cast.noor)).exists()
    rounds.seat(by=cast.noor, circle=cast.circle.public_id, agreed=True)
    accepted = AgreementAcceptance.objects.get(person=cast.noor)
    assert accepted.agreement == Agreement.in_force() == session.row.agreement
    rounds.step_out(by=cast.noor, circle=cast.circle.public_id)
    rounds.seat(by=cast.noor, circle=cast.circle.public_id)

    session.do("mina", "end")
    session.do("mina", "begin")
    assert refusal_of(rounds.seat, by=cast.noor, circle=cast.circle.public_id).code == "closed"


def test_a_seat_taken_twice_is_one(cast):
    session = open_session(cast.circle, cast.mina, cast.noor)
    before = len(log_of(cast.circle))

    session.people["noor"] = cast.noor
    session.do("noor", "seat")

    assert len(log_of(cast.circle)) == before
    assert session.order == ["noor waiting"]


def test_a_house_without_an_agreement_asks_for_none(cast):
    Agreement.objects.all().delete()
    session = open_session(cast.circle, cast.mina, cast.noor, agreement=False)
    assert session.row.agreement is None
    assert session.order == ["noor waiting"]


def test_facilitators_are_present_without_a_place(cast):
    session = open_session(cast.circle, cast.mina)
    session.do("mina", "seat")
    assert session.order == []


# The piece -------------------------------------------------------------------
def test_the_piece_goes_round_and_then_to_nobody(session):
    assert session.order == ["noor holding", "ines waiting", "fen waiting", "rue waiting"]

    for name in ["noor", "ines", "fen"]:
        assert session.holder == name
        session.do(name, "done")
    assert session.order == ["noor spoken", "ines spoken", "fen spoken", "rue holding"]
    session.do("rue", "done")

    assert session.holder is None
    assert session.state["holder_at"] is None


def test_only_the_holder_hands_it_on(session):
    assert refused(session, "ines", "done") == "conflict"
    session.do("noor", "done")
    assert refused(session, "noor", "done") == "conflict"
    assert session.holder == "ines"


def test_passing_is_always_fine_with_the_piece_or_before_it_comes(session):
    session.do("fen", "pass")
    session.do("noor", "pass")
    assert session.order == ["fen passed", "noor passed", "ines holding", "rue waiting"]
    session.do("ines", "done")
    assert session.holder == "rue"


def test_whoever_passed_may_pass_again_without_a_word(session):
    session.do("fen", "pass")
    before = log_of(session.circle)
    session.do("fen", "pass")
    assert log_of(session.circle) == before


def test_asking_to_be_last_is_coming_last(session):
    session.do("ines", "last")
    assert session.order == ["noor holding", "fen waiting", "rue waiting", "ines last"]
    session.do("noor", "last")
    assert session.order == ["fen holding", "rue waiting", "ines last", "noor last"]
    session.do("ines", "last")
    assert session.order == ["fen holding", "rue waiting", "ines waiting", "noor last"]


def test_the_only_one_left_cannot_be_last(session):
    for name in ["ines", "fen", "rue"]:
        session.do(name, "pass")
    assert refused(session, "noor", "last") == "closed"
    session.do("noor", "done")
    assert refused(session, "noor", "last") == "closed"


def test_a_raised_hand_comes_first_among_those_who_have_not_spoken(session):
    session.do("rue", "hand")
    session.do("fen", "hand")
    assert session.order == ["noor holding", "rue waiting", "fen waiting", "ines waiting"]
    assert [one["hand"] for one in session.state["order"]] == [False, True, True, False]
    session.do("rue", "hand")
    assert [one["hand"] for one in session.state["order"]] == [False, False, True, False]
    session.do("noor", "done")
    assert session.holder == "rue"


def test_who_holds_the_piece_has_no_hand_to_raise(session):
    session.do("ines", "hand")
    session.do("noor", "done")
    assert [one["hand"] for one in session.state["order"]] == [False] * 4
    assert refused(session, "ines", "hand") == "closed"


@pytest.mark.parametrize("verb", ["pass", "step_out"])
def test_a_hand_goes_down_with_whoever_passes_or_steps_out(session, verb):
    session.do("fen", "hand")
    session.do("fen", verb)
    session.do("fen", "seat")

    assert [one["hand"] for one in session.state["order"]] == [False] * 4


def test_who_passed_may_come_back_by_a_raised_hand(session):
    session.do("ines", "pass")
    session.do("ines", "hand")
    assert session.order == ["noor holding", "ines waiting", "fen waiting", "rue waiting"]


def test_who_has_spoken_asks_for_more_by_a_raised_hand_and_the_facilitator_decides(session):
    session.do("noor", "done")
    session.do("noor", "hand")
    assert session.order[0] == "noor spoken"
    say(session.ines, "This week I baked", circle=session.circle)
    session.do("mina", "give_piece", member="noor")
    assert session.order == ["ines spoken", "noor holding", "fen waiting", "rue waiting"]


def test_outside_a_round_nobody_passes_but_hands_go_up(cast):
    session = open_session(cast.circle, cast.mina, cast.noor, cast.ines)
    assert refused(session, "noor", "pass") == "closed"
    assert refused(session, "noor", "last") == "closed"
    session.do("ines", "hand")
    session.do("mina", "phase", phase="check_in")
    assert session.order == ["ines waiting", "noor waiting"]


# Stepping out, coming late ---------------------------------------------------
def test_whoever_steps_out_hands_the_piece_on_by_that(session):
    session.do("noor", "step_out")
    assert session.order == ["ines holding", "fen waiting", "rue waiting"]
    session.do("fen", "step_out")
    assert session.order == ["ines holding", "rue waiting"]
    # Who was asked has had their turn; who was not has not.
    session.do("noor", "seat")
    session.do("fen", "seat")
    assert session.order == ["noor spoken", "ines holding", "rue waiting", "fen waiting"]


def test_who_comes_back_after_their_turn_does_not_get_another(session):
    session.do("noor", "done")
    session.do("noor", "step_out")
    session.do("noor", "seat")
    assert session.order == ["noor spoken", "ines holding", "fen waiting", "rue waiting"]


def test_who_comes_late_is_heard_before_those_who_spoke_in_an_earlier_round(cast):
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines, phase="check_in")
    session.do("noor", "done")
    session.do("ines", "pass")
    session.do("mina", "phase", phase="sharing")
    assert session.order == ["ines waiting", "noor waiting"]

    (fen,) = more_peers(cast.circle, "fen")
    session.people["fen"] = fen
    session.do("fen", "seat", agreed=True)

    assert session.order == ["ines waiting", "fen waiting", "noor waiting"]
    assert [one["before"] for one in session.state["order"]] == [False, False, True]


def test_when_the_holder_leaves_the_circle_the_piece_moves_on(session):
    leave(session.noor, session.circle)
    assert session.order == ["ines holding", "fen waiting", "rue waiting"]


def test_when_someone_in_the_order_is_removed_the_order_stays(session):
    remove(session.fen, session.circle, by=session.mina)
    assert session.order == ["noor holding", "ines waiting", "rue waiting"]


def test_when_someone_else_leaves_the_session_hears_nothing(cast, session):
    (sol,) = more_peers(cast.circle, "sol")
    told = session.step
    leave(sol, cast.circle)
    assert session.step == told


# Who may not -----------------------------------------------------------------
@pytest.mark.parametrize("verb", ["seat", "step_out", "hand", "pass", "last", "done"])
def test_otto_has_no_part_in_it(session, cast, verb):
    session.people["otto"] = cast.otto
    assert refused(session, "otto", verb) == "not_member"


def test_whoever_left_has_no_part_in_it_any_more(session):
    leave(session.noor, session.circle)
    for verb in ["seat", "hand", "done"]:
        assert refused(session, "noor", verb) == "not_member"


def test_who_has_no_seat_takes_one_first(cast, session):
    (sol,) = more_peers(cast.circle, "sol")
    session.people["sol"] = sol
    for verb in ["hand", "pass", "last"]:
        assert refused(session, "sol", verb) == "closed"


@pytest.mark.parametrize("verb", ["seat", "step_out", "hand", "pass", "last", "done"])
def test_without_a_session_there_is_nothing_to_do(session, verb):
    session.do("mina", "end")
    assert refused(session, "noor", verb) == "closed"
    assert state_from_rows(session.circle)["phase"] == "ended"


def test_nothing_of_it_is_a_circles_next_door(cast, session):
    assert refusal_of(leading.begin, by=cast.bela, circle=cast.circle.public_id).code == (
        "not_member"
    )
