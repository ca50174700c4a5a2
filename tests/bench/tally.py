"""What came too late, twice, in another order, or not at all."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.crowd import Talk
from tests.bench.sides import Use
from tests.bench.wire import Socket


@dataclass
class Outcome:
    """One measurement. Times in seconds; `latencies` in order, one for each delivery."""

    latencies: list[float] = field(default_factory=list, repr=False)
    deliveries: int = 0
    lost: int = 0
    twice: int = 0
    reordered: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by code, or by what broke
    cut: int = 0  # sockets that the server ended
    seconds: float = 0.0
    used: Use = field(default_factory=Use)
    load: float = 0.0
    late: float = 0.0
    bytes: int = 0
    messages: int = 0

    def percentile(self, part: float) -> float:
        """Of all deliveries that should have been, counting what was lost as never come."""
        if not self.latencies:
            return float("inf")
        place = math.ceil(part * (len(self.latencies) + self.lost)) - 1
        return self.latencies[place] if place < len(self.latencies) else float("inf")

    @property
    def rate(self) -> float:
        """Deliveries a second."""
        return self.deliveries / self.seconds if self.seconds > 0 else 0.0

    def per_thousand(self, seconds: float) -> float:
        return 1000 * seconds / self.deliveries if self.deliveries else float("inf")

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.twice or self.reordered or self.refused or self.cut)

    def __add__(self, other: Outcome) -> Outcome:
        """Two measurements of the same thing as one."""
        return Outcome(
            sorted(self.latencies + other.latencies),
            *(
                getattr(self, name) + getattr(other, name)
                for name in ("deliveries", "lost", "twice", "reordered", "refused", "cut")
            ),
            self.seconds + other.seconds,
            self.used + other.used,
            max(self.load, other.load),
            max(self.late, other.late),
            self.bytes + other.bytes,
            self.messages + other.messages,
        )


def judge(talk: Talk) -> Outcome:
    """Every member of a room should have everything said there, once, in one order for all."""
    outcome = Outcome(
        refused=talk.refused,
        seconds=talk.seconds,
        used=talk.used,
        load=talk.load,
        late=talk.late,
        bytes=talk.bytes,
        messages=len(talk.due),
    )
    said = Counter(talk.room_of.values())
    for room, members in talk.members.items():
        _judge_room(members, said[room], talk.due, outcome)
    outcome.latencies.sort()
    return outcome


def _judge_room(
    members: Sequence[Socket], said: int, due: dict[int, float], outcome: Outcome
) -> None:
    # Those who got the same frames in the same order are judged once.
    runs = [tuple(delivery for _, delivery in socket.seen) for socket in members]
    heard = {run: [n for delivery in run for n in delivery.numbers if n in due] for run in runs}
    usual = heard[Counter(runs).most_common(1)[0][0]]
    place = {number: at for at, number in enumerate(dict.fromkeys(usual))}
    verdicts = {run: _verdict(numbers, place, said) for run, numbers in heard.items()}
    for socket, run in zip(members, runs, strict=True):
        lost, twice, reordered = verdicts[run]
        outcome.lost += lost
        outcome.twice += twice
        outcome.reordered += reordered
        outcome.deliveries += len(heard[run]) - twice
        outcome.cut += socket.closed is not None
        outcome.latencies += [
            at - due[number]
            for at, delivery in socket.seen
            for number in delivery.numbers
            if number in due
        ]


def _verdict(numbers: list[int], place: dict[int, int], said: int) -> tuple[int, int, int]:
    once = list(dict.fromkeys(numbers))
    places = [place[number] for number in once if number in place]
    reordered = sum(later < earlier for earlier, later in itertools.pairwise(places))
    return said - len(once), len(numbers) - len(once), reordered
