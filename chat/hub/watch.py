"""Looking for ourselves: for what hints may have missed, and at who may still be here.

A line is trusted as long as nobody's rights have changed since it was looked at. The database
counts those changes; where the count that came with new events is another, every line is looked
at before any of it is handed out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from chat import leases
from chat.hub import admission
from chat.hub.batches import DatabaseThread
from chat.hub.line import ANEW, SIGNED_OUT, Line
from chat.hub.presence import SAY_AGAIN_SECONDS
from chat.reading import replay
from chat.reading.packet import Packet
from community import statements, wal
from community.statements import as_list

if TYPE_CHECKING:
    from chat.hub.feed import Feed
    from chat.hub.hub import Hub

logger = logging.getLogger(__name__)

# A hint that is lost costs at most these two.
_LOOK_SECONDS = 1.0
_ON_ITS_WAY_SECONDS = 0.2
_HEADS_EVERY = 5
# Some two thousand pages of log; more where it would be in the way of whoever writes now. As much
# from each of two processes is less than what a commit would move itself (`wal_autocheckpoint`).
_LOG_MESSAGES, _MOST_LOG_MESSAGES = 500, 800
_LOG_SECONDS = 0.25
# So many in one of these moments are much said at once.
_MANY_MESSAGES = 100
# Sessions also end by themselves. Every line is looked at in so many turns, some in every other.
_ALL_IN_TURNS = 10
# Written out: asked every second, by a house in which nothing happens, too.
_HEADS = """
SELECT c.public_id, r.last_seq, r.company,
  (SELECT a.changes FROM chat_accesscount a WHERE a.id = 1)
