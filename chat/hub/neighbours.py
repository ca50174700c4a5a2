"""Telling those in a circle of each other: who is here now, who writes. None of it is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from chat.hub.presence import Presence
from chat.reading.packet import Packet

if TYPE_CHECKING:
    import asyncio

    from chat.announcing import Hint
    from chat.hub.feed import Feed
    from chat.hub.line import Line, Sitting
    from chat.seats import Viewer

# Many come and go at the same time; it is told once for all of them.
_TOGETHER_SECONDS = 0.1
_TOGETHER_SECONDS_OF_MANY = 1.0
_MANY = 50


class Neighbours:
    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        feeds: Mapping[str, Feed],
        tell: Callable[[Hint], None],
    ) -> None:
        self._loop = loop
        self._feeds = feeds
        self._tell = tell
        self.presence = Presence()
        self._due: set[str] = set()

    def came_or_went(self, circle: str) -> None:
        """Someone's line opened or left this circle; the others hear of it in a moment."""
        if circle in self._due:
            return
        feed = self._feeds.get(circle)
        many = feed is not None and len(feed.lines) > _MANY
        self._due.add(circle)
        self._loop.call_later(
            _TOGETHER_SECONDS_OF_MANY if many else _TOGETHER_SECONDS, self._say, circle
        )

    def say_again(self) -> None:
        """What is not said again is over, for the other hubs."""
        for circle in list(self._feeds):
            self._say(circle)
            self._show(circle, self.presence.news(circle, self._loop.time()))

    def writes(self, circle: str, sitting: Sitting) -> None:
        self._tell({"type": "hint.typing", "circle": circle, "member": sitting.viewer.public_id})

    def heed_here(self, hint: Hint) -> None:
        if hint["circle"] in self._feeds:
            self._show(hint["circle"], self.presence.heed(hint, self._loop.time()))

    def heed_typing(self, hint: Hint) -> None:
        feed = self._feeds.get(hint["circle"])
        if feed is None:
            return
        member = hint["member"]
        packet = Packet.of({"is": "typing", "circle": hint["circle"], "member": member})
        for line, sitting in list(feed.lines.items()):
            if sitting.is_beside or sitting.viewer.public_id == member:
                continue
            if member not in _hidden_from(sitting.viewer, feed):
                line.push(packet)

    def greet(self, circle: str, line: Line) -> None:
        """Tells someone who comes who is here."""
        if feed := self._feeds.get(circle):
            here = self.presence.here(circle)
            line.push(_presence(circle, here, _hidden_from(feed.lines[line].viewer, feed)))

    def forget(self, circle: str) -> None:
        self.presence.forget(circle)

    def _say(self, circle: str) -> None:
        self._due.discard(circle)
        if feed := self._feeds.get(circle):
            sittings = [sitting for sitting in feed.lines.values() if not sitting.is_beside]
            here = [sitting.viewer.public_id for sitting in sittings]
            self._tell(self.presence.hint(circle, here))

    def _show(self, circle: str, here: list[str] | None) -> None:
        feed = self._feeds.get(circle)
        if feed is None or here is None:
            return
        for_most = _presence(circle, here)
        for line, sitting in list(feed.lines.items()):
            if sitting.is_beside:
                continue
            hidden = _hidden_from(sitting.viewer, feed)
            line.push(_presence(circle, here, hidden) if hidden else for_most)


def _presence(circle: str, here: list[str], hidden: Collection[str] = ()) -> Packet:
    seen = [member for member in here if member not in hidden] if hidden else here
    return Packet.of({"is": "presence", "circle": circle, "here": seen})


def _hidden_from(viewer: Viewer, feed: Feed) -> set[str]:
    """Of whom this viewer hears nothing, as frames name them."""
    members = (feed.company.viewers.get(pk) for pk in viewer.hidden)
    return {member.public_id for member in members if member}
