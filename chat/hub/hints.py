"""Hints between processes: what this hub tells the others, and what it hears from them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from chat import announcing
from chat.announcing import Hint

logger = logging.getLogger(__name__)

# A broker that is away is tried again after this; the watch stands in.
_AGAIN_SECONDS = 1.0
_REST_SECONDS = 0.02
# Where no other hub was heard for this long there is perhaps none: one with people in a circle says
# so every ten seconds. A hint costs as much as a message to a circle; while much is said fewer are
# sent. A hub that is there all the same and has not said so hears of it a tenth of a second later.
_OTHERS_BELIEVED_SECONDS = 25.0
_REST_ALONE_SECONDS = 0.1
# Of these many are told in a moment, each of something else: they travel in one.
_TOGETHER = {"hint.rooms": "rooms", "hint.read": "read"}


class Hints:
    """`me` marks our own hints: they were heeded when they were told."""

    def __init__(self, me: str, heed: Callable[[Hint], None]) -> None:
        self._me = me
        self._heed = heed
        self._waiting: dict[tuple, Hint] = {}
        # How far rooms have grown, and people have read, since it was passed on last.
        self._far: dict[str, dict[str, int]] = {kind: {} for kind in _TOGETHER}
        self._any_waiting = asyncio.Event()
        # When another hub was heard last, in the loop's time.
        self._others_at = -_OTHERS_BELIEVED_SECONDS

    def tell(self, hint: Hint) -> None:
        """A hint of our own: heard here at once, passed on to the others."""
        hint = hint | {"hub": self._me}
        self._heed(hint)
        # Of many hints about one thing only the newest matters.
        if what := _TOGETHER.get(hint["type"]):
            self._far[hint["type"]] |= hint[what]
        else:
            about = tuple(hint.get(key) for key in ("type", "circle", "person", "member"))
            before = self._waiting.get(about, {})
            if "changes" in hint:
                hint["changes"] = max(hint["changes"], before.get("changes", 0))
            self._waiting[about] = hint
        self._any_waiting.set()

    async def pass_on(self) -> None:
        while True:
            await self._any_waiting.wait()
            self._any_waiting.clear()
            for hint in self._taken():
                await announcing.send(hint)
            # The first leaves at once. While much is said, one message tells of many batches.
            await asyncio.sleep(self._rest())

    def _rest(self) -> float:
        silence = asyncio.get_running_loop().time() - self._others_at
        return _REST_SECONDS if silence < _OTHERS_BELIEVED_SECONDS else _REST_ALONE_SECONDS

    def heed(self, hint: Hint) -> None:
        """One that came over the layer; our own come back, too."""
        by = hint.get("hub")
        if by == self._me:
            return
        # What a worker says, or a process without sockets, is no sign that another hub listens.
        if by is not None:
            self._others_at = asyncio.get_running_loop().time()
        self._heed(hint)

    def _taken(self) -> list[Hint]:
        """What waits, which then waits no more."""
        hints, self._waiting = list(self._waiting.values()), {}
        far, self._far = self._far, {kind: {} for kind in _TOGETHER}
        together = [
            {"type": kind, _TOGETHER[kind]: how_far, "hub": self._me}
            for kind, how_far in far.items()
            if how_far
        ]
        return together + hints

    async def hear(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(announcing.GROUP, channel)
                while True:
                    self._heed_if_readable(await layer.receive(channel))
            except asyncio.CancelledError:
                raise
            except Exception as error:
                logger.info("hints_not_heard: %s", type(error).__name__)
                await _begin_anew(layer)
                await asyncio.sleep(_AGAIN_SECONDS)

    def _heed_if_readable(self, hint: Any) -> None:
        """Whoever else writes to the broker keeps nobody from hearing what comes after it."""
        try:
            self.heed(hint)
        except Exception as error:
            logger.error("hint_not_heeded: %s", type(error).__name__)


async def _begin_anew(layer: Any) -> None:
    """The layer forgets the channels it has in this process; no others than ours are. Each new one
    would be kept beside those before it, empty as long as the broker is away, and with a copy of
    every hint, which nobody takes out, once it is back."""
    try:
        # By itself: on its way it takes for its own that whoever waits for it is called off.
        await asyncio.shield(layer.flush())
    except Exception as error:
        logger.info("channels_not_forgotten: %s", type(error).__name__)
