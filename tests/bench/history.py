"""`manage.py bench history`: pages and catch-up among a million messages, in the database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic as now

from community.house import Unable
from tests.bench import room
from tests.bench.sides import OURS

_MOST_MILLISECONDS = 1.0


def main(arguments: Sequence[str]) -> int:
    """The exit status is 1 where p99 of the slowest query is over a millisecond anywhere."""
    told = argparse.ArgumentParser(prog="manage.py bench history", description=__doc__)
    told.add_argument("--messages", type=int, default=1_000_000)
    told.add_argument("--samples", type=int, default=200)
    told.add_argument("--postgres", action="store_true", help="instead of SQLite")
    told.add_argument("--sql", action="store_true", help="and the slowest query of each")
    options = told.parse_args(arguments)
    began = now()
    try:
        with room.ground(postgres=options.postgres) as bench:
            side = replace(OURS, ground="tests.bench.depths")
            found = bench.ask_of_new(side, "measure", f"{options.messages}", f"{options.samples}")
    except Unable as unable:
        print(unable, file=sys.stderr)  # noqa: T201
        return 1
    where = "PostgreSQL" if options.postgres else "SQLite"
    print(f"{options.messages:,} messages, {where}, {now() - began:.0f} s in all; ms p50/p99")  # noqa: T201
    for operation, one in found.items():
        slowest, whole = ("/".join(f"{ms:.2f}" for ms in one[name]) for name in ("slowest", "all"))
        print(  # noqa: T201
            f"{operation:<9} {one['queries']} queries, the slowest {slowest}, all of them {whole}"
        )
        if options.sql:
            print(f"    {one['sql']}")  # noqa: T201
    return 1 if any(one["slowest"][1] > _MOST_MILLISECONDS for one in found.values()) else 0
