"""uvicorn's WebSocket with a shorter way for frames that go to many sockets.

`send` builds each frame anew for each socket and costs a coroutine every time. A frame that
was built once can go to the transport as it is. What arrives whole, and can be dealt with without
waiting, need not be queued for a task to wake up. And a reader that has stopped reading can be
cut off: `close` would wait for it as long as its machine is on. This is all that is asked of the
server's own classes; without it (another server, another protocol class, compression on) the hub
sends and hears in the ordinary way, and a line that is cut off ends when the server finds out.

Chosen by `uvicorn --ws chat.hub.direct:DirectSocket`. Held to uvicorn 0.54 by a contract test.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Callable

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask
from websockets.http11 import Request

from chat.hub.line import EXTENSION

_AT_ONCE = struct.pack("ii", 1, 0)
_END_OF_HEAD = b"\r\n\r\n"
_FINAL_TEXT, _FINAL = 0x81, 0x80
_OPCODE = 0x0F
# What the system may hold for one socket. Left to itself it takes megabytes from us before anyone
# notices that the far end has stopped to read.
_HELD_BY_THE_SYSTEM_BYTES = 256 * 1024


class DirectSocket(WebSocketsSansIOProtocol):
    """Offers itself as `scope["extensions"]["reweave.wire"]` (see `chat.hub.line.Wire`)."""

    _take: Callable[[str], bool] | None = None
    # Whether what arrives next is the beginning of a message. A line on which something came in
    # pieces goes on in the ordinary way.
    _is_between_frames = False
    # The connection's own descriptor, where what is written to it needs no encryption: past the
    # transport a frame costs the half.
    _below: int | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # Refused handshakes have no scope. Compressed frames are each socket's own.
        if not self.close_sent and not self.config.ws_per_message_deflate:
            extensions = self.scope["extensions"]
            extensions[EXTENSION] = self  # type: ignore[assignment]
            below = self.transport.get_extra_info("socket")
            if below is None:
                return
            # Of one that is gone already: an error of the system, or of uvloop before it asks.
            with contextlib.suppress(OSError, ValueError):
                below.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _HELD_BY_THE_SYSTEM_BYTES)
            if self.transport.get_extra_info("sslcontext") is None:
                self._below = below.fileno()

    def connection_lost(self, exc: Exception | None) -> None:
        # Told before the transport lets go of the number, which then may be somebody else's.
        self._below = None
        super().connection_lost(exc)

    def write_frame(self, frame: bytes) -> bool:
        """Writes one whole frame, or several, now. False where it can't: not open, or the peer is
        slow."""
        transport = self.transport
        if (
            not self.handshake_complete
            or self.close_sent
            or self.disconnected
            or transport.is_closing()
        ):
            return False
        if transport.get_write_buffer_size():
            if not self.writable.is_set():
                return False
        elif self._below is not None:
            # Nothing waits before it: what the system takes at once needs no detour.
            try:
                taken = os.write(self._below, frame)
            except OSError:  # full, or broken: the transport deals with either
                taken = 0
            if taken == len(frame):
                return True
            frame = frame[taken:]
        transport.write(frame)
        return True

    def hear(self, take: Callable[[str], bool] | None) -> None:
        """From now on, each text that arrives whole while nothing waits to be received is offered
        to `take`, which returns whether that was all; what it leaves is received as ever."""
        self._take = take

    def data_received(self, data: bytes) -> None:
        if not self._is_between_frames:
            beginning = not self.handshake_initiated
            super().data_received(data)
            if beginning and self.handshake_initiated:
                # Nothing followed the handshake: what comes next begins with a frame.
                self._is_between_frames = data.find(_END_OF_HEAD) == len(data) - len(_END_OF_HEAD)
            return
        text = _only_text(data) if self._take and self.queue.empty() else None
        if text is not None and not self.close_sent and self._take and self._take(text):
            return
        self._is_between_frames = _is_whole(data)
        super().data_received(data)

    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    def abort(self) -> None:
        # Without lingering: the system would go on offering what is left to an end that is still.
        if below := self.transport.get_extra_info("socket"):
            # Of one that is gone already: an error of the system, or of uvloop before it asks.
            with contextlib.suppress(OSError, ValueError):
                below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()


def _only_text(data: bytes) -> str | None:
    """The text, where this is one whole masked message (RFC 6455, section 5.2), and short."""
    if len(data) < 6 or data[0] != _FINAL_TEXT:
        return None
    at, size = 2, data[1] - 0x80
    if size == 126:
        at, size = 4, int.from_bytes(data[2:4])
    # Unmasked, very long, or not what it says: none of ours to read.
    if not 0 <= size < 2**16 or len(data) != at + 4 + size or data[1] == 0xFF:
        return None
    try:
        return apply_mask(data[at + 4 :], data[at : at + 4]).decode()
    except UnicodeDecodeError:
        return None


def _is_whole(data: bytes) -> bool:
    """Whether this ends where a message ends: no frame is cut off, none is a part of one."""
    at = 0
    while at + 2 <= len(data):
        if not data[at] & _FINAL or (data[at] & _OPCODE) == 0:
            return False
        size = data[at + 1] & 0x7F
        masked = 4 if data[at + 1] & 0x80 else 0
        if size == 126:
            size = 2 + int.from_bytes(data[at + 2 : at + 4])
        elif size == 127:
            size = 8 + int.from_bytes(data[at + 2 : at + 10])
        at += 2 + size + masked
    return at == len(data)
