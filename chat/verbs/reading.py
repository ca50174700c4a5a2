"""The socket's verbs for what reaches a member: hush until morning, and whom they hide."""

from __future__ import annotations

from typing import Any

from chat import hiding, hush
from chat.frames import Frame, Verb
from community.models import User


def _hush(by: User, frame: Frame) -> dict[str, Any]:
    zone = frame.text("zone", default="")
    until = hush.hush(by=by, circle=frame.public_id("circle"), zone=zone)
    return {"until": until.isoformat()}


def _unhush(by: User, frame: Frame) -> None:
    hush.unhush(by=by, circle=frame.public_id("circle"))


def _hide(by: User, frame: Frame) -> None:
    hiding.hide(by=by, circle=frame.public_id("circle"), member=frame.public_id("member"))


def _unhide(by: User, frame: Frame) -> None:
    hiding.unhide(by=by, circle=frame.public_id("circle"), member=frame.public_id("member"))


VERBS: dict[str, Verb] = {
    "hush": _hush,
    "unhush": _unhush,
    "hide": _hide,
    "unhide": _unhide,
}
