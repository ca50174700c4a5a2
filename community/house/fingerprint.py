"""Whether what a database or a start depends on is as it was the last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from community.house import ROOT


def of_tables() -> str:
    """Changes when a migration of ours, a setting or the version of a package does."""
    seen = hashlib.sha256()
    for path in _makes_tables():
        seen.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def of_start(database_url: str) -> str:
    """Changes when anything does that has to be in place before the house opens."""
    seen = hashlib.sha256((database_url + of_tables()).encode())
    for path in sorted(ROOT.glob("*/static/**/*")):
        state = path.stat()
        seen.update(f"{path.relative_to(ROOT)}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    return seen.hexdigest()[:16]


def _makes_tables() -> Iterator[Path]:
    yield ROOT / "requirements.lock"
    yield ROOT / "community" / "settings.py"
    yield from sorted(ROOT.glob("*/migrations/*.py"))
