"""One room's log as this process follows it: read once, handed to every line that has it open."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from chat import replay
from chat.hub import admission
from chat.hub.line import NOT_A_MEMBER, Line
from chat.replay import Stretch
from chat.seats import Viewer

if TYPE_CHECKING:
    from chat.hub.batches import DatabaseThread
    from programs.models import Circle

logger = logging.getLogger(__name__)


class Feed:
    def __init__(self, circle: Circle, cursor: int, reader: DatabaseThread) -> None:
        self.circle = circle
        self.cursor = cursor
        self.lines: set[Line] = set()
        self._reader = reader
        self._wanted = cursor
        self._reading: asyncio.Task[None] | None = None
        self._replaying: set[Line] = set()

    def look(self, seq: int | None = None) -> None:
        """There is something up to `seq`, or perhaps something: read on if that is news."""
        if seq is not None and seq <= self._wanted and self._reading is not None:
            return
        if seq is not None and seq <= self.cursor:
            return
        self._wanted = max(self._wanted, seq or self.cursor + 1)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_on())

    def offer(self, stretch: Stretch, members: dict[int, Viewer]) -> None:
        """What this process has just committed: handed on as it is where it follows what was."""
        if self._reading is None and stretch.after == self.cursor:
            self._advance(stretch, members)
        else:
            self.look(stretch.upto)

    def add(self, line: Line) -> None:
        self.lines.add(line)
        self.bring_up(line)

    def bring_up(self, line: Line) -> None:
        """Gives a line that is behind the feed what it lacks."""
        sitting = line.sittings.get(self.circle.public_id)
        if sitting and sitting.cursor < self.cursor and line not in self._replaying:
            self._replaying.add(line)
            asyncio.create_task(self._replay(line))  # noqa: RUF006 -- short-lived

    async def _read_on(self) -> None:
        try:
            while self._wanted > self.cursor and self.lines:
                wanted = self._wanted
                stretch, members = await self._reader.run(_read, self.circle, self.cursor)
                if stretch.upto <= self.cursor:
                    if self._wanted == wanted:
                        break
                    continue
                self._advance(stretch, members)
        except Exception as error:
            # The database is away: the hub looks again within a second.
            logger.error("feed_not_read: %s", type(error).__name__)
        finally:
            self._wanted = self.cursor
            self._reading = None

    def _advance(self, stretch: Stretch, members: dict[int, Viewer]) -> None:
        self.cursor = stretch.upto
        self._wanted = max(self._wanted, stretch.upto)
        for line in list(self.lines):
            self._hand(line, stretch, members)

    def _hand(self, line: Line, stretch: Stretch, members: dict[int, Viewer]) -> None:
        sitting = line.sittings.get(self.circle.public_id)
        if sitting is None:
            return
        viewer = members.get(sitting.viewer.member)
        if viewer is None:
            self.turn_out(line)
            return
        sitting.viewer = viewer
        if sitting.cursor == stretch.after:
            sitting.cursor = stretch.upto
            line.push(stretch.frame_for(viewer))
        elif sitting.cursor < stretch.upto:
            self.bring_up(line)

    async def _replay(self, line: Line) -> None:
        try:
            while (
                (sitting := line.sittings.get(self.circle.public_id))
                and sitting.cursor < self.cursor
                and not line.closed
            ):
                stretch, members = await self._reader.run(_read, self.circle, sitting.cursor)
                if stretch.upto <= sitting.cursor:
                    break
                self._hand(line, stretch, members)
                # One stretch at a time: what a slow line can't take yet is not read yet.
                await line.drained()
        except Exception as error:
            logger.error("line_not_caught_up: %s", type(error).__name__)
        finally:
            self._replaying.discard(line)

    def turn_out(self, line: Line) -> None:
        """This person belongs no more: nothing further reaches them, and their line ends."""
        self.lines.discard(line)
        line.close(NOT_A_MEMBER, circle=self.circle.public_id)


def _read(circle: Circle, after: int) -> tuple[Stretch, dict[int, Viewer]]:
    # Members second: whoever was removed before an event was written is no longer among them.
    stretch = replay.read(circle, after=after)
    return stretch, admission.roster(circle)
