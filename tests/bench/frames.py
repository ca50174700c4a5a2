"""`manage.py bench frames`: a hundred thousand frames that are none, or nearly, at a real house."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic as now
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from community.house import Unable
from tests.bench import room
from tests.bench.dialects import Seat
from tests.bench.sides import OURS, Running
from tests.chat.junk import WORDS, Junk

# Fewer than end a socket for being unreadable.
_AT_A_TIME = 90
_SOCKETS = 8
_FORBIDDEN = (WORDS, "Traceback", "verb_failed", "post_failed")


@dataclass
class Heard:
    """What came back, and what a neighbour noticed meanwhile."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0
    found: list[str] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    """The exit status is 1 where anything broke or leaked, or a room's log is not whole."""
    told = argparse.ArgumentParser(prog="manage.py bench frames", description=__doc__)
    told.add_argument("--frames", type=int, default=100_000)
    told.add_argument("--seed", type=int, default=8)
    options = told.parse_args(arguments)
    try:
        with room.ground(postgres=False) as bench:
            people = bench.fill(OURS, circles=3, members=6, big=2)
            with bench.running(OURS, processes=1) as server:
                said = asyncio.run(say_something(server, people.circles))
                before = bench.ask(OURS, server.database, "heads")
                heard = asyncio.run(
                    send(server, people.circles, said, options.frames, options.seed)
                )
                still_up = all(web.poll() is None for web in server.webs)
                after = bench.ask(OURS, server.database, "heads")
                log = server.log.read_text(errors="replace")
    except Unable as unable:
        print(unable, file=sys.stderr)  # noqa: T201
        return 1
    heard.found += [f"{word!r} in the log" for word in _FORBIDDEN if word in log]
    untouched = [seats[0].room for seats in people.circles[1:]]
    heard.found += [f"{name} changed" for name in untouched if before[name] != after[name]]
    heard.found += [] if still_up else ["a web process ended"]
    heard.found += [f"gaps in {name}" for name, (_, gaps) in after.items() if gaps]
    heard.found += [f"closed with {code}" for code in heard.closed if code not in (1000, 4429)]
    slowest = sorted(heard.waits)
    print(  # noqa: T201
        f"seed {options.seed}: {heard.sent} frames in {heard.seconds:.0f} s; "
        f"answers {dict(heard.answers.most_common())}; closed {dict(heard.closed)}\n"
        f"a neighbour's answers took {slowest[len(slowest) // 2] * 1000:.0f} ms (half), "
        f"{slowest[-1] * 1000:.0f} ms at most\n"
        f"what may not be: {heard.found or 'nothing'}"
    )
    return 1 if heard.found else 0


async def say_something(server: Running, circles: list[list[Seat]]) -> list[tuple[str, str]]:
    """A message in the first two circles for the frames to be about, and who said it."""
    return [await _say(server, seat) for seat in (circles[0][1], circles[1][0])]


async def send(
    server: Running,
    circles: list[list[Seat]],
    said: Sequence[tuple[str, str]],
    count: int,
    seed: int,
) -> Heard:
    """A third from a facilitator, a third from a peer, a third from a stranger, all about the
    first circle; the stranger about the second, which is not theirs. The third hears nothing."""
    heard, began = Heard(), now()
    facilitator, peer, stranger = circles[0][0], circles[0][1], circles[2][0]
    tries = []
    for number, (seat, about, (message, member)) in enumerate(
        [
            (facilitator, circles[0][0].room, said[0]),
            (peer, circles[0][0].room, said[0]),
            (stranger, circles[1][0].room, said[1]),
        ]
    ):
        junk = Junk(seed + number, circle=about, messages=[message], members=[member])
        frames = junk.anything(count // 3 + (number < count % 3))
        tries.append((seat, itertools.batched(frames, _AT_A_TIME)))
    neighbour = asyncio.create_task(_neighbour(server, circles[2][1], heard))
    await asyncio.gather(
        *(
            _send_some(server, seat, batches, heard)
            for seat, batches in tries
            for _ in range(_SOCKETS // len(tries) or 1)
        )
    )
    neighbour.cancel()
    heard.seconds = now() - began
    return heard


async def _send_some(server: Running, seat: Seat, batches: Any, heard: Heard) -> None:
    """Batches from what is left, each on a socket of its own."""
    for some in batches:
        async with _connect(server, seat) as socket:
            # Meanwhile, as a page does, and to the end: whoever reads nothing hears no goodbye.
            hearing = asyncio.create_task(_hear(socket, heard))
            with suppress(ConnectionClosed):
                await socket.send(_open(seat.room))
                for frame in some:
                    await socket.send(frame)
                await socket.send('{"do":"no such verb","ref":"the last of all"}')
            await hearing
        heard.sent += len(some)
        heard.closed[socket.close_code or 0] += 1


async def _hear(socket: ClientConnection, heard: Heard) -> None:
    async with asyncio.TaskGroup() as leaving:
        with suppress(ConnectionClosed):
            async for text in socket:
                frame = json.loads(text)
                if frame.get("ref") == "the last of all":
                    leaving.create_task(socket.close())
                elif frame["is"] in ("ack", "refused"):
                    heard.answers[frame.get("code", "ack")] += 1


async def _neighbour(server: Running, seat: Seat, heard: Heard) -> None:
    """Someone next door: still answered, and told nothing of all this."""
    async with _connect(server, seat) as socket:
        await socket.send(_open(seat.room))
        while True:
            began = now()
            await socket.send('{"do":"no such verb","ref":"neighbour"}')
            while (frame := json.loads(await socket.recv())).get("ref") != "neighbour":
                if frame["is"] in ("bye", "events"):
                    heard.found.append(f"a neighbour heard {frame['is']}")
            heard.waits.append(now() - began)
            await asyncio.sleep(0.1)


async def _say(server: Running, seat: Seat) -> tuple[str, str]:
    async with _connect(server, seat) as socket:
        await socket.send(_open(seat.room))
        while (opened := json.loads(await socket.recv()))["is"] != "opened":
            pass
        name = "6f0d6a3e-3b0e-4c43-9d53-0f0b6f0a4c11"
        said = {"do": "post", "circle": seat.room, "id": name, "body": "Good morning."}
        await socket.send(json.dumps(said))
        while (answer := json.loads(await socket.recv()))["is"] not in ("ack", "refused"):
            pass
        return answer["message"], opened["me"]


def _open(circle: str) -> str:
    return json.dumps({"do": "open", "circle": circle, "since": None})


def _connect(server: Running, seat: Seat) -> connect:
    port = server.next_port()
    return connect(
        f"ws://localhost:{port}/ws/",
        origin=f"http://localhost:{port}",  # type: ignore[arg-type]
        additional_headers={"Cookie": f"reweave={seat.session}"},
        compression=None,
        max_size=None,
    )
