"""`manage.py bench session`: an open session of five hundred; how long until all see a step.

The facilitator hands the piece on, again and again; then people respond to what was said. Each
step and each response is timed from when it was sent until every single screen has it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from time import monotonic as now
from typing import Any

import uvloop

from community.house import Unable
from tests.bench import machine, room
from tests.bench.crowd import Crowd, Record
from tests.bench.sides import OURS
from tests.bench.tally import Outcome
from tests.bench.wire import Socket

_WITHIN_MS = 250.0
_SPEAKERS = 12
_RESPONDED = b'"kind":"message.responded"'
_PATIENCE_SECONDS = 10.0


def main(arguments: Sequence[str]) -> int:
    """The exit status is 1 where anything took longer than it may, or did not arrive."""
    told = argparse.ArgumentParser(prog="manage.py bench session", description=__doc__)
    told.add_argument("--people", type=int, default=500)
    told.add_argument("--steps", type=int, default=60)
    told.add_argument("--responses", type=int, default=200)
    told.add_argument("--rate", type=float, default=20.0, help="responses a second")
    options = told.parse_args(arguments)
    try:
        with room.ground(postgres=False) as bench:
            people = bench.fill(OURS, circles=1, members=3, big=options.people)
            with (
                bench.running(OURS, processes=1) as server,
                machine.without_pauses(),
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                crowd = Crowd(server, Record(), people.big)
                steps, responses = runner.run(_hold(crowd, options))
    except Unable as unable:
        print(unable, file=sys.stderr)  # noqa: T201
        return 1
    for name, outcome in (("steps", steps), ("responses", responses)):
        p50, p99 = (outcome.percentile(part) * 1000 for part in (0.5, 0.99))
        print(  # noqa: T201
            f"{options.people} people, {name}: p50/p99 {p50:.0f}/{p99:.0f} ms, "
            f"{outcome.deliveries} deliveries, {outcome.lost} lost"
        )
    late = [one for one in (steps, responses) if one.percentile(0.99) * 1000 > _WITHIN_MS]
    return 1 if late or steps.lost or responses.lost else 0


async def _hold(crowd: Crowd, options: argparse.Namespace) -> tuple[Outcome, Outcome]:
    """Opens the session, brings the speakers in, and times what is asked for."""
    await crowd.join()
    [sockets] = crowd.members.values()
    await asyncio.sleep(2)  # until everyone knows who is here
    leader, circle = sockets[0], sockets[0].seat.room
    await _do(leader, circle, "begin")
    for speaker in sockets[1 : _SPEAKERS + 1]:
        await _do(speaker, circle, "seat", agreed=True)
    await _do(leader, circle, "phase", phase="sharing", step=_step(leader))
    steps = Outcome()
    for number in range(options.steps):
        if number % _SPEAKERS == _SPEAKERS - 1:  # another round
            await _do(leader, circle, "phase", phase="sharing", step=_step(leader))
            await asyncio.sleep(0.3)
        await asyncio.sleep(0.1)
        heard = [len(socket.seen) for socket in sockets]
        began = now()
        await _do(leader, circle, "give_piece", step=_step(leader))
        await _until(lambda heard=heard: _have_more(sockets, heard))
        for socket, before in zip(sockets, heard, strict=True):
            if len(socket.seen) > before:
                steps.latencies.append(socket.seen[before][0] - began)
        steps.lost += sum(len(s.seen) <= n for s, n in zip(sockets, heard, strict=True))
    steps.latencies.sort()
    steps.deliveries = len(steps.latencies)
    responses = await _responses(crowd, sockets, circle, options)
    await crowd.leave()
    return steps, responses


async def _responses(
    crowd: Crowd, sockets: Sequence[Socket], circle: str, options: argparse.Namespace
) -> Outcome:
    """Many respond to one message, one after the other."""
    for speaker in sockets[: _SPEAKERS + 1]:
        if await _said(crowd, speaker, circle):
            break
    message = _newest(sockets[0])["id"]
    before = [len(socket.seen) for socket in sockets]
    due: list[float] = []
    begin = now() + 0.1
    for number in range(options.responses):
        due.append(begin + number / options.rate)
        await asyncio.sleep(max(0.0, due[-1] - now()))
        responder = sockets[_SPEAKERS + 1 + number % (len(sockets) - _SPEAKERS - 1)]
        frame = {"do": "respond", "circle": circle, "message": message, "response": "heard"}
        responder.say(json.dumps(frame).encode())
    await _until(
        lambda: all(len(_arrivals(s, n)) >= len(due) for s, n in zip(sockets, before, strict=True))
    )
    outcome = Outcome()
    for socket, seen in zip(sockets, before, strict=True):
        arrived = _arrivals(socket, seen)
        outcome.latencies += [at - then for at, then in zip(arrived, due, strict=False)]
        outcome.lost += len(due) - len(arrived)
    outcome.latencies.sort()
    outcome.deliveries = len(outcome.latencies)
    return outcome


async def _said(crowd: Crowd, socket: Socket, circle: str) -> bool:
    """Whether they have the piece, and could say something with it."""
    [number] = crowd.record.numbers([circle])
    socket.say(crowd.dialect.post(circle, number))
    await _until(lambda: number in crowd.book.acks, seconds=0.5)
    await asyncio.sleep(0.3)
    return number in crowd.book.acks


def _arrivals(socket: Socket, seen: int) -> list[float]:
    """When each response reached this screen."""
    return [
        at for at, delivery in socket.seen[seen:] for _ in range(delivery.payload.count(_RESPONDED))
    ]


async def _do(socket: Socket, circle: str, verb: str, **fields: Any) -> None:
    socket.say(json.dumps({"do": verb, "circle": circle, **fields}).encode())
    if verb != "give_piece":
        await asyncio.sleep(0.3)


def _have_more(sockets: Sequence[Socket], heard: Sequence[int]) -> bool:
    return all(len(s.seen) > n for s, n in zip(sockets, heard, strict=True))


def _newest(socket: Socket) -> dict[str, Any]:
    return json.loads(socket.seen[-1][1].payload)["events"][-1]


def _step(socket: Socket) -> int:
    """Of the newest state this screen knows."""
    for _at, delivery in reversed(socket.seen):
        for event in reversed(json.loads(delivery.payload)["events"]):
            if "session" in event:
                return event["session"]["step"]
    return 0


async def _until(true, seconds: float = _PATIENCE_SECONDS) -> None:
    end = now() + seconds
    while not true() and now() < end:  # noqa: ASYNC110 -- sockets only note
        await asyncio.sleep(0.01)
