"""Whom to sign in as in a demo house, for whoever has just started it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_EACH = 2  # of a kind are enough to begin with


def remember(var: Path, demo: dict[str, Any]) -> None:
    """Keep what `manage.py demo --json` told of its people."""
    _file(var).write_text(json.dumps(demo["people"]))


def whom_to_sign_in_as(var: Path, address: str) -> Iterator[str]:
    """Lines that end a start: where to go, and in a demo house, as whom."""
    yield f"The house is open: {address}"
    try:
        people = json.loads(_file(var).read_text())
    except (FileNotFoundError, ValueError):
        return
    yield "Sign in with `python3 manage.py signin ADDRESS`, for example as"
    told: dict[str, int] = {}
    for person in people:
        part = _part(person)
        told[part] = told.get(part, 0) + 1
        if told[part] <= _EACH:
            yield f"  {person['address']:<32} {part}"


def _part(person: dict[str, Any]) -> str:
    if person["staff"]:
        return ", ".join(person["staff"])
    roles = {circle["role"] for circle in person["circles"]}
    return "facilitator" if "facilitator" in roles else "peer" if roles else "visitor"


def _file(var: Path) -> Path:
    return var / "demo-house.json"
