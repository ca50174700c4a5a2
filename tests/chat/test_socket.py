"""The socket as browsers meet it: a real house, real frames, and whatever may go wrong."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import json
import re
import socket as sockets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from chat import announcing
from chat.models import Room
from community.models import User
from tests.cast import Cast
from tests.chat.junk import UNREADABLE
from tests.chat.reader import Reader
from tests.chat.talk import as_drawn, log_of, put_back, remove, say
from tests.chat.wire import PATIENCE, Wire
from tests.live import LiveHouse

Opens = Callable[..., Awaitable[Wire]]

# Nobody is told to slow down in it.
HOUSE = {"ROOM_POSTS_PER_10S": "100000"}


@pytest.fixture
async def opens(house: LiveHouse) -> AsyncIterator[Opens]:
    """Opens sockets for people; they end with the test."""
    wires: list[Wire] = []

    async def open_for(user: User, *, at: LiveHouse | None = None, **more) -> Wire:
        cookie = await sync_to_async(house.sign_in)(user)
        wires.append(await Wire.open(at or house, cookie, **more))
        return wires[-1]

    yield open_for
    for wire in wires:
        await wire.leave()


def sign_in(house: LiveHouse, user: User) -> tuple[str, str]:
    return house.sign_in(user)


# The door -----------------------------------------------------------------------------


async def refused_at_the_door(house: LiveHouse, cookie, **more) -> int:
    with pytest.raises(InvalidStatus) as caught:
        await Wire.open(house, cookie, **more)
    return caught.value.response.status_code


@pytest.mark.parametrize("broker", ["there", "away"])
async def test_strangers_are_turned_away_at_the_door(cast, house, valkey, broker):
    cookie = await sync_to_async(house.sign_in)(cast.noor)
    ended = await sync_to_async(house.sign_in)(cast.ines)
    await Session.objects.filter(pk=ended[1]).aupdate(expire_date=timezone.now())
    if broker == "away":
        valkey.kill()

    elsewhere = f"ws://localhost:{house.port}"
    for who, more in [
        (cookie, {"origin": "https://evil.example"}),
        (cookie, {"origin": f"{house.url}.evil.example"}),
        (cookie, {"origin": f"http://localhost:{house.port + 1}"}),
        (cookie, {"origin": "null"}),
        (cookie, {"origin": None}),
        (cookie, {"address": f"{elsewhere}/ws"}),
        (cookie, {"address": f"{elsewhere}/ws/more/"}),
        (cookie, {"address": f"{elsewhere}/circles/{cast.circle.public_id}/"}),
        (None, {}),
        ((cookie[0], "x" * 32), {}),
        ((cookie[0], '"\\000\\000"'), {}),
        ((cookie[0], "x" * 4000), {}),
        (ended, {}),
    ]:
        assert await refused_at_the_door(house, who, **more) == 403, (who, more)

    wire = await Wire.open(house, cookie)
    await wire.still_here()
    await wire.leave()


async def test_whoever_is_closed_out_or_changed_their_password_does_not_come_in(cast, house):
    cookies = [await sync_to_async(house.sign_in)(user) for user in (cast.noor, cast.ines)]
    await User.objects.filter(pk=cast.noor.pk).aupdate(is_active=False)
    await User.objects.filter(pk=cast.ines.pk).aupdate(password="other")

    for cookie in cookies:
        assert await refused_at_the_door(house, cookie) == 403


# Talking ------------------------------------------------------------------------------


async def test_two_people_talk(cast, opens):
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    opened = await noor.enter(cast.circle)
    await ines.enter(cast.circle)
    name = str(uuid.uuid4())

    ack = await noor.post(cast.circle, "Good morning, Ines.", id=name, ref="r1")

    assert opened["me"] == (await sync_to_async(cast.member)(cast.noor)).public_id
    assert {member["name"] for member in opened["members"]} == {"Mina", "Noor", "Ines"}
    assert (ack["is"], ack["state"], ack["ref"], ack["id"]) == ("ack", "posted", "r1", name)
    for wire in (noor, ines):
        event = await wire.hear_words("Good morning, Ines.")
        assert (event["seq"], event["kind"]) == (ack["seq"], "message.posted")
        assert (event["id"], event["client_id"]) == (ack["message"], name)
    page = await sync_to_async(Reader)(cast.ines, cast.circle)
    assert page.shown[-1] == (ack["message"], as_drawn(event["html"]))


PROTOCOL = Path(settings.BASE_DIR) / "docs" / "protocol.md"


def written_exchange() -> list[tuple[str, str]]:
    """What goes to the house (`>`) and what comes from it (`<`), as it is written."""
    [_, written] = PROTOCOL.read_text().split("## An exchange")
    lines = re.findall(r"^([<>]) (.*(?:\n    .*)*)", written.split("```")[1], re.MULTILINE)
    return [(way, frame) for way, frame in lines]


def is_as_written(frame: object, written: object) -> bool:
    """Whether it has all that is written, and that is as it is written."""
    if written == "…":
        return True
    if isinstance(written, dict):
        has = isinstance(frame, dict) and written.keys() <= frame.keys()
        return has and all(is_as_written(frame[key], written[key]) for key in written)
    if isinstance(written, list):
        same = isinstance(frame, list) and len(frame) == len(written)
        return same and all(map(is_as_written, frame, written))
    return frame == written


async def test_the_exchange_in_the_protocol_goes_as_it_is_written(cast, opens):
    noor = await opens(cast.noor)
    names = {"CIRCLE": cast.circle.public_id, "5a2e…": str(uuid.uuid4())}

    def frame_of(text: str) -> dict:
        for name, stands_for in names.items():
            text = text.replace(name, stands_for)
        return json.loads(text)

    exchange = written_exchange()
    for way, text in exchange:
        written = frame_of(text)
        if way == ">":
            await noor.socket.send(json.dumps(written))
            continue
        heard = await noor.hear(functools.partial(is_as_written, written=written))
        if heard.get("message"):
            names["MESSAGE"] = heard["message"]
    assert [way for way, _ in exchange].count(">") == 5


async def test_every_verb_is_answered_and_told(cast, opens):
    noor, mina = await opens(cast.noor), await opens(cast.mina)
    circle = cast.circle.public_id
    await noor.enter(cast.circle)
    can = (await mina.enter(cast.circle))["can"]
    said = (await noor.post(cast.circle, "One thing"))["message"]
    at = {"circle": circle, "message": said}

    assert "set_aside" in can
    assert (await noor.ask("edit", body="Another thing", **at))["is"] == "ack"
    await mina.hear_words("Another thing")
    responded = await mina.ask("respond", response="heard", **at)
    assert (responded["is"], responded["mine"]) == ("ack", ["heard"])
    await noor.hear_event(lambda event: event["kind"] == "message.responded")
    assert (await noor.ask("read", circle=circle, seq=responded_seq(noor)))["is"] == "ack"
    assert (await mina.ask("set_aside", why="It names someone.", **at))["is"] == "ack"
    told = await noor.hear_event(lambda event: event["kind"] == "message.set_aside")
    assert "It names someone." in told["say"]
    member = (await sync_to_async(cast.member)(cast.noor)).public_id
    until = (timezone.now() + datetime.timedelta(hours=1)).isoformat()
    muting = {"circle": circle, "member": member}
    assert (await mina.ask("mute", until=until, why="A pause.", **muting))["is"] == "ack"
    assert (await noor.post(cast.circle, "Now?"))["code"] == "muted"
    assert (await mina.ask("unmute", **muting))["is"] == "ack"
    mine = (await noor.post(cast.circle, "Now."))["message"]
    assert (await noor.ask("take_back", circle=circle, message=mine))["is"] == "ack"
    assert (await noor.ask("set_aside", why="Mine now.", **at))["code"] == "not_member"
    assert (await noor.ask("close", circle=circle))["is"] == "ack"
    assert (await mina.post(cast.circle, "Whoever has closed the room"))["is"] == "ack"
    await mina.hear_words("Whoever has closed")
    assert "Whoever has closed" not in noor.everything


def responded_seq(wire: Wire) -> int:
    return max(event["seq"] for event in wire.events)


async def test_a_neighbour_finds_nothing_and_hears_nothing(cast, opens):
    noor, otto = await opens(cast.noor), await opens(cast.otto)
    await noor.enter(cast.circle)
    await otto.enter(cast.next_door)
    circle = cast.circle.public_id
    ack = await noor.post(cast.circle, "Among ourselves")
    at = {"circle": circle, "message": ack["message"]}
    until = (timezone.now() + datetime.timedelta(hours=1)).isoformat()
    member = (await sync_to_async(cast.member)(cast.noor)).public_id

    for refusal in [
        await otto.ask("open", circle=circle, since=0),
        await otto.post(cast.circle, "Hello?"),
        await otto.ask("edit", body="Mine", **at),
        await otto.ask("take_back", **at),
        await otto.ask("respond", response="heard", **at),
        await otto.ask("set_aside", why="Because", **at),
        await otto.ask("mute", circle=circle, member=member, until=until, why="Because"),
        await otto.ask("unmute", circle=circle, member=member),
    ]:
        assert (refusal["is"], refusal["code"]) == ("refused", "not_member")
        # The page may have been someone's who belongs, and was signed in before: it is not theirs.
        assert refusal["person"] == cast.otto.public_id
    await otto.say("typing", circle=circle)
    await noor.say("typing", circle=circle)
    await noor.post(cast.circle, "Still among ourselves")
    await otto.post(cast.next_door, "Next door")
    await otto.hear_words("Next door")
    assert "ourselves" not in otto.everything
    assert member not in otto.everything
    assert not [f for f in noor.frames if f["is"] == "typing"]
    assert not [
        f
        for f in otto.frames
        if f["is"] in ("typing", "presence", "head", "events") and f["circle"] == circle
    ]


async def test_those_in_the_room_see_who_is_here_and_who_writes(cast, opens):
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    await noor.enter(cast.circle)
    await ines.enter(cast.circle)
    members = sorted(
        [(await sync_to_async(cast.member)(user)).public_id for user in (cast.noor, cast.ines)]
    )

    def writers(wire: Wire) -> list[str]:
        return [frame["member"] for frame in wire.frames if frame["is"] == "typing"]

    def writes(member: str) -> dict[str, str]:
        return {"type": "hint.typing", "circle": cast.circle.public_id, "member": member}

    mina, noors = [(await sync_to_async(cast.member)(p)).public_id for p in (cast.mina, cast.noor)]
    layer = get_channel_layer()
    beside = await layer.new_channel()
    await layer.group_add(announcing.GROUP, beside)

    await noor.hear(lambda frame: frame["is"] == "presence" and frame["here"] == members)
    await noor.say("typing", circle=cast.circle.public_id)
    # The broker carries it to all, also back to the house that said it, and what follows after it.
    async with asyncio.timeout(PATIENCE):
        while not writes(noors).items() <= (await layer.receive(beside)).items():
            pass
    # Said by another house again and again: that someone writes may be lost on its way.
    async with asyncio.timeout(PATIENCE):
        while mina not in writers(ines) or mina not in writers(noor):
            await announcing.send(writes(mina))
            await asyncio.sleep(0.05)

    assert writers(ines)[:2] == [noors, mina]
    assert set(writers(noor)) == {mina}
    await layer.group_discard(announcing.GROUP, beside)
    await ines.leave()
    await noor.hear(lambda frame: frame["is"] == "presence" and len(frame["here"]) == 1)


async def test_two_who_would_rather_not_read_each_other_see_each_other_here_no_more(cast, opens):
    circle = cast.circle.public_id
    users = (cast.noor, cast.ines, cast.mina)
    noor, ines, mina = wires = [await opens(user) for user in users]
    names = [(await sync_to_async(cast.member)(user)).public_id for user in users]
    for wire in wires:
        await wire.enter(cast.circle)

    async def see(wire: Wire, *here: str) -> None:
        await wire.hear(lambda frame: frame["is"] == "presence" and frame["here"] == sorted(here))

    for wire in wires:
        await see(wire, *names)
        wire.frames.clear()

    await noor.ask("hide", circle=circle, member=names[1])
    await see(noor, names[0], names[2])
    await see(ines, names[1], names[2])
    await noor.ask("unhide", circle=circle, member=names[1])
    await see(noor, *names)
    await see(ines, *names)
    assert not [frame for frame in mina.frames if frame["is"] in ("presence", "reload")]


# What is no frame ---------------------------------------------------------------------


async def test_junk_is_refused_in_words_and_disturbs_nobody(cast, opens):
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    await noor.enter(cast.circle)
    await ines.enter(cast.circle)
    circle = cast.circle.public_id
    junk: list[str | bytes] = [
        text for text in UNREADABLE.values() if "\ud800" not in text and len(text) < 65_000
    ]
    junk += [b"\x00\xff", b'{"do":"post"}', '{"do":"post","body":"\\ud800"}']
    junk += [
        json.dumps(frame)
        for frame in [
            {"do": "open"},
            {"do": "open", "circle": circle, "since": "7"},
            {"do": "open", "circle": circle, "since": -1},
            {"do": "post", "circle": circle},
            {"do": "post", "circle": circle, "id": "7", "body": "x"},
            {"do": "post", "circle": circle, "id": str(uuid.uuid4()), "body": "\0"},
            {"do": "post", "circle": circle, "id": str(uuid.uuid4()), "body": "a" * 4001},
            {"do": "edit", "circle": circle, "message": "x" * 16, "body": ""},
            {"do": "respond", "circle": circle, "message": "x" * 16, "response": "like"},
            {"do": "mute", "circle": circle, "member": "x" * 16, "until": "1e999", "why": "y"},
            {"do": "__class__"},
            {"do": "connect"},
            {"do": "websocket.disconnect"},
            {"do": "typing"},
            {"do": "read", "circle": circle, "seq": 1e999},
        ]
    ]

    for text in junk:
        await noor.socket.send(text)
    await noor.still_here()

    refusals = [frame for frame in noor.frames if frame["is"] == "refused"]
    assert len(refusals) == len(junk) + 1
    assert {frame["code"] for frame in refusals} == {"bad_frame", "too_long"}
    assert all(frame["say"].endswith((".", "?")) for frame in refusals)
    assert (await noor.post(cast.circle, "And yet I can write"))["is"] == "ack"
    await ines.hear_words("And yet I can write")
    assert not [frame for frame in ines.frames if frame["is"] in ("refused", "bye")]


async def test_endless_junk_ends_the_socket_and_no_other(cast, opens):
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    await ines.enter(cast.circle)

    with contextlib.suppress(Exception):
        for _ in range(150):
            await noor.socket.send("junk")

    assert await noor.closed() == 4429
    assert noor.frames[-1] == {"is": "bye", "code": 4429}
    await ines.still_here()


async def test_words_stay_out_of_the_log(cast, house, opens):
    noor = await opens(cast.noor)
    await noor.enter(cast.circle)
    secret = f"SECRET{uuid.uuid4().hex}"
    await noor.post(cast.circle, secret, note=secret)
    await noor.socket.send(secret)
    await noor.ask("edit", circle=cast.circle.public_id, message="x" * 16, body=secret)
    await noor.ask("set_aside", circle=cast.circle.public_id, message="x" * 16, why=secret)
    await noor.still_here()

    assert secret not in house.log.read_text()


# The end of a right -------------------------------------------------------------------


async def sign_out(cast: Cast, house: LiveHouse, cookie: tuple[str, str]) -> None:
    async with httpx.AsyncClient(base_url=house.url, cookies=dict([cookie])) as browser:
        form = await browser.get("/accounts/logout/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token, form.status_code
        answer = await browser.post(
            "/accounts/logout/",
            data={"csrfmiddlewaretoken": token[1]},
            headers={"Origin": house.url},
        )
        assert answer.status_code in (302, 303), answer.status_code


@sync_to_async
def be_removed(cast: Cast, house: LiveHouse, cookie: tuple[str, str]) -> None:
    remove(cast.noor, cast.circle, by=cast.mina)


@sync_to_async
def be_closed_out(cast: Cast, house: LiveHouse, cookie: tuple[str, str]) -> None:
    cast.noor.is_active = False
    cast.noor.save()


@sync_to_async
def change_password(cast: Cast, house: LiveHouse, cookie: tuple[str, str]) -> None:
    cast.noor.set_password("something else entirely")
    cast.noor.save()


@pytest.mark.parametrize(
    ("ends", "code"),
    [(sign_out, 4401), (be_removed, 4403), (be_closed_out, 4401), (change_password, 4401)],
    ids=["signed out", "removed", "closed out", "password changed"],
)
async def test_when_a_right_ends_the_socket_ends_and_nothing_later_arrives(cast, house, ends, code):
    cookie = await sync_to_async(house.sign_in)(cast.noor)
    noor = await Wire.open(house, cookie)
    ines = await Wire.open(house, await sync_to_async(house.sign_in)(cast.ines))
    await noor.enter(cast.circle)
    await ines.enter(cast.circle)
    await ines.post(cast.circle, "While she is here")
    await noor.hear_words("While she is here")

    await ends(cast, house, cookie)

    written = [await ines.post(cast.circle, f"LATER {n}") for n in range(20)]
    await ines.sees(lambda: noor.is_over, within=3.0, circle=cast.circle)
    assert await noor.closed() == code
    assert noor.frames[-1]["is"] == "bye"
    assert noor.frames[-1].get("person", cast.noor.public_id) == cast.noor.public_id
    assert ("person" in noor.frames[-1]) == (code == 4403)
    assert "LATER" not in noor.everything
    assert all(ack["is"] == "ack" for ack in written)
    # Through the door she was let in by, too.
    if code == 4401:
        assert await refused_at_the_door(house, cookie) == 403
    else:
        again = await Wire.open(house, cookie)
        assert (await again.ask("open", circle=cast.circle.public_id))["code"] == "not_member"
        await again.leave()
    await ines.leave()


# Order, loss, and crashes -------------------------------------------------------------


async def many(wire: Wire, cast: Cast, count: int, name: str) -> None:
    acks = await asyncio.gather(*[wire.post(cast.circle, f"{name}-{n}.") for n in range(count)])
    assert {ack["is"] for ack in acks} == {"ack"}


async def test_two_who_write_two_hundred_each_read_the_same(cast, opens):
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    since = (await noor.enter(cast.circle))["head"]
    assert (await ines.enter(cast.circle))["head"] == since

    await asyncio.gather(many(noor, cast, 200, "noor"), many(ines, cast, 200, "ines"))

    for wire in (noor, ines):
        await wire.hear_up_to(since + 400)
        assert [event["seq"] for event in wire.events] == list(range(since + 1, since + 401))
        cursor = since
        for frame in wire.frames:
            if frame["is"] == "events":
                assert frame["after"] == cursor
                cursor = frame["upto"]
    assert [e["html"] for e in noor.events] == [e["html"] for e in ines.events]
    await sync_to_async(log_of)(cast.circle)


async def test_after_a_crash_of_the_house_a_client_finds_all_it_missed(cast, house, opens):
    noor, mina = await opens(cast.noor), await opens(cast.mina)
    await noor.enter(cast.circle)
    await mina.enter(cast.circle)
    first = await mina.post(cast.circle, "Before the crash")
    await noor.hear_words("Before the crash")
    page = await sync_to_async(Reader)(cast.noor, cast.circle)
    name = str(uuid.uuid4())
    await noor.say("post", circle=cast.circle.public_id, id=name, body="On the way")
    await sync_to_async(house.kill)()
    with contextlib.suppress(Exception):
        await noor.closed()
    at = {"circle": cast.circle.public_id, "message": first["message"]}

    await sync_to_async(house.start)()
    mina = await opens(cast.mina)
    await mina.enter(cast.circle)
    assert (await mina.ask("set_aside", why="It names someone.", **at))["is"] == "ack"
    await mina.post(cast.circle, "After the crash")
    noor = await opens(cast.noor)
    opened = await noor.enter(cast.circle, since=page.cursor)
    assert (await noor.post(cast.circle, "On the way", id=name))["is"] == "ack"
    head = (await Room.objects.aget(circle=cast.circle)).last_seq
    await noor.hear_up_to(head)

    assert page.cursor < opened["head"] <= head
    for event in noor.events:
        page._apply(event)
    page.cursor = head
    await sync_to_async(page.expect_a_fresh_page)()
    bodies = "".join(html for _, html in page.shown)
    assert bodies.count("On the way") == bodies.count("After the crash") == 1
    assert "Before the crash" not in bodies


@pytest.mark.once
async def test_a_long_absence_is_made_up_for_at_the_pace_of_a_slow_line(cast, house, opens):
    """More than a line may hold back at once: it is read as it can be sent."""
    quick = await opens(cast.mina)
    await quick.enter(cast.circle)
    since = (await Room.objects.aget(circle=cast.circle)).last_seq
    for _ in range(8):
        await asyncio.gather(*[quick.post(cast.circle, "&" * 3000) for _ in range(100)])
    slow = sockets.socket()
    slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", house.port))
    slow.setblocking(False)
    noor = await opens(cast.noor, sock=slow, max_queue=1, pause=1.0)

    await noor.enter(cast.circle, since=since)
    await noor.hear_up_to(since + 800, within=120)

    assert [event["seq"] for event in noor.events] == list(range(since + 1, since + 801))


async def test_too_long_an_absence_is_answered_with_the_page(cast, opens):
    noor = await opens(cast.noor)
    await Room.objects.filter(circle=cast.circle).aupdate(last_seq=5000)

    assert (await noor.enter(cast.circle, since=2999)).get("reload") is True
    noor.frames.clear()
    assert (await noor.enter(cast.circle, since=5001)).get("reload") is True
    noor.frames.clear()
    assert "reload" not in await noor.enter(cast.circle, since=3000)


async def test_a_log_that_was_put_back_and_has_grown_since_is_a_page_to_load_anew(cast, opens):
    """By then its places say nothing: what was lost stood where others stand now."""
    kept, lost = [
        await sync_to_async(say)(cast.ines, words, circle=cast.circle) for words in ("Kept", "Lost")
    ]
    await sync_to_async(put_back)(cast.circle, kept.seq)
    for n in range(3):
        await sync_to_async(say)(cast.ines, f"Said anew {n}", circle=cast.circle)
    noor = await opens(cast.noor)

    assert (await noor.enter(cast.circle, since=lost.seq, newest=lost.id)).get("reload") is True
    noor.frames.clear()
    opened = await noor.enter(cast.circle, since=kept.seq, newest=kept.id)
    assert "reload" not in opened
    await noor.hear_words("Said anew 2")


async def test_of_a_message_elsewhere_nobody_learns_whether_it_is_there(cast, opens):
    theirs = await sync_to_async(say)(cast.otto, "Next door", circle=cast.next_door)
    noor = await opens(cast.noor)

    for newest in (theirs.id, "A" * 16):
        noor.frames.clear()
        assert (await noor.enter(cast.circle, since=0, newest=newest)).get("reload") is True
    await noor.say("open", circle=cast.next_door.public_id, since=0, newest=theirs.id)
    refused = await noor.hear(lambda frame: frame["is"] == "refused")
    assert refused["code"] == "not_member"


@pytest.mark.once
async def test_a_database_that_was_put_back_is_a_page_to_load_anew(cast, opens):
    """Where another takes its place that has not heard the last of it, nobody starts the house."""
    wires = noor, ines = [await opens(cast.noor), await opens(cast.ines)]
    for wire in wires:
        await wire.enter(cast.circle)
    kept = (await noor.post(cast.circle, "Kept"))["seq"]
    for n in range(5):
        lost = await noor.post(cast.circle, f"Lost {n}")
    await ines.hear_up_to(lost["seq"])

    await sync_to_async(put_back)(cast.circle, kept)
    for wire in wires:
        assert await wire.closed() == 1012
        assert wire.frames[-1] == {"is": "bye", "code": 1012}
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    for wire in (noor, ines):
        opened = await wire.enter(cast.circle, since=lost["seq"])
        assert (opened["head"], opened.get("reload")) == (kept, True)
    await noor.post(cast.circle, "Said anew")
    assert (await ines.hear_words("Said anew"))["seq"] == kept + 1


# The broker ---------------------------------------------------------------------------


async def test_a_room_goes_on_without_the_broker_and_after_it_came_back(cast, opens, valkey):
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    await noor.enter(cast.circle)
    await ines.enter(cast.circle)
    for words, change in [
        ("With it", lambda: None),
        ("Without it", valkey.kill),
        ("Still without it", lambda: None),
        ("With it again", valkey.start),
    ]:
        await sync_to_async(change)()
        assert (await noor.post(cast.circle, words))["is"] == "ack"
        await noor.sees(lambda w=words: w in ines.everything, within=6, circle=cast.circle)


@pytest.mark.once
async def test_a_socket_on_which_nothing_happens_stays(cast, opens):
    noor = await opens(cast.noor)
    await noor.enter(cast.circle)

    # The house looks for who is stuck many times from one of these to the next.
    for _ in range(2):
        head = await noor.hear(lambda frame: frame["is"] == "head")
        assert head["seq"] == (await Room.objects.aget(circle=cast.circle)).last_seq
        noor.frames.clear()
    await noor.still_here()


async def test_two_houses_on_one_database_are_one_room(cast, house, opens, valkey):
    other = LiveHouse(settings.VAR_DIR, settings.VALKEY.url)
    try:
        await sync_to_async(other.start)()
        noor, ines = await opens(cast.noor), await opens(cast.ines, at=other, origin=other.url)
        since = (await noor.enter(cast.circle))["head"]
        await ines.enter(cast.circle)
        cursor = since
        for state, change, within in [("with", lambda: None, 3), ("without", valkey.kill, 5)]:
            await sync_to_async(change)()
            for wire, name in ((noor, "noor"), (ines, "ines")):
                assert (await wire.post(cast.circle, f"{name} {state}"))["is"] == "ack"
            for wire, name in ((noor, "ines"), (ines, "noor")):
                said = f"{name} {state}"
                await wire.sees(lambda w=wire, s=said: s in w.everything, within, cast.circle)
            cursor += 2
        for wire in (noor, ines):
            assert [e["seq"] for e in wire.events] == list(range(since + 1, cursor + 1))
        # A removal in one house ends the socket in the other; without the broker, too.
        await sync_to_async(remove)(cast.ines, cast.circle, by=cast.mina)
        await noor.post(cast.circle, "LATER")
        await noor.sees(lambda: ines.is_over, within=10, circle=cast.circle)
        assert await ines.closed() == 4403
        assert "LATER" not in ines.everything
    finally:
        other.close()


async def test_what_someone_reads_and_hushes_their_own_other_devices_learn(
    cast, house, opens, valkey
):
    circle = cast.circle.public_id
    other = LiveHouse(settings.VAR_DIR, settings.VALKEY.url)
    elsewhere = {"at": other, "origin": other.url}
    try:
        await sync_to_async(other.start)()
        phone, laptop = await opens(cast.noor), await opens(cast.noor, **elsewhere)
        others = [await opens(user, **elsewhere) for user in (cast.ines, cast.mina)]
        for wire in (phone, *others):
            await wire.enter(cast.circle)
        # With a page of marks, on which the circle is only listened to.
        await laptop.say("open", circle=circle, since=None, beside=True)
        opened = await laptop.hear(lambda frame: frame["is"] == "opened")
        assert opened["hushed"] is None
        seq = (await others[0].post(cast.circle, "The kettle sang."))["seq"]
        assert opened["read"] < seq

        await phone.ask("read", circle=circle, seq=seq)
        read = await laptop.hear(lambda frame: frame["is"] == "read")
        assert read == {"is": "read", "circle": circle, "seq": seq}
        until = (await phone.ask("hush", circle=circle))["until"]
        hushed = await laptop.hear(lambda frame: frame["is"] == "hushed")
        assert hushed == {"is": "hushed", "circle": circle, "until": until}
        await laptop.say("open", circle=circle, since=seq)
        again = await laptop.hear(lambda f: f["is"] == "opened" and f["read"] == seq)
        assert again["hushed"] == until
        await phone.ask("unhush", circle=circle)
        await laptop.hear(lambda frame: frame["is"] == "hushed" and frame["until"] is None)

        # Without the broker the houses look for it themselves, every ten seconds.
        await sync_to_async(valkey.kill)()
        later = (await others[0].post(cast.circle, "And again."))["seq"]
        await phone.ask("read", circle=circle, seq=later)
        until = (await phone.ask("hush", circle=circle))["until"]
        await laptop.hear(lambda frame: frame["is"] == "read" and frame["seq"] == later)
        await laptop.hear(lambda frame: frame["is"] == "hushed" and frame["until"] == until)

        for wire in others:
            await wire.still_here()
            assert not {"read", "hushed"} & {frame["is"] for frame in wire.frames}
            assert until not in wire.everything
    finally:
        other.close()
