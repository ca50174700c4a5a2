"""A house that `manage.py up` keeps up, seen from outside: its parts, and ways to trouble them."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from community.house import ROOT, ports
from community.house.tether import tied_to_parent

PARTS = {"web": "uvicorn", "worker": "celery.*worker", "beat": "celery.*beat", "broker": "valkey"}


class Up:
    """A house that was started with `up`, and what it said."""

    def __init__(self, var: Path, *arguments: str, more: Mapping[str, str] | None = None) -> None:
        self.var = var
        self.port = ports.free()
        self.log = var.with_suffix(".log")
        environ = {
            name: value
            for name, value in os.environ.items()
            if name not in {"REDIS_URL", "REWEAVE_ORIGIN", "DATABASE_URL"}
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "up", f"--port={self.port}", *arguments],
                env=environ
                | {"REWEAVE_VAR": str(var), "REWEAVE_NO_BOOTSTRAP": "1"}
                | dict(more or {}),
                stdout=log,
                stderr=log,
                preexec_fn=tied_to_parent(),
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def until(self, true: Callable[[], object], seconds: float = 240) -> float:
        """Wait; how long it took, in seconds."""
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < seconds, self.said()
            time.sleep(0.05)
        return time.monotonic() - began

    def opened(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "The house is open" in self.said()

    def ready(self) -> dict:
        """What it says of itself; nothing where it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/healthz/ready", headers={"Host": "localhost"})
            return json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def children(self) -> dict[int, str]:
        """Command by number, of all that stands below the supervisor."""
        listed = subprocess.run(
            ["ps", "-e", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True
        ).stdout
        rows = [line.split(None, 3) for line in listed.splitlines()]
        below, found = {self.process.pid}, {}
        for pid, parent, state, command in rows:
            if int(parent) in below and not state.startswith("Z"):
                below.add(int(pid))
                found[int(pid)] = command
        return found

    def pid(self, part: str) -> int | None:
        matching = (
            pid for pid, command in self.children().items() if re.search(PARTS[part], command)
        )
        return next(matching, None)

    def kill(self, part: str) -> int:
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
