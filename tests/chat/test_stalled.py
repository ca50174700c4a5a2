"""Readers that have stopped reading, over real sockets: they go, and nobody else notices."""

from __future__ import annotations

import asyncio
import select
import socket as sockets
from collections.abc import Iterator

import pytest
from asgiref.sync import sync_to_async

from tests.bench import machine
from tests.bench.wire import frame
from tests.chat.wire import Wire
from tests.live import LiveHouse

pytestmark = pytest.mark.once

# Longer than whoever does read may be kept from it on a machine that is busy.
PATIENCE = 4
# To say goodbye to someone who does not listen, and the hub's own second between two looks.
AND_THEN = 3.5
LARGE = "&" * 3000
HOUSE = {"ROOM_POSTS_PER_10S": "100000", "ROOM_PATIENCE_SECONDS": f"{PATIENCE}"}


class Still:
    """Comes into the room, with next to no room for what arrives, and reads nothing any more."""

    def __init__(self, house: LiveHouse, cookie: tuple[str, str], circle: str) -> None:
        self.socket = sockets.socket()
        self.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", house.port))
        self.socket.sendall(
            f"GET /ws/ HTTP/1.1\r\nHost: localhost:{house.port}\r\nOrigin: {house.url}\r\n"
            f"Cookie: {cookie[0]}={cookie[1]}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        self.hear(b"101 Switching Protocols")
        self.socket.sendall(frame(f'{{"do":"open","circle":"{circle}","since":null}}'.encode()))
        self.hear(b'"is":"opened"')

    def hear(self, expected: bytes) -> None:
        heard = b""
        while expected not in heard:
            heard += self.socket.recv(512)

    @property
    def is_cut_off(self) -> bool:
        """Whether the connection is no more; found without reading from it."""
        poll = select.poll()
        poll.register(self.socket, 0)
        return bool(poll.poll(0))


@pytest.fixture
def stills() -> Iterator[list[Still]]:
    found: list[Still] = []
    yield found
    for still in found:
        still.socket.close()


async def test_who_stops_reading_is_cut_off_and_the_others_hear_everything(cast, house, stills):
    cookie = await sync_to_async(house.sign_in)(cast.ines)
    noor = await Wire.open(house, await sync_to_async(house.sign_in)(cast.noor))
    mina = await Wire.open(house, await sync_to_async(house.sign_in)(cast.mina))
    await noor.enter(cast.circle)
    since = (await mina.enter(cast.circle))["head"]
    for _ in range(5):
        stills.append(await asyncio.to_thread(Still, house, cookie, cast.circle.public_id))
    before = machine.resident([house.process.pid])

    for _ in range(5):  # far more than fits between the two ends
        await asyncio.gather(*[noor.post(cast.circle, LARGE) for _ in range(40)])
    held_for_them = machine.resident([house.process.pid]) - before
    # Nothing more is said: that they stand still is found out all the same.
    within = PATIENCE + AND_THEN
    await noor.sees(lambda: all(still.is_cut_off for still in stills), within, cast.circle)

    await mina.hear_up_to(since + 200)
    assert [event["seq"] for event in mina.events] == list(range(since + 1, since + 201))
    assert held_for_them < 50 * 2**20
    await noor.still_here()
    await asyncio.gather(noor.leave(), mina.leave())


async def test_who_stops_reading_in_a_quiet_room_stays(cast, house, stills):
    """What is said to them fits on the way; they may read it when they are back."""
    cookie = await sync_to_async(house.sign_in)(cast.ines)
    stills.append(await asyncio.to_thread(Still, house, cookie, cast.circle.public_id))
    noor = await Wire.open(house, await sync_to_async(house.sign_in)(cast.noor))
    await noor.enter(cast.circle)
    await noor.post(cast.circle, "A few words")

    await asyncio.sleep(PATIENCE + 1.5)

    assert not stills[0].is_cut_off
    await asyncio.to_thread(stills[0].hear, b"A few words")
    await noor.leave()


async def test_who_is_signed_out_and_reads_nothing_is_gone_too(cast, house, stills):
    """Goodbye can't reach them; the connection ends, and nothing later is kept for them."""
    cookie = await sync_to_async(house.sign_in)(cast.ines)
    noor = await Wire.open(house, await sync_to_async(house.sign_in)(cast.noor))
    await noor.enter(cast.circle)
    stills.append(await asyncio.to_thread(Still, house, cookie, cast.circle.public_id))
    await asyncio.gather(*[noor.post(cast.circle, LARGE) for _ in range(60)])

    cast.ines.set_password("something else entirely")
    await cast.ines.asave()

    # Sooner than one who only stands still.
    await noor.sees(lambda: stills[0].is_cut_off, PATIENCE - 1, cast.circle)
    await noor.leave()
