"""A web process on the database of the tests, for sockets and browsers."""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client

from community.house import ports, preparation
from community.house.probe import lives
from community.house.template import CACHE
from community.house.tether import tied_to_parent
from community.house.up import web


class LiveHouse:
    """One web process, its address, and ways to trouble it; `more` goes into its environment."""

    def __init__(self, var: Path, redis_url: str, **more: str) -> None:
        self.listener = ports.listen(0)
        self.port = ports.number(self.listener)
        self.url = f"http://localhost:{self.port}"
        self.socket_url = f"ws://localhost:{self.port}/ws/"
        self.log = var / "live-house.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._environ = {
            **os.environ,
            "DATABASE_URL": _database_url(),
            "DJANGO_SETTINGS_MODULE": "community.settings",
            "REDIS_URL": redis_url,
            "REWEAVE_ORIGIN": self.url,
            "REWEAVE_VAR": str(var),
            **more,
        }

    def start(self, within: float = 180.0) -> None:
        """Start it and wait until it answers; where it runs already, nothing happens."""
        if self.process is not None and self.process.poll() is None:
            return
        _collect_static()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                web(self.listener),
                env=self._environ,
                pass_fds=[self.listener.fileno()],
                stdout=log,
                stderr=log,
                preexec_fn=tied_to_parent(),
            )
        deadline = time.monotonic() + within
        while not lives(self.port, "localhost"):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a crash would: without a word to anyone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self) -> None:
        self.kill()
        self.listener.close()

    def sign_in(self, user) -> tuple[str, str]:
        """A session of `user`: the name and the value of its cookie."""
        client = Client()
        client.force_login(user)
        return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


def _collect_static() -> None:
    with (CACHE / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        preparation.finish_collecting(preparation.start_collecting())


def _database_url() -> str:
    """Where the tests' own connection goes, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    password = quote(known["PASSWORD"], safe="")
    return f"postgres://{known['USER']}:{password}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
