"""A room's feed: what was committed here and what others wrote, each once and in its order."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import replace

import pytest

from chat.hub.feed import Feed
from chat.hub.line import Line, Sitting
from chat.reading.company import Company
from chat.reading.replay import Reading, Wanted
from chat.reading.stretch import Happening, Stretch
from chat.seats import Viewer
from programs.models import Circle

pytestmark = pytest.mark.once

NOOR = Viewer(1, "noor", False, 0)
COMPANY = Company(0, {NOOR.member: NOOR})


def reading(after: int, upto: int) -> Reading:
    happenings = [
        Happening(seq, "all", None, seq, {"seq": seq, "kind": "message.posted"})
        for seq in range(after + 1, upto + 1)
    ]
    return Reading(Stretch("c", after, upto, upto, happenings), COMPANY, 0)


class Database:
    """What is committed so far; each look takes a moment, and shows what was there at its start."""

    def __init__(self, chance: random.Random) -> None:
        self.head = 0
        self.looks = 0
        self.turns = 0  # of the loop that a look takes; 0 is now this, now that
        self.trusted = True
        self.doubts = 0
        self.asked = self.keeps_waiting = 0
        self._chance = chance

    async def read_on(self, wanted: Wanted) -> Reading:
        self.looks += 1
        head = self.head
        for _ in range(self.turns or self._chance.randrange(4)):
            await asyncio.sleep(0)
        return reading(wanted.after, head)

    def trusts(self, changes: int) -> bool:
        self.doubts += not self.trusted
        return self.trusted

    def lets_catch_up(self, person: int) -> bool:
        self.asked += 1
        return self.asked > self.keeps_waiting

    def greet(self, circle: str, line: Line) -> None:
        pass  # nobody knows here who is there


class Page:
    """Notes every place it is told of."""

    def __init__(
        self,
        feed: Feed,
        since: int | None = None,
        *,
        viewer: Viewer = NOOR,
        known: Company = COMPANY,
        came_at: int = 0,
    ) -> None:
        self.places: list[int] = []
        self.told: list[str] = []
        self.line = Line(1, "s", self._send)
        since = feed.cursor if since is None else since
        sitting = Sitting(viewer, since, came_at=came_at)
        feed.add(self.line, sitting, known)

    async def _send(self, message: dict[str, str]) -> None:
        if message["type"] != "websocket.send":
            return
        frame = json.loads(message["text"])
        self.told.append(frame["is"])
        self.places += [event["seq"] for event in frame.get("events", [])]


async def until_told(page: Page, head: int) -> None:
    async with asyncio.timeout(30):
        while not page.places or page.places[-1] < head:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0)


async def test_what_was_committed_here_is_not_read_again():
    database = Database(random.Random(1))
    feed = Feed(Circle(pk=1, public_id="c"), 0, COMPANY, database)
    page = Page(feed)
    for database.head in range(1, 50):
        feed.offer(reading(database.head - 1, database.head))
    await until_told(page, 49)

    assert page.places == list(range(1, 50))
    assert database.looks == 0


async def test_what_is_committed_during_a_look_goes_on_without_another():
    """One look at the database is not the beginning of many."""
    database = Database(random.Random(1))
    feed = Feed(Circle(pk=1, public_id="c"), 0, COMPANY, database)
    page = Page(feed)
    database.head, database.turns = 1, 3
    feed.look(1)  # someone else's; while it is read, this house says much
    await asyncio.sleep(0)
    for database.head in range(2, 40):
        await asyncio.sleep(0)
        feed.offer(reading(database.head - 1, database.head))
    await until_told(page, 39)

    assert page.places == list(range(1, 40))
    assert database.looks <= 3


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("others", [0, 1])
async def test_what_is_written_while_the_log_is_read_is_looked_for_again(named, others):
    """The reading under way began before it was there, and shows nothing, or what came first."""
    database = Database(random.Random(1))
    feed = Feed(Circle(pk=1, public_id="c"), 0, COMPANY, database)
    page = Page(feed)
    database.turns = 3
    database.head = others
    feed.look()
    await asyncio.sleep(0)
    database.head = others + 1
    feed.look(database.head if named else None)
    await until_told(page, database.head)

    assert page.places == list(range(1, database.head + 1))


@pytest.mark.parametrize("seed", range(30))
async def test_however_ours_and_theirs_mingle_each_is_told_once_and_in_order(seed):
    chance = random.Random(seed)
    database = Database(chance)
    feed = Feed(Circle(pk=1, public_id="c"), 0, COMPANY, database)
    page = Page(feed)
    offers: list[Reading] = []
    for _ in range(60):
        begin = database.head
        database.head += chance.randrange(1, 4)
        if chance.random() < 0.5:
            offers.append(reading(begin, database.head))
        else:
            feed.look(database.head)
        if offers and chance.random() < 0.7:
            feed.offer(offers.pop(0))
        if chance.random() < 0.3:
            await asyncio.sleep(0)
    for late in offers:
        feed.offer(late)
    feed.look(database.head)
    await until_told(page, database.head)

    assert page.places == list(range(1, database.head + 1))


async def test_whoever_catches_up_while_rights_change_is_given_the_rest_without_more_being_said():
    """What they lack waits until every line was looked at, and no longer."""
    database = Database(random.Random(1))
    database.head = 40
    feed = Feed(Circle(pk=1, public_id="c"), 40, COMPANY, database)
    database.trusted = False
    page = Page(feed, since=20)
    async with asyncio.timeout(30):
        while not database.doubts:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0)
    assert page.places == []
    database.trusted = True
    feed.look_again()
    await until_told(page, 40)

    assert page.places == list(range(21, 41))


async def test_whoever_asks_for_too_much_of_the_log_is_given_it_by_and_by(monkeypatch):
    """Nobody else waits for that, nor do they themselves for what is said now."""
    monkeypatch.setattr("chat.hub.feed._BY_AND_BY_SECONDS", 0)
    database = Database(random.Random(1))
    database.head = 40
    database.keeps_waiting = 1_000_000
    feed = Feed(Circle(pk=1, public_id="c"), 40, COMPANY, database)
    greedy, other = Page(feed, since=20, came_at=40), Page(feed)
    slow = Page(feed, since=38, came_at=30)
    database.head = 41
    feed.offer(reading(40, 41))
    await until_told(other, 41)
    await until_told(slow, 41)
    assert database.asked and greedy.places == []
    # They come again and again.
    for since in range(20, 30):
        feed.add(greedy.line, Sitting(NOOR, since, came_at=41), COMPANY)
        await asyncio.sleep(0)
    looks = database.looks

    database.keeps_waiting = database.asked
    await until_told(greedy, 41)

    assert greedy.places == list(range(30, 42))
    assert database.looks == looks + 1


async def test_whoever_opens_the_room_again_while_catching_up_is_told_nothing_twice():
    """What was read for how they stood before isn't theirs as they stand now."""
    database = Database(random.Random(1))
    database.head, database.turns = 40, 3
    feed = Feed(Circle(pk=1, public_id="c"), 40, COMPANY, database)
    page = Page(feed, since=20)
    async with asyncio.timeout(30):
        while not database.looks:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0)
    feed.add(page.line, Sitting(NOOR, 30), COMPANY)
    await until_told(page, 40)
    for _ in range(10):
        await asyncio.sleep(0)

    assert page.places == list(range(31, 41))


