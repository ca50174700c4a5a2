"""`python -m community.house.probe [PORT]`: whether the web process here lives. For containers."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def lives(port: int, host: str, within: float = 2.0) -> bool:
    """Ask the web process on this machine, in the name that it answers to."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=within)
    try:
        connection.request("GET", "/healthz/live", headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    origin = urlsplit(os.environ.get("REWEAVE_ORIGIN", "http://localhost:8000"))
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    sys.exit(not lives(port, origin.hostname or "localhost"))
