"""A frame on its way to many sockets: made once, as text and as the bytes on the wire."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_FINAL_TEXT = 0x81


# Made once: `json.dumps` with options makes one for each frame.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(eq=False)
class Packet:
    text: str

    @classmethod
    def of(cls, frame: dict[str, Any]) -> Packet:
        return cls(_encode(frame))

    @cached_property
    def wire(self) -> bytes:
        """As one unmasked, unfragmented text frame (RFC 6455, section 5.2)."""
        payload = self.text.encode()
        size = len(payload)
        if size < 126:
            return struct.pack("!BB", _FINAL_TEXT, size) + payload
        if size < 1 << 16:
            return struct.pack("!BBH", _FINAL_TEXT, 126, size) + payload
        return struct.pack("!BBQ", _FINAL_TEXT, 127, size) + payload
