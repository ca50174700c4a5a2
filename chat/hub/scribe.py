"""What is said in a process: committed with what comes meanwhile, drawn, answered, handed on."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chat import announcing
from chat.hub import allowance
from chat.hub.batches import Batches, DatabaseThread
from chat.hub.feed import Feed
from chat.hub.letters import Delivered, Letter, delivered
from chat.hub.line import Line
from chat.hub.patience import Patience
from chat.posting import Commit, Draft, Later, Outcome
from chat.reading import replay
from chat.reading.company import companies
from chat.reading.replay import Reading

logger = logging.getLogger(__name__)

# A batch that is full goes at once. So many take a tenth of a second; half of them cost more each.
_MOST_POSTS = 800
# A commit costs the same as five messages in it: where more than a hundred a second are said,
# waiting this long makes everyone wait less.
_APART_SECONDS = 0.004
# Nobody notices a tenth of a second in a house where thousands of messages a second are said.
_AT_MOST_APART_SECONDS = 0.08
# Whoever posts by HTTP sends the next when the last is answered: a batch that waits until most are
# back is larger, and costs less for each.
_LETTERS_APART_SECONDS = 0.012

# What was read of rooms, and the hints to others.
_Brought = tuple[list[Reading], list[announcing.Hint]]


class Scribe:
    """Writes down what comes to one process, in one thread, a batch at a time. Lives in the hub's
    event loop."""

    def __init__(self, feeds: Mapping[str, Feed], tell: Callable[[announcing.Hint], None]) -> None:
        """`feeds` are those of this process, by circle; `tell` gives a hint to whoever it may
        concern, here and elsewhere."""
        self.thread = DatabaseThread("hub-writes")
        # Messages that were given to be committed, for as long as this process lives.
        self.committed = 0
        self._feeds = feeds
        self._tell = tell
        self._patience = Patience()
        self._posts: Batches[Draft, Outcome] = Batches(
            self.thread,
            self._commit_and_draw,
            most=_MOST_POSTS,
            then=lambda: self._hand_on(self._brought),
            apart=_APART_SECONDS,
            at_most=_AT_MOST_APART_SECONDS,
        )
        self._letters: Batches[Letter, Delivered | None] = Batches(
            self.thread,
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

    def holds_back(self, hint: announcing.Hint) -> bool:
        """Whether it is of the batch that this thread is committing, and told with it."""
        held_back = getattr(self._batch, "hints", None)
        if held_back is not None:
            held_back.append(hint)
        return held_back is not None

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
                if feed := self._feeds.get(ground.circle.public_id):
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
                if feed := self._feeds.get(reading.stretch.circle):
                    feed.offer(reading)
        finally:  # whatever is wrong with an event, what was committed is answered
            for line in answered:
                line.let_go()
        # Last: what was offered need not be looked for.
        for hint in hints:
            self._tell(hint)
