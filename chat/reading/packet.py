"""A frame on its way to many sockets: made once, as text and as the bytes on the wire."""

from __future__ import annotations

import struct
from typing import Any

import orjson

_FINAL_TEXT = 0x81
_SHORT, _LONG, _LONGEST = struct.Struct("!BB"), struct.Struct("!BBH"), struct.Struct("!BBQ")


class Packet:
    """`payload` is the frame's text in UTF-8, `wire` the same as one unmasked, unfragmented text
    frame (RFC 6455, section 5.2)."""

    __slots__ = ("_text", "payload", "wire")

    def __init__(self, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = _SHORT.pack(_FINAL_TEXT, size)
        elif size < 1 << 16:
            head = _LONG.pack(_FINAL_TEXT, 126, size)
        else:
            head = _LONGEST.pack(_FINAL_TEXT, 127, size)
        self.payload = payload
        self.wire = head + payload
        self._text: str | None = None

    @classmethod
    def of(cls, frame: dict[str, Any]) -> Packet:
        return cls(orjson.dumps(frame))

    @property
    def text(self) -> str:
        """For sockets that take no bytes; most do."""
        if self._text is None:
            self._text = self.payload.decode()
        return self._text
