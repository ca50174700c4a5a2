"""Draws what stands in the log: once, the same for everyone, for page, frame and catch-up.

What only one reader may know (that a message is theirs, why it was set aside) is told
beside the drawing, never in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Func, OuterRef, QuerySet, StringAgg, Subquery, TextField, Value
from django.utils.translation import gettext, gettext_lazy
from markupsafe import Markup

from chat import mentions
from chat.models import Message, Response
from chat.models.messages import Words
from chat.reading import mould, sides
from chat.reading.entries import (
    Entry,
    clock,
    instant,
    messages_of,
    mould_of,
    rendered,
    rendered_quote,
)
from chat.words import excerpt, to_html
from community import vault
from community.language import in_language
from community.templatetags.weave import swatch_classes
from programs.models import Circle, Membership, PromptDelivery

if TYPE_CHECKING:
    from chat.posting import NewMessage

_GONE = gettext_lazy("These words can’t be opened any more.")


def for_drawing(messages: QuerySet[Message]) -> QuerySet[Message]:
    """With the responses given to them, but without what `chat.reading.sides` joins to them."""
    responses = Response.objects.filter(message=OuterRef("pk")).order_by().values("message")
    given = responses.annotate(given=StringAgg(_WHAT_BY_WHOM, Value(" "))).values("given")
    return messages.defer("fingerprint").annotate(given=Subquery(given))


_WHAT_BY_WHOM = Func(
    "kind",
    Value(":"),
    "membership_id",
    template="(%(expressions)s)",
    arg_joiner=" || ",
    output_field=TextField(),
)


def given_to(message: Message | NewMessage) -> Iterator[tuple[str, int]]:
    """The responses to a message (see `for_drawing`), each with the membership it is from."""
    for one in (getattr(message, "given", None) or "").split():
        kind, _, member = one.partition(":")
        yield kind, int(member)


def draw(
    messages: Iterable[Message], *, circle: Circle, held_for: str | None = None
) -> list[Entry]:
    """The entries of `messages` (see `for_drawing`), in their order. One query at most, and one
    more for what is held where it is not known who reads it first (`held_for`)."""
    messages = list(messages)
    sides.join(messages)
    return draw_fresh(messages, circle=circle, held_for=held_for)


def draw_fresh(
    messages: Iterable[Message | NewMessage],
    *,
    circle: Circle,
    words: Sequence[Words] | None = None,
    held_for: str | None = None,
) -> list[Entry]:
    """The entries of messages that have all that is drawn of them: without asking for more.

    `words` are theirs, one for each, where they are at hand and need not be opened.
    """
    here = messages_of(circle.public_id)
    with in_language(circle.cohort.language):
        entries = [
            _entry(message, circle, here, said)
            for message, said in zip(messages, words or repeat(None), strict=False)
        ]
        held = [entry for entry in entries if entry.state == Message.State.HELD]
        if held:
            name = _who_reads_first(circle) if held_for is None else held_for
            for entry in held:
                entry.held_for = name
        for entry in entries:
            entry.html = rendered(entry)
    return entries


def quote_of(message: Message, *, circle: Circle) -> str:
    """What every answer to `message` shows of it, to the letter as it stands in them."""
    with in_language(circle.cohort.language):
        quote = _quote(message, vault.circle_owner(circle.public_id))
        return rendered_quote(circle.public_id, quote)


def cast_event(message: NewMessage, said: Words, circle: Circle) -> str | None:
    """That this was posted, as it stands in a frame: to the letter what is written of its drawing.

    None where it is not as plain as most are: held, with a note, an answer.
    """
    if message.unshown or message.reply_to is not None or said.note:
        return None
    member, cohort = message.membership, circle.cohort
    name, seq = message.public_id, str(message.placed_seq)
    sitter = mould.Sitter(
        circle.public_id,
        cohort.language,
        member.public_id,
        member.name,
        swatch_classes(member.swatch),
        member.is_facilitator,
    )
    gaps = {
        "id": name,
        "seq": seq,
        "at_iso": instant(message.posted_at),
        "at_text": clock(message.posted_at, cohort.zone),
        "body": mould.in_json(_body(said)),
    }
    html = mould_of(sitter).cast_in_json(gaps)
    return (
        f'{{"seq":{seq},"kind":"message.posted","id":"{name}",'
        f'"client_id":"{message.client_id}","html":"{html}"}}'
    )


def _entry(
    message: Message | NewMessage,
    circle: Circle,
    here: str,
    said: Words | None = None,
) -> Entry:
    entry = Entry(
        id=message.public_id,
        seq=message.placed_seq,
        kind="prompt" if message.membership is None else "message",
        state=message.state,
        at=message.posted_at,
        at_text=clock(message.posted_at, circle.cohort.zone),
        circle=circle.public_id,
        language=circle.cohort.language,
        here=f"{here}{message.public_id}/",
        edited=message.edited_at is not None,
        given=tuple(given_to(message)),
    )
    if message.membership is None:
        entry.prompt = _prompt(message)
        return entry
    _sign(entry, message.membership)
    if message.state in (Message.State.POSTED, Message.State.HELD):
        _say(entry, message, circle, said)
    elif message.state == Message.State.SET_ASIDE:
        entry.set_aside_by = cast(Message, message).setting_aside.by.name
    return entry


def _who_reads_first(circle: Circle) -> str:
    holding = Membership.objects.holding().filter(circle=circle.pk)
    return holding.order_by("name").values_list("name", flat=True).first() or ""


def _sign(entry: Entry, member: Membership) -> None:
    entry.author = member.pk
    entry.member = member.public_id
    entry.name = member.name
    entry.swatch = swatch_classes(member.swatch)
    entry.is_facilitator = member.is_facilitator


def _say(entry: Entry, message: Message | NewMessage, circle: Circle, said: Words | None) -> None:
    owner = vault.circle_owner(circle.public_id)
    try:
        # Nobody draws a new message without its words.
        said = said or cast(Message, message).words(owner=owner)
    except vault.Unopenable:
        entry.body = Markup("<p>{}</p>").format(_GONE)
        return
    entry.body = _body(said)
    entry.note = said.note
    if message.reply_to is not None:
        entry.quote = _quote(message.reply_to, owner)
        entry.quoted_seq = message.reply_to.placed_seq
        entry.quoted_author = message.reply_to.membership_id or 0


def _body(said: Words) -> Markup:
    mark = partial(mentions.marked, mentions=said.mentions) if said.mentions else str
    return to_html(said.body, mark)


def _quote(quoted: Message, owner: str) -> dict[str, str]:
    """What a reply shows of the message it answers; nothing of one that is gone or folded."""
    if quoted.membership is None:
        text = cast(PromptDelivery, quoted.prompt).question
        name, dye = gettext("This week’s question"), "a-weld"
        return {"id": quoted.public_id, "name": name, "dye": dye, "excerpt": excerpt(text)}
    text = ""
    if quoted.state == Message.State.POSTED:
        try:
            said = quoted.words(owner=owner)
        except vault.Unopenable:
            said = None
        # What its author put behind a content note stays behind it.
        text = excerpt(said.body) if said and not said.note else ""
    dye = next(c for c in swatch_classes(quoted.membership.swatch).split() if c.startswith("a-"))
    return {
        "id": quoted.public_id,
        "name": quoted.membership.name,
        "dye": dye,
        "excerpt": text,
    }


def _prompt(message: Message) -> dict[str, Any]:
    delivery = cast(PromptDelivery, message.prompt)
    realm = delivery.realm
    return {
        "delivery": delivery.public_id,
        "week": delivery.week,
        "theme": delivery.theme,
        "question": delivery.question,
        "dye": realm.dye if realm else "weld",
        "weave": realm.weave if realm else "twill",
    }
