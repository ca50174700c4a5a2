"""The socket's verbs for what was said: changing and taking back one's own, responding, reading."""

from __future__ import annotations

from typing import Any

from chat import editing
from chat.frames import Frame, Verb
from community.models import User


def _edit(by: User, frame: Frame) -> None:
    editing.edit(
        by=by,
        circle=frame.public_id("circle"),
        message=frame.public_id("message"),
        body=frame.text("body"),
        note=frame.note(),
        as_of=frame.text_or_none("as_of"),
    )


def _take_back(by: User, frame: Frame) -> None:
    editing.take_back(by=by, circle=frame.public_id("circle"), message=frame.public_id("message"))


def _respond(by: User, frame: Frame) -> dict[str, Any]:
    message = frame.public_id("message")
    mine = editing.respond(
        by=by, circle=frame.public_id("circle"), message=message, response=frame.text("response")
    )
    return {"message": message, "mine": mine}


def _read(by: User, frame: Frame) -> None:
    editing.mark_read(by=by, circle=frame.public_id("circle"), seq=frame.seq("seq"))


VERBS: dict[str, Verb] = {
    "edit": _edit,
    "take_back": _take_back,
    "respond": _respond,
    "read": _read,
}
