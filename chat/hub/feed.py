"""One room's log as this process follows it: read once, handed to every line that has it open."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from chat.hub.line import Line, Sitting
from chat.reading.packet import Packet
from chat.reading.replay import Reading, Wanted

if TYPE_CHECKING:
    from chat.reading.company import Company
    from programs.models import Circle

logger = logging.getLogger(__name__)

_BY_AND_BY_SECONDS = 0.1


class Reader(Protocol):
    """What a feed asks of its hub."""

    async def read_on(self, wanted: Wanted) -> Reading:
        """What happened since, read together with what other feeds want."""

    def trusts(self, changes: int) -> bool:
        """Whether all lines were looked at since this many changes of rights. Where not, it
        looks now, and lets the feeds look again."""

    def lets_catch_up(self, person: int) -> bool:
        """Whether this person may be given one more stretch of what they missed now."""

    def greet(self, circle: str, line: Line) -> None:
        """Tells a line who is here, as it may see it."""


class Feed:
    def __init__(self, circle: Circle, cursor: int, company: Company, reader: Reader) -> None:
        self.circle = circle
        self.cursor = cursor
        self.company = company
        self.lines: dict[Line, Sitting] = {}
        # Which facilitators are here, as it was told last.
        self.attended: list[dict[str, str]] | None = None
        self._reader = reader
        # The newest place that is known to be there.
        self._wanted = cursor
        # Whether there may be something besides; and how often we were sent to look in all, since
        # what is written while the log is read need not be in that reading.
        self._perhaps_more = False
        self._looks = 0
        self._reading: asyncio.Task[None] | None = None
        # What this process committed, and what lies before it was not handed on yet: by the
        # place it follows.
        self._offered: dict[int, Reading] = {}
        self._replaying: set[Line] = set()

    def look(self, seq: int | None = None) -> None:
        """There is something up to `seq`, or perhaps something: read on if that is news."""
        if seq is None:
            self._perhaps_more = True
        elif seq <= self.cursor:
            return
        else:
            self._wanted = max(self._wanted, seq)
        self._looks += 1
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_on())

    def look_again(self) -> None:
        """Every line was looked at since rights have changed: what waited for that goes on."""
        self.look()
        for line in list(self.lines):
            self.bring_up(line)

    def offer(self, reading: Reading) -> None:
        """What this process has just committed: handed on as soon as it follows what was."""
        self._offered[reading.stretch.after] = reading
        self._take_offered()
        self.look(reading.stretch.upto)

    def _take_offered(self) -> None:
        while reading := self._offered.pop(self.cursor, None):
            if not self._reader.trusts(reading.changes):
                break  # once all lines were looked at, it is read
            self._advance(reading)
        for place in [place for place in self._offered if place < self.cursor]:
            del self._offered[place]

    def add(self, line: Line, sitting: Sitting, company: Company) -> None:
        """`company` is what was known when they were let in."""
        self.lines[line] = sitting
        self.know(company)
        if self.company is not company:
            self._see(line, sitting)  # more is known here
        self.bring_up(line)

    def bring_up(self, line: Line) -> None:
        """Gives a line that is behind the feed what it lacks."""
        sitting = self.lines.get(line)
        if sitting and sitting.cursor < self.cursor and line not in self._replaying:
            self._replaying.add(line)
            asyncio.create_task(self._replay(line))  # noqa: RUF006 -- short-lived

    def know(self, company: Company) -> None:
        """Who may read now; whoever reads more or less of others than before loads anew."""
        if company is self.company or company.count < self.company.count:
            return
        self.company = company
        for line, sitting in list(self.lines.items()):
            self._see(line, sitting)

    def _see(self, line: Line, sitting: Sitting) -> None:
        viewer = self.company.viewers.get(sitting.viewer.member)
        if viewer is None:
            self.turn_out(line)
            return
        differs = viewer.hidden != sitting.viewer.hidden
        sitting.viewer = viewer
        if differs:
            line.push(self._reload)
            if not sitting.is_beside:
                self._reader.greet(self.circle.public_id, line)

    async def _read_on(self) -> None:
        try:
            while self.lines and (self._wanted > self.cursor or self._perhaps_more):
                self._perhaps_more, looks = False, self._looks
                reading = await self._reader.read_on(Wanted(self.circle, self.cursor, self.company))
                if not self._reader.trusts(reading.changes):
                    break
                self.know(reading.company)
                if reading.stretch.after != self.cursor:
                    continue  # what was offered meanwhile went before
                if reading.stretch.upto == self.cursor:
                    if self._looks == looks:
                        break
                    continue
                self._advance(reading)
                self._take_offered()
        except Exception as error:
            # The database is away: the hub looks again within a second.
            logger.error("feed_not_read: %s", type(error).__name__)
        finally:
            self._wanted, self._perhaps_more = self.cursor, False
            self._offered.clear()
            self._reading = None

    def _advance(self, reading: Reading) -> None:
        self.know(reading.company)
        stretch = reading.stretch
        self.cursor = stretch.upto
        self._wanted = max(self._wanted, stretch.upto)
        for_all = stretch.packet_for_all(self.company)
        for line, sitting in list(self.lines.items()):
            if sitting.cursor == stretch.after:
                sitting.cursor = stretch.upto
                line.push(for_all or stretch.packet_for(sitting.viewer, line.language))
            elif sitting.cursor < stretch.upto:
                self.bring_up(line)

    async def _replay(self, line: Line) -> None:
        try:
            while (sitting := self.lines.get(line)) and sitting.cursor < self.cursor:
                if sitting.cursor < sitting.came_at and not self._reader.lets_catch_up(line.person):
                    await asyncio.sleep(_BY_AND_BY_SECONDS)
                    continue
                reading = await self._reader.read_on(
                    Wanted(self.circle, sitting.cursor, self.company)
                )
                stretch = reading.stretch
                if not self._reader.trusts(reading.changes) or stretch.upto <= sitting.cursor:
                    break
                self.know(reading.company)
                if line.closed:
                    break
                if self.lines.get(line) is not sitting or sitting.cursor != stretch.after:
                    continue  # they were turned out, opened it anew, or have it already
                sitting.cursor = stretch.upto
                line.push(stretch.packet_for(sitting.viewer, line.language))
                # One stretch at a time: what a slow line can't take yet is not read yet.
                await line.drained()
        except Exception as error:
            logger.error("line_not_caught_up: %s", type(error).__name__)
        finally:
            self._replaying.discard(line)

    def turn_out(self, line: Line) -> None:
        """This person belongs no more: nothing further reaches them, and their line ends."""
        self.lines.pop(line, None)
        line.turn_out(self.circle.public_id)

    @property
    def _reload(self) -> Packet:
        return Packet.of({"is": "reload", "circle": self.circle.public_id})
