"""The house's words in other languages, as they stand in the repository and as they are read."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

CATALOGUES = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))
# What has to stand in a translation as it does in the original; where, is each language's own.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TAG = re.compile(r"<[^>]*>")
# Straight marks, and English ones; German ends a quotation with the sign that English begins with.
NOT_GERMAN = re.compile("['\"”‘]|—|(?<!„)“(?=\\w)")


@dataclass
class Entry:
    context: str = ""
    original: str = ""
    of_many: str = ""
    said: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    @property
    def key(self) -> str:
        return f"{self.context}\4{self.original}" if self.context else self.original


def entries(file: Path) -> Iterator[Entry]:
    """All but the head of the file, and what is in use no longer."""
    for part in file.read_text().split("\n\n"):
        lines = [line for line in part.splitlines() if not line.startswith("#~")]
        entry = Entry(is_fuzzy=any(re.match("#,.*fuzzy", line) for line in lines))
        texts: dict[str, str] = {}
        name = ""
        for line in lines:
            if found := re.fullmatch(r'(\w+(?:\[\d\])?)? ?(".*")', line):
                name = found[1] or name
                texts[name] = texts.get(name, "") + ast.literal_eval(found[2])
        entry.context, entry.original = texts.get("msgctxt", ""), texts.get("msgid", "")
        entry.of_many = texts.get("msgid_plural", "")
        for number, name in enumerate(("msgstr[0]", "msgstr[1]") if entry.of_many else ("msgstr",)):
            entry.said[number] = texts.get(name, "")
        if entry.original:
            yield entry


@pytest.fixture(params=CATALOGUES, ids=lambda file: file.parts[-3])
def catalogue(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_what_is_read_is_what_was_written(catalogue):
    with catalogue.with_suffix(".mo").open("rb") as file:
        read = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    written: dict[str | tuple[str, int], str] = {}
    for entry in entries(catalogue):
        for number, said in entry.said.items():
            if said and not entry.is_fuzzy:
                written[(entry.key, number) if entry.of_many else entry.key] = said

    assert len(written) > 1000
    assert {key: said for key, said in read.items() if key} == written


def test_nothing_is_left_to_guessing(catalogue):
    assert [entry.original for entry in entries(catalogue) if entry.is_fuzzy] == []


def test_every_gap_and_every_tag_stands_in_its_translation(catalogue):
    def marks(text: str) -> set[str]:
        return {*PLACEHOLDER.findall(text), *TAG.findall(text)}

    wrong = []
    for entry in entries(catalogue):
        for number, said in entry.said.items():
            original = entry.of_many or entry.original
            # The form for one may say "one" in words.
            fits = marks(said) <= marks(original) if entry.of_many and number == 0 else None
            if said and not (marks(said) == marks(original) if fits is None else fits):
                wrong.append((original, said))
    assert wrong == []


def test_german_is_set_as_german():
    german = next(file for file in CATALOGUES if "de" in file.parts)
    said = [TAG.sub("", said) for entry in entries(german) for said in entry.said.values()]

    assert any("„" in one and "“" in one for one in said)
    assert [one for one in said if NOT_GERMAN.search(one)] == []
    assert [one for one in said if one.count("„") != one.count("“")] == []
    # Nobody is spoken to as in an office.
    assert [one for one in said if re.search(r"\b(Ihre[nmrs]?|Ihnen)\b", one)] == []


def test_nobody_who_may_be_hurting_themselves_reads_of_cutting():
    german = next(file for file in CATALOGUES if "de" in file.parts)
    said = [said for entry in entries(german) for said in entry.said.values()]

    assert [one for one in said if re.search(r"schneid|schnitten", one)] == []