async def test_whoever_is_let_in_by_an_older_look_sees_what_is_known_by_now():
    """Noor asked to read nothing of Mina while her socket stood at the door."""
    hiding = replace(NOOR, hidden=frozenset({2}))
    database = Database(random.Random(1))
    feed = Feed(Circle(pk=1, public_id="c"), 0, Company(1, {1: hiding}), database)
    page = Page(feed, known=COMPANY)

    assert feed.lines[page.line].viewer is hiding
    assert page.told == ["reload"]


async def test_whoever_was_removed_while_they_were_let_in_is_told_nothing():
    database = Database(random.Random(1))
    feed = Feed(Circle(pk=1, public_id="c"), 0, Company(1, {}), database)
    page = Page(feed, known=COMPANY)
    feed.offer(Reading(reading(0, 1).stretch, feed.company, 0))
    await asyncio.sleep(0)

    assert page.line.closed
    assert page.places == []


async def test_what_is_the_same_for_all_is_made_once_and_what_is_not_for_each_as_they_may_see():
    ines = Viewer(2, "ines", True, 0)
    later = Viewer(3, "mina", False, 5)
    held = Happening(5, "one", NOOR.member, 5, {"seq": 5, "kind": "message.held"})
    alike = Company(0, {1: NOOR, 2: ines})
    for company, stretch, expected in [
        (alike, reading(0, 4).stretch, True),
        (Company(0, {1: NOOR, 3: later}), reading(4, 6).stretch, False),
        (Company(0, {1: NOOR, 3: later}), reading(5, 6).stretch, True),
        (Company(0, {1: replace(NOOR, hidden=frozenset({2}))}), reading(0, 4).stretch, False),
        (alike, Stretch("c", 4, 5, 5, [held]), False),
    ]:
        packet = stretch.packet_for_all(company)
        assert (packet is not None) is expected
        for viewer in company.viewers.values():
            assert packet is None or stretch.packet_for(viewer) is packet
