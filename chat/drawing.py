"""Draws what stands in the log: once, the same for everyone, for page, frame and catch-up.

What only one reader may know (that a message is theirs, why it was set aside) is told
beside the drawing, never in it.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Func, OuterRef, QuerySet, StringAgg, Subquery, TextField, Value
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, ngettext
from jinja2 import Environment, Template
from markupsafe import Markup

from chat import mentions, mould, sides
from chat.models import Message, Response
from chat.models.messages import Words
from chat.words import excerpt, to_html
from community import vault
from community.templatetags.weave import icon, swatch_classes
from programs.models import Circle, Membership, PromptDelivery

if TYPE_CHECKING:
    from chat.posting import NewMessage

_ICONS = {"with_you": "with", "heard": "heard", "sitting": "sit", "thank_you": "knot"}
_NONE: Counter[str] = Counter()
_EMPTY = Markup()
_GONE = gettext_lazy("These words can't be opened any more.")


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
    responses: list[dict[str, Any]] | None = None
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
        nothing of those `hidden` from them: an answer to such a message shows them none of it."""
        if not self.quoted_seq:
            return self.html
        if self.quoted_seq > from_seq and self.quoted_author not in hidden:
            return self.html
        with _in_language(self.language):
            return _rendered(replace(self, quote=None))

    @property
    def at_iso(self) -> str:
        return _instant(self.at)

    @property
    def is_plain(self) -> bool:
        """Whether it differs from others of its author in nothing but words, place and time."""
        return (
            self.kind == "message"
            and self.state == Message.State.POSTED
            and not (self.note or self.quote or self.responses or self.edited)
        )


# What was said together was said at the same moment.
@lru_cache(maxsize=64)
def _clock(at: datetime.datetime, zone: datetime.tzinfo) -> str:
    return at.astimezone(zone).isoformat()[11:16]


@lru_cache(maxsize=64)
def _instant(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat()[:19] + "Z"


def for_drawing(messages: QuerySet[Message]) -> QuerySet[Message]:
    """With the responses given to them, but without what `chat.sides` joins to them."""
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


def given_to(message: Message) -> Iterator[tuple[str, int]]:
    """The responses to a message (see `for_drawing`), each with the membership it is from."""
    for one in (getattr(message, "given", None) or "").split():
        kind, _, member = one.partition(":")
        yield kind, int(member)


def draw(messages: Iterable[Message], *, circle: Circle) -> list[Entry]:
    """The entries of `messages` (see `for_drawing`), in their order. One query at most."""
    messages = list(messages)
    sides.join(messages)
    counts = response_counts(messages)
    return draw_fresh(messages, circle=circle, counts=counts)


def draw_fresh(
    messages: Iterable[Message | NewMessage],
    *,
    circle: Circle,
    counts: Mapping[int, Counter[str]] | None = None,
    words: Sequence[Words] | None = None,
) -> list[Entry]:
    """The entries of messages that nobody can have responded to yet: without asking anything.

    `words` are theirs, one for each, where they are at hand and need not be opened.
    """
    here = _messages_of(circle.public_id)
    counts = counts or {}
    with _in_language(circle.cohort.language):
        entries = [
            _entry(message, counts.get(message.pk or 0, _NONE), circle, here, said)
            for message, said in zip(messages, words or repeat(None), strict=False)
        ]
        _say_who_reads_first([e for e in entries if e.state == Message.State.HELD], circle)
        for entry in entries:
            entry.html = _rendered(entry)
    return entries


@lru_cache(maxsize=4096)
def _messages_of(circle: str) -> str:
    """Where the messages of this circle have their addresses."""
    return reverse("room", args=[circle]) + "messages/"


def _in_language(language: str) -> AbstractContextManager[None]:
    """Most houses speak one language: there, nothing needs to be changed and put back."""
    if translation.get_language() == language:
        return nullcontext()
    return cast(AbstractContextManager[None], translation.override(language))


def environment(**options: Any) -> Environment:
    """The engine of fragments: Jinja2, a third of the time of Django's for what is drawn most."""
    env = Environment(**options)  # noqa: S701 -- Django asks for autoescape
    env.globals |= {
        "_": gettext,
        "ngettext": ngettext,
        # The sprite's address is the same as long as the process lives.
        "icon": cache(icon),
        "url": lambda name, *args: reverse(name, args=args),
        "response_kinds": [
            {"kind": kind.value, "label": kind.label, "icon": _ICONS[kind.value]}
            for kind in Response.Kind
        ],
    }
    return env


def _rendered(entry: Entry) -> Markup:
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
    return Markup(_mould_of(sitter).cast(gaps))  # noqa: S704 -- the template and `words` escape


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
        "at_iso": _instant(message.posted_at),
        "at_text": _clock(message.posted_at, cohort.zone),
        "body": mould.in_json(_body(said)),
    }
    html = _mould_of(sitter).cast_in_json(gaps)
    return (
        f'{{"seq":{seq},"kind":"message.posted","id":"{name}",'
        f'"client_id":"{message.client_id}","html":"{html}"}}'
    )


@lru_cache(maxsize=4096)
def _mould_of(sitter: mould.Sitter) -> mould.Mould:
    """The drawing of a plain message with gaps for what differs between two of this member."""
    names = ("id", "seq", "at_iso", "at_text", "body")
    gaps = {name: mould.gap(name) for name in names}
    here = f"{_messages_of(sitter.circle)}{gaps['id']}/"
    said = {"kind": "message", "state": Message.State.POSTED.value, "here": here}
    with _in_language(sitter.language):
        return mould.Mould(_template().render(e=sitter._asdict() | gaps | said))


@cache
def _template() -> Template:
    return cast(Jinja2, engines["fragments"]).env.get_template("chat/entry.jinja")


def response_counts(messages: Iterable[Message]) -> dict[int, Counter[str]]:
    """How many gave each response to these messages (see `for_drawing`), by message and kind."""
    return {
        message.pk: Counter(kind for kind, _ in given_to(message))
        for message in messages
        if getattr(message, "given", None)
    }


def _entry(
    message: Message | NewMessage,
    counts: Counter[str],
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
        at_text=_clock(message.posted_at, circle.cohort.zone),
        circle=circle.public_id,
        language=circle.cohort.language,
        here=f"{here}{message.public_id}/",
        edited=message.edited_at is not None,
        responses=_responses(counts) if counts else [],
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


def _responses(counts: Counter[str]) -> list[dict[str, Any]]:
    return [
        {"kind": kind.value, "label": kind.label, "icon": _ICONS[kind.value], "count": n}
        for kind in Response.Kind
        if (n := counts[kind.value])
    ]


def _say_who_reads_first(held: list[Entry], circle: Circle) -> None:
    if not held:
        return
    facilitators = Membership.objects.current().facilitators().filter(circle=circle.pk)
    name = facilitators.order_by("name").values_list("name", flat=True).first() or ""
    for entry in held:
        entry.held_for = name


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
