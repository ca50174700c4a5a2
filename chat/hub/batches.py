"""Threads that talk to the database, and work that gathers while the last batch is done."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

from chat.hub import patience
from chat.posting import LATER, Later

_WAITS_FOR_OTHERS_SECONDS = 0.25
# Work that fills half of the time between two batches is on its way to fill it all: then they move
# apart by this much with each, and together again where it is less.
_FURTHER, _CLOSER = 1.1, 0.9
# A burst is over before batches could move apart for it: that would only keep it waiting.
_BURST_SECONDS = 0.3
# What comes after this much of nothing begins anew.
_LULL_SECONDS = 0.1
# Where nothing else waits, what was to be done later is tried again after this.
_AGAIN_SECONDS = 0.025


class DatabaseThread:
    """One thread with one lasting connection, which waits for no lock for long; what it is given
    is done in order."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, name, initializer=patience.be_brief)

    async def run[**P, R](self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._executor, lambda: _with_usable_connection(work, *args, **kwargs)
        )

    def close(self) -> None:
        self._executor.submit(connections.close_all)
        self._executor.shutdown(wait=False)


class Batches[T, R]:
    """Hands `work` whatever was submitted while it was busy with the batch before."""

    def __init__(
        self,
        thread: DatabaseThread,
        work: Callable[[Sequence[T]], Sequence[R | Later]],
        *,
        most: int,
        after: Batches[Any, Any] | None = None,
        then: Callable[[], None] | None = None,
        apart: float = 0.0,
        at_most: float = 0.0,
    ) -> None:
        """What `work` says is LATER is handed to it again, before all that waits. `after` goes
        first, as long as it has something to do, but not for ever. `then` is called once for each
        batch, however it went, right after those who wait for it were, and before the next one
        begins. Two batches begin at least `apart` seconds after each other: what comes alone goes
        at once, and where much comes it is done in few batches. Where that is more than can be done
        for longer than a burst takes, they move further apart, up to `at_most` seconds: a batch
        costs something by itself, and what comes of a larger one leaves in fewer pieces.
        """
        self._thread = thread
        self._work = work
        self._most = most
        self._after = after
        self._then = then
        self._least, self._apart, self._at_most = apart, apart, max(apart, at_most)
        # When the last batch began and was done, and since when there was no lull.
        self._began = self._done = self._busy_since = -max(apart, _LULL_SECONDS)
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._busy: asyncio.Task[None] | None = None
        # Wakes whoever rests between two batches.
        self._enough = asyncio.Event()

    def submit(self, item: T) -> asyncio.Future[R]:
        """Its result, once its batch is done; in the order of submission."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._busy is None:
            self._busy = asyncio.create_task(self._run())
        elif len(self._waiting) == self._most:
            self._enough.set()
        return future

    async def _run(self) -> None:
        try:
            while self._waiting:
                if self._after is not None:
                    await self._after.done_soon()
                await self._rest()
                count = min(len(self._waiting), self._most)
                batch = [self._waiting.popleft() for _ in range(count)]
                later = await self._settle(batch)
                self._waiting.extendleft(reversed(later))
                if later and len(later) == len(self._waiting):
                    await asyncio.sleep(_AGAIN_SECONDS)
        finally:
            self._busy = None

    async def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._done > _LULL_SECONDS:
            self._apart, self._busy_since = self._least, loop.time()
        left = self._began + self._apart - loop.time()
        # Whoever comes to a batch that is full waits for the next one anyway.
        if left > 0 and len(self._waiting) < self._most:
            self._enough.clear()
            over = loop.call_later(left, self._enough.set)
            await self._enough.wait()
            over.cancel()
        self._began = loop.time()

    def _keep_pace(self) -> None:
        self._done = asyncio.get_running_loop().time()
        if self._done - self._busy_since < _BURST_SECONDS:
            return
        # What the last batch needed, and the others' turns meanwhile.
        took = self._done - self._began
        if took > self._apart / 2:
            apart = max(self._apart, took) * _FURTHER
        else:
            apart = self._apart * _CLOSER
        self._apart = min(self._at_most, max(self._least, apart))

    async def done_soon(self) -> None:
        """Waits until nothing waits here, for a moment at most."""
        until = asyncio.get_running_loop().time() + _WAITS_FOR_OTHERS_SECONDS
        while self._busy is not None and asyncio.get_running_loop().time() < until:
            await asyncio.wait([self._busy], timeout=_WAITS_FOR_OTHERS_SECONDS)

    async def _settle(
        self, batch: list[tuple[T, asyncio.Future[R]]]
    ) -> list[tuple[T, asyncio.Future[R]]]:
        """Answers for a batch; returns what is to be done later."""
        later: list[tuple[T, asyncio.Future[R]]] = []
        try:
            results = await self._thread.run(self._work, [item for item, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for (item, future), result in zip(batch, results, strict=True):
                if result is LATER:
                    later.append((item, future))
                elif not future.done():
                    future.set_result(result)
        if self._then is not None:
            asyncio.get_running_loop().call_soon(self._then)
        # Behind the futures' own callbacks and that, so that whoever waits has what this batch
        # brought before the next one begins: both at once would take turns at the interpreter,
        # and each be done as late as the later of the two.
        await asyncio.sleep(0)
        self._keep_pace()
        return later


def _with_usable_connection[**P, R](work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    # Unlike a request's, this thread's connection lasts; only a broken one is let go.
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred:
            if connection.is_usable():
                connection.errors_occurred = False
            else:
                connection.close()
    return work(*args, **kwargs)
