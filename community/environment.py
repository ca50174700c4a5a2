"""Reads the environment strictly: what is unclear is refused in one sentence, not guessed.

Imported by settings: standard library only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment:
    """Settings by name; a secret may stand in a file that `NAME_FILE` names."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.asked_for: set[str] = set()

    def text(self, name: str, default: str = "") -> str:
        self.asked_for |= {name, f"{name}_FILE"}
        file = self._environ.get(f"{name}_FILE", "").strip()
        if not file:
            return self._environ.get(name, "").strip() or default
        if self._environ.get(name, "").strip():
            refuse(name, f"stands beside {name}_FILE; one of them has to go")
        try:
            return Path(file).read_text().strip() or default
        except (OSError, UnicodeDecodeError):
            refuse(f"{name}_FILE", "names a file that can't be read")

    def flag(self, name: str, *, default: bool) -> bool:
        said = self.text(name).lower()
        if said and said not in _YES | _NO:
            refuse(name, "is neither yes nor no")
        return said in _YES if said else default

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        said = self.text(name)
        if not said:
            return default
        if not (said.isascii() and said.isdigit() and len(said) < 10):
            refuse(name, "is not a whole number")
        if not least <= int(said) <= most:
            refuse(name, f"is not between {least} and {most}")
        return int(said)

    def choice(self, name: str, *choices: str) -> str:
        """One of `choices`, the first where nothing is said."""
        said = self.text(name, choices[0])
        if said not in choices:
            refuse(name, f"is none of {', '.join(choices)}")
        return said

    def origin(self, name: str, default: str) -> SplitResult:
        """A scheme, a host and perhaps a port, such as https://house.example."""
        parts = self.url(name, default, "http", "https")
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            refuse(name, "has more than a scheme, a host and a port")
        return parts

    def url(self, name: str, default: str, *schemes: str) -> SplitResult:
        try:
            parts = urlsplit(self.text(name, default))
            known = parts.scheme in schemes and (parts.hostname or parts.scheme == "sqlite")
            _ = parts.port  # raises where it is none
        except ValueError:
            known = False
        if not known:
            refuse(name, f"is not an address that begins with {' or '.join(schemes)}://")
        return parts


def refuse(name: str, why: str) -> NoReturn:
    """End the process with a sentence; never with the value, which may be a secret."""
    sys.exit(f"The house can't start: {name} {why}.")
