"""In a round one person writes. Nobody else does, by any way in."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from chat import editing, posting
from chat.keeping import hours, pacing
from chat.models import Message
from chat.posting import Outcome, Posted
from chat.refusal import Refused
from community.models import User
from programs import enrolment
from tests.cast import Cast, gather
from tests.chat.circle_live import Session, in_round, open_session, open_to_many
from tests.chat.talk import all_at_once, draft, join, leave, refusal_of, say


@pytest.fixture
def session(cast: Cast) -> Session:
    """Noor holds the piece, Ines comes next; Linden facilitates with Mina."""
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    session.people["linden"] = join("linden", cast.circle, role="facilitator")
    return session


def code(session: Session, name: str, **more) -> str:
    """What they hear who write without the piece."""
    said = draft(session.people[name], "Let me say something", circle=session.circle, **more)
    return refusal_of(posting.post, said).code


def may_write(session: Session, name: str) -> bool:
    outcome = tried(session.people[name], f"{name} says something", session)
    assert isinstance(outcome, Posted) or outcome.code == "closed"
    return isinstance(outcome, Posted)


def tried(person: User, words: str, session: Session) -> Outcome:
    return posting.post_batch([draft(person, words, circle=session.circle)])[0]


def who_may_write(session: Session) -> list[str]:
    return [name for name in session.people if may_write(session, name)]


def test_in_a_round_only_the_holder_writes(session):
    assert who_may_write(session) == ["noor"]
    session.do("noor", "done")
    assert who_may_write(session) == ["ines"]
    session.do("ines", "done")
    assert who_may_write(session) == []
    session.do("mina", "give_piece", member="mina")
    assert who_may_write(session) == ["mina"]


def test_each_part_has_its_floor(cast):
    session = open_session(cast.circle, cast.mina, cast.noor)
    found = {}
    for phase in ["opening", "grounding", "check_in", "closing"]:
        session.do("mina", "phase", phase=phase)
        found[phase] = who_may_write(session)
    session.do("mina", "end")
    found["after"] = who_may_write(session)
    assert found == {
        "opening": ["mina"],
        "grounding": ["mina"],
        "check_in": [],
        "closing": ["mina", "noor"],
        "after": ["mina", "noor"],
    }


def test_a_refused_sentence_says_why_and_waits_for_the_next_turn(session):
    refused = refusal_of(posting.post, draft(session.ines, "Me, too", circle=session.circle))
    assert refused.code == "closed"
    assert "Me, too" not in refused.say


def test_no_form_and_no_script_writes_for_whoever_does_not_hold(session):
    client = Client()
    client.force_login(session.ines)
    circle = session.circle.public_id
    as_json = json.dumps({"id": str(uuid.uuid4()), "body": "Around the corner"})
    ways = [
        client.post(reverse("post_message", args=[circle]), {"body": "Around the corner"}),
        client.post(
            reverse("post_message", args=[circle]), as_json, content_type="application/json"
        ),
        client.post(reverse("live_do", args=[circle, "say"]), {"body": "Around the corner"}),
    ]
    assert [response.status_code for response in ways] == [422, 422, 422]
    assert not Message.objects.filter(membership__user=session.ines).exists()


def test_an_old_client_id_is_answered_as_before_and_opens_nothing(cast):
    name = uuid.uuid4()
    before = say(cast.ines, "Before the round", circle=cast.circle, client_id=name)
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)

    again = say(cast.ines, "Before the round", circle=cast.circle, client_id=name)

    assert again == before
    assert code(session, "ines", client_id=name) == "conflict"
    assert code(session, "ines") == "closed"
    assert Message.objects.filter(membership__user=cast.ines).count() == 1


def test_what_was_refused_is_taken_under_the_same_id_when_the_piece_has_come(session):
    name = uuid.uuid4()
    words = draft(session.ines, "When it's my turn", circle=session.circle, client_id=name)
    assert refusal_of(posting.post, words).code == "closed"
    session.do("noor", "done")
    assert posting.post(words).state == "posted"


def test_whoever_held_the_piece_and_left_does_not_write(session):
    leave(session.noor, session.circle)
    assert code(session, "noor") == "not_member"
    assert who_may_write_of(session, ["mina", "linden", "ines"]) == ["ines"]


def who_may_write_of(session: Session, names: list[str]) -> list[str]:
    return [name for name in names if may_write(session, name)]


def test_responses_stay_open_to_all(session):
    said = say(session.noor, "Here I am", circle=session.circle)
    for name in ["mina", "ines", "linden"]:
        editing.respond(
            by=session.people[name],
            circle=session.circle.public_id,
            message=said.id,
            response="with_you",
        )
    assert Message.objects.get(public_id=said.id).responses.count() == 3


def test_a_room_that_rests_in_a_round_rests_for_the_holder_too(session):
    pacing.pause(by=session.mina, circle=session.circle.public_id)
    assert code(session, "noor") == "paused"
    pacing.resume(by=session.mina, circle=session.circle.public_id)
    assert session.holder == "noor"
    assert who_may_write(session) == ["noor"]


def test_a_room_made_for_reading_in_a_round_leaves_the_holder_their_turn(session):
    hours.keep(by=session.mina, circle=session.circle.public_id, hours="reading")
    said = say(session.noor, "I was not done.", circle=session.circle)
    here = {"circle": session.circle.public_id, "message": said.id}
    editing.edit(by=session.noor, body="I was not quite done.", **here)
    assert who_may_write(session) == ["noor"]
    session.do("noor", "done")
    assert who_may_write(session) == ["ines"]
    session.do("mina", "phase", phase="closing")
    assert who_may_write(session) == ["mina", "linden"]


def test_who_made_a_room_for_reading_is_told_that_the_round_goes_on(session):
    client = Client()
    client.force_login(session.mina)
    circle = session.circle.public_id
    pages = [client.get(reverse(name, args=[circle])) for name in ("room", "keeping", "desk_of")]
    for page in pages:
        assert "it lets the round go on" in page.content.decode()


def test_a_slow_pace_is_for_between_the_turns(session):
    pacing.pace(by=session.mina, circle=session.circle.public_id, seconds=300)
    for words in ("First.", "And one thing more."):
        assert isinstance(tried(session.noor, words, session), Posted)
    session.do("mina", "phase", phase="closing")
    assert code(session, "noor") == "slow"


def test_where_hundreds_listen_only_the_stage_speaks(cast):
    session = open_to_many(cast.cohort, cast.mina, listeners=3)
    assert who_may_write(session) == ["mina"]
    session.do("mina", "order", members=["listener2"])
    session.do("mina", "phase", phase="sharing")
    session.do("mina", "give_piece", member=None)
    assert who_may_write(session) == ["listener2"]
    session.do("mina", "phase", phase="closing")
    assert who_may_write(session) == ["mina"]
    session.do("mina", "end")
    assert who_may_write(session) == ["mina"]


def test_nobody_writes_past_the_handing_on(transactional_db, settings):
    """Words that race with the piece: none of the one who had it stands after it moved on."""
    settings.ROOM_POSTS_PER_10S = 100_000
    cast = gather()
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)

    works = [lambda n=n: tried(cast.noor, f"Line {n}", session) for n in range(12)]
    works.insert(6, lambda: session.do("noor", "done"))
    outcomes = [outcome for outcome in all_at_once(works) if outcome is not None]

    assert {o.code for o in outcomes if isinstance(o, Refused)} <= {"closed"}
    posted = [outcome.seq for outcome in outcomes if isinstance(outcome, Posted)]
    moved = cast.circle.room.events.filter(kind="session.piece").latest("seq").seq
    assert all(seq < moved for seq in posted)


def test_nobody_writes_past_a_removal_in_a_round(cast, session):
    enrolment.remove(
        membership=cast.circle.membership_of(cast.noor), by=cast.mina, why="It was agreed."
    )
    assert code(session, "noor") == "not_member"
    assert session.holder == "ines"


def test_what_was_refused_when_the_session_is_over_is_given_back_in_the_room(cast):
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    session.do("mina", "end")
    pacing.pause(by=session.mina, circle=session.circle.public_id)
    client = Client()
    client.force_login(session.ines)

    page = client.post(
        reverse("live_do", args=[session.circle.public_id, "say"]), {"body": "A last word"}
    )

    assert (page.status_code, "A last word</textarea>" in page.content.decode()) == (422, True)