FROM chat_room r JOIN programs_circle c ON c.id = r.circle_id
WHERE c.public_id {among}
"""


class Watch:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        # How many changes of rights are known of, and since which every line was looked at.
        self._heard = 0
        self._changes = 0
        self._looking: asyncio.Task[None] | None = None
        # How far each feed had come when its lines were told last.
        self._told: dict[str, int] = {}

    def hear(self, changes: int) -> None:
        """There were so many changes of rights, wherever that is known from."""
        self._heard = max(self._heard, changes)

    def welcome(self, line: Line) -> None:
        """A line that was let in a moment ago: what ended while it stood at the door was looked
        for on every other line, and now is on this one."""
        self._changes = min(self._changes, line.changes)
        if line.changes < self._heard:
            self.trusts(self._heard)

    def trusts(self, changes: int) -> bool:
        """Whether every line was looked at since so many changes; where not, those that weren't
        are now, and the feeds look again afterwards."""
        if changes <= self._changes or not self._hub.lines:
            return True
        self.hear(changes)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_at_those_behind())
        return False

    async def _look_at_those_behind(self) -> None:
        try:
            while self._changes < self._heard:
                # First: what ends while they are looked at comes with a higher count.
                changes = await self._hub.reader.run(replay.access_changes)
                # Only the database counts them. A hint of more would be believed for ever, and no
                # change after it be one.
                self._heard = min(self._heard, changes)
                behind = [line for line in self._hub.lines if line.changes < changes]
                await self.look_at(behind)
                for line in behind:
                    line.changes = changes
                # Those who came meanwhile may be behind again.
                self._changes = min((line.changes for line in self._hub.lines), default=changes)
        except Exception as error:
            logger.error("lines_not_looked_at: %s", type(error).__name__)
        finally:
            self._looking = None
        for feed in list(self._hub.feeds.values()):
            feed.look_again()

    async def look_at(self, lines: Collection[Line]) -> None:
        """Ends the lines whose session is over, and those whose membership is; the others learn
        what language their person has chosen by now, and tell how far they have read and what they
        hush, which no hint may have said."""
        if not lines:
            return
        reader = self._hub.reader
        found = await reader.run(admission.standing, [line.session for line in lines])
        for line, session in zip(lines, found, strict=True):
            if session is None or session.person != line.person:
                line.close(SIGNED_OUT)
            else:
                line.language = session.language or line.asked_for
        pairs = {(line.person, circle) for line in lines for circle in line.sittings}
        belonging = await reader.run(admission.belonging, pairs) if pairs else {}
        for line in lines:
            for circle in list(line.sittings):
                if told := belonging.get((line.person, circle)):
                    line.tell_read(circle, told[0])
                    line.tell_hushed(circle, told[1])
                elif (line.person, circle) in pairs:
                    self._hub.leave(line, circle)
                    line.turn_out(circle)

    async def show_who_attends(self, circles: list[str], *, only_news: bool = False) -> None:
        """Tells everyone in these circles which facilitators are here, and until when."""
        attended = await self._hub.reader.run(leases.attended, circles)
        for circle, by in attended.items():
            feed = self._hub.feeds.get(circle)
            if feed is None or (only_news and by == feed.attended):
                continue
            feed.attended = by
            packet = Packet.of(leases.frame(circle, by))
            for line in list(feed.lines):
                line.push(packet)

    async def cut_off_the_still(self) -> None:
        """By itself, so that no database that is slow holds it up."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = asyncio.get_running_loop().time()
            for line in list(self._hub.lines):
                line.look(now)

    async def move_the_log_on(self) -> None:
        """In a thread of its own: the disk may take its time, and nobody waits for it.

        Not more often than it must: with each new beginning of the log one commit waits for the
        disk after all. And not while much is said at once, as long as there is room.
        """
        if not wal.is_kept():
            return
        thread, moved, seen = DatabaseThread("hub-log"), 0, 0
        while True:
            await asyncio.sleep(_LOG_SECONDS)
            seen, before = self._hub.scribe.committed, seen
            if not _is_due(seen - moved, new=seen - before):
                continue
            moved = seen
            try:
                await thread.run(wal.move_on)
            except Exception as error:
                logger.error("log_not_moved_on: %s", type(error).__name__)
            # What was said while the disk took its time is not said at once.
            seen = self._hub.scribe.committed

    async def keep(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            turn += 1
            try:
                await self._turn(turn)
            except Exception as error:
                logger.error("look_failed: %s", type(error).__name__)

    async def _turn(self, turn: int) -> None:
        hub = self._hub
        if hub.lines:
            known = {name: (f.cursor, f.company.count) for name, f in hub.feeds.items()}
            looked_since = self._changes
            heads, changes = await hub.reader.run(_heads, list(known))
            if changes < looked_since or any(
                head < known[circle][0] or company < known[circle][1]
                for circle, head, company in heads
            ):
                self._begin_anew()
                return
            self.trusts(changes)
            for circle, head, company in heads:
                if feed := hub.feeds.get(circle):
                    self._look_on(feed, head, company)
        if turn % _HEADS_EVERY == 0:
            self._say_heads()
            await self.show_who_attends(list(hub.feeds), only_news=True)
        part = turn % _ALL_IN_TURNS
        if part % 2 == 0:
            some = [line for line in hub.lines if line.number % _ALL_IN_TURNS in (part, part + 1)]
            await self.look_at(some)
        if turn % int(SAY_AGAIN_SECONDS / _LOOK_SECONDS) == 0:
            hub.neighbours.say_again()

    def _begin_anew(self) -> None:
        """The database knows less than it did: it was put back, or another took its place that had
        not heard the last of it. What is remembered here was true of what is gone; and whoever has
        it on their page is told when they are back that it is to be loaded anew."""
        logger.error("database_went_back")
        self._heard = self._changes = 0
        for line in list(self._hub.lines):
            for circle in list(line.sittings):
                self._hub.leave(line, circle)
            line.close(ANEW)

    def _look_on(self, feed: Feed, head: int, company: int) -> None:
        if company > feed.company.count:
            feed.look()
        elif head > feed.cursor:
            # What we see here may be on its way from the writing thread, which need not ask.
            self._hub.loop.call_later(_ON_ITS_WAY_SECONDS, feed.look, head)

    def _say_heads(self) -> None:
        """Where something happened since the last time, its events have said it."""
        told, self._told = self._told, {name: feed.cursor for name, feed in self._hub.feeds.items()}
        for circle, feed in self._hub.feeds.items():
            if circle in told and told[circle] != feed.cursor:
                continue
            packet = Packet.of({"is": "head", "circle": circle, "seq": feed.cursor})
            for line in list(feed.lines):
                line.push(packet)


def _is_due(messages: int, *, new: int) -> bool:
    """Whether a log with so many messages is moved on, so many of them said a moment ago."""
    return messages >= (_MOST_LOG_MESSAGES if new > _MANY_MESSAGES else _LOG_MESSAGES)


def _heads(circles: list[str]) -> tuple[list[tuple[str, int, int]], int]:
    """How far each room has come and its company's count; and how often rights have changed."""
    rows = statements.rows(_HEADS, [as_list(circles)])
    changes = rows[0][3] if rows else replay.access_changes()
    return [row[:3] for row in rows], changes or 0
