"""A session over sockets: each step reaches everyone, and survives the process that served it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from community.models import User
from programs.models import Agreement
from tests.cast import Cast, gather
from tests.chat.circle_live import newest_state, state_from_rows
from tests.chat.talk import join
from tests.chat.wire import Wire
from tests.live import LiveHouse

Opens = Callable[[User], Awaitable[Wire]]


@pytest.fixture
def house(live_house: LiveHouse) -> LiveHouse:
    live_house.start()
    return live_house


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    Agreement.objects.all().delete()
    Agreement.objects.create(version=1, clauses="What is said here stays here.")
    return gather()


@pytest.fixture
async def opens(house: LiveHouse, cast: Cast) -> AsyncIterator[Opens]:
    wires: list[Wire] = []

    async def open_for(user: User) -> Wire:
        wires.append(await Wire.open(house, await sync_to_async(house.sign_in)(user)))
        return wires[-1]

    yield open_for
    for wire in wires:
        await wire.leave()


async def do(wire: Wire, cast: Cast, verb: str, **fields: Any) -> dict[str, Any]:
    """The verb, on what has been told so far."""
    if verb in ("phase", "give_piece", "order", "give_time", "take_over", "end"):
        fields.setdefault("step", (await told(cast))["step"])
    return await wire.ask(verb, circle=cast.circle.public_id, **fields)


async def told(cast: Cast) -> dict[str, Any]:
    return await sync_to_async(newest_state)(cast.circle)


async def sees(wire: Wire, state: dict[str, Any]) -> None:
    """This end comes to the same state."""
    await wire.hear_event(lambda event: event.get("session") == state)


async def test_every_step_reaches_everyone_with_the_whole_state(cast: Cast, opens: Opens) -> None:
    linden = await sync_to_async(join)("linden", cast.circle, role="facilitator")
    mina, noor, ines, other = [
        await opens(person) for person in (cast.mina, cast.noor, cast.ines, linden)
    ]
    everyone = [mina, noor, ines, other]
    for wire in everyone:
        await wire.enter(cast.circle)
    name = {p: await sync_to_async(cast.member)(p) for p in (cast.noor, cast.ines)}

    for wire, verb, fields in [
        (mina, "begin", {}),
        (noor, "seat", {"agreed": True}),
        (ines, "seat", {"agreed": True}),
        (mina, "phase", {"phase": "grounding"}),
        (mina, "phase", {"phase": "check_in"}),
        (mina, "give_piece", {}),
        (noor, "done", {}),
        (ines, "pass", {}),
        (mina, "phase", {"phase": "sharing"}),
        (mina, "order", {"members": [name[cast.noor].public_id, name[cast.ines].public_id]}),
        (mina, "give_piece", {"member": None}),
        (ines, "hand", {}),
        (ines, "last", {}),
        (other, "take_over", {}),
        (other, "give_time", {"seconds": 60}),
        (other, "breath", {}),
        (noor, "step_out", {}),
        (other, "phase", {"phase": "closing"}),
        (other, "end", {}),
    ]:
        answer = await do(wire, cast, verb, **fields)
        assert answer["is"] == "ack", (verb, answer)
        state = await told(cast)
        assert state == await sync_to_async(state_from_rows)(cast.circle)
        await asyncio.gather(*(sees(one, state) for one in everyone))
    assert state["phase"] == "ended"


async def test_a_killed_process_and_a_lost_line_come_back_to_the_same_round(
    cast: Cast, opens: Opens, house: LiveHouse
) -> None:
    mina, noor, ines = [await opens(p) for p in (cast.mina, cast.noor, cast.ines)]
    head = (await ines.enter(cast.circle))["head"]
    for wire, verb, fields in [
        (mina, "begin", {}),
        (noor, "seat", {"agreed": True}),
        (ines, "seat", {"agreed": True}),
        (mina, "phase", {"phase": "sharing"}),
        (mina, "give_piece", {}),
    ]:
        assert (await do(wire, cast, verb, **fields))["is"] == "ack"
    before = await told(cast)
    assert before["holder"]

    house.kill()
    await asyncio.to_thread(house.start)

    back = await opens(cast.ines)
    await back.enter(cast.circle, since=head)
    await sees(back, before)
    again = await opens(cast.noor)
    assert (await do(again, cast, "done"))["is"] == "ack"
    after = await told(cast)
    assert after["holder"] == before["order"][1]["member"]
    await sees(back, after)


async def test_the_second_of_two_facilitators_is_told(cast: Cast, opens: Opens) -> None:
    linden = await sync_to_async(join)("linden", cast.circle, role="facilitator")
    mina, other, noor = [await opens(p) for p in (cast.mina, linden, cast.noor)]
    await do(mina, cast, "begin")
    await do(noor, cast, "seat", agreed=True)
    await do(mina, cast, "phase", phase="sharing")
    step = (await told(cast))["step"]
    answers = await asyncio.gather(
        do(mina, cast, "give_piece", step=step), do(other, cast, "give_piece", step=step)
    )
    assert sorted(answer["is"] for answer in answers) == ["ack", "refused"]
    refused = next(answer for answer in answers if answer["is"] == "refused")
    assert refused["code"] == "conflict" and refused["say"]


async def test_otto_hears_nothing_and_peers_do_not_lead(cast: Cast, opens: Opens) -> None:
    mina, noor, otto = [await opens(p) for p in (cast.mina, cast.noor, cast.otto)]
    await otto.enter(cast.next_door)
    await noor.enter(cast.circle)
    await do(mina, cast, "begin")
    await sees(noor, await told(cast))
    for verb in ["seat", "hand", "done", "step_out", "pass", "last", "begin", "breath"]:
        assert (await do(otto, cast, verb))["code"] == "not_member"
    for verb, fields in [
        ("phase", {"phase": "sharing"}),
        ("give_piece", {}),
        ("order", {"members": [(await sync_to_async(cast.member)(cast.noor)).public_id]}),
        ("give_time", {"seconds": 60}),
        ("breath", {}),
        ("take_over", {}),
        ("end", {}),
    ]:
        assert (await do(noor, cast, verb, **fields))["code"] == "not_member", verb
    assert "session" not in otto.everything


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("seat", {"agreed": "yes"}),
        ("phase", {"phase": "sharing", "step": None}),
        ("phase", {"phase": 1, "step": 1}),
        ("give_piece", {"member": 5, "step": 1}),
        ("order", {"members": "all", "step": 1}),
        ("order", {"members": [None], "step": 1}),
        ("order", {"members": ["AAAAAAAAAAAAAAAA"] * 51, "step": 1}),
        ("breath", {"seconds": -1}),
        ("breath", {"seconds": True}),
        ("give_time", {"seconds": 1.5, "step": 1}),
        ("take_over", {"step": "1"}),
        ("end", {"step": 2**53}),
    ],
)
async def test_frames_that_are_none_change_nothing(
    cast: Cast, opens: Opens, verb: str, fields: dict[str, Any]
) -> None:
    mina = await opens(cast.mina)
    await do(mina, cast, "begin")
    before = await told(cast)
    assert (await mina.ask(verb, circle=cast.circle.public_id, **fields))["code"] == "bad_frame"
    await mina.still_here()
    assert await told(cast) == before
