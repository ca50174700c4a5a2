"""uvicorn's WebSocket with a shorter way for frames that go to many sockets.

`send` builds each frame anew for each socket and costs a coroutine every time. A frame that
was built once can go to the transport as it is. And a reader that has stopped reading can be
cut off: `close` would wait for it as long as its machine is on. This is all that is asked of the
server's own classes; without it (another server, another protocol class, compression on) the hub
sends in the ordinary way, and a line that is cut off ends when the server finds out.

Chosen by `uvicorn --ws chat.hub.direct:DirectSocket`. Held to uvicorn 0.54 by a contract test.
"""

from __future__ import annotations

import contextlib
import socket
import struct

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from chat.hub.line import EXTENSION

_AT_ONCE = struct.pack("ii", 1, 0)


class DirectSocket(WebSocketsSansIOProtocol):
    """Offers itself as `scope["extensions"]["reweave.wire"]` (see `chat.hub.line.Wire`)."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # Refused handshakes have no scope. Compressed frames are each socket's own.
        if not self.close_sent and not self.config.ws_per_message_deflate:
            extensions = self.scope["extensions"]
            extensions[EXTENSION] = self  # type: ignore[assignment]

    def write_frame(self, frame: bytes) -> bool:
        """Writes one whole frame now. False where it can't: not open, or the peer is slow."""
        if (
            not self.handshake_complete
            or self.close_sent
            or self.disconnected
            or not self.writable.is_set()
        ):
            return False
        self.transport.write(frame)
        return True

    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    def abort(self) -> None:
        # Without lingering: the system would go on offering what is left to an end that is still.
        if below := self.transport.get_extra_info("socket"):
            with contextlib.suppress(OSError):
                below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()
