"""What a client may send over the socket, read strictly. docs/protocol.md is the whole of it."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.utils.dateparse import parse_datetime

from chat import refusal
from chat.posting import Draft
from community.models import PUBLIC_ID

if TYPE_CHECKING:
    from community.models import User

# Four thousand characters in any script, and in most of the pictures that are drawn of several.
LONGEST_BYTES = 64 * 1024
# What is longer is refused, but read up to here, so that the refusal can name what it refuses.
_LONGEST_READ = 256 * 1024
# Both cases are named: leaving it to the engine takes twice as long.
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_LARGEST_SEQ = 2**53


class Frame(NamedTuple):
    """One request: the verb and its fields, each read when it is asked for."""

    verb: str
    fields: dict[str, Any]
    too_large: bool = False

    def check_size(self) -> None:
        """Raises Refused: `too_long` where it is words that don't fit, else `bad_frame`."""
        if self.too_large:
            raise refusal.too_large() if "body" in self.fields else refusal.bad_frame()

    @property
    def echo(self) -> dict[str, str]:
        """What the answer carries back so that the client knows what it answers."""
        echoed = {}
        for key in ("ref", "id", "circle"):
            value = self.fields.get(key)
            if isinstance(value, str) and len(value) <= 64 and _is_keepable(value):
                echoed[key] = value
        return echoed

    def text(self, name: str, *, default: str | None = None) -> str:
        value = self.fields.get(name, default)
        if not isinstance(value, str) or not _is_keepable(value):
            raise refusal.bad_frame()
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self.fields.get(name) is None else self.text(name)

    def public_id(self, name: str) -> str:
        value = self.text(name)
        if not PUBLIC_ID.fullmatch(value):
            raise refusal.bad_frame()
        return value

    def public_id_or_none(self, name: str) -> str | None:
        return None if self.fields.get(name) in (None, "") else self.public_id(name)

    def seq(self, name: str) -> int:
        value = self.fields.get(name)
        if type(value) is not int or not 0 <= value < _LARGEST_SEQ:
            raise refusal.bad_frame()
        return value

    def seq_or_none(self, name: str) -> int | None:
        return None if self.fields.get(name) is None else self.seq(name)

    def draft(self, *, person: int, circle: str, language: str = "") -> Draft:
        """The message in this frame, as `person` wants it posted in `circle`; they are answered in
        `language`."""
        return Draft(
            user_id=person,
            circle=circle,
            client_id=self.client_id(),
            body=self.text("body"),
            note=self.note(),
            reply_to=self.public_id_or_none("reply_to"),
            language=language,
        )

    def note(self) -> str:
        return "" if self.fields.get("note") is None else self.text("note")

    def client_id(self, name: str = "id") -> uuid.UUID:
        return parse_client_id(self.text(name))

    def instant(self, name: str) -> datetime.datetime:
        return parse_instant(self.text(name))


# What does as a frame says: for whom it is done, and the frame; what they are answered besides.
Verb = Callable[["User", Frame], dict[str, Any] | None]


def parse(text: str) -> Frame:
    """Reads a frame. Raises Refused (`bad_frame`) for whatever is not one, however it is not."""
    fields = _fields(text)
    if not isinstance(fields.get("do"), str):
        raise refusal.bad_frame()
    return Frame(fields["do"], fields, too_large=_is_too_large(text))


def parse_fields(text: str, *, verb: str) -> Frame:
    """Reads a request whose verb its address has named. Raises Refused (`bad_frame`)."""
    return Frame(verb, _fields(text), too_large=_is_too_large(text))


def of_form(fields: dict[str, Any], *, verb: str) -> Frame:
    """What a form holds, in the fields of that verb."""
    words = "".join(value for value in fields.values() if isinstance(value, str))
    return Frame(verb, fields, too_large=_is_too_large(words))


def _fields(text: str) -> dict[str, Any]:
    try:
        if _bytes(text) > _LONGEST_READ:
            raise refusal.bad_frame()
        fields = _decode(text)
    except (ValueError, RecursionError):
        raise refusal.bad_frame() from None
    if not isinstance(fields, dict):
        raise refusal.bad_frame()
    return fields


def parse_client_id(text: str) -> uuid.UUID:
    """A UUID in its usual form, upper or lower case."""
    if not _UUID.fullmatch(text):
        raise refusal.bad_frame()
    return uuid.UUID(text)


def parse_instant(text: str) -> datetime.datetime:
    """A moment with its offset, such as 2026-11-23T08:00:00Z."""
    try:
        instant = parse_datetime(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise refusal.bad_frame()
    return instant


def _is_too_large(text: str) -> bool:
    return _bytes(text) > LONGEST_BYTES


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _is_keepable(text: str) -> bool:
    """Lone surrogates pass as JSON and fail everywhere after it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name stands twice")
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(name)


# Made once: `json.loads` with options makes one for each frame.
_strictly = json.JSONDecoder(object_pairs_hook=_without_twins, parse_constant=_no_constant).decode
_ONLY_TEXTS = frozenset({str})


def _decode(text: str) -> Any:
    """Raises ValueError or RecursionError for what is no JSON, or names something twice."""
    # orjson takes a quarter of the time, but lets names stand twice and rounds large numbers. Each
    # name is followed by a colon: where there are as many as names, none stands twice.
    try:
        fields = orjson.loads(text)
    except ValueError:
        return _strictly(text)
    is_flat = type(fields) is dict and _ONLY_TEXTS.issuperset(map(type, fields.values()))
    return fields if is_flat and len(fields) == text.count(":") else _strictly(text)
