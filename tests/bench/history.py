"""`manage.py bench history`: pages and catch-up among a million messages, in the database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic as now
from typing import Any

from community.house import Unable
from tests.bench import machine, room
from tests.bench.sides import OURS

_MOST_MILLISECONDS = 1.0


def main(arguments: Sequence[str]) -> int:
    """The exit status is 1 where p99 of the slowest query is over a millisecond anywhere."""
    told = argparse.ArgumentParser(prog="manage.py bench history", description=__doc__)
    told.add_argument("--messages", type=int, default=1_000_000)
    told.add_argument("--samples", type=int, default=500)
    told.add_argument("--postgres", action="store_true", help="instead of SQLite")
    told.add_argument("--sql", action="store_true", help="and the slowest query of each")
    told.add_argument("--keep", type=Path, metavar="FOLDER", help="fill once, and use it again")
    options = told.parse_args(arguments)
    began, watch = now(), machine.Watch()
    try:
        found = _measured(options)
    except Unable as unable:
        print(unable, file=sys.stderr)  # noqa: T201
        return 1
    where = "PostgreSQL" if options.postgres else "SQLite"
    print(f"{options.messages:,} messages, {where}, {now() - began:.0f} s; ms p50/p99")  # noqa: T201
    for name, one in found.items():
        whole, slowest, inside = (
            "/".join(f"{ms:.2f}" for ms in one[part]) for part in ("all", "slowest", "in_database")
        )
        print(  # noqa: T201
            f"{name:<20} {whole:<10} of {one['queries']} queries; slowest {slowest}, "
            f"in the database {inside}"
        )
        if options.sql:
            print(f"    {one['sql']}")  # noqa: T201
    print(f"Other work on the machine meanwhile: {watch.others():.0%} of it.")  # noqa: T201
    return 1 if any(one["slowest"][1] > _MOST_MILLISECONDS for one in found.values()) else 0


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    keep = options.keep.absolute() if options.keep else None
    side = replace(OURS, ground="tests.bench.depths")
    with room.ground(postgres=options.postgres, keep=keep) as bench:
        database = bench.kept(f"history_{options.messages}")
        bench.ask(side, database, "fill", f"{options.messages}")
        # Another process: what filling left behind is not to be measured. On the core of the
        # server, as one waits for the other anyway, and waking a core takes a tenth of what is
        # measured.
        with machine.on(bench.core):
            return bench.ask(side, database, "measure", f"{options.samples}")
