"""A line whose reader has stopped: it is cut off in time, and costs the others nothing."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

import pytest

from chat.hub import admission
from chat.hub import line as lines
from chat.hub.feed import Feed
from chat.hub.letters import Letter
from chat.hub.line import TOO_SLOW, Line
from chat.hub.scribe import Scribe
from chat.reading.company import Company
from chat.reading.packet import Packet
from chat.reading.replay import Reading
from chat.reading.stretch import Stretch


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


async def until(true, within: float = 60.0) -> None:
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


def look(*peers: Peer) -> None:
    """As the hub does, about every second."""
    for peer in peers:
        peer.line.look(asyncio.get_running_loop().time())


async def test_a_reader_that_stopped_is_cut_after_a_while(settings):
    settings.ROOM_PATIENCE_SECONDS = 0.1
    peer, other = Peer(), Peer()
    peer.reads.clear()
    for n in range(40):
        for each in (peer, other):
            each.line.say({"n": n})
        # Nothing of the slow one is waited for.
        assert other.frames[-1] == {"n": n}
        look(peer, other)
        await asyncio.sleep(0.01)

    await until(lambda: peer.code is not None)

    assert peer.code == TOO_SLOW
    assert peer.line.closed
    assert not other.line.closed


async def test_a_reader_that_stopped_is_cut_although_nothing_more_is_said(settings):
    settings.ROOM_PATIENCE_SECONDS = 0.05
    peer, other = Peer(), Peer()
    peer.reads.clear()
    for each in (peer, other):
        each.line.say({"n": 1})
    for _ in range(10):
        look(peer, other)
        await asyncio.sleep(0.01)

    await until(lambda: peer.code is not None)

    assert not other.line.closed


async def test_a_reader_that_is_slow_but_reads_is_not_cut(settings):
    settings.ROOM_PATIENCE_SECONDS = 0.2
    peer = Peer()
    for n in range(40):
        peer.reads.clear()
        peer.line.say({"n": n})
        look(peer)
        await asyncio.sleep(0.01)
        peer.reads.set()
        await asyncio.sleep(0)
    await peer.line.drained()
    assert len(peer.frames) == 40
    assert not peer.line.closed


class Pipe:
    """A connection of which the hub is given more than `send`; it takes what it is let take."""

    def __init__(self) -> None:
        self.buffer = 0
        self.aborted = False

    def write_frame(self, frame: bytes) -> bool:
        self.buffer += len(frame)
        return True

    def unsent(self) -> int:
        return self.buffer

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize("takes", [0, 1])
async def test_one_whose_end_moves_only_a_little_stays_and_one_that_is_still_goes(settings, takes):
    """More is written all the while, so that what is unsent grows for both."""
    settings.ROOM_PATIENCE_SECONDS = 0.05
    peer = Peer()
    peer.line.wire = pipe = Pipe()
    for n in range(20):
        peer.line.say({"n": n})
        pipe.buffer -= takes
        look(peer)
        await asyncio.sleep(0.01)

    assert peer.line.closed is (takes == 0)


async def test_who_is_cut_off_and_hears_no_goodbye_is_gone_all_the_same(settings, monkeypatch):
    monkeypatch.setattr(lines, "_GOODBYE_SECONDS", 0.05)
    peer = Peer()
    peer.line.wire = pipe = Pipe()
    peer.reads.clear()

    peer.line.close(TOO_SLOW)

    await until(lambda: pipe.aborted)


async def test_what_waits_for_one_reader_has_an_end(monkeypatch):
    monkeypatch.setattr(lines, "_MOST_WAITING_BYTES", 10_000)
    peer = Peer()
    peer.reads.clear()
    for _ in range(100):
        peer.line.push(Packet(b"x" * 1000))
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


class Wired:
    """A far end whose server gives the connection away: notes what is written in one piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.takes = True
        self.peer = Peer()
        self.line = self.peer.line
        self.line.wire = self

    def write_frame(self, frame: bytes) -> bool:
        if self.takes:
            self.pieces.append(frame)
        return self.takes

    def unsent(self) -> int:
        return 0

    def hear(self, take: object) -> None: ...

    def abort(self) -> None: ...


def wire_of(*frames: dict[str, Any]) -> bytes:
    return b"".join(Packet.of(frame).wire for frame in frames)


async def test_an_answer_and_its_event_are_written_in_one_piece():
    far = Wired()
    far.line.say_ahead({"n": 1})
    far.line.say_ahead({"n": 2})
    far.line.say({"n": 3})
    far.line.let_go()
    far.line.say({"n": 4})

    assert far.pieces == [wire_of({"n": 1}, {"n": 2}, {"n": 3}), wire_of({"n": 4})]


async def test_an_answer_that_nothing_follows_is_let_go_once():
    far = Wired()
    far.line.say_ahead({"n": 1})
    assert far.pieces == []

    far.line.let_go()
    far.line.let_go()

    assert far.pieces == [wire_of({"n": 1})]


async def test_where_the_connection_takes_nothing_the_answer_still_goes_first():
    far = Wired()
    far.takes = False
    far.line.say_ahead({"n": 1})
    far.line.say({"n": 2})
    far.line.say_ahead({"n": 3})
    far.line.let_go()
    await far.line.drained()

    assert far.peer.frames == [{"n": 1}, {"n": 2}, {"n": 3}]


async def test_an_ordinary_server_is_given_the_answer_and_its_event_in_one_go():
    peer = Peer()
    peer.line.say_ahead({"n": 1})
    peer.line.say({"n": 2})
    peer.line.say_ahead({"n": 3})
    assert peer.frames == [{"n": 1}, {"n": 2}]

    peer.line.let_go()
    assert peer.frames == [{"n": 1}, {"n": 2}, {"n": 3}]


async def test_whoever_is_sent_away_is_answered_before():
    far = Wired()
    far.line.say_ahead({"n": 1})
    far.line.close(4401)
    far.line.say_ahead({"n": 2})
    far.line.let_go()
    await until(lambda: far.peer.code is not None)

    assert far.pieces == [wire_of({"n": 1})]
    assert [frame["is"] for frame in far.peer.frames] == ["bye"]


async def test_what_was_committed_is_answered_whatever_is_wrong_with_an_event():
    far = Wired()
    scribe = Scribe.__new__(Scribe)
    broken = Reading(Stretch("c", 0, 1, 1, []), Company(0), 0)
    # It knows nothing, and breaks.
    scribe._feeds = {"c": Feed.__new__(Feed)}
    scribe._answered = []
    scribe.answer(far.line, {"n": 1})
    with pytest.raises(AttributeError):
        scribe._hand_on(deque([([broken], [])]))

    assert far.pieces == [wire_of({"n": 1})]


async def test_letters_of_whom_nobody_knows_leave_what_posts_have_brought(monkeypatch):
    scribe = Scribe.__new__(Scribe)
    scribe._brought, scribe._delivered, scribe._answered = deque([([], [])]), deque(), []
    monkeypatch.setattr(admission, "standing", lambda sessions: [None for _ in sessions])

    assert scribe._deliver([Letter("no session", lambda sender: None)]) == [None]
    scribe._hand_on(scribe._delivered)

    assert len(scribe._brought) == 1
