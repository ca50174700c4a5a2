"""WebSocket and HTTP/1.1 as the load speaks them: raw protocols, nothing copied twice.

Frames go out under a mask of zeros, which is one like any other to the server.
"""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import Callable
from time import monotonic as now

from tests.bench.dialects import Dialect, Seat

_TEXT, _CLOSE, _PING = 0x1, 0x8, 0x9
_CODE = re.compile(rb'"code":"(\w+)"')
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
# Frames of a room begin with its circle and their range, or with the message's id: this much
# tells two apart, and what is really the same is then compared whole.
_TELLING = 96


def frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    return head + b"\0\0\0\0" + payload


class Delivery:
    """A frame with messages, kept once for all who got the same bytes."""

    __slots__ = ("numbers", "payload")

    def __init__(self, payload: bytes, numbers: tuple[int, ...]) -> None:
        self.payload = payload
        self.numbers = numbers


class Book:
    """What arrived for all sockets of a crowd: deliveries, acknowledgements, refusals."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.deliveries: dict[bytes, Delivery] = {}
        self.acks: dict[int, int] = {}
        self.acked_at: dict[int, float] = {}
        self.refusals: list[str] = []  # their codes
        self.arrived = 0
        self.last_at = 0.0
        self.bytes = 0

    def read(self, data: bytes, start: int, stop: int) -> Delivery:
        telling = data[start : min(start + _TELLING, stop)]
        known = self.deliveries.get(telling)
        if (
            known is not None
            and len(known.payload) == stop - start
            and data.startswith(known.payload, start)
        ):
            return known
        payload = data[start:stop]
        numbers = tuple(int(found, 16) for found in self.dialect.numbers.findall(payload))
        found = self.deliveries[telling] = Delivery(payload, numbers)
        return found

    def note(self, data: bytes, start: int, stop: int, at: float) -> None:
        """Everything that is not a delivery."""
        dialect = self.dialect
        if dialect.ack and data.startswith(dialect.ack, start):
            if found := dialect.acked.search(data, start, stop):
                number = int(found[2], 16)
                self.acks[number] = int(found[1])
                self.acked_at[number] = at
        elif dialect.refusal and data.startswith(dialect.refusal, start):
            code = _CODE.search(data, start, stop)
            self.refusals.append(code[1].decode() if code else "")

    def forget(self) -> None:
        """A new measurement begins; what is acknowledged stays, for the audit."""
        self.deliveries.clear()
        self.refusals.clear()
        self.acked_at.clear()
        self.arrived = self.bytes = 0


class Socket(asyncio.Protocol):
    """One person's WebSocket. `live` is done once they are in their room, or were refused."""

    def __init__(self, seat: Seat, port: int, book: Book, live: asyncio.Future[float]) -> None:
        self.seat = seat
        self.book = book
        self.live = live
        self.joined_at = self.accepted_at = 0.0
        self.seen: list[tuple[float, Delivery]] = []
        self.closed: int | None = None
        self._port = port
        self._parts: list[bytes] = []
        self._have = self._need = 0
        self._accepted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        dialect = self.book.dialect
        self.transport.write(
            f"GET {dialect.path(self.seat.room)} HTTP/1.1\r\nHost: localhost:{self._port}\r\n"
            f"Origin: http://localhost:{self._port}\r\n"
            f"Cookie: {dialect.cookie}={self.seat.session}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def say(self, payload: bytes) -> None:
        self.transport.write(frame(payload))

    def data_received(self, data: bytes) -> None:
        at = now()
        self.book.bytes += len(data)
        if self._parts:
            self._parts.append(data)
            self._have += len(data)
            if self._have < self._need:
                return
            data = b"".join(self._parts)
            self._parts.clear()
        start = 0 if self._accepted else self._shake_hands(data, at)
        if start < len(data):
            self._read(data, start, at)

    def _shake_hands(self, data: bytes, at: float) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self._wait_for(data, len(data) + 1)
            return len(data)
        if not data.startswith(b"HTTP/1.1 101"):
            self._end(int(data[9:12]))
            return len(data)
        self._accepted = True
        self.accepted_at = at
        if opening := self.book.dialect.opening(self.seat.room):
            self.say(opening)
        else:
            self._join(at)
        return end + 4

    def _read(self, data: bytes, start: int, at: float) -> None:
        end, dialect, book = len(data), self.book.dialect, self.book
        while end - start >= 2:
            size, head = data[start + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[start + 2 : start + 4]), 4
            elif size == 127:
                size, head = int.from_bytes(data[start + 2 : start + 10]), 10
            begin, stop = start + head, start + head + size
            if stop > end or begin > end:
                self._wait_for(data[start:], head + size)
                return
            opcode = data[start] & 0xF
            if opcode != _TEXT:
                self._control(opcode, data[begin:stop])
            elif data.startswith(dialect.delivery, begin):
                delivery = book.read(data, begin, stop)
                self.seen.append((at, delivery))
                book.arrived += len(delivery.numbers)
                book.last_at = at
            elif dialect.opened and data.startswith(dialect.opened, begin):
                self._join(at)
            else:
                book.note(data, begin, stop, at)
            start = stop
        if start < end:
            self._wait_for(data[start:], 2)

    def _wait_for(self, beginning: bytes, need: int) -> None:
        self._parts.append(beginning)
        self._have, self._need = len(beginning), need

    def _join(self, at: float) -> None:
        self.joined_at = at
        if not self.live.done():
            self.live.set_result(at)

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == _PING:
            self.transport.write(frame(payload, 0xA))
        elif opcode == _CLOSE:
            self._end(int.from_bytes(payload[:2]))

    def _end(self, code: int) -> None:
        if self.closed is None:
            self.closed = code
        if not self.live.done():
            self.live.set_exception(ConnectionError(f"refused with {code}"))
        self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(1006)


class Poster(asyncio.Protocol):
    """Posts by HTTP on one connection, the next when the last is answered."""

    def __init__(self, answered: Callable[[Poster, int, bytes], None]) -> None:
        self._answered = answered
        self._data = b""
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def post(self, head: bytes, payload: bytes) -> None:
        self.transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(payload), payload))

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        length = _LENGTH.search(self._data, 0, end) if end >= 0 else None
        if length is None or len(self._data) < end + 4 + int(length[1]):
            return
        body, status = self._data[end + 4 :], int(self._data[9:12])
        self._data = b""
        self._answered(self, status, body)

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
