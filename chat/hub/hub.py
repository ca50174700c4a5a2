"""The hub of a web process."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from chat import announcing, posting
from chat.hub import admission, allowance
from chat.hub.admission import Admitted
from chat.hub.batches import Batches, DatabaseThread
from chat.hub.feed import Feed
from chat.hub.hints import Hints
from chat.hub.line import Line, Sitting
from chat.hub.neighbours import Neighbours
from chat.hub.opening import Asked, Opening, open_circles
from chat.hub.scribe import Scribe
from chat.hub.watch import Watch
from chat.posting import Draft, Outcome
from chat.reading import replay
from chat.reading.replay import Reading, Wanted

logger = logging.getLogger(__name__)

_MOST_ARRIVALS = 500
_MOST_OPENINGS = 250
_MOST_READINGS = 100
# Longer than any wait for the database's own locks.
_PATIENCE_SECONDS = 60.0


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

    @classmethod
    def running(cls) -> Hub | None:
        """The hub of this process, where a socket has started it in this loop."""
        hub = cls._of_process
        return hub if hub is not None and hub.loop is asyncio.get_running_loop() else None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lines: set[Line] = set()
        self._lines_of: defaultdict[int, set[Line]] = defaultdict(set)
        self.feeds: dict[str, Feed] = {}
        self.scribe = Scribe(self.feeds, self._tell)
        self.reader = DatabaseThread("hub-reads")
        self.neighbours = Neighbours(loop, self.feeds, self._tell)
        self.watch = Watch(self)
        self._heeders = self._all_that_is_heeded()
        self._hints = Hints(self.neighbours.presence.me, self._heed)
        self._ready_to_read()
        self._tasks = [loop.create_task(work) for work in self._works()]
        announcing.through(self._tell_from_thread)

    def _all_that_is_heeded(self) -> dict[str, Callable[[announcing.Hint], None]]:
        return {
            "hint.rooms": self._heed_rooms,
            "hint.company": self._heed_company,
            "hint.access": self._heed_access,
            "hint.attended": self._heed_attended,
            "hint.read": self._heed_read,
            "hint.hushed": self._heed_hushed,
            "hint.typing": self.neighbours.heed_typing,
            "hint.here": self.neighbours.heed_here,
        }

    def _ready_to_read(self) -> None:
        self._arrivals = Batches(self.reader, admission.admitted, most=_MOST_ARRIVALS)
        # Whoever stands at the door goes before those who are in already.
        self._openings = Batches(
            self.reader, open_circles, most=_MOST_OPENINGS, after=self._arrivals
        )
        self._readings = Batches(self.reader, replay.read_each, most=_MOST_READINGS)

    def _works(self) -> Iterator[Coroutine[Any, Any, None]]:
        """What goes on as long as the hub does."""
        yield self._hints.hear()
        yield self._hints.pass_on()
        yield self.watch.keep()
        yield self.watch.cut_off_the_still()
        yield self.watch.move_the_log_on()

    # Lines -----------------------------------------------------------------------------

    async def admit(self, session: str) -> Admitted | None:
        """Whose session this is, looked up with all others who came meanwhile."""
        return await self._arrivals.submit(session)

    def add(self, line: Line) -> None:
        self.lines.add(line)
        self._lines_of[line.person].add(line)
        self.watch.welcome(line)

    def drop(self, line: Line) -> None:
        line.closed = True
        self.lines.discard(line)
        self._lines_of[line.person].discard(line)
        if not self._lines_of[line.person]:
            del self._lines_of[line.person]
        for circle in list(line.sittings):
            self.leave(line, circle)

    def leave(self, line: Line, circle: str) -> None:
        line.sittings.pop(circle, None)
        if feed := self.feeds.get(circle):
            feed.lines.pop(line, None)
            self.neighbours.came_or_went(circle)
            if not feed.lines:
                del self.feeds[circle]
                self.neighbours.forget(circle)

    async def open(
        self,
        line: Line,
        circle: str,
        since: int | None,
        *,
        newest: str | None = None,
        beside: bool = False,
    ) -> bool:
        """Opens a circle on a line, with all it missed since then; `newest` is the newest message
        it has of it. False for a stranger."""
        known = self.feeds.get(circle)
        company = known.company if known else None
        asked = Asked(line.person, circle, since, newest, company, line.language)
        opening = await self._openings.submit(asked)
        if opening is None:
            self.leave(line, circle)
            return False
        if not line.closed:
            self._sit(line, opening, beside=beside)
        return True

    def _sit(self, line: Line, opening: Opening, *, beside: bool) -> None:
        circle = opening.circle.public_id
        line.push(opening.packet)
        feed = self.feeds.get(circle)
        if feed is None:
            feed = Feed(opening.circle, opening.head, opening.company, self)
            self.feeds[circle] = feed
        # What lies between `since` and now the feed gives it at the pace the line can take.
        sitting = Sitting(
            opening.viewer,
            opening.cursor,
            beside,
            came_at=opening.head,
            read=opening.read,
            hushed=opening.hushed,
        )
        line.sittings[circle] = sitting
        feed.add(line, sitting, opening.company)
        # What was committed between reading and listening.
        feed.look(opening.head)
        if not (beside or line.closed):
            self.neighbours.greet(circle, line)
            self.neighbours.came_or_went(circle)

    # Reading ---------------------------------------------------------------------------

    async def read_on(self, wanted: Wanted) -> Reading:
        """What happened since in one room, read with what other rooms want meanwhile. Raises
        Unreadable where that one can't be."""
        reading = await self._readings.submit(wanted)
        if reading is None:
            raise replay.Unreadable
        return reading

    def trusts(self, changes: int) -> bool:
        return self.watch.trusts(changes)

    def lets_catch_up(self, person: int) -> bool:
        return allowance.STRETCHES.takes(person)

    def greet(self, circle: str, line: Line) -> None:
        self.neighbours.greet(circle, line)

    # Writing ---------------------------------------------------------------------------

    @classmethod
    def post_from_thread(cls, draft: Draft) -> Outcome:
        """For a request's own thread: the message goes with the batch of this process's hub.
        Where none runs, no socket being here, it is posted by itself. Raises Refused for whoever
        tries too much."""
        hub = cls._of_process
        if hub is None or not hub.loop.is_running():
            allowance.check_words(draft.user_id, draft.body, draft.note)
            return posting.post_batch([draft])[0]

        async def posted() -> Outcome:
            return await hub.scribe.post(draft)

        return asyncio.run_coroutine_threadsafe(posted(), hub.loop).result(_PATIENCE_SECONDS)

    def typing(self, line: Line, circle: str) -> None:
        """Tells the others in the circle that someone writes; never stored."""
        if sitting := line.sittings.get(circle):
            self.neighbours.writes(circle, sitting)

    # Hints -----------------------------------------------------------------------------

    def _tell_from_thread(self, hint: announcing.Hint) -> None:
        if not self.scribe.holds_back(hint):
            self.loop.call_soon_threadsafe(self._tell, hint)

    def _tell(self, hint: announcing.Hint) -> None:
        self._hints.tell(hint)

    def _heed(self, hint: announcing.Hint) -> None:
        # A newer process may say what this one does not know.
        if heed := self._heeders.get(hint["type"]):
            heed(hint)

    def _heed_rooms(self, hint: announcing.Hint) -> None:
        for circle, seq in hint["rooms"].items():
            if feed := self.feeds.get(circle):
                feed.look(seq)

    def _heed_company(self, hint: announcing.Hint) -> None:
        if feed := self.feeds.get(hint["circle"]):
            feed.look()

    def _heed_access(self, hint: announcing.Hint) -> None:
        # For who stands at the door now, and is no line yet.
        self.watch.hear(hint.get("changes", 0))
        mine = list(self._lines_of.get(hint["person"], ()))
        if mine:
            self._spawn(self.watch.look_at(mine))

    def _heed_attended(self, hint: announcing.Hint) -> None:
        if hint["circle"] in self.feeds:
            self._spawn(self.watch.show_who_attends([hint["circle"]]))

    def _heed_read(self, hint: announcing.Hint) -> None:
        for whose, seq in hint["read"].items():
            person, circle = whose.split()
            for line in list(self._lines_of.get(int(person), ())):
                line.tell_read(circle, seq)

    def _heed_hushed(self, hint: announcing.Hint) -> None:
        said = hint["until"]
        until = datetime.datetime.fromisoformat(said) if said else None
        for line in list(self._lines_of.get(hint["person"], ())):
            line.tell_hushed(hint["circle"], until)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)
