"""The page of a live session and its forms, which need no script."""

from __future__ import annotations

import json
import uuid
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat.keeping import moderation
from chat.models import Attendance, LiveSession, Message
from chat.verbs.live import VERBS
from tests.cast import Cast
from tests.chat.circle_live import Session, in_round, more_peers, open_session, open_to_many
from tests.chat.talk import join, leave, refusal_of, say

pytestmark = pytest.mark.once


@pytest.fixture
def session(cast: Cast) -> Session:
    """Noor holds the piece, Ines comes next."""
    return in_round(cast.circle, cast.mina, cast.noor, cast.ines)


def page_of(session_or_cast) -> str:
    return reverse("live", args=[session_or_cast.circle.public_id])


def do(session: Session, name: str, verb: str, **fields):
    client = Client()
    client.force_login(session.people[name])
    return client.post(reverse("live_do", args=[session.circle.public_id, verb]), fields)


def seen_by(session: Session, name: str):
    client = Client()
    client.force_login(session.people[name])
    response = client.get(page_of(session))
    assert response.status_code == 200
    return response


# Who finds what --------------------------------------------------------------
def test_strangers_find_nothing_there(cast, session, client):
    for stranger in (cast.otto, cast.bela, cast.sade, cast.edda):
        client.force_login(stranger)
        assert client.get(page_of(session)).status_code == 404
        for verb in [*VERBS, "say"]:
            address = reverse("live_do", args=[cast.circle.public_id, verb])
            assert client.post(address, {"body": "Let me in", "step": 9}).status_code == 404
    assert session.holder == "noor"


def test_visitors_are_asked_who_they_are(cast, session, client):
    for address in (page_of(session), reverse("live_do", args=[cast.circle.public_id, "hand"])):
        answer = client.post(address)
        assert answer.status_code == 401 and 'href="/accounts/login/"' in answer.text


def test_whoever_left_finds_nothing_there_any_more(cast, session):
    leave(cast.ines, cast.circle)
    assert do(session, "ines", "hand").status_code == 404


def test_the_page_carries_the_state_that_everyone_was_told(session):
    for name in ["mina", "noor", "ines"]:
        context = seen_by(session, name).context
        assert context["state"] == session.state
        assert context["i_hold"] == (name == "noor")
        assert context["standing"].has_floor == (name == "noor")
        assert context["seated"]


def test_the_script_learns_how_long_words_can_be_changed(session, settings):
    settings.ROOM_EDIT_MINUTES = 7
    assert 'data-edit-minutes="7"' in seen_by(session, "noor").content.decode()


def test_what_was_said_before_the_session_is_in_the_room_and_not_on_its_page(cast):
    say(cast.ines, "Said in the afternoon.", circle=cast.circle)
    session = open_session(cast.circle, cast.mina, cast.noor)
    say(cast.mina, "Welcome, all.", circle=cast.circle)
    page = seen_by(session, "noor")
    assert "Welcome, all." in page.content.decode()
    assert "Said in the afternoon." not in page.content.decode()
    before = f"{reverse('room', args=[cast.circle.public_id])}?at={page.context['began']}"
    assert before in page.content.decode()
    client = Client()
    client.force_login(cast.noor)
    assert "Said in the afternoon." in client.get(before).content.decode()


def test_only_facilitators_see_who_was_present(cast, session):
    (fen,) = more_peers(cast.circle, "fen")
    session.people["fen"] = fen
    assert seen_by(session, "noor").context["attendance"] == []
    told = seen_by(session, "mina").context["attendance"]
    assert {person.name: present for person, present in told} == {
        "Mina": True,
        "Noor": True,
        "Ines": True,
        "Fen": False,
    }


def test_those_who_hold_it_see_who_is_muted_and_can_mute_until_it_ends(session):
    noor, mina = Client(), Client()
    noor.force_login(session.noor)
    mina.force_login(session.mina)

    def says(client):
        page = client.get(page_of(session)).content.decode()
        order = page.split("data-order>")[1].split("</ol>")[0]
        noors = order.split(f'data-member="{session.member("noor")}"')[1]
        return "muted" in noors.split("data-doing")[1].split("</span>")[0], page

    assert says(mina)[0] is False
    assert '<option value="session"' in says(mina)[1]
    here = {"circle": session.circle.public_id, "member": session.member("noor")}
    moderation.mute_for_the_session(by=session.mina, why="A pause.", **here)

    is_said, page = says(mina)
    assert is_said
    muted = json.loads(unescape(page.split('data-muted="')[1].split('"')[0]))
    assert list(muted) == [session.member("noor")]
    is_said, page = says(noor)
    assert not is_said and 'data-muted="{}"' in page


