"""What is done to a server. Each shape takes a fresh one and says what came of it.

a      50 rooms of 12, 20 messages a second in all       b  one room of 500, 5 a second
c1, c2 the same rooms, faster and faster until p99 is over 250 ms or something is lost
d      1,000 signed-in people connect at once            burst  300 messages in 0.1 s over 50 rooms
http   16 clients post by HTTP, each the next when the last is answered
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic as now

from tests.bench.crowd import Crowd, Record
from tests.bench.dialects import Seat
from tests.bench.posting import post_for
from tests.bench.sides import People, Running
from tests.bench.tally import Outcome, judge
from tests.bench.wire import Socket

LATEST_SECONDS = 0.250
_LONGEST_CLIMB_SECONDS = 120.0
_FINER = 3  # steps between what held and what did not, once both are known
_REST_SECONDS = 0.5


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    circles: int = 84
    members: int = 12
    talking: int = 50  # circles that talk
    big: int = 500
    at_once: int = 1000
    seconds: float = 10.0
    step_seconds: float = 3.0


@dataclass
class Result:
    """What came of one shape on one server."""

    outcome: Outcome
    rate: float = 0.0  # deliveries, connects or requests a second
    record: Record = field(default_factory=Record)
    bytes_per_connection: float = 0.0
    joined_rate: float = 0.0  # d: people a second who are in their room


Shape = Callable[[Running, People, Size], Awaitable[Result]]


async def small_rooms(server: Running, people: People, size: Size) -> Result:
    return await _steady(server, _talking(people, size), rate=20, seconds=size.seconds)


async def big_room(server: Running, people: People, size: Size) -> Result:
    return await _steady(server, people.big, rate=5, seconds=size.seconds)


async def small_rooms_faster(server: Running, people: People, size: Size) -> Result:
    return await _faster(server, _talking(people, size), start=50, seconds=size.step_seconds)


async def big_room_faster(server: Running, people: People, size: Size) -> Result:
    return await _faster(server, people.big, start=4, seconds=size.step_seconds)


async def burst(server: Running, people: People, size: Size) -> Result:
    crowd = await _warm_crowd(server, _talking(people, size))
    whole = Outcome()
    for _ in range(5):
        await asyncio.sleep(1)
        whole += judge(await crowd.talk(rate=3000, count=6 * size.talking))
    await crowd.leave()
    return Result(whole, whole.rate, crowd.record)


async def all_at_once(server: Running, people: People, size: Size) -> Result:
    everyone = [seat for circle in people.circles for seat in circle][: size.at_once]
    crowd = await _warm_crowd(server, everyone[-20:])
    await crowd.leave()
    await asyncio.sleep(_REST_SECONDS)
    memory, used, begin = server.memory(), server.use(), now()
    came = await asyncio.gather(*map(crowd.connect, everyone), return_exceptions=True)
    used = server.use() - used
    sockets = [socket for members in crowd.members.values() for socket in members]
    refused = Counter(str(one) or type(one).__name__ for one in came if not isinstance(one, Socket))
    await asyncio.sleep(2)
    memory = server.memory() - memory
    await crowd.leave()
    if not sockets:
        return Result(Outcome(refused=refused, used=used))
    accepted = sorted(socket.accepted_at - begin for socket in sockets)
    outcome = Outcome(
        accepted, deliveries=len(sockets), refused=refused, seconds=accepted[-1], used=used
    )
    return Result(
        outcome,
        outcome.rate,
        crowd.record,
        bytes_per_connection=memory / len(sockets),
        joined_rate=len(sockets) / max(socket.joined_at - begin for socket in sockets),
    )


async def over_http(server: Running, people: People, size: Size) -> Result:
    circles = people.circles[:16]
    crowd = await _warm_crowd(server, [circle[0] for circle in circles])
    outcome = await post_for(
        size.seconds, crowd, [circle[-1] for circle in circles], token=people.token
    )
    await crowd.leave()
    return Result(outcome, outcome.rate, crowd.record)


SHAPES: dict[str, Shape] = {
    "a": small_rooms,
    "b": big_room,
    "c1": small_rooms_faster,
    "c2": big_room_faster,
    "d": all_at_once,
    "burst": burst,
    "http": over_http,
}


def _talking(people: People, size: Size) -> list[Seat]:
    return [seat for circle in people.circles[: size.talking] for seat in circle]


async def _warm_crowd(
    server: Running, seats: Sequence[Seat], record: Record | None = None
) -> Crowd:
    """Everyone is there, and each room has heard something, so that nothing is new."""
    crowd = Crowd(server, record or Record(), seats)
    await crowd.join()
    await crowd.talk(rate=50, count=2 * len(crowd.members))
    await asyncio.sleep(_REST_SECONDS)
    server.sample_from_now()
    return crowd


async def _steady(server: Running, seats: list[Seat], *, rate: float, seconds: float) -> Result:
    crowd = await _warm_crowd(server, seats)
    outcome = judge(await crowd.talk(rate=rate, count=max(1, round(rate * seconds))))
    await crowd.leave()
    return Result(outcome, outcome.rate, crowd.record)


async def _faster(server: Running, seats: list[Seat], *, start: float, seconds: float) -> Result:
    """Twice as fast each time until it does not hold; then closer to where it does not."""
    crowd = await _warm_crowd(server, seats)
    best, held, failed, finer = Outcome(), 0.0, math.inf, 0
    rate = start
    until = now() + _LONGEST_CLIMB_SECONDS
    while now() < until:
        outcome = Outcome()
        for _ in range(2):  # once more: other work on the machine must not decide
            outcome = judge(await crowd.talk(rate=rate, count=max(3, round(rate * seconds))))
            if _holds(outcome):
                break
            crowd = await _rested(crowd, seats)
        if _holds(outcome):
            best, held = outcome, rate
        else:
            failed = rate
        if failed == math.inf:
            rate = held * 2
        elif not held:
            rate = failed / 2
        elif finer == _FINER:
            break
        else:
            finer += 1
            rate = math.sqrt(held * failed)
    await crowd.leave()
    return Result(replace(best), best.rate, crowd.record)


def _holds(outcome: Outcome) -> bool:
    return outcome.is_clean and outcome.percentile(0.99) <= LATEST_SECONDS


async def _rested(crowd: Crowd, seats: list[Seat]) -> Crowd:
    """The same people once the server has nothing left to do, which takes at most 15 seconds."""
    await crowd.leave()
    for _ in range(30):
        before = crowd.server.use().whole
        await asyncio.sleep(0.5)
        if crowd.server.use().whole - before < 0.05:
            break
    return await _warm_crowd(crowd.server, seats, crowd.record)
