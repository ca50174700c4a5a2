"""One thing in the log as it is drawn, and the engine that draws it."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, cast

from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, Template
from markupsafe import Markup, escape

from chat.models import Message, Response
from chat.reading import mould
from community.language import in_language
from community.templatetags.weave import icon

_EMPTY = Markup()


@dataclass(slots=True)
class Entry:
    """One thing in the log as it is drawn; templates/chat/entry.jinja reads its fields."""

    id: str
    seq: int
    kind: str
    state: str
    at: datetime.datetime
    at_text: str
    circle: str
    language: str
    here: str
    member: str = ""
    name: str = ""
    swatch: str = ""
    is_facilitator: bool = False
    body: Markup = _EMPTY
    note: str = ""
    edited: bool = False
    quote: dict[str, str] | None = None
    # The responses to it, each with the membership it is from.
    given: tuple[tuple[str, int], ...] = ()
    set_aside_by: str = ""
    # Who reads it first, where it is held.
    held_for: str = ""
    prompt: dict[str, Any] | None = None
    # Whose it is, and of what it answers whose that is and its place; 0 where it answers nothing.
    author: int = 0
    quoted_author: int = 0
    quoted_seq: int = 0
    html: Markup = _EMPTY

    def html_for(self, from_seq: int, hidden: Collection[int] = ()) -> Markup:
        """The drawing for someone whose time here began after place `from_seq` and who reads
        nothing of those `hidden` from them: an answer to such a message shows them none of it,
        and what these responded is not counted."""
        given = tuple((kind, by) for kind, by in self.given if by not in hidden)
        quotes_unseen = self.quoted_seq and (
            self.quoted_seq <= from_seq or self.quoted_author in hidden
        )
        if not quotes_unseen and len(given) == len(self.given):
            return self.html
        quote = None if quotes_unseen else self.quote
        with in_language(self.language):
            return rendered(replace(self, quote=quote, given=given))

    def tell_by(self, zone: datetime.tzinfo) -> None:
        """Tells its hour by the clocks of `zone`, on a page; frames know of no reader."""
        told, self.at_text = self.at_text, clock(self.at, zone)
        if told == self.at_text:
            return
        with in_language(self.language):
            menu = gettext("Respond to %(name)s, %(time)s")
        for pattern in (">%(time)s</time>", f'aria-label="{escape(menu)}"'):
            name = escape(self.name)
            before, now = (pattern % {"name": name, "time": at} for at in (told, self.at_text))
            self.html = Markup(str(self.html).replace(before, now))  # noqa: S704 -- both are escaped

    @property
    def responses(self) -> list[dict[str, Any]]:
        """How many gave each response."""
        counts = Counter(kind for kind, _ in self.given)
        return [
            {"kind": kind.value, "label": kind.label, "icon": kind.icon, "count": n}
            for kind in Response.Kind
            if (n := counts[kind.value])
        ]

    @property
    def at_iso(self) -> str:
        return instant(self.at)

    @property
    def is_plain(self) -> bool:
        """Whether it differs from others of its author in nothing but words, place and time."""
        return (
            self.kind == "message"
            and self.state == Message.State.POSTED
            and not (self.note or self.quote or self.given or self.edited)
        )


# These two remember: what was said together was said at the same moment.
@lru_cache(maxsize=64)
def clock(at: datetime.datetime, zone: datetime.tzinfo) -> str:
    """Hours and minutes by the clocks of a zone."""
    return at.astimezone(zone).isoformat()[11:16]


@lru_cache(maxsize=64)
def instant(at: datetime.datetime) -> str:
    """To the second, in UTC, as browsers read it."""
    return at.astimezone(datetime.UTC).isoformat()[:19] + "Z"


@lru_cache(maxsize=4096)
def messages_of(circle: str) -> str:
    """Where the messages of this circle have their addresses."""
    return reverse("room", args=[circle]) + "messages/"


def environment(**options: Any) -> Environment:
    """The engine of fragments: Jinja2, a third of the time of Django's for what is drawn most."""
    env = Environment(**options)  # noqa: S701 -- Django asks for autoescape
    env.globals |= {
        "_": gettext,
        # Here, for `makemessages` finds no plural in a fragment.
        "people": lambda n: ngettext("%(n)s person", "%(n)s people", n) % {"n": n},
        # The sprite's address is the same as long as the process lives.
        "icon": cache(icon),
        "url": lambda name, *args: reverse(name, args=args),
    }
    return env


def rendered(entry: Entry) -> Markup:
    """The entry's markup, in the language that is active."""
    if not entry.is_plain:
        return Markup(_template().render(e=entry))  # noqa: S704 -- the template escapes
    sitter = mould.Sitter(
        entry.circle,
        entry.language,
        entry.member,
        entry.name,
        entry.swatch,
        entry.is_facilitator,
    )
    gaps = {
        "id": entry.id,
        "seq": str(entry.seq),
        "at_iso": entry.at_iso,
        "at_text": entry.at_text,
        "body": entry.body,
    }
    return Markup(mould_of(sitter).cast(gaps))  # noqa: S704 -- the template and `words` escape


def rendered_quote(circle: str, quote: dict[str, str]) -> str:
    """What all answers to a message show of it, in the language that is active."""
    return _template("quote").render(e={"circle": circle, "quote": quote})


@lru_cache(maxsize=4096)
def mould_of(sitter: mould.Sitter) -> mould.Mould:
    """The drawing of a plain message with gaps for what differs between two of this member."""
    theirs = {
        "messages": messages_of(sitter.circle),
        "member": sitter.member,
        "name": sitter.name,
        "swatch": sitter.swatch,
    }
    escaped = {name: str(escape(text)) for name, text in theirs.items()}
    return _mould_of_any(sitter.language, sitter.is_facilitator).with_filled(escaped)


@cache
def _mould_of_any(language: str, is_facilitator: bool) -> mould.Mould:
    """The same with gaps for who speaks, too."""
    here = f"{mould.gap('messages')}{mould.gap('id')}/"
    said = {"kind": "message", "state": Message.State.POSTED.value, "here": here}
    who = {"language": language, "is_facilitator": is_facilitator}
    with in_language(language):
        return mould.Mould(_template().render(e=_GAPS | said | who))


_GAPS = {
    name: mould.gap(name)
    for name in ("id", "seq", "at_iso", "at_text", "body", "member", "name", "swatch")
}


@cache
def _template(name: str = "entry") -> Template:
    return cast(Jinja2, engines["fragments"]).env.get_template(f"chat/{name}.jinja")
