"""The socket's edges of a live session: each reads its fields, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chat import refusal
from chat.frames import Frame
from chat.live import leading, rounds
from community.models import User


def _seat(by: User, frame: Frame) -> dict[str, Any]:
    agreed = frame.fields.get("agreed", False)
    if not isinstance(agreed, bool):
        raise refusal.bad_frame()
    rounds.seat(by=by, circle=frame.public_id("circle"), agreed=agreed)
    return {"seated": True}


def _step_out(by: User, frame: Frame) -> None:
    rounds.step_out(by=by, circle=frame.public_id("circle"))


def _hand(by: User, frame: Frame) -> None:
    rounds.hand(by=by, circle=frame.public_id("circle"))


def _pass(by: User, frame: Frame) -> None:
    rounds.pass_on(by=by, circle=frame.public_id("circle"))


def _last(by: User, frame: Frame) -> None:
    rounds.last(by=by, circle=frame.public_id("circle"))


def _done(by: User, frame: Frame) -> None:
    rounds.done(by=by, circle=frame.public_id("circle"))


def _begin(by: User, frame: Frame) -> None:
    leading.begin(by=by, circle=frame.public_id("circle"))


def _phase(by: User, frame: Frame) -> None:
    leading.phase(
        by=by, circle=frame.public_id("circle"), phase=frame.text("phase"), seen=frame.seq("step")
    )


def _give_piece(by: User, frame: Frame) -> None:
    leading.give_piece(
        by=by,
        circle=frame.public_id("circle"),
        member=frame.public_id_or_none("member"),
        seen=frame.seq("step"),
    )


def _order(by: User, frame: Frame) -> None:
    members = frame.fields.get("members")
    if not isinstance(members, list) or len(members) > _LONGEST_ORDER:
        raise refusal.bad_frame()
    named = [Frame("", {"member": member}).public_id("member") for member in members]
    leading.arrange(by=by, circle=frame.public_id("circle"), members=named, seen=frame.seq("step"))


def _breath(by: User, frame: Frame) -> None:
    seconds = frame.seq_or_none("seconds")
    leading.breath(
        by=by,
        circle=frame.public_id("circle"),
        seconds=leading.BREATH_SECONDS if seconds is None else seconds,
    )


def _give_time(by: User, frame: Frame) -> None:
    leading.give_time(
        by=by,
        circle=frame.public_id("circle"),
        seconds=frame.seq("seconds"),
        seen=frame.seq("step"),
    )


def _take_over(by: User, frame: Frame) -> None:
    leading.take_over(by=by, circle=frame.public_id("circle"), seen=frame.seq("step"))


def _end(by: User, frame: Frame) -> None:
    leading.end(by=by, circle=frame.public_id("circle"), seen=frame.seq("step"))


_LONGEST_ORDER = 50

Edge = Callable[[User, Frame], dict[str, Any] | None]

PEERS: dict[str, Edge] = {
    "seat": _seat,
    "step_out": _step_out,
    "hand": _hand,
    "pass": _pass,
    "last": _last,
    "done": _done,
}
FACILITATORS: dict[str, Edge] = {
    "begin": _begin,
    "phase": _phase,
    "give_piece": _give_piece,
    "order": _order,
    "breath": _breath,
    "give_time": _give_time,
    "take_over": _take_over,
    "end": _end,
}
VERBS = PEERS | FACILITATORS
