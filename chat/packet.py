"""A frame on its way to many sockets: made once, as text and as the bytes on the wire."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

_FINAL_TEXT = 0x81


@dataclass(eq=False)
class Packet:
    """`payload` is the frame's text in UTF-8."""

    payload: bytes

    @classmethod
    def of(cls, frame: dict[str, Any]) -> Packet:
        return cls(orjson.dumps(frame))

    @cached_property
    def text(self) -> str:
        return self.payload.decode()

    @cached_property
    def wire(self) -> bytes:
        """As one unmasked, unfragmented text frame (RFC 6455, section 5.2)."""
        size = len(self.payload)
        if size < 126:
            return struct.pack("!BB", _FINAL_TEXT, size) + self.payload
        if size < 1 << 16:
            return struct.pack("!BBH", _FINAL_TEXT, 126, size) + self.payload
        return struct.pack("!BBQ", _FINAL_TEXT, 127, size) + self.payload
