"""The shorter way for frames: to the reader the same as the ordinary one, byte for byte."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import uvloop
import websockets

from chat.hub import line as lines
from chat.hub.line import EXTENSION, SIGNED_OUT, Line
from chat.reading.packet import Packet

pytestmark = pytest.mark.once

DIRECT, ORDINARY = "chat.hub.direct:DirectSocket", "websockets-sansio"
# Around every size at which a frame's head changes, and signs of several bytes.
TEXTS = ["", "a", "a" * 125, "a" * 126, "é" * 63, "a" * 65535, "a" * 65536, "😀" * 20000]


class House:
    """Sends every text to whoever comes, then says goodbye."""

    def __init__(self) -> None:
        self.offered: list[bool] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        wire = scope["extensions"].get(EXTENSION)
        self.offered.append(wire is not None)
        line = Line(1, "s", send, wire) if wire else Line(1, "s", send)
        for text in TEXTS:
            line.push(Packet(text.encode()))
        await line.drained()
        line.close(SIGNED_OUT)
        while (await receive())["type"] != "websocket.disconnect":
            pass


@asynccontextmanager
async def serving(house: House, ws: str, **more: Any) -> AsyncIterator[int]:
    config = uvicorn.Config(
        house,
        ws=ws,  # type: ignore[arg-type]
        port=0,
        log_level="critical",
        lifespan="off",
        **({"ws_per_message_deflate": False} | more),
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def heard(port: int) -> tuple[list[str], int | None]:
    texts = []
    async with websockets.connect(f"ws://127.0.0.1:{port}/", max_size=None) as line:
        try:
            while True:
                texts.append(await line.recv())
        except websockets.ConnectionClosed as closed:
            return texts, closed.rcvd.code if closed.rcvd else None


@pytest.fixture(autouse=True)
def goodbyes_take_their_time(monkeypatch):
    """Both ends live in this process, which may be kept from either."""
    monkeypatch.setattr(lines, "_GOODBYE_SECONDS", 60.0)
    monkeypatch.setattr(lines, "_FAREWELL_SECONDS", 60.0)


@pytest.mark.parametrize("ws", [DIRECT, ORDINARY])
async def test_both_ways_bring_the_same(ws):
    house = House()
    async with serving(house, ws) as port:
        texts, code = await heard(port)

    assert house.offered == [ws == DIRECT]
    assert texts[: len(TEXTS)] == TEXTS
    assert texts[len(TEXTS) :] == ['{"is":"bye","code":4401}']
    assert code == SIGNED_OUT


async def test_where_frames_are_compressed_the_shorter_way_is_not_offered():
    house = House()
    async with serving(house, DIRECT, ws_per_message_deflate=True) as port:
        texts, _code = await heard(port)

    assert house.offered == [False]
    assert texts[: len(TEXTS)] == TEXTS


class Listener:
    """Hears every text, at once where it is offered so and nothing else is being done."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.at_once = 0
        self.code: int | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        await send({"type": "websocket.accept"})
        waits = False

        def take(text: str) -> bool:
            if waits and text.startswith("post"):
                self.heard.append(text)
                self.at_once += 1
                return True
            return False

        if wire := scope["extensions"].get(EXTENSION):
            wire.hear(take)
        while True:
            waits = True
            message = await receive()
            waits = False
            if message["type"] == "websocket.disconnect":
                self.code = message["code"]
                return
            await asyncio.sleep(0)  # as if there were something to do
            self.heard.append(message["text"])


def as_frame(payload: bytes, first: int, mask: bytes = b"") -> bytes:
    mask = mask or os.urandom(4)
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 2**16:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + mask + bytes(sign ^ mask[at % 4] for at, sign in enumerate(payload))


async def write_in_pieces(port: int, pieces: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.001)
    writer.write_eof()
    async with asyncio.timeout(60):
        while await reader.read(4096):
            pass
    writer.close()


def cut(data: bytes, chance: random.Random) -> list[bytes]:
    places = sorted(chance.sample(range(1, len(data)), 40))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


_BYE = as_frame(struct.pack("!H", 1000), 0x88)


@pytest.mark.parametrize("ws", [DIRECT, ORDINARY])
@pytest.mark.parametrize("whole", [True, False])
async def test_what_arrives_in_any_pieces_is_heard_once_and_in_order(ws, whole):
    chance = random.Random(20261123)
    texts = [f"{chance.choice(['post', 'look'])} {n} {'ä' * size}" for n, size in enumerate(SIZES)]
    frames = []
    for text in texts:
        frames.append(as_frame(text.encode(), 0x81))
        if chance.random() < 0.2:
            frames.append(as_frame(b"", 0x89))  # a ping between two messages
    if not whole:
        middle = "post in two parts"
        texts.append(middle)
        frames += [as_frame(middle[:8].encode(), 0x01), as_frame(middle[8:].encode(), 0x80)]
        texts.append("post last")
        frames.append(as_frame(b"post last", 0x81))
    house = Listener()
    async with serving(house, ws) as port:
        frames.append(_BYE)
        await write_in_pieces(port, frames if whole else cut(b"".join(frames), chance))

    assert house.heard == texts
    assert house.code == 1000
    if ws == DIRECT and whole:
        assert house.at_once > 0


