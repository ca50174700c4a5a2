"""The facilitators' verbs over the socket: who hears what, and who is refused."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from chat.models import Seat
from chat.verbs.facilitating import VERBS
from community.models import User
from tests.cast import Cast
from tests.chat.talk import in_an_hour
from tests.chat.wire import Wire
from tests.live import LiveHouse

Opens = Callable[[User], Awaitable[Wire]]


# A lease lasts five seconds in it.
HOUSE = {"ROOM_LEASE_SECONDS": "5"}


@pytest.fixture
async def enter(house: LiveHouse, cast: Cast) -> AsyncIterator[Opens]:
    """Someone's socket, with the alder circle open on it."""
    wires: list[Wire] = []

    async def enter(user: User) -> Wire:
        cookie = await sync_to_async(house.sign_in)(user)
        wires.append(await Wire.open(house, cookie))
        await wires[-1].enter(cast.circle)
        return wires[-1]

    yield enter
    for wire in wires:
        await wire.leave()


def every_verb(cast: Cast, message: str) -> list[dict]:
    member = {"member": cast.member(cast.noor).public_id}
    why, about = {"why": "It was agreed."}, {"message": message}
    return [
        {"do": "ask_to_change", **about, **why},
        {"do": "let_through", **about},
        {"do": "set_aside", **about, **why},
        {"do": "put_back", **about},
        {"do": "hold", **member},
        {"do": "unhold", **member},
        {"do": "hold"},
        {"do": "unhold"},
        {"do": "mute", **member, **why, "until": in_an_hour().isoformat()},
        {"do": "unmute", **member},
        {"do": "pace", "seconds": 60},
        {"do": "pause"},
        {"do": "resume"},
        {"do": "hours", "hours": "attended"},
        {"do": "daily_hours", "changes": [{"at": "08:00", "hours": "open"}]},
        {"do": "undo"},
        {"do": "here"},
        {"do": "away"},
        {"do": "remove", **member, **why},
        {"do": "let_back_in", **member},
    ]


async def named(cast: Cast, user: User) -> str:
    return (await sync_to_async(cast.member)(user)).public_id


async def test_each_verb_is_a_facilitators_and_nobody_elses(cast, enter):
    mina, noor, ines = await enter(cast.mina), await enter(cast.noor), await enter(cast.ines)
    circle = cast.circle.public_id
    await mina.ask("hold", circle=circle)
    message = (await noor.post(cast.circle, "My old street"))["message"]
    frames = await sync_to_async(every_verb)(cast, message)
    assert {frame["do"] for frame in frames} == set(VERBS)

    set_at = 0
    for frame in frames:
        if frame["do"] == "undo":
            frame["seq"] = set_at
        refused = await ines.ask(**frame, circle=circle)
        assert (frame["do"], refused["code"]) == (frame["do"], "not_member")
        answer = await mina.ask(**frame, circle=circle)
        set_at = answer.get("seq", set_at)
        assert (frame["do"], answer["is"]) == (frame["do"], "ack")
        if frame["do"] == "remove":
            assert (await noor.closed()) == 4403


async def test_what_is_set_is_heard_by_everyone_and_told_to_whom_it_concerns(cast, enter):
    mina, noor, ines = await enter(cast.mina), await enter(cast.noor), await enter(cast.ines)
    circle, member = cast.circle.public_id, await named(cast, cast.noor)
    for do, fields in [
        ("pace", {"seconds": 120}),
        ("hours", {"hours": "reading"}),
        ("pause", {}),
        ("hold", {}),
        ("hold", {"member": member}),
    ]:
        await mina.ask(do, circle=circle, **fields)
    for wire in (noor, ines):
        await wire.hear_event(lambda event: event["kind"] == "room.holds" and event["on"])
        kinds = [event["kind"] for event in wire.events]
        assert kinds[:3] == ["room.pace", "room.hours", "room.paused"]
    await noor.hear_event(lambda event: event["kind"] == "member.held")
    assert "member.held" not in [event["kind"] for event in ines.events]

    opened = await (await enter(cast.noor)).enter(cast.circle)

    told = {name: opened[name] for name in ("pace", "hours", "paused", "holds")}
    assert told == {"pace": 120, "hours": "reading", "paused": True, "holds": True}
    assert opened["held"]["say"] == "Mina reads what you write before the others do."
    assert (await ines.enter(cast.circle))["held"] is None


@pytest.mark.once
@pytest.mark.parametrize(
    "fields",
    [
        {"do": "pace"},
        {"do": "pace", "seconds": "60"},
        {"do": "pace", "seconds": 3601},
        {"do": "hours", "hours": "never"},
        {"do": "hours"},
        {"do": "daily_hours", "changes": "08:00"},
        {"do": "daily_hours", "changes": [["08:00", "open"]]},
        {"do": "daily_hours", "changes": [{"at": 8, "hours": "open"}]},
        {"do": "undo"},
        {"do": "undo", "seq": 1},
        {"do": "hold", "member": 7},
        {"do": "let_through"},
    ],
)
async def test_what_can_not_be_read_changes_nothing(cast, enter, fields):
    mina = await enter(cast.mina)

    refused = await mina.ask(**fields, circle=cast.circle.public_id)

    assert (refused["is"], refused["code"]) == ("refused", "bad_frame")
    await mina.still_here()


@pytest.mark.once
async def test_everyone_hears_who_is_here_and_that_nobody_is(cast, enter):
    mina, noor = await enter(cast.mina), await enter(cast.noor)
    circle, member = cast.circle.public_id, await named(cast, cast.mina)

    answer = await mina.ask("here", circle=circle)

    heard = await noor.hear(lambda frame: frame["is"] == "attended" and frame["by"])
    assert heard["by"] == [{"member": member, "until": answer["until"]}]
    assert heard["now"] < answer["until"]
    until = await for_a_minute(cast)
    opened = await (await enter(cast.ines)).enter(cast.circle)
    assert opened["attended"] == [{"member": member, "until": until}]
    # It ran out, and nobody had to say so.
    nobody = nobody_since(noor)
    await mina.ask("here", circle=circle)
    await noor.hear(nobody)
    await mina.ask("here", circle=circle)
    await for_a_minute(cast)
    nobody = nobody_since(noor)
    await mina.ask("away", circle=circle)
    await noor.hear(nobody)


async def for_a_minute(cast: Cast) -> str:
    """Mina's lease lasts longer than a machine should take; until when."""
    until = timezone.now() + datetime.timedelta(minutes=1)
    await Seat.objects.filter(membership__user=cast.mina).aupdate(here_until=until)
    return until.isoformat()


def nobody_since(wire: Wire) -> Callable[[dict], bool]:
    """Tells the frame that says so, and came after this."""
    before = len(wire.frames)
    return lambda frame: (
        frame["is"] == "attended" and not frame["by"] and frame in wire.frames[before:]
    )
