"""A browser's tab as the page's script is one: an outbox, a cursor, and a line that comes back.

It does what `outbox.js` and `line.js` do: sends one by one and again under the same name until
it is answered, reconnects with growing waits, asks for what it missed, and takes a line that is
silent for dead.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic as now
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.bench.dialects import Seat, number_of, uuid_of, words_of

_ANSWER_SECONDS = 10.0
_SILENCE_SECONDS = 15.0
_FIRST_WAIT = 0.4
_LONGEST_WAIT = 5.0


class LineLost(Exception):
    """Nothing is known of what was asked last."""


@dataclass
class Tab:
    seat: Seat
    port: int
    chance: random.Random
    cookie: str = "reweave"
    cursor: int | None = None
    # Place and number of each message, in the order they were shown.
    shown: list[tuple[int, int]] = field(default_factory=list)
    acknowledged: dict[int, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    gaps: int = 0
    reloads: int = 0
    opened_at: float = 0.0
    heard_at: float = 0.0
    tries: int = 0
    _socket: ClientConnection | None = None
    _is_live: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        return self._is_live.is_set()

    async def stay(self) -> None:
        """Connected, again and again, until cancelled."""
        failures = 0
        while True:
            try:
                await self._connected()
            except (OSError, WebSocketException, TimeoutError):
                pass
            finally:
                was_live = self.is_live
                self._lost()
            failures = 1 if was_live else failures + 1
            reach = min(_LONGEST_WAIT, _FIRST_WAIT * 2**failures)
            await asyncio.sleep(reach * (0.25 + 0.75 * self.chance.random()))

    async def write(self, numbers: Sequence[int], pause: float) -> None:
        """Each message as the last is answered, after about `pause` seconds."""
        for number in numbers:
            await asyncio.sleep(self.chance.uniform(0, 2 * pause))
            while number not in self.acknowledged:
                await self._is_live.wait()
                try:
                    await self._post(number)
                except LineLost:
                    await asyncio.sleep(0)

    async def _connected(self) -> None:
        self.tries += 1
        origin = f"http://localhost:{self.port}"
        async with connect(
            f"ws://localhost:{self.port}/ws/",
            origin=origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"{self.cookie}={self.seat.session}"},
            compression=None,
            max_size=None,
            open_timeout=60,
            ping_interval=None,
            close_timeout=1,
        ) as self._socket:
            await self._open()
            while True:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    self._hear(json.loads(await self._socket.recv()))
                if self.gaps and self._missed:
                    self._missed = False
                    await self._open()

    _missed: bool = False

    async def _open(self) -> None:
        await self._say({"do": "open", "circle": self.seat.room, "since": self.cursor})

    async def _say(self, frame: dict[str, Any]) -> None:
        if self._socket is None:
            raise LineLost
        try:
            await self._socket.send(json.dumps(frame))
        except WebSocketException as error:
            raise LineLost from error

    async def _post(self, number: int) -> None:
        name = uuid_of(number)
        answer = self._asked[name] = asyncio.get_running_loop().create_future()
        body = words_of(number)
        try:
            await self._say({"do": "post", "circle": self.seat.room, "id": name, "body": body})
            async with asyncio.timeout(_ANSWER_SECONDS):
                frame = await answer
        except TimeoutError:
            if self._socket is not None:
                self._socket.transport.abort()
            raise LineLost from None
        finally:
            self._asked.pop(name, None)
        if frame["is"] == "ack":
            self.acknowledged[number] = frame["seq"]
        else:
            self.refused.append(frame["code"])
            await asyncio.sleep(frame.get("again_in") or 1)

    def _hear(self, frame: dict[str, Any]) -> None:
        self.heard_at = now()
        if (answer := self._asked.get(frame.get("id", ""))) and not answer.done():
            answer.set_result(frame)
        if frame["is"] == "opened":
            self.opened_at = self.heard_at
            self._is_live.set()
            if self.cursor is None or frame.get("reload"):
                self.reloads += self.cursor is not None
                self.cursor = frame["head"]
        elif frame["is"] == "events":
            self._take(frame)

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["after"] != self.cursor:
            self.gaps += 1
            self._missed = True
            return
        self.cursor = frame["upto"]
        self.shown += [
            (event["seq"], number_of(event["client_id"]))
            for event in frame["events"]
            if event["kind"] == "message.posted"
        ]

    def _lost(self) -> None:
        self._socket = None
        self._is_live.clear()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(LineLost())
