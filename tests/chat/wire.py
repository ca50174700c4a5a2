"""One end of a socket, as a browser holds it."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from programs.models import Circle
from tests.live import LiveHouse

# What is waited for here is whether it comes. A machine that is busy may take its time.
PATIENCE = 60.0
_REST = 0.1

Frame = dict[str, Any]


class Wire:
    """Keeps every frame that came; waits for the one a test is about."""

    def __init__(self, socket: ClientConnection, pause: float = 0.0) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read(pause))

    @classmethod
    async def open(cls, house: LiveHouse, cookie: tuple[str, str] | None, **more: Any) -> Self:
        headers = {"Cookie": "=".join(cookie)} if cookie else {}
        headers |= more.pop("headers", {})
        address, pause = more.pop("address", house.socket_url), more.pop("pause", 0.0)
        more = {"origin": house.url, "compression": None, "max_size": None} | more
        return cls(await connect(address, additional_headers=headers, **more), pause)

    async def _read(self, pause: float) -> None:
        """From after a pause, in seconds, in which this end takes nothing in."""
        await asyncio.sleep(pause)
        try:
            async for text in self.socket:
                self.frames.append(json.loads(text))
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            self._news.set()

    async def say(self, do: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"do": do} | fields))

    async def enter(self, circle: Circle, since: int | None = None, **more: Any) -> Frame:
        await self.say("open", circle=circle.public_id, since=since, **more)
        return await self.hear(lambda f: f["is"] == "opened" and f["circle"] == circle.public_id)

    async def post(self, circle: Circle, body: str, **more: Any) -> Frame:
        """Says it, and waits for the answer."""
        name = more.pop("id", None) or str(uuid.uuid4())
        await self.say("post", circle=circle.public_id, id=name, body=body, **more)
        return await self.hear(lambda f: f.get("id") == name and f["is"] in ("ack", "refused"))

    async def ask(self, do: str, **fields: Any) -> Frame:
        """Another verb, and its answer."""
        ref = str(uuid.uuid4())
        await self.say(do, ref=ref, **fields)
        return await self.hear(lambda frame: frame.get("ref") == ref)

    async def hear(self, wanted: Callable[[Frame], bool], within: float = PATIENCE) -> Frame:
        """The first frame like this, come already or to come."""
        at = 0
        deadline = time.monotonic() + within
        while True:
            for frame in self.frames[at:]:
                if wanted(frame):
                    return frame
            at = len(self.frames)
            if self._reading.done():
                raise AssertionError(f"closed {self.socket.close_code} after {self.frames[-3:]}")
            self._news.clear()
            if at == len(self.frames):
                await asyncio.wait_for(self._news.wait(), max(deadline - time.monotonic(), 0.01))

    async def hear_event(self, wanted: Callable[[Frame], bool], within: float = PATIENCE) -> Frame:
        found: list[Frame] = []

        def has(frame: Frame) -> bool:
            found.extend(event for event in frame.get("events", ()) if wanted(event))
            return bool(found)

        await self.hear(has, within)
        return found[0]

    async def hear_words(self, words: str, within: float = PATIENCE) -> Frame:
        return await self.hear_event(lambda event: words in event.get("html", ""), within)

    async def hear_up_to(self, seq: int, within: float = PATIENCE) -> None:
        await self.hear(lambda frame: frame["is"] == "events" and frame["upto"] >= seq, within)

    async def closed(self, within: float = PATIENCE) -> int:
        """The code the house closed with."""
        await asyncio.wait_for(asyncio.shield(self._reading), within)
        return self.socket.close_code or 0

    @property
    def is_over(self) -> bool:
        """Nothing more will come."""
        return self._reading.done()

    async def still_here(self) -> None:
        """The house answers."""
        assert (await self.ask("nothing such"))["code"] in ("bad_frame", "too_fast")

    async def sees(self, true: Callable[[], object], within: float, circle: Circle) -> None:
        """It comes about within so many seconds of a house that has its turn: what it needs to
        answer this line meanwhile, by way of its database, is not counted."""
        for _ in range(int(within / _REST)):
            if true():
                return
            await self.ask("read", circle=circle.public_id, seq=0)
            await asyncio.sleep(_REST)
        assert true(), f"It has not come about within {within} seconds of the house's."

    @property
    def events(self) -> list[Frame]:
        return [event for frame in self.frames for event in frame.get("events", ())]

    @property
    def everything(self) -> str:
        return json.dumps(self.frames, ensure_ascii=False)

    async def leave(self) -> None:
        self._reading.cancel()
        await self.socket.close()
