"""One name, one message: however often it is sent, by whichever way, before and after a crash."""

from __future__ import annotations

import asyncio
import json
import uuid

import httpx
from asgiref.sync import sync_to_async
from django.conf import settings

from chat.models import Message
from tests.cast import Cast
from tests.chat.talk import log_of
from tests.chat.wire import Frame, Wire
from tests.live import LiveHouse

HOUSE = {"ROOM_POSTS_PER_10S": "100000"}
BODY = "The kettle was on already."
TIMES = 100


class Browser:
    """Someone's two tabs, and the form's way beside them."""

    def __init__(self, house: LiveHouse, circle: str, cookie: tuple[str, str]) -> None:
        self.house, self.circle, self.cookie = house, circle, cookie
        token = "a" * 32
        self.http = httpx.AsyncClient(
            base_url=house.url,
            cookies={cookie[0]: cookie[1], settings.CSRF_COOKIE_NAME: token},
            headers={"X-CSRFToken": token, "Origin": house.url},
            timeout=120,
        )

    @classmethod
    async def of(cls, house: LiveHouse, cast: Cast, user) -> Browser:
        browser = cls(house, cast.circle.public_id, await sync_to_async(house.sign_in)(user))
        browser.tabs = [await Wire.open(house, browser.cookie) for _ in range(2)]
        for tab in browser.tabs:
            await tab.enter(cast.circle)
        return browser

    async def post(self, way: int, name: str, body: str) -> Frame:
        """By the first tab, the second, or the twin."""
        fields = {"circle": self.circle, "id": name, "body": body}
        if way < 2:
            return await self.tabs[way].ask("post", **fields)
        answer = await self.http.post(
            f"/circles/{self.circle}/messages/",
            content=json.dumps(fields),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    async def leave(self) -> None:
        for tab in self.tabs:
            await tab.leave()
        await self.http.aclose()


async def test_a_hundred_times_at_once_from_two_tabs_and_the_form_is_one_message(cast, house):
    noor = await Browser.of(house, cast, cast.noor)
    ines = await Wire.open(house, await sync_to_async(house.sign_in)(cast.ines))
    await ines.enter(cast.circle)
    name = str(uuid.uuid4())

    answers = await asyncio.gather(*[noor.post(n % 3, name, BODY) for n in range(TIMES)])

    assert {answer["is"] for answer in answers} == {"ack"}
    assert len({(answer["seq"], answer["message"]) for answer in answers}) == 1
    assert await Message.objects.acount() == 1
    await sync_to_async(log_of)(cast.circle)
    await ines.hear_words(BODY)
    await ines.post(cast.circle, "And then")
    await ines.hear_words("And then")
    assert [event.get("client_id") for event in ines.events].count(name) == 1
    await asyncio.gather(noor.leave(), ines.leave())


async def test_of_two_bodies_under_one_name_the_first_is_kept_and_the_other_is_a_conflict(
    cast, house
):
    noor = await Browser.of(house, cast, cast.noor)
    name = str(uuid.uuid4())
    bodies = [BODY, "Something else."]

    answers = await asyncio.gather(*[noor.post(n % 3, name, bodies[n % 2]) for n in range(TIMES)])

    kept = [answer["is"] for answer in answers]
    first = kept.index("ack") % 2
    assert [answer["is"] for answer in answers[first::2]] == ["ack"] * (TIMES // 2)
    assert {answer["code"] for answer in answers[1 - first :: 2]} == {"conflict"}
    assert await Message.objects.acount() == 1
    await noor.leave()


async def test_after_a_crash_the_same_is_known_and_other_words_still_are_a_conflict(cast, house):
    noor = await Browser.of(house, cast, cast.noor)
    name = str(uuid.uuid4())
    first = await noor.post(0, name, BODY)
    await sync_to_async(house.kill)()
    await sync_to_async(house.start)()
    again = await Browser.of(house, cast, cast.noor)

    answers = await asyncio.gather(*[again.post(n % 3, name, BODY) for n in range(30)])
    other = [await again.post(way, name, "Something else.") for way in range(3)]

    assert {(answer["seq"], answer["message"]) for answer in answers} == {
        (first["seq"], first["message"])
    }
    assert {answer["code"] for answer in other} == {"conflict"}
    assert await Message.objects.acount() == 1
    await asyncio.gather(noor.leave(), again.leave())


async def test_another_persons_name_for_a_message_stays_their_own(cast, house):
    noor, ines = await Browser.of(house, cast, cast.noor), await Browser.of(house, cast, cast.ines)
    name = str(uuid.uuid4())

    answers = await asyncio.gather(
        *[browser.post(n % 3, name, BODY) for n in range(30) for browser in (noor, ines)]
    )

    assert {answer["is"] for answer in answers} == {"ack"}
    hers, others = ({answer["seq"] for answer in answers[who::2]} for who in (0, 1))
    assert (len(hers), len(others)) == (1, 1)
    assert hers != others
    assert await Message.objects.acount() == 2
    await asyncio.gather(noor.leave(), ines.leave())
