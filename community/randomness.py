"""Random bytes from the system, asked for in larger pieces.

Each question to the system lets go of the interpreter, and a thread that seals many messages
waits for its turn again each time. What was asked for is handed out once, to one thread, and
forgotten by the child of a fork.
"""

from __future__ import annotations

import base64
import os
import threading

_PIECE = 4096


class _Stock(threading.local):
    def __init__(self) -> None:
        self.bytes = b""
        self.at = 0


_stock = _Stock()


def random_bytes(count: int) -> bytes:
    """`count` bytes, at most 4,096, that nobody can guess and nobody gets again."""
    begin = _stock.at
    if begin + count > len(_stock.bytes):
        _stock.bytes, begin = os.urandom(_PIECE), 0
    _stock.at = begin + count
    return _stock.bytes[begin : begin + count]


def random_name(count: int) -> str:
    """`count` random bytes as letters, digits, dashes and underscores."""
    return base64.urlsafe_b64encode(random_bytes(count)).rstrip(b"=").decode()


def _forget() -> None:
    global _stock
    _stock = _Stock()


os.register_at_fork(after_in_child=_forget)
