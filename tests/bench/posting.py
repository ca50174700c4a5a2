"""Posting by HTTP: some clients, each with one connection and one message underway."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from time import monotonic as now

from tests.bench.crowd import Crowd
from tests.bench.dialects import Seat
from tests.bench.tally import Outcome
from tests.bench.wire import Poster


async def post_for(seconds: float, crowd: Crowd, seats: Sequence[Seat], *, token: str) -> Outcome:
    """Posts as long as that, while the crowd listens to what arrives in the rooms.

    The latencies are those of the answers; what an answer promised and nobody heard is lost.
    """
    used, load, begin = crowd.server.use(), time.process_time(), now()
    clients = [_Client(crowd, seat, token, until=begin + seconds) for seat in seats]
    await asyncio.gather(*(client.run() for client in clients))
    elapsed = now() - begin
    used = crowd.server.use() - used
    load = (time.process_time() - load) / elapsed
    promised = {number for client in clients for number in client.answered}
    for _ in range(100):
        await asyncio.sleep(0.05)
        if promised <= _heard(crowd):
            break
    return Outcome(
        sorted(latency for client in clients for latency in client.answered.values()),
        deliveries=len(promised),
        lost=len(promised - _heard(crowd)),
        refused=Counter(code for client in clients for code in client.refused),
        seconds=elapsed,
        used=used,
        load=load,
        messages=len(promised),
    )


def _heard(crowd: Crowd) -> set[int]:
    return {
        number
        for members in crowd.members.values()
        for socket in members
        for _, delivery in socket.seen
        for number in delivery.numbers
    }


class _Client:
    """One of those who post."""

    def __init__(self, crowd: Crowd, seat: Seat, token: str, *, until: float) -> None:
        self.crowd = crowd
        self.seat = seat
        self.until = until
        self.port = crowd.server.next_port()
        self.answered: dict[int, float] = {}
        self.refused: list[str] = []
        dialect = crowd.dialect
        self.head = (
            f"POST {dialect.post_path(seat.room)} HTTP/1.1\r\nHost: localhost:{self.port}\r\n"
            f"Origin: http://localhost:{self.port}\r\nContent-Type: application/json\r\n"
            f"Cookie: {dialect.cookie}={seat.session}; {dialect.form_cookie}={token}\r\n"
            f"X-CSRFToken: {token}\r\nAccept: application/json\r\n"
        ).encode()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        transport, poster = await loop.create_connection(
            lambda: Poster(self._take), "127.0.0.1", self.port
        )
        while now() < self.until and not poster.lost:
            [number] = self.crowd.record.numbers([self.seat.room])
            self.answer: asyncio.Future[tuple[int, bytes]] = loop.create_future()
            begin = now()
            poster.post(self.head, self.crowd.dialect.post(self.seat.room, number))
            async with asyncio.timeout(30):
                status, body = await self.answer
            self._note(number, status, body, now() - begin)
        transport.abort()

    def _take(self, poster: Poster, status: int, body: bytes) -> None:
        self.answer.set_result((status, body))

    def _note(self, number: int, status: int, body: bytes, seconds: float) -> None:
        if status != 201:
            self.refused.append(f"http {status}")
            return
        self.answered[number] = seconds
        if (seq := json.loads(body).get("seq")) is not None:
            self.crowd.record.seq_of[number] = seq
