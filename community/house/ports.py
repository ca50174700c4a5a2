"""Ports on this machine's loopback."""

from __future__ import annotations

import errno
import socket

from community.house import Unable

USUAL = 8000
_BACKLOG = 2048  # a whole house may come back at once


def listen(port: int | None) -> socket.socket:
    """Listen on `port`, or without one on the usual port or any that is free.

    Raises Unable where the port that was asked for is taken or may not be had.
    """
    wanted = USUAL if port is None else port
    try:
        return _listening(wanted)
    except OSError as error:
        if port is None:
            return _listening(0)
        if error.errno == errno.EADDRINUSE:
            raise Unable(
                f"Port {port} is taken by something else; leave out --port and the house "
                "finds a free one."
            ) from error
        raise Unable(f"Port {port} cannot be had here: {error.strerror}.") from error


def free() -> int:
    """A port that is free now."""
    with _bound(0) as unused:
        return number(unused)


def number(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def _listening(port: int) -> socket.socket:
    listener = _bound(port)
    try:
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections have it from here: uvicorn takes a socket that it is given for a Unix one, and
        # leaves them without. An answer in two writes would wait forty milliseconds for its second.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener
