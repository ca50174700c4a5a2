"""`manage.py bench kills`: people write while the parts of their house are killed at random."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic as now

from community.house import ROOT, Unable, template
from community.house.tether import tied_to_parent
from tests.bench.dialects import Seat, words_of
from tests.bench.tab import Tab
from tests.house.running import PARTS, Up

# Nobody writes as fast as they do here.
SURROUNDINGS = {"ROOM_POSTS_PER_10S": "100000", "ROOM_VERBS_PER_10S": "100000"}
BACK_WITHIN_SECONDS = 15.0
_CALM_SECONDS = 60.0


@dataclass
class Trial:
    """What came of it."""

    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    room: str = ""
    acknowledged: dict[int, int] = field(default_factory=dict)
    # Seconds from each kill until the last tab was back; where the web process was killed once
    # more before that, from then on.
    backs: list[float] = field(default_factory=list)
    web_killed_at: float = 0.0
    twice: int = 0
    lost: int = 0
    reordered: int = 0
    gaps: int = 0
    reloads: int = 0
    connects: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    audit: dict[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> dict[str, int]:
        """Nothing of this may be."""
        found = {name: n for name, n in self.audit.items() if name != "acknowledged"}
        return found | {
            "shown twice": self.twice,
            "not shown": self.lost,
            "reordered": self.reordered,
            "reloads": self.reloads,
            "late": sum(back > BACK_WITHIN_SECONDS for back in self.backs),
        }

    def told(self) -> str:
        backs = sorted(self.backs)
        killed = ", ".join(f"{part} {n}" for part, n in sorted(self.killed.items()))
        return "\n".join(
            [
                f"seed {self.seed}: {self.killed.total()} kills ({killed}) in {self.seconds:.0f} s",
                f"{len(self.acknowledged)} messages acknowledged, {self.connects} connects, "
                f"{self.gaps} gaps asked about, refused: {dict(self.refused) or 'none'}",
                f"everyone was back after {backs[len(backs) // 2]:.1f} s (half of the kills), "
                f"{backs[-1]:.1f} s at most",
                f"what may not be: {self.wrong}",
            ]
        )


def main(arguments: Sequence[str]) -> int:
    """The exit status is 1 where anything was lost, doubled, reordered or late."""
    told = argparse.ArgumentParser(prog="manage.py bench kills", description=__doc__)
    told.add_argument("--kills", type=int, default=50)
    told.add_argument("--messages", type=int, default=2000)
    told.add_argument("--seed", type=int, default=20261122)
    told.add_argument("--gap", type=float, default=5.0, help="seconds between two, on average")
    options = told.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="reweave-kills-"))
    house = None
    try:
        seats = fill(folder / "var")
        house = Up(folder / "var", "--no-demo", more=SURROUNDINGS)
        house.until(house.opened, seconds=180)
        trial = asyncio.run(
            kill_and_write(
                house,
                seats,
                kills=options.kills,
                messages=options.messages,
                seed=options.seed,
                gap=options.gap,
            )
        )
        house.end()
        trial.audit = audit(folder / "var", trial)
    except Unable as unable:
        print(unable, file=sys.stderr)  # noqa: T201
        return 1
    finally:
        if house is not None:
            house.end()
        shutil.rmtree(folder, ignore_errors=True)
    print(trial.told())  # noqa: T201
    return 1 if any(trial.wrong.values()) else 0


def fill(var: Path, clients: int = 12) -> list[Seat]:
    """A house's folder with one circle of so many in it, all of them signed in."""
    var.mkdir(parents=True, exist_ok=True)
    template.copy_to(var / "reweave.sqlite3")
    told = _ask(var, "fill", "1", f"{clients}", "2")
    return [Seat(*seat) for seat in told["circles"][0]]


def audit(var: Path, trial: Trial) -> dict[str, int]:
    """Looks all that was acknowledged up in the database; the house is down by now."""
    said = [[n, trial.room, seq, words_of(n)] for n, seq in trial.acknowledged.items()]
    return _ask(var, "audit", told=json.dumps(said))


async def kill_and_write(
    house: Up, seats: Sequence[Seat], *, kills: int, messages: int, seed: int, gap: float
) -> Trial:
    """`messages` in all, by one tab for each seat, while `kills` parts die, `gap` seconds apart
    on average; then until all is quiet."""
    chance, began = random.Random(seed), now()
    trial = Trial(seed, room=seats[0].room)
    tabs = [Tab(seat, house.port, random.Random(chance.random())) for seat in seats]
    staying = [asyncio.create_task(tab.stay()) for tab in tabs]
    try:
        await _until(lambda: all(tab.is_live for tab in tabs))
        shares = itertools.batched(range(1, messages + 1), -(-messages // len(tabs)))
        pause = kills * gap / (messages / len(tabs))
        writing = [
            asyncio.create_task(tab.write(share, pause))
            for tab, share in zip(tabs, shares, strict=False)
        ]
        backs = []
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.1, 2 * gap))
            part, killed_at = await _kill(house, chance, trial)
            if part == "web":
                trial.web_killed_at = killed_at
            backs.append(asyncio.create_task(_all_back(tabs, part, killed_at, trial)))
        trial.backs = await asyncio.gather(*backs)
        await asyncio.gather(*writing)
        everything = {number for tab in tabs for number in tab.acknowledged}
        with_all = lambda tab: {n for _, n in tab.shown} >= everything  # noqa: E731
        await _until(lambda: all(map(with_all, tabs)), within=_CALM_SECONDS, must=False)
    finally:
        for task in staying:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)
    trial.seconds = now() - began
    _judge(tabs, trial)
    return trial


async def _kill(house: Up, chance: random.Random, trial: Trial) -> tuple[str, float]:
    """One part, as soon as it is there; which, and when."""
    part = chance.choice(["web", *PARTS])
    while True:
        try:
            await asyncio.to_thread(house.kill, part)
        except (TypeError, ProcessLookupError):  # between two lives
            await asyncio.sleep(0.1)
        else:
            trial.killed[part] += 1
            return part, now()


async def _all_back(tabs: Sequence[Tab], part: str, killed_at: float, trial: Trial) -> float:
    """Seconds until each tab is live and has heard something since; without the web process, on
    a new line."""

    def is_back(tab: Tab) -> bool:
        heard_at = tab.opened_at if part == "web" else tab.heard_at
        return tab.is_live and heard_at > killed_at

    missing = list(tabs)
    while missing:
        await asyncio.sleep(0.05)
        if trial.web_killed_at > killed_at:
            part, killed_at = "web", trial.web_killed_at
            missing = list(tabs)
        missing = [tab for tab in missing if not is_back(tab)]
        if now() - killed_at > _CALM_SECONDS:
            return float("inf")
    return now() - killed_at


async def _until(true, within: float = 120.0, *, must: bool = True) -> None:
    deadline = now() + within
    while not true():
        if now() > deadline:
            if must:
                raise Unable("They did not all come into the room.")
            return
        await asyncio.sleep(0.05)


def _judge(tabs: Sequence[Tab], trial: Trial) -> None:
    """Everyone was shown everything, once, in the order of the log."""
    for tab in tabs:
        trial.acknowledged |= tab.acknowledged
        trial.refused.update(tab.refused)
        trial.gaps += tab.gaps
        trial.reloads += tab.reloads
        trial.connects += tab.tries
    in_order = sorted((seq, number) for number, seq in trial.acknowledged.items())
    for tab in tabs:
        once = dict.fromkeys(tab.shown)
        trial.twice += len(tab.shown) - len({number for _, number in tab.shown})
        trial.lost += len(set(in_order) - once.keys())
        trial.reordered += sum(a > b for a, b in itertools.pairwise(tab.shown))


def _ask(var: Path, *question: str, told: str = "") -> dict:
    dropped = {"REDIS_URL", "REWEAVE_ORIGIN"}
    environ = {name: value for name, value in os.environ.items() if name not in dropped}
    asked = subprocess.run(
        [sys.executable, "-m", "tests.bench.ours", *question],
        env=environ
        | {
            "DATABASE_URL": f"sqlite:///{var / 'reweave.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "community.settings",
            "REWEAVE_VAR": str(var),
        },
        cwd=ROOT,
        input=told,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=tied_to_parent(),
    )
    if asked.returncode != 0:
        raise Unable(f"tests.bench.ours {question[0]} failed; the lines above say why.")
    return json.loads(asked.stdout.splitlines()[-1])
