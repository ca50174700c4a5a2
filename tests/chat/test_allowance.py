"""What is refused costs others nothing: how much of it one person may try, over all their tabs."""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse
from websockets.exceptions import ConnectionClosed

from chat import posting
from chat.hub import allowance
from chat.hub.allowance import Allowance
from chat.models import Message, Room
from chat.posting import Draft, post_batch
from chat.refusal import Refused
from tests.chat.circle_live import in_round
from tests.chat.talk import say
from tests.chat.wire import Wire

LONG = "é " * 14_000


def test_what_was_used_comes_back_evenly():
    now = [100.0]
    allowance = Allowance(lambda: 10, clock=lambda: now[0])

    assert [allowance.takes(1) for _ in range(11)] == [True] * 10 + [False]
    assert allowance.takes(2), "each has their own"
    assert not allowance.takes(3, 11)
    now[0] += 1
    assert [allowance.takes(1) for _ in range(2)] == [True, False]
    now[0] += 100
    assert allowance.takes(1, 10)


def test_those_of_long_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr("chat.hub.allowance._MOST_REMEMBERED", 3)
    now = [0.0]
    allowance = Allowance(lambda: 10, clock=lambda: now[0])
    for person in range(3):
        allowance.takes(person)
    now[0] = 11.0
    allowance.takes(9)

    assert set(allowance._used) == {9}


def test_who_may_not_write_is_told_so_before_their_words_are_looked_at(cast, monkeypatch):
    drafts = [Draft(cast.noor.pk, cast.circle.public_id, uuid.uuid4(), f"{n}") for n in range(10)]
    post_batch(drafts)
    monkeypatch.setattr("chat.words.clean_body", lambda text: pytest.fail("was cleaned"))

    [outcome] = post_batch([drafts[0]._replace(client_id=uuid.uuid4())])

    assert outcome.code == "too_fast"


def test_a_tab_says_more_by_itself_than_anyone_does(monkeypatch):
    monkeypatch.setattr(allowance.VERBS, "_clock", lambda: 100.0)
    # Eight tabs of ten circles, back on the line twice in a moment.
    said = [verb for _ in range(8) for verb in [*["open"] * 20, "read", "here", "typing"]]
    for verb in said:
        allowance.check_verb(1, verb)

    done = []
    with pytest.raises(Refused):
        for n in range(200):
            done.append(n)
            allowance.check_verb(2, "respond")

    assert len(done) == 51


async def test_who_floods_the_house_is_sent_away_before_it_costs_much(cast, house):
    otto = await Wire.open(house, await sync_to_async(house.sign_in)(cast.otto))
    await otto.enter(cast.next_door)
    cookie = await sync_to_async(house.sign_in)(cast.noor)
    tabs = [await Wire.open(house, cookie) for _ in range(4)]

    async def flood(tab: Wire) -> None:
        post = {"do": "post", "circle": cast.circle.public_id, "body": LONG}
        with suppress(ConnectionClosed):
            for _ in range(150):
                frame = post | {"id": str(uuid.uuid4())}
                await tab.socket.send(json.dumps(frame, ensure_ascii=False))

    floods = [asyncio.create_task(flood(tab)) for tab in tabs]
    await asyncio.sleep(0)
    await otto.post(cast.next_door, "Meanwhile")
    await asyncio.wait(floods)
    for tab in tabs:
        assert await tab.closed() == 4429
    answers = [frame for tab in tabs for frame in tab.frames if frame["is"] == "refused"]
    # Who is sent away before the answer is there does not hear what came of the first.
    assert "too_fast" in {answer["code"] for answer in answers} <= {"too_long", "too_fast"}
    # Each takes twenty milliseconds to find out; three hundred kept others waiting for seven
    # seconds.
    assert sum(answer["code"] == "too_long" for answer in answers) < 30
    await otto.leave()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def few(settings, monkeypatch):
    """Five tries, two verbs and six stretches of a log in ten seconds, and time stands."""
    for one in (allowance.TRIES, allowance.VERBS, allowance.STRETCHES):
        monkeypatch.setattr(one, "_clock", lambda: 100.0)
    monkeypatch.setattr(allowance, "_MOST_REFUSED", 3)
    settings.ROOM_POSTS_PER_10S, settings.ROOM_VERBS_PER_10S = 2, 8


def ways_without_a_line(cast, said):
    """Each way that words come in through Django: a form, JSON, a session's form, a change."""
    at = [cast.circle.public_id]
    return {
        "form": lambda client, body: client.post(reverse("post_message", args=at), {"body": body}),
        "json": lambda client, body: client.post(
            reverse("post_message", args=at),
            json.dumps({"id": str(uuid.uuid4()), "body": body}),
            content_type="application/json",
        ),
        "session": lambda client, body: client.post(
            reverse("live_do", args=[*at, "say"]), {"body": body}
        ),
        "change": lambda client, body: client.post(
            reverse("edit", args=[*at, said.id]), {"body": body}
        ),
    }


