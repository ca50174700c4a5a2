"""A line whose reader has stopped: it is cut off in time, and costs the others nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from chat.hub import line as lines
from chat.hub.line import TOO_SLOW, Line
from chat.packet import Packet


class Peer:
    """The far end: takes what it is sent, or stands still until it is told to go on."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.line = Line(person=1, session="s", _send=self.send)

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await self.reads.wait()
        self.got.append(message)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(m["text"]) for m in self.got if m["type"] == "websocket.send"]

    @property
    def code(self) -> int | None:
        return next((m["code"] for m in self.got if m["type"] == "websocket.close"), None)


async def until(true, within: float = 2.0) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


async def test_a_socket_that_takes_it_has_it_at_once():
    peer = Peer()
    peer.line.say({"n": 1})
    assert peer.frames == [{"n": 1}]


async def test_what_waits_leaves_in_its_order():
    peer = Peer()
    peer.reads.clear()
    for n in range(100):
        peer.line.say({"n": n})
    peer.reads.set()
    await peer.line.drained()
    assert peer.frames == [{"n": n} for n in range(100)]


async def test_a_reader_that_stopped_is_cut_after_a_while(monkeypatch):
    monkeypatch.setattr(lines, "_PATIENCE_SECONDS", 0.1)
    peer, other = Peer(), Peer()
    peer.reads.clear()
    for n in range(40):
        for each in (peer, other):
            each.line.say({"n": n})
        # Nothing of the slow one is waited for.
        assert other.frames[-1] == {"n": n}
        await asyncio.sleep(0.01)

    await until(lambda: peer.code is not None)

    assert peer.code == TOO_SLOW
    assert peer.line.closed
    assert not other.line.closed


async def test_a_reader_that_is_slow_but_reads_is_not_cut(monkeypatch):
    monkeypatch.setattr(lines, "_PATIENCE_SECONDS", 0.2)
    peer = Peer()
    for n in range(40):
        peer.reads.clear()
        peer.line.say({"n": n})
        await asyncio.sleep(0.01)
        peer.reads.set()
        await asyncio.sleep(0)
    await peer.line.drained()
    assert len(peer.frames) == 40
    assert not peer.line.closed


async def test_what_waits_for_one_reader_has_an_end(monkeypatch):
    monkeypatch.setattr(lines, "_MOST_WAITING_BYTES", 10_000)
    peer = Peer()
    peer.reads.clear()
    for _ in range(100):
        peer.line.push(Packet("x" * 1000))
    await until(lambda: peer.code is not None)
    assert peer.code == TOO_SLOW
    assert not peer.line._waiting


async def test_after_goodbye_nothing_leaves():
    peer = Peer()
    peer.reads.clear()
    peer.line.say({"n": 1})
    peer.line.say({"n": 2})

    peer.line.close(4403, circle="c")
    peer.line.say({"n": 3})
    peer.reads.set()
    await until(lambda: peer.code is not None)

    assert peer.code == 4403
    assert {"n": 2} not in peer.frames
    assert {"n": 3} not in peer.frames


async def test_goodbye_is_said_where_it_is_heard():
    peer = Peer()
    peer.line.close(4401)
    await until(lambda: peer.code == 4401)
    assert peer.frames == [{"is": "bye", "code": 4401}]


@pytest.mark.parametrize("failure", [OSError, RuntimeError])
async def test_a_peer_that_is_gone_is_no_error(failure):
    async def gone(message: dict[str, Any]) -> None:
        raise failure

    line = Line(person=1, session="s", _send=gone)
    line.say({"n": 1})
    line.say({"n": 2})
    assert line.closed
    await line.drained()
