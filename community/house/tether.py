"""Processes that do not outlive the one that started them.

Linux ends them itself when their parent dies, however it dies. Elsewhere a ledger keeps who
was started, and whoever starts the house next ends what is left.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tied_to_parent(by: signal.Signals = signal.SIGKILL) -> Callable[[], None] | None:
    """What to run between fork and exec so that the child gets `by` when this process dies.

    It works for the thread that starts the child: start children from the main thread.
    """
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0)
        if os.getppid() != parent:  # it died before we were tied to it
            os._exit(1)

    return tie


class Ledger:
    """Who was started, on disk, for systems that do not end orphans themselves."""

    def __init__(self, path: Path, *, needed: bool = _libc is None) -> None:
        self.path = path
        self.needed = needed

    def note(self, pid: int) -> None:
        """Remember a process that was just started."""
        if self.needed:
            self._write({**self._read(), str(pid): _description(pid)})

    def forget(self, pid: int) -> None:
        if self.needed:
            noted = self._read()
            noted.pop(str(pid), None)
            self._write(noted)

    def end_leftovers(self) -> None:
        """End what is still there of an earlier run, and only that: number, start and command
        must be the same, since numbers are given out again."""
        for pid, description in self._read().items():
            if description and _description(int(pid)) == description:
                os.kill(int(pid), signal.SIGKILL)
        self.path.unlink(missing_ok=True)

    def _read(self) -> dict[str, str]:
        try:
            noted: dict[str, str] = json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return noted

    def _write(self, noted: dict[str, str]) -> None:
        self.path.write_text(json.dumps(noted))


def _description(pid: int) -> str:
    """When a process started and with which command; empty where there is none."""
    command = ["ps", "-o", "lstart=,command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
