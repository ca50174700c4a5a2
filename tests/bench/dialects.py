"""How each of the two servers wants to be spoken to, in bytes.

A message carries its number in the load as the last part of its UUID. What arrives is searched
for those, never parsed: the load must not be what is measured.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_SAID = (
    "I walked by the river this morning and the light was on the water for a while.",
    "It is quieter now. I notice the question is still there, only it doesn't press.",
    "Thank you for what you said about your sister; I have been carrying it with me all week.",
    "I don't know yet. I wrote three pages and crossed out two of them, and that felt right.",
    "Slept badly, sat down anyway. Ten breaths, then ten more, then the kettle.",
)


def uuid_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def number_of(uuid: str | bytes) -> int:
    return int(uuid[24:], 16)


def words_of(number: int) -> str:
    """What message `number` says: of a usual length, and like no other message."""
    return f"{_SAID[number % len(_SAID)]} ({number})"


@dataclass(frozen=True)
class Seat:
    """Someone who takes part: their session, and the room they are in."""

    session: str
    room: str


@dataclass(frozen=True)
class Ours:
    """docs/protocol.md."""

    cookie = "reweave"
    form_cookie = "reweave-form"
    delivery = b'{"is":"events"'
    ack = b'{"is":"ack"'
    refusal = b'{"is":"refused"'
    opened = b'{"is":"opened"'
    numbers = re.compile(rb'"client_id":"[0-9a-f]{8}-[0-9a-f-]{15}([0-9a-f]{12})"')
    acked = re.compile(rb'"seq":(\d+).*?"id":"[0-9a-f]{8}-[0-9a-f-]{15}([0-9a-f]{12})"')

    def path(self, room: str) -> str:
        return "/ws/"

    def opening(self, room: str) -> bytes:
        return json.dumps({"do": "open", "circle": room, "since": None}).encode()

    def post(self, room: str, number: int) -> bytes:
        said = {"do": "post", "circle": room, "id": uuid_of(number), "body": words_of(number)}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

    def post_path(self, room: str) -> str:
        return f"/circles/{room}/messages/"


@dataclass(frozen=True)
class Plain:
    """The tutorial's: who is connected is in the room, and every frame is a message."""

    cookie = "sessionid"
    form_cookie = "csrftoken"
    delivery = b'{"id"'
    ack = refusal = opened = None
    numbers = re.compile(rb'^{"id": "[0-9a-f]{8}-[0-9a-f-]{15}([0-9a-f]{12})"')

    def path(self, room: str) -> str:
        return f"/ws/chat/{room}/"

    def opening(self, room: str) -> bytes:
        return b""

    def post(self, room: str, number: int) -> bytes:
        return json.dumps({"id": uuid_of(number), "message": words_of(number)}).encode()

    def post_path(self, room: str) -> str:
        return f"/chat/{room}/messages/"


Dialect = Ours | Plain
