"""Signs of life: files that workers and beat touch, and that others judge by their age.

`python3 manage.py worker_health [worker|beat]` ends with 0 while this folder's gave one in the
last minute. Asking a worker instead would load the house anew for each question, and gets no
answer from one that is busy.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from community.house import standing

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


def main(arguments: Sequence[str]) -> int:
    """Say how old the last sign is; 0 where it is young enough."""
    told = argparse.ArgumentParser(prog="manage.py worker_health", description=__doc__)
    told.add_argument("part", nargs="?", default="worker", choices=["worker", "beat"])
    part = told.parse_args(arguments).part
    age = SignOfLife(standing.var_dir(os.environ), part).age()
    if age is None:
        print(f"The {part} has given no sign of life yet.", file=sys.stderr)
    elif age > TOO_OLD:
        print(f"The {part} gave its last sign {age:.0f} s ago.", file=sys.stderr)
    else:
        print(f"The {part} gave a sign {age:.0f} s ago.")
        return 0
    return 1
