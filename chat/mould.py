"""Plain messages, cast in a mould: the template drawn once for a member, with gaps.

Most of what is said is a few words without note, quote or response. All of those of one member
differ in five places. The template itself leaves the gaps, so that what is cast is to the letter
what it would have drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from chat.drawing import Entry

# No text that is kept holds such signs: `words` refuses them.
_GAP = re.compile("\x01(id|seq|at_iso|at_text|body)\x02")


def gap(name: str) -> str:
    return f"\x01{name}\x02"


def cast(entry: Entry, draw_gaps: Callable[[Entry], str]) -> Markup | None:
    """The entry as the template draws it; None where it is not plain."""
    if (
        entry.kind != "message"
        or entry.state != "posted"
        or entry.note
        or entry.quote
        or entry.responses
        or entry.edited
    ):
        return None
    parts = _mould(_Sitter(entry), draw_gaps)
    filled = {
        "id": entry.id,
        "seq": str(entry.seq),
        "at_iso": entry.at_iso,
        "at_text": entry.at_text,
        "body": entry.body,
    }
    # Texts of the template stand between the names of what goes into its gaps.
    pieces = [filled[part] if place % 2 else part for place, part in enumerate(parts)]
    return Markup("".join(pieces))  # noqa: S704 -- the template escapes, and so did the words


class _Sitter:
    """Who speaks, and in which room: all that a mould depends on."""

    __slots__ = ("entry", "key")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.key = (
            entry.circle,
            entry.language,
            entry.member,
            entry.name,
            entry.swatch,
            entry.is_facilitator,
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sitter) and other.key == self.key


@lru_cache(maxsize=4096)
def _mould(sitter: _Sitter, draw_gaps: Callable[[Entry], str]) -> list[str]:
    return _GAP.split(draw_gaps(sitter.entry))
