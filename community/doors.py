"""The door of the socket: who is turned away before anything else is asked.

Channels' own validator denies through its channel layer, so that a broker that is away makes
of each stranger an error, and trips over ports that are none. A browser's Origin is one exact
string; ours are a short list of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit


class SocketDoor:
    """Lets sockets at `path` from `origins` through to `application`; closes all others."""

    def __init__(self, application: Any, *, path: str, origins: Iterable[str]) -> None:
        self.application = application
        self.path = path
        self.origins = {_as_browsers_write(origin) for origin in origins}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] == self.path and self._is_ours(scope):
            await self.application(scope, receive, send)
            return
        await receive()  # websocket.connect
        await send({"type": "websocket.close", "code": 4403})

    def _is_ours(self, scope: dict[str, Any]) -> bool:
        origins = [value for name, value in scope.get("headers", []) if name == b"origin"]
        return len(origins) == 1 and origins[0].decode("latin-1").lower() in self.origins


def _as_browsers_write(origin: str) -> str:
    """Scheme and host in small letters, the port only where it isn't the scheme's own."""
    parts = urlsplit(origin)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
