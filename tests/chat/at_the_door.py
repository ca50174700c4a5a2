"""A session that ends while its socket stands in the door: let in, and no line of the hub's yet.

Run by `test_admission.py` in a process of its own: these tests have a hub in theirs, with threads
and connections that others must not find.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from chat import announcing
from chat.consumers import ChatConsumer
from chat.hub import Hub, watch
from chat.hub.line import SIGNED_OUT
from community.models import User
from programs.models import Circle
from tests.cast import Cast, gather
from tests.chat.own_process import hub_of_this_process
from tests.chat.talk import say
from tests.chat.wire import PATIENCE

Happens = Callable[[], Awaitable[Any]]
Ends = Callable[[User, Client], None]


class Caller:
    """A socket on the consumer of this process. Something happens just as it is let in."""

    def __init__(self, session: str, in_the_door: Happens) -> None:
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = None
        self.room = ChatConsumer()
        self._in_the_door = in_the_door
        self._to_come: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        scope = {"type": "websocket", "cookies": {settings.SESSION_COOKIE_NAME: session}}
        self._to_come.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self.room(scope, self._to_come.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.accept":
            await self._in_the_door()
        elif message["type"] == "websocket.send":
            self.frames.append(json.loads(message["text"]))
        else:
            self.code = message["code"]
        self._news.set()

    async def ask(self, do: str, **fields: Any) -> None:
        text = json.dumps({"do": do} | fields)
        await self._to_come.put({"type": "websocket.receive", "text": text})

    async def open(self, circle: Circle) -> None:
        await self.ask("open", circle=circle.public_id, since=None)
        await self.hear('"opened"')

    async def hear(self, words: str) -> None:
        """Waits until some frame holds them, or nothing more comes."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.everything and self.code is None:
                self._news.clear()
                await self._news.wait()

    @property
    def everything(self) -> str:
        return json.dumps(self.frames)

    async def closed(self) -> int:
        async with asyncio.timeout(PATIENCE):
            while self.code is None:
                self._news.clear()
                await self._news.wait()
        return self.code

    async def leave(self) -> None:
        await self._to_come.put({"type": "websocket.disconnect"})
        await self._task


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return gather()


@pytest.fixture
async def hub(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Hub]:
    """The hub of this very process. It hardly ever looks by itself, so that nothing is saved by
    that, and never at a line in its turn."""
    monkeypatch.setattr(watch, "_LOOK_SECONDS", getattr(request, "param", 600.0))
    monkeypatch.setattr(watch, "_ALL_IN_TURNS", math.nan)
    async with hub_of_this_process() as hub:
        yield hub


@pytest.fixture
def hints_are_lost(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(hint: announcing.Hint) -> None:
        pass

    announcing.through(None)
    monkeypatch.setattr(announcing, "send", nothing)


@pytest.fixture
async def knocks(hub: Hub) -> AsyncIterator[Callable[..., Awaitable[Caller]]]:
    callers: list[Caller] = []

    async def knock(user: User, *, ends: Ends | None = None, then: Happens | None = None) -> Caller:
        """Someone is let in; where it `ends`, their session does before the hub has their line."""
        browser = Client()
        await sync_to_async(browser.force_login)(user)

        async def in_the_door() -> None:
            if ends is not None:
                await sync_to_async(ends)(user, browser)
            if then is not None:
                await then()

        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        callers.append(Caller(session, in_the_door))
        return callers[-1]

    yield knock
    for caller in callers:
        await caller.leave()


def sign_out(user: User, browser: Client) -> None:
    assert browser.post("/accounts/logout/").status_code in (302, 303)


def change_password(user: User, browser: Client) -> None:
    user.set_password("something else entirely")
    user.save()


def be_closed_out(user: User, browser: Client) -> None:
    user.is_active = False
    user.save()


ENDS = pytest.mark.parametrize("ends", [sign_out, change_password, be_closed_out])


@ENDS
async def test_whoever_is_signed_out_in_the_door_is_sent_away_at_once(cast, knocks, ends):
    ines, noor = await knocks(cast.ines), await knocks(cast.noor, ends=ends)

    assert await noor.closed() == SIGNED_OUT
    assert ines.code is None


async def test_another_house_may_be_where_they_sign_out(cast, knocks, live_house):
    def sign_out_there(user: User, browser: Client) -> None:
        with httpx.Client(base_url=live_house.url) as other:
            other.cookies[settings.SESSION_COOKIE_NAME] = browser.session.session_key
            form = other.get("/accounts/logout/")
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
            assert token
            form = {"csrfmiddlewaretoken": token[1]}
            other.post("/accounts/logout/", data=form, headers={"Origin": live_house.url})

    noor = await knocks(cast.noor, ends=sign_out_there)

    assert await noor.closed() == SIGNED_OUT


@pytest.mark.usefixtures("hints_are_lost")
@pytest.mark.parametrize("ends", [sign_out, change_password])
async def test_where_the_hint_is_lost_nothing_written_later_reaches_them(cast, hub, knocks, ends):
    """Although all other lines were looked at while theirs stood in the door."""
    ines = await knocks(cast.ines)
    await ines.open(cast.circle)

    async def tell_everyone(words: str) -> None:
        await sync_to_async(say)(cast.mina, words, circle=cast.circle)
        hub.feeds[cast.circle.public_id].look()
        await ines.hear(words)

    noor = await knocks(cast.noor, ends=ends, then=lambda: tell_everyone("MEANWHILE"))
    # In a busy house she may be looked at, and sent away, before her room was read.
    await noor.open(cast.circle)
    await tell_everyone("LATER")

    assert await noor.closed() == SIGNED_OUT
    assert "LATER" not in noor.everything


@pytest.mark.usefixtures("hints_are_lost")
@pytest.mark.parametrize("hub", [0.2], indirect=True)
async def test_where_nothing_is_written_either_the_next_look_finds_them(cast, knocks):
    ines, noor = await knocks(cast.ines), await knocks(cast.noor, ends=sign_out)

    assert await noor.closed() == SIGNED_OUT
    assert ines.code is None


@pytest.mark.usefixtures("hints_are_lost")
async def test_a_hint_of_more_changes_than_there_were_hides_none_that_comes_after(
    cast, hub, knocks
):
    ines, noor = await knocks(cast.ines), await knocks(cast.noor)
    for caller in (ines, noor):
        await caller.open(cast.circle)
    hub._heed({"type": "hint.access", "person": 0, "changes": 10**15})
    await sync_to_async(change_password)(cast.otto, Client())

    async def tell_everyone(words: str) -> None:
        await sync_to_async(say)(cast.mina, words, circle=cast.circle)
        hub.feeds[cast.circle.public_id].look()
        await ines.hear(words)

    await tell_everyone("FIRST")
    await noor.hear("FIRST")
    await sync_to_async(change_password)(cast.noor, Client())
    await tell_everyone("LATER")

    assert await noor.closed() == SIGNED_OUT
    assert "LATER" not in noor.everything
