"""Naming someone in a message: `@Name`, of those who are in the circle when it is written."""

from __future__ import annotations

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
    if not _NAMING.search(said.body):
        return said
    members = Membership.objects.current().filter(circle=circle.pk)
    body = said.body.casefold()
    # A pattern of all names in a large circle takes longer to make than the rest of the posting.
    found = {
        name.casefold(): Mention(public_id, name)
        for public_id, name in members.values_list("public_id", "name")
        if f"@{name.casefold()}" in body
    }
    if not found:
        return said
    # Where one name begins another, the longer one is meant.
    names = _pattern([mention.name for mention in found.values()])
    meant = dict.fromkeys(hit[1].casefold() for hit in names.finditer(said.body))
    mentions = [found[name] for name in meant if name in found]
    return said._replace(mentions=tuple(mentions[:_MOST]))


def marked(safe: str, mentions: Iterable[Mention]) -> str:
    """Markup in which each named member stands out; `safe` is escaped text."""
    names = {str(escape(mention.name)): mention.member for mention in mentions}
    if not names or "@" not in safe:
        return safe
    by_name = {name.casefold(): member for name, member in names.items()}

    def mark(found: regex.Match[str]) -> str:
        member = by_name.get(found[1].casefold(), "")
        return f'<b class="mention" data-member="{escape(member)}">@{found[1]}</b>'

    return _pattern(names).sub(mark, safe)


def _pattern(names: Iterable[str]) -> regex.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    either = "|".join(regex.escape(name) for name in longest_first)
    # In full: a sharp s is written as two letters in capitals.
    return regex.compile(rf"(?<![\w@])@({either})(?!\w)", regex.IGNORECASE | regex.FULLCASE)
