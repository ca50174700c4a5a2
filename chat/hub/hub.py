"""The hub of a web process."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Coroutine, Sequence
from typing import Any

from channels.layers import get_channel_layer

from chat import announcing, posting
from chat.hub import admission
from chat.hub.batches import Batches, DatabaseThread
from chat.hub.feed import Feed
from chat.hub.line import NOT_A_MEMBER, SIGNED_OUT, Line, Sitting
from chat.hub.presence import SAY_AGAIN_SECONDS, Presence
from chat.models import Message, Room
from chat.posting import Draft, Outcome
from chat.replay import Stretch
from chat.seats import Viewer

logger = logging.getLogger(__name__)

# How often a hub looks for itself: a hint that is lost costs at most this.
_LOOK_SECONDS = 1.0
_HEADS_EVERY = 5
_RECHECK_EVERY = 5
_MOST_IN_A_BATCH = 200


class Hub:
    """Everything the sockets of one process share. Lives in one event loop."""

    _of_process: Hub | None = None

    @classmethod
    def of_process(cls) -> Hub:
        """The hub of this process, started with its first socket."""
        loop = asyncio.get_running_loop()
        if cls._of_process is None or cls._of_process.loop is not loop:
            cls._of_process = cls(loop)
        return cls._of_process

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lines: set[Line] = set()
        self.feeds: dict[str, Feed] = {}
        self.writer = DatabaseThread("hub-writes")
        self.reader = DatabaseThread("hub-reads")
        self.presence = Presence()
        self._posts: Batches[Draft, Outcome] = Batches(
            self.writer, self._commit_and_draw, most=_MOST_IN_A_BATCH
        )
        self._arrivals: Batches[str, int | None] = Batches(
            self.reader, admission.people_of, most=500
        )
        # The hints of the batch that the writing thread is committing.
        self._batch = threading.local()
        self._hints: dict[Any, announcing.Hint] = {}
        self._hints_waiting = asyncio.Event()
        self._tasks = [
            loop.create_task(task) for task in (self._hear(), self._look(), self._pass_hints_on())
        ]
        announcing.through(self._tell_from_thread)

    # Lines -----------------------------------------------------------------------------

    async def admit(self, session: str) -> int | None:
        """The person a session belongs to, looked up with all others who came meanwhile."""
        return await self._arrivals.submit(session)

    def add(self, line: Line) -> None:
        self.lines.add(line)

    def drop(self, line: Line) -> None:
        line.closed = True
        self.lines.discard(line)
        for circle in list(line.sittings):
            self.leave(line, circle)

    def leave(self, line: Line, circle: str) -> None:
        line.sittings.pop(circle, None)
        if feed := self.feeds.get(circle):
            feed.lines.discard(line)
            self._say_who_is_here(circle)
            if not feed.lines:
                del self.feeds[circle]
                self.presence.forget(circle)

    async def open(self, line: Line, circle: str, since: int | None) -> bool:
        """Opens a circle on a line, with all it missed since then. False for a stranger."""
        opening = await self.reader.run(admission.open_circle, line.person, circle, since)
        if opening is None:
            self.leave(line, circle)
            return False
        if line.closed:
            return True
        line.say(opening.frame)
        feed = self.feeds.get(circle)
        if feed is None:
            feed = self.feeds[circle] = Feed(opening.circle, opening.head, self.reader)
        # What lies between `since` and now the feed gives it at the pace the line can take.
        line.sittings[circle] = Sitting(opening.viewer, opening.cursor)
        feed.add(line)
        # What was committed between reading and listening.
        feed.look()
        self._say_who_is_here(circle)
        line.say({"is": "presence", "circle": circle, "here": self.presence.here(circle)})
        return True

    # Writing ---------------------------------------------------------------------------

    def post(self, draft: Draft) -> asyncio.Future[Outcome]:
        """Its outcome, once the batch it went with is committed."""
        return self._posts.submit(draft)

    def typing(self, line: Line, circle: str) -> None:
        """Tells the others in the circle that someone writes; never stored."""
        if sitting := line.sittings.get(circle):
            member = sitting.viewer.public_id
            self._tell({"type": "hint.typing", "circle": circle, "member": member})

    def _commit_and_draw(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """In the writing thread: what is committed is drawn from memory for who listens here."""
        drawn: list[tuple[Stretch, dict[int, Viewer]]] = []
        self._batch.hints = []
        try:
            commit = posting.commit(drafts)
            followed = [m for m in commit.messages if m.room.circle.public_id in self.feeds]
            drawn = _drawn(followed)
            return commit.outcomes
        finally:
            hints, self._batch.hints = self._batch.hints, None
            self.loop.call_soon_threadsafe(self._offer, drawn, hints)

    def _offer(
        self, drawn: list[tuple[Stretch, dict[int, Viewer]]], hints: list[announcing.Hint]
    ) -> None:
        for stretch, members in drawn:
            if feed := self.feeds.get(stretch.circle):
                feed.offer(stretch, members)
        # Second: what was offered need not be looked for.
        for hint in hints:
            self._tell(hint)

    # Hints -----------------------------------------------------------------------------

    def _tell_from_thread(self, hint: announcing.Hint) -> None:
        held_back = getattr(self._batch, "hints", None)
        if held_back is not None:
            held_back.append(hint)
            return
        self.loop.call_soon_threadsafe(self._tell, hint)

    def _tell(self, hint: announcing.Hint) -> None:
        """A hint of our own: heard here at once, passed on to the others."""
        hint = hint | {"hub": self.presence.me}
        self._heed(hint)
        # Of many hints about one thing only the newest matters.
        about = (hint.get(key) for key in ("type", "circle", "person", "member"))
        self._hints[tuple(about)] = hint
        self._hints_waiting.set()

    def _heed(self, hint: announcing.Hint) -> None:
        if hint["type"] == "hint.room":
            if feed := self.feeds.get(hint["circle"]):
                feed.look(hint["seq"])
        elif hint["type"] == "hint.typing":
            frame = {"is": "typing", "member": hint["member"]}
            self._push_to_circle(hint["circle"], frame, but=hint["member"])
        elif hint["type"] == "hint.here":
            if hint["circle"] in self.feeds:
                here = self.presence.heed(hint, self.loop.time())
                self._show_presence(hint["circle"], here)
        elif hint["type"] == "hint.access":
            mine = [line for line in self.lines if line.person == hint["person"]]
            if mine:
                self._spawn(self._recheck(mine))

    def _say_who_is_here(self, circle: str) -> None:
        feed = self.feeds.get(circle)
        members = [
            sitting.viewer.public_id
            for line in (feed.lines if feed else ())
            if (sitting := line.sittings.get(circle))
        ]
        self._tell(self.presence.hint(circle, members))

    def _show_presence(self, circle: str, here: list[str] | None) -> None:
        if here is not None:
            self._push_to_circle(circle, {"is": "presence", "here": here})

    def _push_to_circle(self, circle: str, frame: dict[str, Any], *, but: str = "") -> None:
        if feed := self.feeds.get(circle):
            text = json.dumps(frame | {"circle": circle}, separators=(",", ":"))
            for line in list(feed.lines):
                sitting = line.sittings.get(circle)
                if sitting and sitting.viewer.public_id != but:
                    line.push(text)

    async def _pass_hints_on(self) -> None:
        while True:
            await self._hints_waiting.wait()
            self._hints_waiting.clear()
            hints, self._hints = list(self._hints.values()), {}
            for hint in hints:
                await announcing.send(hint)

    async def _hear(self) -> None:
        """Hints of other processes. A broker that is away is tried again; `_look` stands in."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(announcing.GROUP, channel)
                while True:
                    hint = await layer.receive(channel)
                    # What this hub said itself it has heeded already.
                    if hint.get("hub") != self.presence.me:
                        self._heed(hint)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                logger.info("hints_not_heard: %s", type(error).__name__)
                await asyncio.sleep(_LOOK_SECONDS)

    # Looking for ourselves ---------------------------------------------------------------

    async def _look(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            turn += 1
            try:
                await self._find_news()
                if turn % _HEADS_EVERY == 0:
                    self._say_heads()
                if turn % _RECHECK_EVERY == 0:
                    await self._recheck(list(self.lines))
                if turn % int(SAY_AGAIN_SECONDS / _LOOK_SECONDS) == 0:
                    for circle in list(self.feeds):
                        self._say_who_is_here(circle)
                        self._show_presence(circle, self.presence.news(circle, self.loop.time()))
            except Exception as error:
                logger.error("look_failed: %s", type(error).__name__)

    async def _find_news(self) -> None:
        if not self.feeds:
            return
        heads = await self.reader.run(_heads, list(self.feeds))
        for circle, head in heads:
            if feed := self.feeds.get(circle):
                feed.look(head)

    def _say_heads(self) -> None:
        for line in list(self.lines):
            for circle in list(line.sittings):
                if feed := self.feeds.get(circle):
                    line.say({"is": "head", "circle": circle, "seq": feed.cursor})

    async def _recheck(self, lines: list[Line]) -> None:
        """Ends the lines whose session is over, and those whose membership is."""
        if not lines:
            return
        people = await self.reader.run(admission.people_of, [line.session for line in lines])
        for line, person in zip(lines, people, strict=True):
            if person != line.person:
                line.close(SIGNED_OUT)
        pairs = {(line.person, circle) for line in lines for circle in line.sittings}
        belonging = await self.reader.run(admission.belonging, pairs) if pairs else set()
        for line in lines:
            for circle in list(line.sittings):
                if (line.person, circle) in pairs and (line.person, circle) not in belonging:
                    self.leave(line, circle)
                    line.close(NOT_A_MEMBER, circle=circle)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)


def _drawn(messages: list[Message]) -> list[tuple[Stretch, dict[int, Viewer]]]:
    """Empty where it fails: they are committed, and the feeds find them in the database."""
    try:
        return admission.drawn(messages)
    except Exception as error:
        logger.error("not_drawn: %s", type(error).__name__)
        return []


def _heads(circles: list[str]) -> list[tuple[str, int]]:
    rooms = Room.objects.filter(circle__public_id__in=circles)
    return list(rooms.values_list("circle__public_id", "last_seq"))
