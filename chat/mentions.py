"""Naming someone in a message: `@Name`, of those who are in the circle when it is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import regex
from markupsafe import escape

from chat.models.messages import Mention, Words
from programs.models import Circle, Membership

_MOST = 24
# An address has its sign behind a letter.
_NAMING = regex.compile(r"(?<![\w@])@")


def named(said: Words, *, circle: Circle) -> Words:
    """The words, with whom they name. Strangers can't be named, nor anyone who has left."""
    if "@" not in said.body or not _NAMING.search(said.body):
        return said
    members = Membership.objects.current().filter(circle=circle.pk)
    body = _composed(said.body)
    folded = body.casefold()
    # A pattern of all names in a large circle takes longer to make than the rest of the posting.
    found = {
        _key(name): Mention(public_id, name)
        for public_id, name in members.values_list("public_id", "name")
        if f"@{_composed(name).casefold()}" in folded
    }
    if not found:
        return said
    # Where one name begins another, the longer one is meant.
    names = _pattern([mention.name for mention in found.values()])
    meant = dict.fromkeys(_key(hit[1]) for hit in names.finditer(body))
    mentions = [found[name] for name in meant if name in found]
    return said._replace(mentions=tuple(mentions[:_MOST]))


def marked(safe: str, mentions: Iterable[Mention]) -> str:
    """Markup in which each named member stands out; `safe` is escaped text."""
    names = {str(escape(mention.name)): mention.member for mention in mentions}
    if not names or "@" not in safe:
        return safe
    by_name = {_key(name): member for name, member in names.items()}

    def mark(found: regex.Match[str]) -> str:
        member = by_name.get(_key(found[1]), "")
        return f'<b class="mention" data-member="{escape(member)}">@{found[1]}</b>'

    return _pattern(names).sub(mark, _composed(safe))


def _composed(text: str) -> str:
    """Letters in one piece each: some keyboards write them and their marks one after the other."""
    return unicodedata.normalize("NFC", text)


def _key(name: str) -> str:
    return _composed(_composed(name).casefold())


def _pattern(names: Iterable[str]) -> regex.Pattern[str]:
    longest_first = sorted(map(_composed, names), key=len, reverse=True)
    either = "|".join(regex.escape(name) for name in longest_first)
    # In full: a sharp s is written as two letters in capitals.
    return regex.compile(rf"(?<![\w@])@({either})(?!\w)", regex.IGNORECASE | regex.FULLCASE)
