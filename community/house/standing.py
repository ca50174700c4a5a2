"""Where the house keeps its state, and whether it is up there."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import IO

from community.house import ROOT, Unable

_FILE = "up.json"


def var_dir(environ: Mapping[str, str]) -> Path:
    """The folder of state, as settings have it too."""
    return Path(environ.get("REWEAVE_VAR") or ROOT / "var").absolute()


class Claim:
    """Held while the house is up in a folder: there is one at most. Ends with the process."""

    def __init__(self, var: Path) -> None:
        """Raises Unable where the house is up there already."""
        var.mkdir(parents=True, exist_ok=True)
        path = var / _FILE
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        if not _lock(self._file, fcntl.LOCK_EX):
            self._file.close()
            where = _told(path).get("REWEAVE_ORIGIN", "starting")
            raise Unable(f"The house is up already in {var} ({where}); stop that one first.")

    def tell(self, **names: str) -> None:
        """Say by which settings other commands reach this house. It holds the broker's password."""
        self._file.seek(0)
        self._file.truncate()
        json.dump(names, self._file)
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def join(environ: MutableMapping[str, str]) -> None:
    """Give a command that runs beside a house that is up its address and its broker."""
    path = var_dir(environ) / _FILE
    if not path.exists():
        return
    with path.open() as file:
        if _lock(file, fcntl.LOCK_SH):
            return  # nobody holds it: what it says is of an earlier run
    for name, value in _told(path).items():
        environ.setdefault(name, value)


def _told(path: Path) -> dict[str, str]:
    try:
        told: dict[str, str] = json.loads(path.read_text())
    except ValueError:
        return {}
    return told


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
