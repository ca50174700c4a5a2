"""The people on their sockets: they say what they say when it is due, and note what arrives."""

from __future__ import annotations

import asyncio
import socket as sockets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic as now

from tests.bench.dialects import Dialect, Seat, words_of
from tests.bench.sides import Running, Use
from tests.bench.wire import Book, Socket, frame

_PATIENCE_SECONDS = 3.0  # without anything arriving, before what is missing counts as lost
_LONGEST_SECONDS = 20.0
_JOINING_AT_A_TIME = 25


@dataclass
class Record:
    """Everything that was said to one server while it ran, for the audit."""

    room_of: dict[int, str] = field(default_factory=dict)
    seq_of: dict[int, int] = field(default_factory=dict)

    def numbers(self, rooms: Sequence[str]) -> range:
        """The next numbers, one for each of these rooms in turn."""
        first = len(self.room_of) + 1
        for number, room in enumerate(rooms, first):
            self.room_of[number] = room
        return range(first, first + len(rooms))


@dataclass
class Talk:
    """What was said, when it was due, and what it took."""

    due: dict[int, float]
    room_of: dict[int, str]
    members: dict[str, list[Socket]]
    acked_at: dict[int, float]
    refused: Counter[str]  # by code
    seconds: float
    used: Use
    load: float  # the part of a core that the load itself took
    late: float  # seconds the latest message left after it was due
    bytes: int


class Crowd:
    """Sockets by room. Leave it with `leave`."""

    def __init__(self, server: Running, record: Record, seats: Sequence[Seat]) -> None:
        self.server = server
        self.record = record
        self.seats = seats
        self.book = Book(server.side.dialect)
        self.members: dict[str, list[Socket]] = {}
        # Who has next to no room for what arrives.
        self.narrow: set[Seat] = set()

    @property
    def dialect(self) -> Dialect:
        return self.server.side.dialect

    async def join(self) -> None:
        """Everyone connects, a few at a time. Raises ConnectionError where one is refused."""
        for at in range(0, len(self.seats), _JOINING_AT_A_TIME):
            some = self.seats[at : at + _JOINING_AT_A_TIME]
            results = await asyncio.gather(*map(self.connect, some), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    raise result

    async def connect(self, seat: Seat) -> Socket:
        """One comes, and is in their room."""
        loop = asyncio.get_running_loop()
        port = self.server.next_port()
        live: asyncio.Future[float] = loop.create_future()
        below = sockets.socket()
        if seat in self.narrow:  # before it connects: later it counts for little
            below.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        below.setblocking(False)
        await loop.sock_connect(below, ("127.0.0.1", port))
        _, socket = await loop.create_connection(
            lambda: Socket(seat, port, self.book, live), sock=below
        )
        async with asyncio.timeout(30):
            await live
        self.members.setdefault(seat.room, []).append(socket)
        return socket

    async def leave(self) -> None:
        for members in self.members.values():
            for socket in members:
                socket.transport.abort()
        self.members.clear()
        await asyncio.sleep(0.2)

    async def talk(self, *, rate: float, count: int) -> Talk:
        """`count` messages, `rate` a second in all, the rooms and in them the members in turn."""
        self._forget()
        names = list(self.members)
        rooms = [names[n % len(names)] for n in range(count)]
        numbers = self.record.numbers(rooms)
        senders = [
            self.members[room][n // len(names) % len(self.members[room])]
            for n, room in enumerate(rooms)
        ]
        dialect = self.dialect
        frames = [frame(dialect.post(room, n)) for n, room in zip(numbers, rooms, strict=True)]
        before, load_before = self.server.use(), time.process_time()
        begin = now() + 0.05
        due = {number: begin + n / rate for n, number in enumerate(numbers)}
        late = await self._send(list(due.values()), senders, frames)
        await self._until_arrived(sum(len(self.members[room]) for room in rooms), count)
        seconds = max(self.book.last_at, now() - _PATIENCE_SECONDS) - begin
        load = (time.process_time() - load_before) / (now() - begin)
        self.record.seq_of |= self.book.acks
        return Talk(
            due=due,
            room_of=dict(zip(numbers, rooms, strict=True)),
            members=self.members,
            acked_at=dict(self.book.acked_at),
            refused=Counter(self.book.refusals),
            seconds=seconds,
            used=self.server.use() - before,
            load=load,
            late=late,
            bytes=self.book.bytes,
        )

    async def _send(self, due: list[float], senders: list[Socket], frames: list[bytes]) -> float:
        latest, at, count = 0.0, 0, len(due)
        while at < count:
            moment = now()
            while at < count and due[at] <= moment:
                if senders[at].closed is None:
                    senders[at].transport.write(frames[at])
                latest = max(latest, moment - due[at])
                at += 1
            if at < count:
                # Not less: below a millisecond the loop spins, and takes from the server.
                await asyncio.sleep(max(0.001, due[at] - now()))
        return latest

    async def _until_arrived(self, deliveries: int, messages: int) -> None:
        ended = now()
        answers = messages if self.dialect.ack else 0
        while self.book.arrived < deliveries or len(self.book.acks) < answers:
            if now() - max(ended, self.book.last_at) > _PATIENCE_SECONDS:
                return
            if now() - ended > _LONGEST_SECONDS:
                return
            await asyncio.sleep(0.01)

    def _forget(self) -> None:
        self.book.forget()
        self.book.acks = {}
        for members in self.members.values():
            for socket in members:
                socket.seen.clear()


def words_for_audit(record: Record) -> list[tuple[int, str, int | None, str]]:
    """Number, room, place where it was acknowledged, and words of all that was said."""
    return [
        (number, room, record.seq_of.get(number), words_of(number))
        for number, room in record.room_of.items()
    ]
