"""Phrases of the house's lists as patterns, and texts as they are compared with them.

Both lose capitals, accents and signs, so that "Töten", "toten" and "toeten" are one word, and
"don’t" is "dont". Only whole words count. Every list is looked at, whatever the circle's language:
people write at night in their own.
"""

from __future__ import annotations

import re
import threading
import time
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.db.models.signals import post_delete, post_save

from chat.models import WordList

Kind = WordList.Kind
_LOOKED_FOR = (Kind.CRISIS.value, Kind.DOSE.value, Kind.SOURCING.value)
# An editor's change is everywhere within this.
_REMEMBER_SECONDS = 60.0
_LONGEST = 20_000  # characters of a text that are looked at: five times what a message may hold

_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
# What `plainly` makes of plain letters, sign by sign.
_PLAINLY = {
    sign: None if chr(sign) in "'`" else chr(sign).lower() if chr(sign).isalnum() else " "
    for sign in range(128)
}
_NOT_WORDS = re.compile(r"[^\w]+|_+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NOTHING = re.compile(r"(?!)")
_MEDICINE = "{medicine}"


@dataclass(frozen=True, slots=True)
class Patterns:
    """What the lists of one kind look for, and what they let pass."""

    sought: re.Pattern[str]
    passed: re.Pattern[str]

    def found_in(self, text: str) -> bool:
        plain = plainly(text)
        # What is let pass matters only where something is found at all.
        return bool(self.sought.search(plain) and self.sought.search(self.passed.sub(" ", plain)))


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The words that a phrase can't be without, by one of them; or how one of them begins. Looking
    for these takes a fifth of the time, and most of what is said has none of them."""

    needed: dict[str, set[frozenset[str]]]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, phrases: str, medicines: str) -> Landmarks:
        needed: dict[str, set[frozenset[str]]] = {}
        beginnings: set[str] = set()

        def note(words: list[str]) -> None:
            # By the longest: it is rarer than most.
            needed.setdefault(max(words, key=len), set()).add(frozenset(words))

        for phrase in phrases.split("\n"):
            for words, begun in map(_parts, _spellings(phrase)):
                if begun:
                    beginnings.add(begun[0])
                elif words:
                    note(words)
                elif _MEDICINE in phrase:  # and nothing else that is a word
                    for name in filter(None, map(_spelled, medicines.split("\n"))):
                        note(name)
        return cls(needed, tuple(sorted(beginnings)))

    def any_in(self, text: str) -> bool:
        """Whether the words of some phrase stand in this text, wherever they stand."""
        words = set(_words_in(text))
        # Loops all through: generators cost as much as the rest.
        for landmark in self.needed.keys() & words:
            for needed in self.needed[landmark]:
                if needed <= words:
                    return True
        for word in words:  # noqa: SIM110
            if word.startswith(self.beginnings):
                return True
        return False


def _parts(phrase: str) -> tuple[list[str], list[str]]:
    """The words that stand in a phrase, and the beginnings of such as only begin so."""
    words: list[str] = []
    begun: list[str] = []
    for part in phrase.split():
        if part == _MEDICINE or part[0] == "#":
            continue
        spelled = _spelled(part)
        if spelled and part.endswith("*"):
            begun.append(spelled.pop())
        words += spelled
    return words, begun


def _spelled(text: str) -> list[str]:
    return plainly(text).split()


def _words_in(text: str) -> list[str]:
    """The words that `plainly` finds; in plain letters it takes less to find them."""
    if (letters := text.replace("’", "'")).isascii():
        return letters[:_LONGEST].translate(_PLAINLY).split()
    return plainly(text).split()


def plainly(text: str) -> str:
    """Words in small letters without accents, one space around each."""
    text = text[:_LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
        text = unicodedata.normalize("NFD", text.casefold())
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = _APOSTROPHES.sub("", text.casefold())
    return f" {_NOT_WORDS.sub(' ', text).strip()} "


def patterns(kind: str) -> Patterns:
    """Of all languages, as the database had them within the last minute."""
    return _fresh().by_kind[kind]


def kinds_in(text: str) -> frozenset[str]:
    """Of which kinds there is something in these words; most hold nothing, and cost one look."""
    lists = _fresh()
    if not (lists.landmarks.any_in(text) and lists.any_of_them.search(plainly(text))):
        return frozenset()
    return frozenset(kind for kind in _LOOKED_FOR if lists.by_kind[kind].found_in(text))


@dataclass(frozen=True, slots=True)
class _Lists:
    """The lists as they were read; `any_of_them` finds what any kind looks for, and where none of
    the `landmarks` stands it finds nothing."""

    by_kind: dict[str, Patterns]
    any_of_them: re.Pattern[str]
    landmarks: Landmarks


def _fresh() -> _Lists:
    global _lists, _read_at
    if time.monotonic() - _read_at > _REMEMBER_SECONDS:
        with _lock:
            if time.monotonic() - _read_at > _REMEMBER_SECONDS:
                rows = WordList.objects.order_by("pk")
                _lists = _made_of(tuple(rows.values_list("kind", "phrases", "passes")))
                _read_at = time.monotonic()
    return _lists


def compiled(phrases: str, passes: str, medicines: str) -> Patterns:
    names = "|".join(sorted({_words(name) for name in medicines.split("\n") if name.strip()}))
    return Patterns(_pattern(phrases, names), _pattern(passes, names))


@lru_cache(maxsize=2)
def _made_of(rows: tuple[tuple[str, str, str], ...]) -> _Lists:
    """Compiled anew only where an editor has changed something."""

    def together(kind: str, place: int) -> str:
        return "\n".join(row[place] for row in rows if row[0] == kind)

    medicines = together(Kind.MEDICINE, 1)
    by_kind = {
        str(kind): compiled(together(kind, 1), together(kind, 2), medicines) for kind in Kind.values
    }
    sought = "|".join(f"(?:{by_kind[kind].sought.pattern})" for kind in _LOOKED_FOR)
    phrases = "\n".join(together(kind, 1) for kind in _LOOKED_FOR)
    return _Lists(by_kind, re.compile(sought), Landmarks.of(phrases, medicines))


def _pattern(phrases: str, medicines: str) -> re.Pattern[str]:
    spelled: set[str] = set()
    for phrase in phrases.split("\n"):
        for spelling in _spellings(phrase):
            if pattern := _phrase(spelling, medicines):
                spelled.add(pattern)
    if not spelled:
        return _NOTHING
    return re.compile(f"(?<= )(?:{_by_first_letter(sorted(spelled))})(?= )")


def _spellings(phrase: str) -> tuple[str, str]:
    """As it is written, and with what people write for umlauts where they have none."""
    phrase = phrase.replace("…", "...")
    return phrase, phrase.casefold().translate(_UMLAUTS)


def _by_first_letter(patterns: list[str]) -> str:
    """One of the patterns: at each word of a text only those of its letter need to be tried."""
    groups = groupby(patterns, key=lambda pattern: pattern[0] if pattern[0].isalnum() else "")
    return "|".join(
        f"{letter}(?:{'|'.join(pattern[len(letter) :] for pattern in group)})"
        for letter, group in groups
    )


def _phrase(phrase: str, medicines: str) -> str:
    """One phrase as a pattern: each part matches a word, or stands for some.

    Empty for what holds no word at all: it would find everything.
    """
    if not any(
        _words(part) for part in phrase.replace("{medicine}", "x").split() if part[0] != "#"
    ):
        return ""
    parts: list[str] = []
    for part in phrase.split():
        if part == "...":
            parts.append(r"(?:[^ ]+ ){0,3}")
        elif part == _MEDICINE:
            parts.append(f"(?:{medicines or '(?!)'}) ")
        elif part.startswith("#"):
            parts.append(rf"[0-9]+{_words(part[1:])} ")
        elif word := _words(part):
            parts.append(word + (r"[^ ]* " if part.endswith("*") else " "))
    return "".join(parts)[:-1] if parts and parts[-1].endswith(" ") else ""


def _words(text: str) -> str:
    return re.escape(plainly(text).strip()).replace(r"\ ", " ")


def forget(**kwargs: object) -> None:
    """Read the lists anew before they are asked next."""
    global _read_at
    with _lock:
        _read_at = -_REMEMBER_SECONDS - 1


_lists = _Lists({}, _NOTHING, Landmarks({}, ()))
_read_at = -_REMEMBER_SECONDS - 1
_lock = threading.Lock()
post_save.connect(forget, sender=WordList)
post_delete.connect(forget, sender=WordList)
