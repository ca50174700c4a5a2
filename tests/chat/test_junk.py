"""Thousands of frames that are none, or nearly: typed refusals, and nothing else comes of them.

`manage.py bench frames` sends a hundred thousand.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable

import pytest
from asgiref.sync import sync_to_async

from chat.models import Event
from chat.verbs import VERBS
from community.models import User
from tests.cast import Cast
from tests.chat.junk import FIELDS, WORDS, Junk
from tests.chat.talk import log_of
from tests.chat.wire import Wire
from tests.live import LiveHouse

# Nobody is told that they do too much: what they do is what this is about.
HOUSE = {"ROOM_VERBS_PER_10S": "100000"}
# Fewer than end a socket.
AT_A_TIME = 80
CODES = {
    *("not_member", "muted", "paused", "slow", "closed", "conflict"),
    *("too_long", "bad_frame", "too_fast"),
}


async def send_all(
    house: LiveHouse, user: User, frames: Iterable[str | bytes], *, circle=None
) -> list[dict]:
    """All answers; each few frames on a socket of their own, which ends by nobody but us."""
    cookie = await sync_to_async(house.sign_in)(user)
    answers = []
    for some in itertools.batched(frames, AT_A_TIME):
        wire = await Wire.open(house, cookie)
        if circle is not None:
            await wire.enter(circle)
        for frame in some:
            await wire.socket.send(frame)
        await wire.still_here()
        answers += [frame for frame in wire.frames if frame["is"] in ("refused", "ack")]
        await wire.leave()
    return answers


async def material(cast: Cast, wire: Wire) -> dict:
    said = [(await wire.post(cast.circle, f"{WORDS} {n}"))["message"] for n in range(4)]
    members = [await sync_to_async(cast.member)(user) for user in (cast.noor, cast.ines)]
    return {
        "circle": cast.circle.public_id,
        "messages": said,
        "members": [member.public_id for member in members],
    }


def expect_no_harm(house: LiveHouse, answers: list[dict]) -> None:
    assert house.process.poll() is None
    assert {answer["code"] for answer in answers if answer["is"] == "refused"} <= CODES
    assert all(answer["say"] for answer in answers if answer["is"] == "refused")
    log = house.log.read_text(errors="replace")
    for unwanted in (WORDS, "Traceback", "verb_failed", "post_failed"):
        assert unwanted not in log, log[-4000:]


def test_every_verb_is_tried():
    assert FIELDS.keys() == {"open", "close", "typing", "post"} | VERBS.keys()


async def test_junk_changes_nothing_and_is_answered_every_time(cast, house):
    ines = await Wire.open(house, await sync_to_async(house.sign_in)(cast.ines))
    await ines.enter(cast.circle)
    junk = Junk(1, **await material(cast, ines))
    before = await sync_to_async(log_of)(cast.circle)

    answers = await send_all(house, cast.noor, junk.unreadable(800), circle=cast.circle)

    assert len(answers) == 800 + 800 // AT_A_TIME
    assert {answer["code"] for answer in answers} <= {"bad_frame", "too_long"}
    assert await sync_to_async(log_of)(cast.circle) == before
    await ines.still_here()
    assert not [frame for frame in ines.frames if frame["is"] == "bye"]
    await sync_to_async(expect_no_harm)(house, answers)
    await ines.leave()


@pytest.mark.once
async def test_whatever_a_neighbour_sends_never_gets_into_the_room(cast, house):
    ines = await Wire.open(house, await sync_to_async(house.sign_in)(cast.ines))
    await ines.enter(cast.circle)
    junk = Junk(2, **await material(cast, ines))
    before = await sync_to_async(log_of)(cast.circle)
    await ines.hear_words(f"{WORDS} 3")
    ines.frames.clear()

    answers = await send_all(house, cast.otto, junk.anything(1200))

    assert await sync_to_async(log_of)(cast.circle) == before
    assert WORDS not in ines.everything
    assert not ines.events
    assert not [answer for answer in answers if "message" in answer]
    await ines.still_here()
    await sync_to_async(expect_no_harm)(house, answers)
    await ines.leave()


@pytest.mark.parametrize("who", [pytest.param("noor", marks=pytest.mark.once), "mina"])
async def test_whatever_those_who_belong_send_the_house_stands_and_its_log_is_whole(
    cast, house, who
):
    bela = await Wire.open(house, await sync_to_async(house.sign_in)(cast.bela))
    await bela.enter(cast.next_door)
    noor = await Wire.open(house, await sync_to_async(house.sign_in)(cast.noor))
    junk = Junk(3, **await material(cast, noor))
    await noor.leave()
    next_door = await sync_to_async(log_of)(cast.next_door)
    asked = asyncio.create_task(
        send_all(house, getattr(cast, who), junk.anything(800), circle=cast.circle)
    )
    answered_meanwhile = 0
    while not asked.done():
        await bela.still_here()
        answered_meanwhile += 1
        bela.frames.clear()
        await asyncio.sleep(0.1)

    answers = await asked

    # It got as far as the verbs themselves.
    assert sum(answer["is"] == "ack" for answer in answers) > 20
    assert len({answer.get("code") for answer in answers}) > 3
    await sync_to_async(expect_no_harm)(house, answers)
    await sync_to_async(log_of)(cast.circle)
    assert await sync_to_async(log_of)(cast.next_door) == next_door
    assert not bela.events
    # Next door nobody waited until it was over.
    assert answered_meanwhile > 5
    kept = [str(facts) async for facts in Event.objects.values_list("facts", flat=True)]
    assert WORDS not in "".join(kept)
    await bela.leave()
