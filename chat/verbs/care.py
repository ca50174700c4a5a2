"""The socket's verbs of care: telling of a message or a person, and looking after what was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chat.care import cards, concerns, settling
from chat.frames import Frame, Verb
from community.models import User


def _tell(by: User, frame: Frame) -> dict[str, Any]:
    told = concerns.tell(
        by=by,
        circle=frame.public_id("circle"),
        message=frame.public_id_or_none("message"),
        member=frame.public_id_or_none("member"),
        reason=frame.text("reason"),
        note=frame.note(),
    )
    return {"say": concerns.thanks(told)}


def _close_card(by: User, frame: Frame) -> None:
    cards.close(by=by, card=frame.public_id("card"), circle=frame.public_id("circle"))


def _at_concern(verb: Callable[..., None]) -> Callable[[User, Frame], None]:
    def act(by: User, frame: Frame) -> None:
        verb(by=by, circle=frame.public_id("circle"), concern=frame.public_id("concern"))

    return act


def _settle(by: User, frame: Frame) -> None:
    settling.settle(
        by=by,
        circle=frame.public_id("circle"),
        concern=frame.public_id("concern"),
        outcome=frame.text("outcome"),
        answer=frame.note(),
    )


VERBS: dict[str, Verb] = {
    "tell": _tell,
    "close_card": _close_card,
    "take_up": _at_concern(settling.take),
    "give_back": _at_concern(settling.give_back),
    "settle": _settle,
    "reopen": _at_concern(settling.reopen),
}
