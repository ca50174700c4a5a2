"""The one rule that holds a message before anybody reads it: asking for medicines, or selling."""

from __future__ import annotations

from chat.care import lists


def sells(text: str, language: str = "") -> bool:
    """Whether `text` asks for, offers or sells medicines. One's own story of them does not.

    The lists of all languages are asked; `language` is the circle's, for those that come to
    tell them apart. The lists are read from the database once a minute, no more.
    """
    return lists.patterns(lists.Kind.SOURCING).found_in(text)
