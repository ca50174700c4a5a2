"""The hub of a web process."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

from chat import announcing, posting
from chat.hub import admission, allowance
from chat.hub.admission import Admitted
from chat.hub.batches import Batches, DatabaseThread
from chat.hub.feed import Feed
from chat.hub.hints import Hints
from chat.hub.letters import Delivered, Letter, delivered
from chat.hub.line import Line, Sitting
from chat.hub.neighbours import Neighbours
from chat.hub.opening import Asked, Opening, open_circles
from chat.hub.patience import Patience
from chat.hub.watch import Watch
from chat.posting import Commit, Draft, Later, Outcome
from chat.reading import replay
from chat.reading.company import companies
from chat.reading.replay import Reading, Wanted

logger = logging.getLogger(__name__)

_MOST_POSTS = 400
# A commit costs the same as five messages in it: where more than a hundred a second are said,
# waiting this long makes everyone wait less.
_APART_SECONDS = 0.004
# Nobody notices a tenth of a second in a house where thousands of messages a second are said.
_AT_MOST_APART_SECONDS = 0.08
# Whoever posts by HTTP sends the next when the last is answered: a batch that waits until most are
# back is larger, and costs less for each.
_LETTERS_APART_SECONDS = 0.012
_MOST_ARRIVALS = 500
_MOST_OPENINGS = 250
_MOST_READINGS = 100
# Longer than any wait for the database's own locks.
_PATIENCE_SECONDS = 60.0


# What was read of rooms, and the hints to others.
_Brought = tuple[list[Reading], list[announcing.Hint]]


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
        self.writer = DatabaseThread("hub-writes")
        self.reader = DatabaseThread("hub-reads")
        self.neighbours = Neighbours(loop, self.feeds, self._tell)
        self.watch = Watch(self)
        # Messages that were given to be committed, for as long as this process lives.
        self.committed = 0
        self._patience = Patience()
        self._heeders = self._all_that_is_heeded()
        self._hints = Hints(self.neighbours.presence.me, self._heed)
        self._ready_to_write()
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

    def _ready_to_write(self) -> None:
        self._posts: Batches[Draft, Outcome] = Batches(
            self.writer,
            self._commit_and_draw,
            most=_MOST_POSTS,
            then=lambda: self._hand_on(self._brought),
            apart=_APART_SECONDS,
            at_most=_AT_MOST_APART_SECONDS,
        )
        self._letters: Batches[Letter, Delivered | None] = Batches(
            self.writer,
            self._deliver,
            most=_MOST_POSTS,
            then=lambda: self._hand_on(self._delivered),
            apart=_LETTERS_APART_SECONDS,
        )
        # The hints of the batch that the writing thread is committing.
        self._batch = threading.local()
        # What a batch of posts brought, until it is handed on; and one of letters.
        self._brought: deque[_Brought] = deque()
        self._delivered: deque[_Brought] = deque()
        # Whoever was answered since, and has perhaps not been told so yet.
        self._answered: list[Line] = []

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
        self, line: Line, circle: str, since: int | None, *, beside: bool = False
    ) -> bool:
        """Opens a circle on a line, with all it missed since then. False for a stranger."""
        known = self.feeds.get(circle)
        asked = Asked(line.person, circle, since, known.company if known else None)
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
        sitting = Sitting(opening.viewer, opening.cursor, beside, came_at=opening.head)
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

    def post(self, draft: Draft) -> asyncio.Future[Outcome]:
        """Its outcome, once the batch it went with is committed. Raises Refused for whoever tries
        too much, without asking anything."""
        allowance.check_words(draft.user_id, draft.body, draft.note)
        return self._posts.submit(draft)

    def answer(self, line: Line, frame: dict[str, Any]) -> None:
        """What became of a post, said when its batch is handed on: with its event, or by itself."""
        line.say_ahead(frame)
        self._answered.append(line)

    def deliver(self, letter: Letter) -> asyncio.Future[Delivered | None]:
        """What became of it, once the batch it went with is committed; None where its session has
        ended, or it was kept back."""
        return self._letters.submit(letter)

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
            return await hub.post(draft)

        return asyncio.run_coroutine_threadsafe(posted(), hub.loop).result(_PATIENCE_SECONDS)

    def typing(self, line: Line, circle: str) -> None:
        """Tells the others in the circle that someone writes; never stored."""
        if sitting := line.sittings.get(circle):
            self.neighbours.writes(circle, sitting)

    def _deliver(self, letters: Sequence[Letter]) -> list[Delivered | Later | None]:
        """As `_commit_and_draw`, whose drafts are in letters; there may be none left of them."""
        return delivered(letters, self._commit_the_allowed)

    def _commit_the_allowed(self, drafts: Sequence[Draft]) -> list[Outcome | Later]:
        refused = [allowance.refused(one.user_id, one.body, one.note) for one in drafts]
        allowed = [draft for draft, no in zip(drafts, refused, strict=True) if no is None]
        outcomes = iter(self._commit(allowed, self._delivered) if allowed else [])
        return [next(outcomes) if no is None else no for no in refused]

    def _commit_and_draw(self, drafts: Sequence[Draft]) -> list[Outcome | Later]:
        return self._commit(drafts, self._brought)

    def _commit(self, drafts: Sequence[Draft], brought: deque[_Brought]) -> list[Outcome | Later]:
        """In the writing thread: what is committed is drawn from memory for who listens here."""
        readings: list[Reading] = []
        self._batch.hints = []
        try:
            commit = self._patience.commit(drafts)
            self.committed += len(drafts)
            readings = self._drawn(commit)
            return commit.outcomes
        finally:
            hints, self._batch.hints = self._batch.hints, None
            brought.append((readings, hints))

    def _drawn(self, commit: Commit) -> list[Reading]:
        """Empty where it fails: it is committed, and the feeds find it in the database."""
        try:
            heard, known, counts = [], {}, {}
            for said in commit.said:
                ground = said.ground
                if feed := self.feeds.get(ground.circle.public_id):
                    heard.append(said)
                    known[ground.circle.id] = feed.company
                    counts[ground.circle.id] = ground.company
            found = companies(counts, known=known)
            return [
                Reading(replay.fresh(said), found[said.ground.circle.id], commit.changes)
                for said in heard
            ]
        except Exception as error:
            logger.error("not_drawn: %s", type(error).__name__)
            return []

    def _hand_on(self, brought: deque[_Brought]) -> None:
        """Of one batch. Whoever wrote has just been answered."""
        # Where it never came to the work, nothing was brought.
        readings, hints = brought.popleft() if brought else ([], [])
        answered, self._answered = self._answered, []
        try:
            for reading in readings:
                if feed := self.feeds.get(reading.stretch.circle):
                    feed.offer(reading)
        finally:  # whatever is wrong with an event, what was committed is answered
            for line in answered:
                line.let_go()
        # Last: what was offered need not be looked for.
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
            self._say_to_own(int(person), {"is": "read", "circle": circle, "seq": seq})

    def _heed_hushed(self, hint: announcing.Hint) -> None:
        about = {"circle": hint["circle"], "until": hint["until"]}
        self._say_to_own(hint["person"], {"is": "hushed"} | about)

    def _say_to_own(self, person: int, frame: dict[str, Any]) -> None:
        """To all of this person's lines that have the circle open, and to nobody else's."""
        for line in list(self._lines_of.get(person, ())):
            if frame["circle"] in line.sittings:
                line.say(frame)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)
