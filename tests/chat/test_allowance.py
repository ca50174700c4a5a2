"""What is refused costs others nothing: how much of it one person may try, over all their tabs."""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from websockets.exceptions import ConnectionClosed

from chat.hub.allowance import Allowance
from chat.posting import Draft, post_batch
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