def test_without_script_too_a_round_is_begun_anew_under_its_own_name(session):
    mina = Client()
    mina.force_login(session.mina)

    def part_of_now():
        page = mina.get(page_of(session)).content.decode()
        parts = page.split("data-parts>")[1].split("</p>")[0].split("<button ")
        (now,) = [one for one in parts if "aria-current" in one]
        return now.split("aria-current")[1]

    assert part_of_now() == '="step">Sharing, once more</button>'
    session.do("mina", "phase", phase="closing")
    assert part_of_now() == '="step" hidden>Closing</button>'


def test_before_a_session_the_page_says_when_the_next_one_is(cast, client):
    client.force_login(cast.noor)
    response = client.get(page_of(cast))
    assert response.status_code == 200
    assert response.context["state"] is None
    assert not response.context["may_begin"]
    assert response.context["door"] is not None


@pytest.mark.parametrize("name", ["mina", "noor"])
def test_the_page_costs_ten_questions_at_most(cast, session, name):
    for n in range(6):
        session.people[f"p{n}"] = join(f"p{n}", cast.circle)
        session.do(f"p{n}", "seat", agreed=True)
    for n in range(20):
        Message.objects.exists()
        with_piece = session.holder or "noor"
        say(session.people[with_piece], f"Line {n}", circle=cast.circle) if n < 5 else None
    client = Client()
    client.force_login(session.people[name])
    client.get(page_of(session))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(page_of(session))
    assert len(asked) <= 10, "\n".join(q["sql"][:60] + " … " + q["sql"][-200:] for q in asked)


# Forms -----------------------------------------------------------------------
def test_a_whole_session_by_plain_forms(cast):
    session = Session(cast.circle, {"mina": cast.mina, "noor": cast.noor, "ines": cast.ines})
    back = page_of(cast)

    def done(name, verb, **fields):
        response = do(session, name, verb, **fields)
        assert (response.status_code, response.headers["Location"]) == (303, back)

    done("mina", "begin")
    done("noor", "seat", agreed="1")
    done("ines", "seat", agreed="1")
    done("mina", "phase", phase="grounding", step=session.step)
    done("mina", "phase", phase="check_in", step=session.step)
    done("mina", "give_piece", next="1", step=session.step)
    assert session.holder == "noor"
    done("noor", "say", body="I'm here.", id=str(uuid.uuid4()))
    done("noor", "done")
    done("ines", "pass")
    assert session.order == ["noor spoken", "ines passed"]
    done("mina", "phase", phase="sharing", step=session.step)
    done("ines", "last")
    done("ines", "last")
    done("ines", "hand")
    done("mina", "order", up=session.member("noor"), step=session.step)
    assert session.order == ["noor waiting", "ines waiting"]
    done("mina", "order", down=session.member("noor"), step=session.step)
    assert session.order == ["ines waiting", "noor waiting"]
    done(
        "mina",
        "order",
        order=f"{session.member('noor')}, {session.member('ines')}",
        step=session.step,
    )
    done("mina", "give_piece", member=session.member("ines"), step=session.step)
    done("mina", "give_time", seconds=60, step=session.step)
    done("mina", "breath")
    done("mina", "breath", seconds=0)
    assert session.state["breath_until"] is None
    done("ines", "step_out")
    assert session.holder == "noor"
    done("mina", "take_over", step=session.step)
    done("mina", "phase", phase="closing", step=session.step)
    done("ines", "say", body="Good night.")
    done("mina", "end", step=session.step)
    assert not LiveSession.objects.going_on().exists()
    words = [m.words(owner=f"circle:{cast.circle.public_id}").body for m in said(cast)]
    assert words == ["I'm here.", "Good night."]


def said(cast):
    return Message.objects.filter(room=cast.circle.room).order_by("placed_seq")


def test_what_may_not_be_is_said_on_the_page(session):
    response = do(session, "ines", "done")
    assert response.status_code == 409
    assert "isn’t with you" in response.context["say"]

    stale = session.step
    session.do("noor", "done")
    response = do(session, "mina", "give_piece", next="1", step=stale)
    assert response.status_code == 409
    assert response.context["state"] == session.state


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("phase", {"phase": "sharing"}),
        ("phase", {"phase": "x", "step": "9999"}),
        ("phase", {"phase": "sharing", "step": "١"}),
        ("phase", {"phase": "sharing", "step": "-1"}),
        ("give_piece", {"step": "9999", "member": "nobody"}),
        ("give_piece", {"step": "9999", "member": "AAAAAAAAAAAAAAAA"}),
        ("order", {"step": "9999", "order": "\0"}),
        ("order", {"step": "9999", "up": "nobody"}),
        ("breath", {"seconds": "99999999999999999999"}),
        ("give_time", {"step": "9999", "seconds": ""}),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(session, verb, fields):
    before = session.step
    response = do(session, "mina", verb, **fields)
    assert response.status_code == 400
    assert response.context["say"]
    assert session.step == before