SIZES = [0, 1, 50, 60, 125, 126, 3, 4, 30_000, 2, 65_000, 0, 1, *range(40, 70)]


@pytest.mark.parametrize("ws", [DIRECT, ORDINARY])
async def test_a_message_within_a_message_is_no_message(ws):
    """Wherever the network cuts: what looks like a frame in the middle of words is words."""
    mask = b"\x80\x80\x80\x80"
    smuggled = as_frame(b"post smuggled", 0x81, mask=b"\x91\x92\x93\x94")
    words = "post " + bytes(sign ^ 0x80 for sign in smuggled).decode("ascii")
    outer = as_frame(words.encode(), 0x81, mask=mask)
    assert outer.endswith(smuggled)
    house = Listener()
    async with serving(house, ws) as port:
        pieces = [outer[: -len(smuggled)], smuggled, as_frame(b"post after", 0x81), _BYE]
        await write_in_pieces(port, pieces)

    assert house.heard == [words, "post after"]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (as_frame(b"post \xff\xfe", 0x81), 1007),
        (b"\x81\x04post", 1002),  # not masked
        (as_frame(b"post", 0xC1), 1002),  # a bit that nobody agreed on
        (as_frame(b"post", 0x80), 1002),  # goes on with what never began
    ],
    ids=["no text", "no mask", "reserved", "no beginning"],
)
@pytest.mark.parametrize("ws", [DIRECT, ORDINARY])
async def test_what_is_no_message_ends_the_line_as_ever(ws, broken, code):
    house = Listener()
    async with serving(house, ws) as port:
        await write_in_pieces(port, [as_frame(b"post first", 0x81), broken])

    assert house.heard == ["post first"]
    assert house.code == code


LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])


class Flood:
    """Says more at once than a connection holds, in both ways in turns; keeps each one's wire."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.wires: list[Any] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        wire = scope["extensions"][EXTENSION]
        self.wires.append(wire)
        for number, text in enumerate(self.texts):
            if number % 3 == 0 or not wire.write_frame(Packet(text.encode()).wire):
                await send({"type": "websocket.send", "text": text})
        while (await receive())["type"] != "websocket.disconnect":
            pass


@LOOPS
def test_what_a_slow_reader_cannot_take_at_once_comes_later_in_its_order(loop):
    texts = [f"{number} " + "w" * 50_000 for number in range(300)]

    async def read() -> list[str | bytes]:
        async with serving(Flood(texts), DIRECT) as port:
            address = f"ws://127.0.0.1:{port}/"
            async with websockets.connect(address, max_size=None, max_queue=1) as line:
                await asyncio.sleep(0.2)
                return [await line.recv() for _ in texts]

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(read()) == texts


@LOOPS
def test_nothing_meant_for_one_who_is_gone_reaches_whoever_came_after(loop):
    house = Flood(["welcome"])
    words = Packet(b"only for the first").wire

    async def come_and_go() -> None:
        async with serving(house, DIRECT) as port:
            address = f"ws://127.0.0.1:{port}/"
            first = await websockets.connect(address)
            assert await first.recv() == "welcome"
            (wire,) = house.wires
            number = wire._below
            # Made before: what the system has free afterwards is the house's to take.
            sockets = [socket.socket() for _ in range(4)]
            assert wire.write_frame(words)
            wire.abort()
            assert not wire.write_frame(words)
            while not wire.disconnected:  # noqa: ASYNC110 -- nothing tells of it
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)
            # As whatever was on its way does when it finds nobody there.
            wire.abort()
            others = []
            for one in sockets:
                one.setblocking(False)
                await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", port))
                others.append(await websockets.connect(address, sock=one))
            # It has given the number of the first to one of those after.
            assert number in [later._below for later in house.wires[1:]]
            assert not wire.write_frame(words)
            for other in others:
                await other.close()
                assert [text async for text in other] == ["welcome"]
            first.transport.abort()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(come_and_go())


@LOOPS
def test_a_reader_that_has_stopped_is_seen_before_the_system_has_taken_megabytes(loop):
    house = Flood([])

    async def stop_reading() -> int:
        async with serving(house, DIRECT) as port:
            narrow = socket.socket()
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.setblocking(False)
            await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", port))
            line = await websockets.connect(f"ws://127.0.0.1:{port}/", sock=narrow, max_queue=1)
            line.transport.pause_reading()
            for _ in range(16):
                house.wires[0].write_frame(Packet(b"w" * 60_000).wire)
                await asyncio.sleep(0.01)
            unsent = house.wires[0].unsent()
            line.transport.abort()
            return unsent

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(stop_reading()) > 0
