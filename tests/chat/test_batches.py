"""What comes together is done together; how far apart, by how much there is to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chat.hub.batches import Batches
from chat.posting import LATER

pytestmark = pytest.mark.once

LEAST, AT_MOST = 0.002, 0.01


class Clerk:
    """Does what a database's thread would, and notes each batch."""

    def __init__(self, takes: float = 0.0) -> None:
        self.takes = takes
        self.batches: list[Sequence[int]] = []

    async def run(self, work: Callable[..., Any], items: Sequence[int]) -> Any:
        self.batches.append(items)
        await asyncio.sleep(self.takes)
        return work(items)


def batches(clerk: Clerk, **apart: float) -> Batches[int, int]:
    return Batches(clerk, lambda items: [-item for item in items], most=50, **apart)  # type: ignore[arg-type]


async def test_what_comes_while_one_is_done_goes_together_and_each_has_its_own_answer():
    clerk = Clerk(takes=0.01)
    posts = batches(clerk)
    first = posts.submit(1)
    await asyncio.sleep(0.001)
    later = [posts.submit(number) for number in range(2, 80)]

    assert await asyncio.gather(first, *later) == [-number for number in range(1, 80)]
    assert [len(batch) for batch in clerk.batches] == [1, 50, 28]


async def test_what_fails_fails_for_those_it_was_done_for_and_for_no_other():
    clerk = Clerk()

    def work(items: Sequence[int]) -> Sequence[int]:
        if 1 in items:
            raise RuntimeError
        return items

    posts: Batches[int, int] = Batches(clerk, work, most=50)  # type: ignore[arg-type]
    first = posts.submit(1)
    await asyncio.sleep(0.001)

    assert await posts.submit(2) == 2
    with pytest.raises(RuntimeError):
        await first


async def test_batches_move_apart_while_there_is_more_to_do_than_time_and_closer_again():
    clerk = Clerk(takes=AT_MOST)
    posts = batches(clerk, apart=LEAST, at_most=AT_MOST)
    for number in range(40):
        await posts.submit(number)
    assert posts._apart == AT_MOST

    clerk.takes = 0.0
    for number in range(40):
        await posts.submit(number)
    assert LEAST <= posts._apart < AT_MOST / 2


async def test_for_a_burst_they_do_not_move_apart_since_it_is_over_before_that_helps():
    posts = batches(Clerk(takes=AT_MOST), apart=LEAST, at_most=AT_MOST)
    for number in range(4):
        await posts.submit(number)

    assert posts._apart == LEAST


async def test_after_a_lull_nothing_waits_for_how_busy_it_was():
    posts = batches(Clerk(takes=AT_MOST), apart=LEAST, at_most=AT_MOST)
    for number in range(40):
        await posts.submit(number)
    assert posts._apart == AT_MOST

    await asyncio.sleep(0.15)
    await posts.submit(40)
    assert posts._apart == LEAST


async def test_what_comes_alone_goes_at_once():
    clerk = Clerk()
    posts = batches(clerk, apart=60.0)

    async with asyncio.timeout(30):
        assert await posts.submit(1) == -1


async def test_a_full_batch_goes_at_once_and_what_is_left_over_rests():
    clerk = Clerk()
    posts = batches(clerk, apart=60.0)
    await posts.submit(0)

    async with asyncio.timeout(30):  # of those that would rest a minute
        await asyncio.gather(*[posts.submit(number) for number in range(1, 51)])
        resting = [posts.submit(number) for number in range(51, 100)]
        await asyncio.sleep(0.01)
        assert [len(batch) for batch in clerk.batches] == [1, 50]
        await asyncio.gather(posts.submit(100), *resting)
    assert [len(batch) for batch in clerk.batches] == [1, 50, 50]


async def test_what_one_batch_brought_is_handed_on_before_the_next_one_begins():
    order: list[Any] = []
    clerk = Clerk()
    clerk.batches = order
    posts: Batches[int, int] = Batches(
        clerk,  # type: ignore[arg-type]
        lambda items: items,
        most=1,
        then=lambda: order.append("handed on"),
    )
    answers = [posts.submit(number) for number in (1, 2)]
    answers[0].add_done_callback(lambda _: order.append("answered"))
    await asyncio.gather(*answers)

    assert order[:4] == [[1], "answered", "handed on", [2]]


async def test_what_is_to_be_done_later_keeps_its_place_and_keeps_nobody_waiting():
    tries: list[list[int]] = []

    def work(items: Sequence[int]) -> Sequence[Any]:
        tries.append(list(items))
        return [LATER if item < 10 and len(tries) < 4 else -item for item in items]

    posts: Batches[int, int] = Batches(Clerk(), work, most=50)  # type: ignore[arg-type]
    late = [posts.submit(1), posts.submit(2)]
    await asyncio.sleep(0.001)

    assert await posts.submit(10) == -10
    late.append(posts.submit(3))
    assert await asyncio.gather(*late) == [-1, -2, -3]
    assert tries[0] == [1, 2]
    assert all(batch[:2] == [1, 2] for batch in tries)
    assert tries[-1] == [1, 2, 3]
