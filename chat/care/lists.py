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

from django.db.models.signals import post_delete, post_save

from chat.models import WordList

Kind = WordList.Kind
# An editor's change is everywhere within this.
_REMEMBER_SECONDS = 60.0
_LONGEST = 20_000  # characters of a text that are looked at: five times what a message may hold

_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_NOT_WORDS = re.compile(r"[^\w]+|_+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Patterns:
    """What the lists of one kind look for, and what they let pass."""

    sought: re.Pattern[str]
    passed: re.Pattern[str]

    def found_in(self, text: str) -> bool:
        plain = plainly(text)
        # What is let pass matters only where something is found at all.
        return bool(self.sought.search(plain) and self.sought.search(self.passed.sub(" ", plain)))


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
    global _read_at
    with _lock:
        if time.monotonic() - _read_at > _REMEMBER_SECONDS:
            _patterns.clear()
            _patterns.update(_read())
            _read_at = time.monotonic()
        return _patterns[kind]


def compiled(phrases: str, passes: str, medicines: str) -> Patterns:
    names = "|".join(sorted({_words(name) for name in medicines.split("\n") if name.strip()}))
    return Patterns(_pattern(phrases, names), _pattern(passes, names))


def _read() -> dict[str, Patterns]:
    rows = list(WordList.objects.all())

    def together(kind: str, field: str) -> str:
        return "\n".join(getattr(row, field) for row in rows if row.kind == kind)

    medicines = together(Kind.MEDICINE, "phrases")
    return {
        kind: compiled(together(kind, "phrases"), together(kind, "passes"), medicines)
        for kind in Kind.values
    }


def _pattern(phrases: str, medicines: str) -> re.Pattern[str]:
    spelled: set[str] = set()
    for phrase in phrases.split("\n"):
        for spelling in (phrase, phrase.casefold().translate(_UMLAUTS)):
            if pattern := _phrase(spelling, medicines):
                spelled.add(pattern)
    if not spelled:
        return _NOTHING
    return re.compile(f"(?<= )(?:{'|'.join(sorted(spelled))})(?= )")


def _phrase(phrase: str, medicines: str) -> str:
    """One phrase as a pattern: each part matches a word, or stands for some.

    Empty for what holds no word at all: it would find everything.
    """
    if not any(
        _words(part) for part in phrase.replace("{medicine}", "x").split() if part[0] != "#"
    ):
        return ""
    parts: list[str] = []
    for part in phrase.replace("…", "...").split():
        if part == "...":
            parts.append(r"(?:[^ ]+ ){0,3}")
        elif part == "{medicine}":
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


_patterns: dict[str, Patterns] = {}
_read_at = -_REMEMBER_SECONDS - 1
_lock = threading.Lock()
post_save.connect(forget, sender=WordList)
post_delete.connect(forget, sender=WordList)
