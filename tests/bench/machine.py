"""What the machine says: which core, how many processor seconds, how much memory. Linux only."""

from __future__ import annotations

import contextlib
import gc
import os
import platform
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cores() -> tuple[set[int], set[int]]:
    """The core of the servers and the core of the load; the same where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return {usable[0]}, {usable[1 % len(usable)]}


@contextlib.contextmanager
def without_pauses() -> Iterator[None]:
    """While this lasts we collect no garbage: a pause of ours would be counted as theirs."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.contextmanager
def on(wanted: set[int]) -> Iterator[None]:
    """While this lasts we, and whoever we start, run on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, wanted)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def seconds_of(pids: Iterable[int]) -> float:
    """Processor seconds these processes have used, all their threads and the kernel's part."""
    return sum(_seconds(pid) for pid in pids)


def busy() -> float:
    """Processor seconds that all cores have spent on anything since the machine started."""
    user, nice, system, _idle, _wait, irq, soft, *_ = map(
        int, Path("/proc/stat").read_text().split(None, 9)[1:9]
    )
    return (user + nice + system + irq + soft) / _TICKS


class Watch:
    """How much of the machine others take while it lasts: with them, times mean little."""

    def __init__(self) -> None:
        self._begin = self._now()

    def others(self) -> float:
        """Their part of all cores since the start."""
        elapsed, everyone, ours = (
            now - then for now, then in zip(self._now(), self._begin, strict=True)
        )
        return max(0.0, everyone - ours) / elapsed / (os.cpu_count() or 1)

    def _now(self) -> tuple[float, float, float]:
        # Our own seconds, and those of all we have started and waited for.
        return time.monotonic(), busy(), sum(os.times()[:4])


def resident(pids: Iterable[int]) -> int:
    """Bytes of memory these processes have at hand."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE for pid in pids)


def children_of(pid: int) -> set[int]:
    """Everyone this process has started, and whom those have started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            parents.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = set(), [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found.update(children)
        waiting += children
    return found


def description() -> str:
    """The machine in a line, for a table that is kept."""
    model = next(
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith(("model name", "Model", "CPU part"))
    )
    memory = os.sysconf("SC_PHYS_PAGES") * _PAGE / 2**30
    return (
        f"{model}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB, "
        f"Linux {platform.release()}, Python {platform.python_version()}"
    )


def _seconds(pid: int) -> float:
    stat = _stat(pid)
    return (int(stat[11]) + int(stat[12])) / _TICKS if stat else 0.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; nothing where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
