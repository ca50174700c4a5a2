"""`manage.py bench stalled`: one in twenty stops reading while a large room talks."""

from __future__ import annotations

import argparse
import asyncio
import select
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from time import monotonic as now

import uvloop

from community.house import Unable
from tests.bench import machine, room
from tests.bench.crowd import Crowd, Record
from tests.bench.dialects import Seat
from tests.bench.sides import OURS, Running
from tests.bench.tally import Outcome, judge
from tests.bench.wire import Socket

_CUT_OFF_WITHIN_SECONDS = 15.0
_MOST_BYTES = 50 * 2**20
_PART = 20


@dataclass
class Sides:
    """The others' deliveries while everyone reads and while some do not, turn by turn; what that
    cost."""

    reading: list[Outcome] = field(default_factory=list)
    stalled: list[Outcome] = field(default_factory=list)
    grown: int = 0
    cut_off_after: list[float] = field(default_factory=list)
    stayed: int = 0


def main(arguments: Sequence[str]) -> int:
    """The exit status is 1 where the others lost anything, a stalled socket stayed, or it took
    too much memory. The ratio of latencies is for whoever reads it."""
    told = argparse.ArgumentParser(prog="manage.py bench stalled", description=__doc__)
    told.add_argument("--people", type=int, default=200)
    told.add_argument("--rate", type=float, default=200.0, help="messages a second")
    told.add_argument("--seconds", type=float, default=12.0, help="of each part")
    told.add_argument("--turns", type=int, default=5, help="everyone reads, then some do not")
    options = told.parse_args(arguments)
    try:
        with room.ground(postgres=False) as bench:
            people = bench.fill(OURS, circles=1, members=3, big=options.people)
            with (
                bench.running(OURS, processes=1) as server,
                machine.without_pauses(),
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                sides = runner.run(
                    compare(server, people.big, options.rate, options.seconds, options.turns)
                )
    except Unable as unable:
        print(unable, file=sys.stderr)  # noqa: T201
        return 1
    whole = sum(sides.stalled, Outcome())
    print(  # noqa: T201
        f"{options.people} people, {options.rate:g} messages a second, {options.turns} turns\n"
        f"everyone reads      {_told(sides.reading)}\n"
        f"one in {_PART} does not {_told(sides.stalled)}\n"
        f"p99, then, in each turn: x {_ratios(sides.stalled, sides.reading)}\n"
        f"everyone reads, beside the turn before: x {_ratios(sides.reading[1:], sides.reading)}\n"
        f"lost, twice, reordered: {whole.lost}, {whole.twice}, {whole.reordered}\n"
        f"memory of the web process: +{sides.grown / 2**20:.1f} MB\n"
        f"cut off after {min(sides.cut_off_after, default=0):.1f} to "
        f"{max(sides.cut_off_after, default=0):.1f} s; {sides.stayed} stayed"
    )
    wrong = [whole.lost, whole.twice, whole.reordered, sides.stayed]
    late = max(sides.cut_off_after, default=0) > _CUT_OFF_WITHIN_SECONDS
    return 1 if any(wrong) or late or sides.grown > _MOST_BYTES else 0


def _told(outcomes: Sequence[Outcome]) -> str:
    halves, latest = ([1000 * one.percentile(part) for one in outcomes] for part in (0.5, 0.99))
    each = ", ".join(f"{ms:.0f}" for ms in latest)
    return f"p50/p99 {median(halves):.0f}/{median(latest):.0f} ms (p99 of each: {each})"


def _ratios(ours: Sequence[Outcome], others: Sequence[Outcome]) -> str:
    """Of their p99, pair by pair."""
    pairs = zip(ours, others, strict=False)
    ratios = sorted(one.percentile(0.99) / other.percentile(0.99) for one, other in pairs)
    return f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})" if ratios else "-"


async def compare(
    server: Running, seats: list[Seat], rate: float, seconds: float, turns: int
) -> Sides:
    """Everyone reads, then some do not, in turns."""
    sides, count = Sides(), round(rate * seconds)
    record = Record()
    for _ in range(turns):
        crowd = Crowd(server, record, seats)
        crowd.narrow = set(seats[::_PART])
        await crowd.join()
        await crowd.talk(rate=rate, count=20)
        sides.reading.append(judge(await crowd.talk(rate=rate, count=count)))
        stalled = _stall(crowd)
        memory, began = server.memory(), now()
        watching = asyncio.create_task(_cut_off(stalled, began))
        sides.stalled.append(judge(await crowd.talk(rate=rate, count=count)))
        sides.grown = max(sides.grown, server.memory() - memory)
        ended = await watching
        sides.cut_off_after += [after for after in ended if after is not None]
        sides.stayed += ended.count(None)
        for socket in stalled:
            socket.transport.abort()
        await crowd.leave()
    return sides


def _stall(crowd: Crowd) -> list[Socket]:
    """One in twenty stops reading, and is no longer counted."""
    stalled = []
    for members in crowd.members.values():
        stalled += [socket for socket in members if socket.seat in crowd.narrow]
        members[:] = [socket for socket in members if socket.seat not in crowd.narrow]
    for socket in stalled:
        socket.transport.pause_reading()  # type: ignore[attr-defined]
    return stalled


async def _cut_off(stalled: Sequence[Socket], began: float) -> list[float | None]:
    """Seconds until each was ended by the server; None for those that stayed."""
    poll = select.poll()
    waiting = {}
    for socket in stalled:
        number = socket.transport.get_extra_info("socket").fileno()
        poll.register(number, 0)
        waiting[number] = socket
    after: list[float | None] = []
    while waiting and now() - began < 2 * _CUT_OFF_WITHIN_SECONDS:
        for number, _ in poll.poll(0):
            poll.unregister(number)
            del waiting[number]
            after.append(now() - began)
        await asyncio.sleep(0.05)
    return after + [None] * len(waiting)