def test_there_is_no_other_verb(session):
    assert do(session, "mina", "dance").status_code == 404
    assert do(session, "mina", "post").status_code == 404


def test_nothing_is_done_by_looking(session):
    client = Client()
    client.force_login(session.mina)
    assert client.get(reverse("live_do", args=[session.circle.public_id, "end"])).status_code == 405
    assert Client(enforce_csrf_checks=True).post(page_of(session)).status_code in (302, 403, 405)


def test_what_was_written_is_kept_when_it_may_not_be_posted(cast, session):
    response = do(session, "noor", "say", body="x" * 5000)
    assert response.status_code == 413
    assert response.context["written"]["body"] == "x" * 5000


# Five hundred who listen -----------------------------------------------------
def test_five_hundred_listen_and_the_stage_is_who_was_asked(cast):
    session = open_to_many(cast.cohort, cast.mina, listeners=500)
    assert session.state["open"]
    for n in range(1, 21):
        session.do(f"listener{n}", "seat", agreed=True)
    assert session.order == []
    assert Attendance.objects.count() == 21

    session.do("mina", "order", members=["listener3", "listener7"])
    session.do("mina", "phase", phase="sharing")
    session.do("mina", "give_piece", member=None)
    assert session.holder == "listener 3"
    session.do("mina", "order", members=["listener9"])
    assert session.order == ["listener 3 holding", "listener 9 waiting"]
    people = seen_by(session, "listener400").context["people_now"]
    assert len(people) < 10


def test_someone_is_asked_onto_the_stage_by_a_plain_form(cast):
    session = open_to_many(cast.cohort, cast.mina, listeners=5)
    page = seen_by(session, "mina").content.decode()
    form = page.split("data-stage>")[1].split("</form>")[0]
    assert 'name="stage"' in form and f'name="step" value="{session.step}"' in form
    assert "hidden" not in form.replace('type="hidden"', "")

    def ask(name: str, **more):
        return do(session, "mina", "order", **{"stage": name, "step": session.step} | more)

    assert ask("Listener 3").status_code == 303
    assert ask("  LISTENER 5 ").status_code == 303
    assert session.order == ["listener 3 waiting", "listener 5 waiting"]
    assert ask("Listener 3").status_code == 303
    assert session.order == ["listener 5 waiting", "listener 3 waiting"]
    session.do("mina", "phase", phase="sharing")
    session.do("mina", "give_piece", member=None)
    assert ask("Listener 1").status_code == 303
    assert session.order == ["listener 5 holding", "listener 3 waiting", "listener 1 waiting"]


def test_whom_nobody_knows_or_who_left_is_not_asked(cast):
    session = open_to_many(cast.cohort, cast.mina, listeners=2)
    leave(session.listener2, session.circle)
    for name in ["Listener 9", "Listener 2", "Otto", "", "\0"]:
        response = do(session, "mina", "order", stage=name, step=session.step)
        assert response.status_code == 400
        assert "Nobody goes by that name" in response.context["say"]
    response = do(session, "mina", "order", stage="Listener 9", step=session.step)
    assert 'value="Listener 9"' in response.content.decode()
    assert do(session, "mina", "order", stage="Listener 1", step=0).status_code == 409
    assert do(session, "listener1", "order", stage="Listener 1", step=9).status_code == 404
    assert session.order == []


def test_a_listener_who_takes_a_seat_makes_no_noise(cast):
    session = open_to_many(cast.cohort, cast.mina, listeners=3)
    before = session.step
    session.do("listener1", "seat", agreed=True)
    assert session.step == before
    session.do("listener1", "step_out")
    assert session.step == before
    # They can't take a seat, so they aren't told to.
    refused = refusal_of(session.do, "listener1", "hand")
    assert (refused.code, "on the stage" in refused.say) == ("closed", True)


def test_the_floor_of_an_open_circle_is_the_facilitators(cast):
    session = open_to_many(cast.cohort, cast.mina, listeners=2)
    floors = []
    for phase in ["opening", "check_in", "closing"]:
        session.do("mina", "phase", phase=phase)
        floors.append(session.circle.room.__class__.objects.get(circle=session.circle).floor)
    session.do("mina", "end")
    floors.append(session.circle.room.__class__.objects.get(circle=session.circle).floor)
    assert floors == ["facilitators", "holder", "facilitators", "facilitators"]


def test_open_session_of_one_circle_does_not_touch_the_next(cast):
    open_session(cast.circle, cast.mina, cast.noor)
    there = open_session(cast.next_door, cast.bela, cast.otto, agreement=False)
    there.do("bela", "end")
    assert LiveSession.objects.going_on().get().room.circle == cast.circle
