"""One person's socket, as the hub sees it: what is sent leaves in order, or the line is cut.

A reader that stops reading costs nobody else anything: what can't leave at once waits here,
and a line with too much or for too long waiting is cut off. It catches up when it is back. The
hub looks at each line about once a second, so that it ends when nothing more comes, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from django.conf import settings

from chat.reading.packet import Packet
from chat.seats import Viewer

SIGNED_OUT = 4401
NOT_A_MEMBER = 4403
TOO_SLOW = 4408
TOO_FAST = 4429
# WebSocket's own for a house that begins anew (RFC 6455's registry).
ANEW = 1012

# What a server may offer in the scope: a `Wire`.
EXTENSION = "reweave.wire"

_MOST_WAITING_BYTES = 1024 * 1024
_GOODBYE_SECONDS = 0.5
# Between the close frame and the end of a connection whose far end does not close it.
_FAREWELL_SECONDS = 1.0
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Sitting:
    """A circle this line has open, and the place in its log that the line has reached."""

    viewer: Viewer
    cursor: int
    # Open only to know what is new there: nobody is told that they are here.
    is_beside: bool = False
    # What lies before this was there when they came: it is given by and by to who has much of it.
    came_at: int = 0
    # How far its person has read, and until when they hush the circle, as this line was told last.
    read: int = 0
    hushed: datetime.datetime | None = None


class Wire(Protocol):
    """The connection below a socket, where the server gives it away."""

    def write_frame(self, frame: bytes) -> bool:
        """Writes one whole frame, or several, now. False where it can't: not open, or the peer is
        slow."""

    def hear(self, take: Callable[[str], bool] | None) -> None:
        """Offers what arrives to `take` at once, which returns whether that was all."""

    def unsent(self) -> int:
        """Bytes that were written and that the system has not taken yet."""

    def abort(self) -> None:
        """Ends the connection now; what was not sent is lost."""


class Ordinary:
    """A server that offers nothing: frames take the usual way, and it ends what is stuck."""

    def write_frame(self, frame: bytes) -> bool:
        return False

    def hear(self, take: Callable[[str], bool] | None) -> None:
        pass

    def unsent(self) -> int:
        return 0

    def abort(self) -> None:
        pass


_ORDINARY = Ordinary()


@dataclass(slots=True, eq=False)
class Line:
    person: int
    session: str
    _send: Callable[[dict[str, Any]], Awaitable[None]]
    wire: Wire = _ORDINARY
    # Their session was looked at when rights had changed so often (see AccessCount).
    changes: int = 0
    # What they are spoken to in, beside what is drawn for all; and what their browser asks for,
    # where they have chosen nothing.
    language: str = ""
    asked_for: str = ""
    # Who that is, as they are told.
    public_id: str = ""
    sittings: dict[str, Sitting] = field(default_factory=dict)
    closed: bool = False
    number: int = field(default_factory=count().__next__)
    _waiting: deque[Packet] = field(default_factory=deque)
    _waiting_bytes: int = 0
    _sending: asyncio.Task[None] | None = None
    # What goes out in one piece with what is pushed next, or when it is let go.
    _ahead: list[Packet] | None = None
    # Bytes handed over, how many of them were taken at the last look, and when that grew.
    _given: int = 0
    _taken: int = -1
    _moved_at: float = 0.0

    def say(self, frame: dict[str, Any]) -> None:
        self.push(Packet.of(frame))

    def tell_read(self, circle: str, seq: int) -> None:
        """How far its person has read, here or elsewhere; where the circle is open and that is
        news."""
        sitting = self.sittings.get(circle)
        if sitting is not None and seq > sitting.read:
            sitting.read = seq
            self.say({"is": "read", "circle": circle, "seq": seq})

    def tell_hushed(self, circle: str, until: datetime.datetime | None) -> None:
        """The same of until when they hear nothing of the circle."""
        sitting = self.sittings.get(circle)
        if sitting is not None and until != sitting.hushed:
            sitting.hushed = until
            said = until.isoformat() if until else None
            self.say({"is": "hushed", "circle": circle, "until": said})

    def say_ahead(self, frame: dict[str, Any]) -> None:
        """Says it in one go with what is pushed next, or, where nothing is, when it is `let_go`:
        most answers come right before the event they are about, and going twice costs twice."""
        packet = Packet.of(frame)
        if self._ahead is not None:
            self._ahead.append(packet)
        elif self.closed or self._sending is not None:
            self.push(packet)
        else:
            self._ahead = [packet]

    def let_go(self) -> None:
        """Sends what was said ahead of nothing."""
        ahead, self._ahead = self._ahead, None
        if ahead:
            self._push_together(ahead)

    def push(self, packet: Packet) -> None:
        """Sends now if the socket takes it, else as soon as it does. Never waits."""
        if self.closed:
            return
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            self._push_together([*ahead, packet])
        elif self._sending is not None:
            self._keep(packet)
        elif self.wire.write_frame(packet.wire):
            self._given += len(packet.wire)
        else:
            self._keep(packet)
            self._start()

    def _push_together(self, packets: list[Packet]) -> None:
        if self.closed:
            return
        if self._sending is None and self.wire is not _ORDINARY:
            together = b"".join([packet.wire for packet in packets])
            if self.wire.write_frame(together):
                self._given += len(together)
                return
        for packet in packets:
            self._keep(packet)
        if self._sending is None and self._waiting:
            self._start()

    def look(self, now: float) -> None:
        """Cuts the line off where the far end has taken nothing in for too long."""
        unsent = self.wire.unsent()
        taken = self._given - unsent
        if taken > self._taken or not (unsent or self._sending):
            self._moved_at = now
        elif now - self._moved_at > settings.ROOM_PATIENCE_SECONDS:
            self.close(TOO_SLOW)
        self._taken = taken

    async def drained(self) -> None:
        """Waits until all that was pushed has left, or the line has ended."""
        while self._sending is not None:
            await asyncio.wait([self._sending])

    def turn_out(self, circle: str) -> None:
        """Its person belongs to this circle no more: it ends, and says who that is. The page at its
        other end may be somebody else's, who was signed in before them."""
        self.close(NOT_A_MEMBER, circle=circle, person=self.public_id)

    def close(self, code: int, **also: Any) -> None:
        """Says goodbye and why, and ends the line."""
        if self.closed:
            return
        self.let_go()
        self.closed = True
        self._waiting.clear()
        bye = Packet.of({"is": "bye", "code": code, **also})
        # Behind whatever is on its way now; where that is stuck, the server ends it.
        asyncio.ensure_future(self._close(bye, code, self._sending))  # noqa: RUF006 -- short-lived

    def _start(self) -> None:
        # Eager: a socket that takes the frames at once costs no turn of the loop.
        loop = asyncio.get_running_loop()
        task = asyncio.Task(self._deliver(), loop=loop, eager_start=True)
        if not task.done():
            self._sending = task

    async def _deliver(self) -> None:
        try:
            while self._waiting and not self.closed:
                packet = self._waiting.popleft()
                self._waiting_bytes -= len(packet.payload)
                await self._send({"type": "websocket.send", "text": packet.text})
                self._given += len(packet.payload)
        except Exception:
            # The peer is gone; its consumer hears of it from the server. One that was given up
            # with something still unsent would stay.
            self.closed = True
            self.wire.abort()
        finally:
            self._sending = None

    def _keep(self, packet: Packet) -> None:
        if self._waiting_bytes > _MOST_WAITING_BYTES:
            self.close(TOO_SLOW)
            return
        self._waiting.append(packet)
        self._waiting_bytes += len(packet.payload)

    async def _close(self, bye: Packet, code: int, sending: asyncio.Task[None] | None) -> None:
        ends_in = _FAREWELL_SECONDS
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                if sending is not None:
                    await sending
                await self._send({"type": "websocket.send", "text": bye.text})
        except TimeoutError:
            logger.info("goodbye_not_heard: %s", code)
            ends_in = _GOODBYE_SECONDS
        except Exception:
            return
        # A server waits with its close frame, too, until the far end has room for it.
        asyncio.get_running_loop().call_later(ends_in, self.wire.abort)
        with contextlib.suppress(Exception):
            await self._send({"type": "websocket.close", "code": code})
