"""Plain messages, cast in a mould: the template drawn once for a member, with gaps.

Most of what is said is a few words without note, quote or response. All of those of one member
differ in five places. The template itself leaves the gaps, so that what is cast is to the letter
what it would have drawn, and in a frame to the letter what would have been written of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

# No text that is kept holds such signs: `words` refuses them.
_GAP = re.compile("\x01(id|seq|at_iso|at_text|body)\x02")


class Sitter(NamedTuple):
    """Who speaks, and in which room: all that a mould depends on."""

    circle: str
    language: str
    member: str
    name: str
    swatch: str
    is_facilitator: bool


class Mould:
    """Texts, and between them the names of the gaps: as they are, and as they stand in JSON."""

    __slots__ = ("_in_json", "_parts")

    def __init__(self, drawn: str) -> None:
        self._parts = _GAP.split(drawn)
        self._in_json = [
            part if place % 2 else in_json(part) for place, part in enumerate(self._parts)
        ]

    def cast(self, gaps: Mapping[str, str]) -> str:
        return _filled(self._parts, gaps)

    def cast_in_json(self, gaps: Mapping[str, str]) -> str:
        """Within a JSON string; what fills the gaps is as it stands there, too."""
        return _filled(self._in_json, gaps)


def gap(name: str) -> str:
    return f"\x01{name}\x02"


def in_json(text: str) -> str:
    """A text as it stands between the quotation marks of a JSON string."""
    return orjson.dumps(text)[1:-1].decode()


def _filled(parts: Sequence[str], gaps: Mapping[str, str]) -> str:
    return "".join([gaps[part] if place % 2 else part for place, part in enumerate(parts)])
