"""Finding words in what a member may read. Words are sealed, and no list of them is kept:
they are opened newest first, a bounded many at a time, looked through and forgotten.
"""

from __future__ import annotations

import datetime
import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import regex
from django.utils.translation import gettext as _

from chat.hiding import hidden_from
from chat.models import Message, Seat
from chat.reading import drawing, history
from chat.reading.entries import Entry
from chat.refusal import Refused
from chat.words import unmarked
from community import vault
from programs.models import PromptDelivery

LONGEST = 100
MOST_FOUND = 20
_BATCH = 200
_MOST_OPENED = 2000
_MOST_SECONDS = 1.0
_SAME = str.maketrans(
    dict.fromkeys("’‘‛‚‹›", "'") | dict.fromkeys("“”‟„«»「」『』", '"') | dict.fromkeys("–—", "-")
)
# Signs that nobody sees: where a word may be parted, how a picture is drawn.
_UNSEEN = regex.compile(r"\p{DI}+")
# What stands between quotes, or a word.
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, newest first, and how far back was looked."""

    entries: list[Entry]
    # Ask again before this place to look further back; 0 where everything was looked through.
    before: int
    looked_back_to: datetime.datetime | None


def terms_in(query: str) -> list[str]:
    """What to look for: every one of these words must stand in a message, and what is in quotes as
    it is written there. Raises Refused."""
    if len(query) > LONGEST:
        raise Refused("too_long", _("That is a lot to look for. A word or two is enough."))
    found = [phrase or word for phrase, word in _TERM.findall(folded(query))]
    terms = [term for one in found if (term := one.strip(" '"))]
    if not terms:
        raise Refused("bad_frame", _("Write a word to look for."))
    return terms


def folded(text: str) -> str:
    """The text as people compare it: without capitals, accents, the shapes of quotes and whatever
    is not seen."""
    bare = unicodedata.normalize("NFKD", _UNSEEN.sub("", text.translate(_SAME))).casefold()
    bare = unicodedata.normalize("NFKD", bare)
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def find(seat: Seat, query: str, *, before: int | None = None) -> Found:
    """Messages that this member may read and that hold all the words. Raises Refused."""
    terms = terms_in(query)
    until = time.monotonic() + _MOST_SECONDS
    hits: list[int] = []
    last: Message | None = None
    for opened, message in enumerate(_newest_first(seat, before), start=1):
        last = message
        if _holds(message, terms, seat):
            hits.append(message.pk)
        if len(hits) == MOST_FOUND or opened == _MOST_OPENED or time.monotonic() > until:
            break
    else:
        last = None
    return Found(
        entries=_entries(hits, seat),
        before=last.placed_seq if last else 0,
        looked_back_to=last.posted_at if last else None,
    )


def _newest_first(seat: Seat, before: int | None) -> Iterator[Message]:
    stretch = (
        history.readable(seat, hidden=hidden_from(seat.membership))
        .filter(state=Message.State.POSTED)
        .select_related("prompt")
        .order_by("-placed_seq")
    )
    while True:
        batch = list((stretch.filter(placed_seq__lt=before) if before else stretch)[:_BATCH])
        yield from batch
        if len(batch) < _BATCH:
            return
        before = batch[-1].placed_seq


def _holds(message: Message, terms: list[str], seat: Seat) -> bool:
    if message.membership_id is None:
        text = cast(PromptDelivery, message.prompt).question
    else:
        owner = vault.circle_owner(seat.membership.circle.public_id)
        try:
            said = message.words(owner=owner)
        except vault.Unopenable:
            return False
        text = f"{said.note}\n{unmarked(said.body)}"
    bare = folded(text)
    return all(term in bare for term in terms)


def _entries(hits: list[int], seat: Seat) -> list[Entry]:
    messages = drawing.for_drawing(Message.objects.filter(pk__in=hits)).order_by("-placed_seq")
    return history.drawn(list(messages), seat) if hits else []
