"""What a hub passes on to others: of many hints about one thing the newest, of all rooms one."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import create_pool
from django.conf import settings
from redis import asyncio as redis

from chat import announcing
from chat.announcing import Hint
from chat.hub import hints as hub_hints
from chat.hub.hints import Hints

pytestmark = pytest.mark.once


def grown(**rooms: int) -> Hint:
    return {"type": "hint.rooms", "rooms": rooms}


async def test_rooms_that_grew_with_many_batches_travel_in_one_hint_each_with_its_newest_place():
    heard: list[Hint] = []
    hints = Hints("here", heard.append)
    for hint in (grown(alder=3, birch=8), grown(alder=4), {"type": "hint.access", "person": 5}):
        hints.tell(hint)

    assert hints._taken() == [
        {"type": "hint.rooms", "rooms": {"alder": 4, "birch": 8}, "hub": "here"},
        {"type": "hint.access", "person": 5, "hub": "here"},
    ]
    assert hints._taken() == []
    # And this hub has heeded each of them as it came.
    assert [hint["type"] for hint in heard] == ["hint.rooms", "hint.rooms", "hint.access"]


async def test_how_far_people_have_read_travels_in_one_hint():
    hints = Hints("here", lambda hint: None)
    for whose, seq in (("5 alder", 3), ("6 alder", 3), ("5 alder", 4)):
        hints.tell({"type": "hint.read", "read": {whose: seq}})

    assert hints._taken() == [
        {"type": "hint.read", "read": {"5 alder": 4, "6 alder": 3}, "hub": "here"}
    ]


async def test_what_is_said_anew_of_one_circle_replaces_what_waited_and_nothing_else():
    hints = Hints("here", lambda hint: None)
    for circle in ("alder", "birch", "alder"):
        hints.tell({"type": "hint.company", "circle": circle})

    assert [hint["circle"] for hint in hints._taken()] == ["alder", "birch"]


async def test_who_is_alone_passes_on_less_often_until_another_is_heard():
    heard: list[Hint] = []
    hints = Hints("here", heard.append)

    hints.heed(grown(alder=3) | {"hub": "here"})  # our own, as the layer gives it back
    assert heard == []
    assert hints._rest() == 0.1

    hints.heed(grown(alder=4))  # a worker's, which listens to nothing
    assert hints._rest() == 0.1

    hints.heed(grown(alder=4) | {"hub": "there"})
    assert heard == [grown(alder=4), grown(alder=4) | {"hub": "there"}]
    assert hints._rest() == 0.02


async def test_of_two_changes_of_someones_rights_the_later_count_is_passed_on():
    hints = Hints("here", lambda hint: None)
    for changes in (7, 0):
        hints.tell({"type": "hint.access", "person": 5, "changes": changes})

    assert [hint["changes"] for hint in hints._taken()] == [7]


async def until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.01)


@asynccontextmanager
async def hearing(heard: list[Hint]) -> AsyncIterator[None]:
    """Someone hears what the broker brings, and chokes on what has no type."""
    hints = Hints("here", lambda hint: heard.append(hint | {"type": hint["type"]}))
    ears = asyncio.create_task(hints.hear())
    layer = get_channel_layer()
    await until(lambda: layer.groups)
    await announcing.send(grown(alder=1))
    await until(lambda: heard)
    yield
    ears.cancel()
    await asyncio.gather(ears, return_exceptions=True)
    await layer.flush()


async def test_a_hint_that_is_none_keeps_nobody_from_hearing_the_next(monkeypatch):
    monkeypatch.setattr(hub_hints, "_AGAIN_SECONDS", 3600)
    heard: list[Hint] = []
    async with hearing(heard):
        for hint in ({}, {"rooms": 5}, grown(alder=2)):
            await announcing.send(hint)
        await until(lambda: len(heard) > 1)

    assert heard[1:] == [grown(alder=2)]


async def test_what_is_no_message_at_all_leaves_nothing_behind_that_gathers_hints(monkeypatch):
    monkeypatch.setattr(hub_hints, "_AGAIN_SECONDS", 0.01)
    heard: list[Hint] = []
    async with hearing(heard):
        broker = redis.Redis.from_url(settings.REDIS.channels)
        for _ in range(3):
            await broker.publish(f"reweave__group__{announcing.GROUP}", b"\xc1 no message")
            await asyncio.sleep(0.2)
        await broker.aclose()
        while len(heard) < 2:
            await announcing.send(grown(alder=2))
            await asyncio.sleep(0.05)

        assert len(get_channel_layer().channels) == 1


async def test_a_broker_whose_machine_is_gone_without_a_word_is_noticed_and_heard_again():
    # What the system says when nothing has come back from there for most of a minute.
    gone = TimeoutError(errno.ETIMEDOUT, "Connection timed out")
    pool = create_pool(get_channel_layer()._shards[0].host)
    connection = await pool.get_connection()
    connection._reader.set_exception(gone)
    # Otherwise it would say at once that nothing has come, as often as it is asked.
    with pytest.raises(redis.ConnectionError):
        await connection.read_response(timeout=0.1)
    await pool.aclose()

    heard: list[Hint] = []
    async with hearing(heard):
        listening = get_channel_layer()._shards[0]._pubsub.connection
        listening._reader.set_exception(gone)
        await until(lambda: listening._reader and listening._reader.exception() is None)
        while len(heard) < 2:
            await announcing.send(grown(alder=2))
            await asyncio.sleep(0.05)

    assert heard[1] == grown(alder=2)


async def test_a_broker_that_is_away_for_long_costs_no_memory(monkeypatch):
    nowhere: Any = RedisPubSubChannelLayer(hosts=["redis://127.0.0.1:1/0"])
    monkeypatch.setattr(hub_hints, "_AGAIN_SECONDS", 0)
    monkeypatch.setattr(hub_hints, "get_channel_layer", lambda: nowhere)
    tried: list[str] = []
    monkeypatch.setattr(hub_hints.logger, "info", lambda said, *what: tried.append(said))

    ears = asyncio.create_task(Hints("here", lambda hint: None).hear())
    await until(lambda: len(tried) >= 20)
    ears.cancel()
    await asyncio.gather(ears, return_exceptions=True)

    assert set(tried) == {"hints_not_heard: %s"}
    assert len(nowhere.channels) <= 1
