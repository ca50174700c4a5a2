"""Signs of life: files that workers and beat touch, and that others judge by their age.

Asking a worker instead would load the house anew for each question, and gets no answer
from one that is busy.
"""

from __future__ import annotations

import time
from pathlib import Path

EVERY = 10.0  # seconds between two signs
TOO_OLD = 60.0


class SignOfLife:
    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / "alive" / name

    def give(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()

    def age(self) -> float | None:
        """Seconds since the last sign; None where there never was one."""
        try:
            return max(0.0, time.time() - self.path.stat().st_mtime)
        except FileNotFoundError:
            return None
