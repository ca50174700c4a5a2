"""Where help is, near a person: asked here by those who may not know who keeps the numbers.

`home` keeps them and says so when it starts. The country is that of the person's own time zone,
which they chose themselves; nobody is located.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from community.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """A help line: its name, who answers, and how to reach it; any of these may be empty.

    Its own words are in its `language`; without one they are in the reader's.
    """

    name: str
    words: str
    number: str
    sms: str
    website: str
    language: str = ""


_kept_by: Callable[[str], Sequence[Line]] | None = None


def kept_by(find: Callable[[str], Sequence[Line]]) -> None:
    """From now on `find` answers with the lines for a country's two letters; "" is anywhere."""
    global _kept_by
    _kept_by = find


def lines_near(person: User, at_most: int = 3) -> list[Line]:
    """The first lines to name to this person; empty where the house has none."""
    if _kept_by is None:
        return []
    return list(_kept_by(country_of(person.time_zone)))[:at_most]


def country_of(zone: str) -> str:
    """The two letters of the country that a time zone is named for; empty where it has none."""
    return _countries().get(zone, "")


@cache
def _countries() -> dict[str, str]:
    rows = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text().splitlines()
    parts = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return {zone: country for country, _, zone, *_ in parts}
