"""The shorter way for frames: to the reader the same as the ordinary one, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import websockets

from chat.hub.line import EXTENSION, SIGNED_OUT, Line
from chat.packet import Packet

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
            line.push(Packet(text))
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
    async with asyncio.timeout(10):
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
