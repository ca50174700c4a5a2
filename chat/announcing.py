"""Telling every web process that there is something to look at. Hints, never words.

Everything that leaves this process over Redis is named here. A hint that is lost costs a
second: hubs look for new events themselves.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable, Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

Hint = dict[str, Any]
GROUP = "hubs"
# A broker that doesn't answer must not keep a form waiting: the message is already safe.
_PATIENCE_SECONDS = 2.0
logger = logging.getLogger(__name__)
_hub_of_process: Callable[[Hint], None] | None = None


def through(hub: Callable[[Hint], None] | None) -> None:
    """From now on this process tells its own hub, which passes hints on; None: no longer."""
    global _hub_of_process
    _hub_of_process = hub


def rooms_changed(heads: Mapping[str, int]) -> None:
    """After commit: the logs of these circles have grown, each to this place."""
    _after_commit({"type": "hint.rooms", "rooms": heads})


def company_changed(circle: str) -> None:
    """After commit: who may read the circle's room, or whom of it, is not what it was."""
    _after_commit({"type": "hint.company", "circle": circle})


def attended_changed(circle: str) -> None:
    """After commit: a facilitator came, said again that they are here, or left."""
    _after_commit({"type": "hint.attended", "circle": circle})


def access_changed(person_id: int, changes: int = 0) -> None:
    """After commit: this person's sessions or memberships are not what they were; of sessions it
    was the change of this number (see AccessCount), or one before."""
    _after_commit({"type": "hint.access", "person": person_id, "changes": changes})


def read_to(person_id: int, circle: str, seq: int) -> None:
    """After commit: this person has read the circle's log so far. For their own devices alone."""
    _after_commit({"type": "hint.read", "read": {f"{person_id} {circle}": seq}})


def hushed(person_id: int, circle: str, until: datetime.datetime | None) -> None:
    """After commit: this person hears nothing of the circle until then, or hears it again. For
    their own devices alone."""
    said = until.isoformat() if until else None
    _after_commit({"type": "hint.hushed", "person": person_id, "circle": circle, "until": said})


async def send(hint: Hint) -> None:
    """Sends a hint now; a broker that is away is no error here. Raises nothing."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await get_channel_layer().group_send(GROUP, hint)
    except Exception as error:
        logger.info("hint_not_sent: %s", type(error).__name__)


def _after_commit(hint: Hint) -> None:
    def tell() -> None:
        if _hub_of_process is not None:
            _hub_of_process(hint)
        else:
            async_to_sync(send)(hint)

    # robust: what was written is safe, so telling of it must not become an error page.
    transaction.on_commit(tell, robust=True)