@pytest.mark.once
@pytest.mark.parametrize("way", ["form", "json", "session", "change"])
def test_who_tries_too_much_without_a_line_is_asked_to_wait(cast, few, monkeypatch, way):
    said = say(cast.ines, "Good evening", circle=cast.circle)
    send, ines = ways_without_a_line(cast, said)[way], signed_in(cast.ines)
    assert [send(ines, "").status_code for _ in range(5)] == [400] * 5
    monkeypatch.setattr(posting, "post", lambda draft: pytest.fail("was asked for"))
    monkeypatch.setattr("chat.words.clean_body", lambda text: pytest.fail("was cleaned"))

    page = send(ines, "One more thing")

    assert page.status_code == 429
    assert "Wait a moment." in page.content.decode()
    assert way == "json" or "One more thing" in page.content.decode()
    assert Message.objects.count() == 1


@pytest.mark.once
def test_what_is_tried_is_counted_over_all_ways_and_for_each_person(cast, few):
    said = say(cast.ines, "Good evening", circle=cast.circle)
    ways, ines = ways_without_a_line(cast, said), signed_in(cast.ines)
    for name in ("form", "json", "session", "change", "form"):
        assert ways[name](ines, "").status_code == 400, name

    assert {name: way(ines, "More").status_code for name, way in ways.items()} == dict.fromkeys(
        ways, 429
    )
    assert ways["form"](signed_in(cast.noor), "More").status_code == 303


@pytest.mark.once
def test_a_form_that_is_longer_than_any_message_is_never_cleaned(cast, monkeypatch):
    monkeypatch.setattr(allowance.TRIES, "_clock", lambda: 100.0)
    monkeypatch.setattr("chat.words.clean_body", lambda text: pytest.fail("was cleaned"))
    address, ines = reverse("post_message", args=[cast.circle.public_id]), signed_in(cast.ines)

    found = [ines.post(address, {"body": "é " * 50_000}).status_code for _ in range(3)]

    assert found == [413, 429, 429]


@pytest.mark.once
def test_verbs_without_a_line_have_their_bound(cast, few):
    said = say(cast.noor, "Good evening", circle=cast.circle)
    in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    ines, circle = signed_in(cast.ines), cast.circle.public_id
    address = reverse("respond", args=[circle, said.id])
    hand = reverse("live_do", args=[circle, "hand"])

    assert [ines.post(address, {"response": "heard"}).status_code for _ in range(2)] == [303] * 2

    assert ines.post(address, {"response": "heard"}).status_code == 429
    assert ines.post(hand).status_code == 429


@pytest.mark.once
def test_a_stranger_finds_nothing_however_often_they_try(cast, few):
    otto = signed_in(cast.otto)
    for way in ways_without_a_line(cast, say(cast.ines, "Hello", circle=cast.circle)).values():
        assert {way(otto, "").status_code for _ in range(7)} == {404}


@pytest.mark.once
def test_what_a_facilitator_wrote_comes_back_where_they_are_asked_to_wait(cast, few):
    said = say(cast.noor, "Good evening", circle=cast.circle)
    mina, circle = signed_in(cast.mina), cast.circle.public_id
    noor = cast.member(cast.noor).public_id
    words = "Someone has to hear this first."
    pause = reverse("pause", args=[circle])
    assert [mina.post(pause).status_code for _ in range(2)] == [303] * 2
    head = Room.objects.get(circle=cast.circle).last_seq

    for name, about, fields in [
        ("set_aside", [said.id], {"why": words}),
        ("remove_member", [noor], {"why": words}),
        ("note", [noor], {"body": words}),
        ("begin_check_in", [noor], {"body": words}),
        ("hand_over", [], {"brief": words, "to": "nobody"}),
        ("tell_member", [noor], {"note": words, "reason": "worried"}),
    ]:
        page = mina.post(reverse(name, args=[circle, *about]), fields)
        assert (name, page.status_code) == (name, 429)
        assert words in page.content.decode(), name
        assert "Wait a moment." in page.content.decode()

    assert Room.objects.get(circle=cast.circle).last_seq == head


@pytest.mark.once
def test_who_asks_over_and_over_what_happened_is_asked_to_wait(cast, few):
    say(cast.noor, "Good evening", circle=cast.circle)
    ines, noor = signed_in(cast.ines), signed_in(cast.noor)
    address = reverse("room_events", args=[cast.circle.public_id])
    assert [ines.get(address).status_code for _ in range(6)] == [200] * 6

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chat.reading.replay.read", lambda *args, **more: pytest.fail("was read"))
        answer = ines.get(address)

    assert answer.status_code == 429
    assert answer.json() == {
        "is": "refused",
        "code": "too_fast",
        "say": "That’s a lot at once. Wait a moment.",
        "again_in": 10,
    }
    assert noor.get(address).json()["events"], "each has their own"


@pytest.mark.once
def test_a_stranger_who_asks_over_and_over_finds_nothing(cast, few):
    otto, address = signed_in(cast.otto), reverse("room_events", args=[cast.circle.public_id])
    assert {otto.get(address).status_code for _ in range(9)} == {404}
