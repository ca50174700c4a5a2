"""One person's socket, as the hub sees it: what is sent leaves in order, or the line is cut.

A reader that stops reading costs nobody else anything: what can't leave at once waits here,
and a line with too much or for too long waiting is cut off. It catches up when it is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from chat.packet import Packet
from chat.seats import Viewer

SIGNED_OUT = 4401
NOT_A_MEMBER = 4403
TOO_SLOW = 4408
TOO_FAST = 4429

# What a server may offer in the scope: a function that puts a whole frame on the wire.
EXTENSION = "reweave.write"

_PATIENCE_SECONDS = 10.0
_MOST_WAITING_BYTES = 1024 * 1024
_GOODBYE_SECONDS = 0.5
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Sitting:
    """A circle this line has open, and the place in its log that the line has reached."""

    viewer: Viewer
    cursor: int
    # Open only to know what is new there: nobody is told that they are here.
    is_beside: bool = False


def _never(wire: bytes) -> bool:
    return False


@dataclass(slots=True, eq=False)
class Line:
    """`write`, where the server offers it, puts a whole frame on the wire at once, or declines."""

    person: int
    session: str
    _send: Callable[[dict[str, Any]], Awaitable[None]]
    write: Callable[[bytes], bool] = _never
    sittings: dict[str, Sitting] = field(default_factory=dict)
    closed: bool = False
    number: int = field(default_factory=count().__next__)
    _waiting: deque[Packet] = field(default_factory=deque)
    _waiting_bytes: int = 0
    _sending: asyncio.Task[None] | None = None
    _stuck_since: float = 0.0

    def say(self, frame: dict[str, Any]) -> None:
        self.push(Packet.of(frame))

    def push(self, packet: Packet) -> None:
        """Sends now if the socket takes it, else as soon as it does. Never waits."""
        if self.closed:
            return
        if self._sending is not None:
            self._keep(packet)
        elif not self.write(packet.wire):
            self._start(packet)

    async def drained(self) -> None:
        """Waits until all that was pushed has left, or the line has ended."""
        while self._sending is not None:
            await asyncio.wait([self._sending])

    def close(self, code: int, **also: Any) -> None:
        """Says goodbye and why, and ends the line."""
        if self.closed:
            return
        self.closed = True
        self._waiting.clear()
        bye = Packet.of({"is": "bye", "code": code, **also})
        # Behind whatever is on its way now; where that is stuck, the server ends it.
        asyncio.ensure_future(self._close(bye, code, self._sending))  # noqa: RUF006 -- short-lived

    def _start(self, packet: Packet) -> None:
        # Eager: a socket that takes the frame at once costs no turn of the loop.
        loop = asyncio.get_running_loop()
        task = asyncio.Task(self._deliver(packet), loop=loop, eager_start=True)
        if not task.done():
            self._sending = task
            self._stuck_since = loop.time()

    async def _deliver(self, packet: Packet) -> None:
        try:
            await self._send({"type": "websocket.send", "text": packet.text})
            while self._waiting and not self.closed:
                self._stuck_since = asyncio.get_running_loop().time()
                following = self._waiting.popleft()
                self._waiting_bytes -= len(following.text)
                await self._send({"type": "websocket.send", "text": following.text})
        except Exception:
            # The peer is gone; its consumer hears of it from the server.
            self.closed = True
        finally:
            self._sending = None

    def _keep(self, packet: Packet) -> None:
        stuck = asyncio.get_running_loop().time() - self._stuck_since
        if stuck > _PATIENCE_SECONDS or self._waiting_bytes > _MOST_WAITING_BYTES:
            self.close(TOO_SLOW)
            return
        self._waiting.append(packet)
        self._waiting_bytes += len(packet.text)

    async def _close(self, bye: Packet, code: int, sending: asyncio.Task[None] | None) -> None:
        try:
            async with asyncio.timeout(_GOODBYE_SECONDS):
                if sending is not None:
                    await sending
                await self._send({"type": "websocket.send", "text": bye.text})
        except TimeoutError:
            logger.info("goodbye_not_heard: %s", code)
        except Exception:
            return
        try:
            await self._send({"type": "websocket.close", "code": code})
        except Exception:
            return
