"""The table: medians over the rounds, sums of what went wrong, and ours beside plain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from tests.bench import machine

if TYPE_CHECKING:
    from tests.bench.room import Measured

_SATURATED = 0.85  # of a core: from here on the load may be what is slow, and a star says so

COLUMNS = (
    *("shape", "web", "server", "p50 ms", "p99 ms", "a second"),
    *("CPU s/1000", "with Valkey", "with database"),
    *("lost", "twice", "reordered", "refused", "audit", "load, late"),
)
_UNITS = {"d": "connects", "http": "requests"}


def draw(measured: Sequence[Measured], *, others: float) -> str:
    """Markdown, the machine below it. `others` is the part of it that other work took."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    keys = dict.fromkeys((one.shape, one.processes) for one in measured)
    notes = []
    for shape, processes in keys:
        rows = {
            side: [
                o for o in measured if (o.shape, o.processes, o.side) == (shape, processes, side)
            ]
            for side in dict.fromkeys(one.side for one in measured)
        }
        lines += [_row(some) for some in rows.values() if some]
        lines += [
            _ratios(shape, processes, side, rows[side], rows["plain"])
            for side in rows
            if side != "plain" and rows[side] and rows.get("plain")
        ]
        if shape == "d":
            notes += [_connections(some) for some in rows.values() if some]
    notes.append(f"Medians of {_rounds(measured)} rounds; other work took {others:.0%}.  ")
    notes.append(f"{machine.description()}.")
    if any("\\*" in row for row in lines):
        notes.append("\\* The load was short of processor time: the server can do more.")
    return "\n".join([*lines, "", *notes])


def line(one: Measured) -> str:
    """One measurement, for whoever waits."""
    codes = [f"{times} {code}" for code, times in one.result.outcome.refused.items()]
    return f"{_row([one])} {', '.join(codes)}"


def _row(some: Sequence[Measured]) -> str:
    first = some[0]
    outcomes = [one.result.outcome for one in some]
    load = max(outcome.load for outcome in outcomes)
    late = max(outcome.late for outcome in outcomes) * 1000
    unit = _UNITS.get(first.shape, "deliveries")
    cells = [
        first.shape,
        str(first.processes),
        first.side,
        _number(_percentile(some, 0.5) * 1000),
        _number(_percentile(some, 0.99) * 1000),
        f"{_number(_rate(some))} {unit}",
        *(_number(_cpu(some, part)) for part in ("web", "broker", "database")),
        *(str(sum(getattr(o, name) for o in outcomes)) for name in ("lost", "twice", "reordered")),
        str(sum(outcome.refused.total() + outcome.cut for outcome in outcomes)),
        _audit(some),
        f"{load:.0%}, {late:.0f} ms" + ("\\*" if load > _SATURATED else ""),
    ]
    return "| " + " | ".join(cells) + " |"


def _ratios(
    shape: str, processes: int, side: str, ours: Sequence[Measured], plain: Sequence[Measured]
) -> str:
    cells = [
        shape,
        str(processes),
        f"{side} : plain",
        *(_ratio(_percentile(ours, part), _percentile(plain, part)) for part in (0.5, 0.99)),
        _ratio(_rate(ours), _rate(plain)),
        *(_ratio(_cpu(ours, part), _cpu(plain, part)) for part in ("web", "broker", "database")),
        *[""] * 6,
    ]
    return "| " + " | ".join(cells) + " |"


def _connections(some: Sequence[Measured]) -> str:
    size = median(one.result.bytes_per_connection for one in some) / 1024
    joined = median(one.result.joined_rate for one in some)
    return (
        f"d, {some[0].side}, web {some[0].processes}: {size:.0f} KiB a connection, "
        f"{joined:.0f} a second in their room.  "
    )


def _percentile(some: Sequence[Measured], part: float) -> float:
    return median(one.result.outcome.percentile(part) for one in some)


def _rate(some: Sequence[Measured]) -> float:
    return median(one.result.rate for one in some)


def _cpu(some: Sequence[Measured], part: str) -> float:
    """Seconds for 1,000 deliveries: of the web processes, then with Valkey, then with all."""

    def seconds(one: Measured) -> float:
        used = one.result.outcome.used
        sums = {"web": used.web, "broker": used.web + used.broker, "database": used.whole}
        return one.result.outcome.per_thousand(sums[part])

    return median(seconds(one) for one in some)


def _audit(some: Sequence[Measured]) -> str:
    """How many acknowledged messages were looked up, and what was wrong with any."""
    wrong = {
        name: sum(one.audit[name] for one in some)
        for name in some[0].audit
        if name != "acknowledged"
    }
    count = sum(one.audit["acknowledged"] for one in some)
    found = ", ".join(f"{times} {name}" for name, times in wrong.items() if times)
    return found or (f"{count} sound" if count else "sound")


def _rounds(measured: Iterable[Measured]) -> int:
    counts: dict[tuple[str, int, str], int] = {}
    for one in measured:
        key = (one.shape, one.processes, one.side)
        counts[key] = counts.get(key, 0) + 1
    return max(counts.values())


def _ratio(ours: float, plain: float) -> str:
    if not plain or math.inf in (ours, plain):
        return "–"
    return f"×{_number(ours / plain)}"


def _number(value: float) -> str:
    if value == math.inf:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"
