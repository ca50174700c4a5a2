"""uvicorn's WebSocket with a shorter way for frames that go to many sockets.

`send` builds each frame anew for each socket and costs a coroutine every time. A frame that
was built once can go to the transport as it is. This is all that is asked of the server's own
classes; without it (another server, another protocol class, compression on) the hub sends in
the ordinary way, and nobody can tell the difference but by the clock.

Chosen by `uvicorn --ws chat.hub.direct:DirectSocket`. Held to uvicorn 0.54 by a contract test.
"""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from chat.hub.line import EXTENSION


class DirectSocket(WebSocketsSansIOProtocol):
    """Offers `scope["extensions"]["reweave.write"]`."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # Refused handshakes have no scope. Compressed frames are each socket's own.
        if not self.close_sent and not self.config.ws_per_message_deflate:
            extensions = self.scope["extensions"]
            extensions[EXTENSION] = self.write_frame  # type: ignore[assignment]

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
