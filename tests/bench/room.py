"""`manage.py bench room`: ours and the plain chat, in turns, and the table of both."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from community.house import Unable, throwaway
from tests.bench import machine, table
from tests.bench.crowd import words_for_audit
from tests.bench.shapes import SHAPES, Result, Size
from tests.bench.sides import ORDINARY, OURS, PLAIN, Bench, People, Side
from tests.bench.tally import Outcome

_LONGEST_SHAPE_SECONDS = 300
SIDES = {side.name: side for side in (OURS, ORDINARY, PLAIN)}
QUICK = Size(circles=20, talking=10, big=60, at_once=200, seconds=1.5, step_seconds=0.5)


@dataclass(frozen=True)
class Measured:
    """One row before rounds are put together."""

    shape: str
    side: str
    processes: int
    result: Result
    audit: dict[str, int]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; the exit status is 1 where ours lost, doubled or altered anything."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, it clears up, too
    watch, measured = machine.Watch(), []
    try:
        for one in measure(options):
            measured.append(one)
    except Unable as unable:
        print(unable, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Ended early.", file=sys.stderr)  # noqa: T201
        if not measured:
            return 130
    print(table.draw(measured, others=watch.others()))  # noqa: T201
    return 0 if all(_is_sound(one) for one in measured if one.side != PLAIN.name) else 1


def parser() -> argparse.ArgumentParser:
    told = argparse.ArgumentParser(prog="manage.py bench", description=__doc__)
    told.add_argument("what", choices=["room"])
    told.add_argument("--rounds", type=int, default=3, metavar="N")
    told.add_argument("--shapes", type=_names(SHAPES), metavar="a,b,…")
    told.add_argument("--sides", type=_names(SIDES), default=list(SIDES))
    told.add_argument("--seconds", type=float, default=10.0, help="of a, b and http")
    told.add_argument("--processes", type=_counts, default=[1], metavar="1,2")
    told.add_argument("--postgres", action="store_true", help="instead of SQLite")
    told.add_argument("--profile", type=Path, metavar="FOLDER", help="and where the time went")
    told.add_argument("--quick", action="store_true", help="small and short: does it run at all?")
    return told


def measure(options: argparse.Namespace) -> Iterator[Measured]:
    """Each round each shape on each side, each time on a fresh server."""
    size = replace(Size(), seconds=options.seconds)
    if options.quick:
        size, options.rounds = QUICK, 1
    shapes = options.shapes or (["a", "burst"] if options.quick else list(SHAPES))
    sides = [side for side in SIDES.values() if side.name in options.sides]
    with ground(postgres=options.postgres) as bench:
        if options.profile:
            options.profile.mkdir(parents=True, exist_ok=True)
            bench.profiles = options.profile.absolute()
        people = {
            side.name: bench.fill(side, circles=size.circles, members=size.members, big=size.big)
            for side in sides
        }
        for turn in range(options.rounds):
            for processes in options.processes:
                for shape in shapes:
                    for side in sides:
                        one = run(bench, side, people[side.name], shape, size, processes)
                        print(f"round {turn + 1}: {table.line(one)}", file=sys.stderr)  # noqa: T201
                        yield one


def run(
    bench: Bench, side: Side, people: People, shape: str, size: Size, processes: int
) -> Measured:
    """One shape on one fresh server, and the audit of its database."""
    with bench.running(side, processes=processes) as server:
        try:
            with (
                machine.without_pauses(),
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                result = runner.run(_in_time(SHAPES[shape](server, people, size)))
        except (OSError, TimeoutError) as error:  # it turned us away, or was never done
            result = Result(Outcome(refused=Counter([str(error) or type(error).__name__])))
        said = json.dumps(words_for_audit(result.record))
        audit = bench.ask(side, server.database, "audit", told=said)
    return Measured(shape, side.name, processes, result, audit)


async def _in_time(shape) -> Result:
    async with asyncio.timeout(_LONGEST_SHAPE_SECONDS):
        return await shape


@contextlib.contextmanager
def ground(*, postgres: bool, keep: Path | None = None) -> Iterator[Bench]:
    """A folder, a broker, a database server where one is wanted; all of it gone afterwards,
    but for what is in the folder `keep`."""
    folder = keep or Path(tempfile.mkdtemp(prefix="reweave-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    kept_server = keep / "postgres" if keep else None
    servers, load = machine.cores()
    with contextlib.ExitStack() as ending:
        if keep is None:
            ending.callback(shutil.rmtree, folder, ignore_errors=True)
        ending.enter_context(machine.on(load))
        with machine.on(servers):
            server = ending.enter_context(throwaway.postgres(kept_server)) if postgres else None
            bench = Bench(folder, server=server, core=servers)
            ending.callback(bench.valkey.kill)
            bench.valkey.start()
        yield bench


def _is_sound(one: Measured) -> bool:
    outcome, audit = one.result.outcome, one.audit
    wrong = [outcome.lost, outcome.twice, outcome.reordered]
    return not any(wrong) and not any(audit[name] for name in audit if name != "acknowledged")


def _names(known):
    def names(text: str) -> list[str]:
        asked = [name.strip() for name in text.split(",")]
        for name in asked:
            if name not in known:
                raise argparse.ArgumentTypeError(f"“{name}” is none of {', '.join(known)}.")
        return asked

    return names


def _counts(text: str) -> list[int]:
    counts = [int(part) if part.isdigit() else 0 for part in text.split(",")]
    if not all(0 < count <= 8 for count in counts):
        raise argparse.ArgumentTypeError("say how many web processes, from 1 to 8, as in 1,2.")
    return counts
