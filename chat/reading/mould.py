"""Plain messages, cast in a mould: the template drawn once, with gaps.

Most of what is said is a few words without note, quote or response. All of those of one member
differ in five places, and those of two members in five more. The template itself leaves the gaps,
so that what is cast is to the letter what it would have drawn, and in a frame to the letter what
would have been written of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

# No text that is kept holds such signs: `words` refuses them, and `names` does.
_GAP = re.compile("\x01([a-z_]+)\x02")
# A gap as `_to_fill` writes it, or a sign that it has doubled.
_TO_FILL = re.compile(r"%%|%\(([a-z_]+)\)s")


class Sitter(NamedTuple):
    """Who speaks, and in which room: all that a mould depends on. `swatch` is its classes."""

    circle: str
    language: str
    member: str
    name: str
    swatch: str
    is_facilitator: bool


class Mould:
    """A drawing with gaps in it, to be filled with what is markup already."""

    __slots__ = ("_in_json", "_plain")

    def __init__(self, drawn: str) -> None:
        parts = _GAP.split(drawn)
        self._plain = _to_fill(parts)
        self._in_json = _to_fill([in_json(part) for part in parts])

    def cast(self, gaps: Mapping[str, str]) -> str:
        return self._plain % gaps

    def cast_in_json(self, gaps: Mapping[str, str]) -> str:
        """Within a JSON string; what fills the gaps is as it stands there, too."""
        return self._in_json % gaps

    def with_filled(self, gaps: Mapping[str, str]) -> Mould:
        """Another, in which these gaps are filled for good and the others are left."""
        filled = Mould.__new__(Mould)
        filled._plain = _fill_some(self._plain, gaps)
        filled._in_json = _fill_some(self._in_json, {n: in_json(t) for n, t in gaps.items()})
        return filled


def gap(name: str) -> str:
    return f"\x01{name}\x02"


def in_json(text: str) -> str:
    """A text as it stands between the quotation marks of a JSON string."""
    return orjson.dumps(text)[1:-1].decode()


def _to_fill(parts: Sequence[str]) -> str:
    """Texts, and between them the names of gaps: for `%`, which fills them fastest."""
    return "".join(
        f"%({part})s" if place % 2 else part.replace("%", "%%") for place, part in enumerate(parts)
    )


def _fill_some(to_fill: str, gaps: Mapping[str, str]) -> str:
    filled = {name: text.replace("%", "%%") for name, text in gaps.items()}
    return _TO_FILL.sub(lambda found: filled.get(found[1], found[0]), to_fill)
