"""Two ways for a message in JSON: the letterbox, and Django behind it. Nobody can tell which.

Run by `test_letterbox.py` in a process of its own: these tests have a hub in theirs.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import logging
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.asgi import get_asgi_application
from django.db import transaction
from django.test import Client
from django.utils import timezone

from chat import letterbox, posting
from chat.hub import Hub
from chat.keeping import moderation, pacing
from chat.letterbox import Letterbox
from chat.models import Message
from chat.posting import Draft
from community.models import User
from community.sessions import RENEWED
from programs.idle import HOLDS, TOUCHED
from tests.cast import Cast, gather
from tests.chat.own_process import hub_of_this_process
from tests.chat.talk import in_an_hour, leave, log_of, remove, say, set_room

HOST = "localhost:8000"
TOKEN = "a" * 32
NAME = "0b0f6a5e-6f0c-4f3e-9d57-5a3d1c9a0001"
SECRET = "A SECRET that no log repeats"


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def fields(self) -> dict[str, Any]:
        return json.loads(self.body)


class Doors:
    """Django, and the letterbox before it. `passed_on` counts what the letterbox left to Django."""

    def __init__(self) -> None:
        self.django = get_asgi_application()
        self.letterbox = Letterbox(self._passed_on)
        self.passed_on = 0

    async def _passed_on(self, scope, receive, send) -> None:
        self.passed_on += 1
        await self.django(scope, receive, send)

    async def ask(self, way, body: bytes = b"", *, pieces=None, then=None, **scope) -> Answer:
        """What `way` answers to a request that comes in `pieces`, and `then` waits or hangs up."""
        answer = Answer()
        pieces = [body] if pieces is None else pieces
        messages = deque(
            {
                "type": "http.request",
                "body": piece,
                "more_body": n < len(pieces) or then is not None,
            }
            for n, piece in enumerate(pieces, start=1)
        )

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.popleft()
            if then != "hangs up":
                await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                for name, value in message["headers"]:
                    assert name.lower().decode() not in answer.headers
                    answer.headers[name.lower().decode()] = value.decode()
            else:
                answer.body += message.get("body", b"")

        async with asyncio.timeout(20):
            await way(scope, receive, send)
        return answer


@pytest.fixture
def doors() -> Doors:
    return Doors()


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Made of rows, although it is committed: no other process has seen their numbers."""
    with transaction.atomic():
        return gather()


@pytest.fixture
async def hub(cast: Cast) -> AsyncIterator[Hub]:
    async with hub_of_this_process() as hub:
        yield hub


# What is sent ---------------------------------------------------------------------------
def signed_in(user: User, **noted: Any) -> str:
    """A session that has nothing to note of its use, but for what is given."""
    client = Client()
    client.force_login(user)
    session = client.session
    now = int(time.time())
    session.update({RENEWED: now, TOUCHED: now} | noted)
    session.save()
    return session.session_key


def scope_of(cast: Cast, session: str | None, length: int, **headers: str | None) -> dict[str, Any]:
    """A request as browsers make it; a header that is None is left out."""
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: TOKEN}
    sent: dict[str, str | None] = {
        "host": HOST,
        "content-type": "application/json",
        "content-length": str(length),
        "origin": f"http://{HOST}",
        "x-csrftoken": TOKEN,
        "sec-fetch-mode": "cors",
        "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items() if value),
    }
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": f"/circles/{cast.circle.public_id}/messages/",
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8000),
        "headers": [(k.encode(), v.encode()) for k, v in sent.items() if v is not None],
    }


def message(body: str = SECRET, **more: Any) -> bytes:
    return json.dumps({"id": str(uuid.uuid4()), "body": body} | more).encode()


# How it stands, and what is asked --------------------------------------------------------
@dataclass(frozen=True)
class Case:
    """`before` is done to the house and `session_of` opens the session, for each way anew;
    `status` is what comes of it, and `short` whether the letterbox answers by itself."""

    status: int
    short: bool = False
    who: str | None = "noor"
    before: Callable[[Cast], Any] = lambda cast: None
    noted: Callable[[], dict[str, Any]] = dict
    after: Callable[[User, str], Any] = lambda user, session: None
    body: Callable[[], bytes] = message
    headers: dict[str, str | None] = field(default_factory=dict)


def mute(cast: Cast) -> None:
    member = cast.member(cast.noor).public_id
    circle = cast.circle.public_id
    moderation.mute(by=cast.mina, circle=circle, member=member, until=in_an_hour(), why="A pause.")


def pause(cast: Cast) -> None:
    pacing.pause(by=cast.mina, circle=cast.circle.public_id)


def go_slowly(cast: Cast) -> None:
    set_room(cast.circle, pace_seconds=60)
    say(cast.noor, "One", circle=cast.circle)


def say_much(cast: Cast) -> None:
    drafts = [f"{n}" for n in range(settings.ROOM_POSTS_PER_10S)]
    posting.post_batch(
        [Draft(cast.noor.pk, cast.circle.public_id, uuid.uuid4(), body) for body in drafts]
    )


def said_before(cast: Cast) -> None:
    say(cast.noor, SECRET, circle=cast.circle, client_id=uuid.UUID(NAME))


def end(user: User, session: str) -> None:
    Session.objects.filter(session_key=session).delete()


def expire(user: User, session: str) -> None:
    past = timezone.now() - datetime.timedelta(seconds=1)
    Session.objects.filter(session_key=session).update(expire_date=past)


def change_password(user: User, session: str) -> None:
    user.set_password("something else entirely")
    user.save()


def close_out(user: User, session: str) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def speak_german(user: User, session: str) -> None:
    User.objects.filter(pk=user.pk).update(language="de")


def idle_for(minutes: int) -> Callable[[], dict[str, Any]]:
    return lambda: {HOLDS: 30, TOUCHED: int(time.time()) - minutes * 60}


def raw(text: str | bytes) -> Callable[[], bytes]:
    return lambda: text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


CASES = {
    "good": Case(201, True),
    "good, with everything": Case(
        201, True, body=lambda: message("Hello", note="grief", ref="r1", circle="x", reply_to=None)
    ),
    "good, by a facilitator": Case(201, True, who="mina", noted=idle_for(20)),
    "good, on a break": Case(201, True, before=lambda cast: cast.member(cast.noor).save()),
    "good, in German": Case(201, True, after=speak_german),
    "good, asked in German": Case(201, True, headers={"accept_language": "de-AT,de;q=0.9"}),
    "good, without Origin": Case(201, True, headers={"origin": None}),
    "good, by a client that is no page": Case(201, True, headers={"sec_fetch_mode": None}),
    "held": Case(201, True, before=lambda cast: set_room(cast.circle, holds_all=True)),
    "said before": Case(201, True, before=said_before, body=lambda: message(SECRET, id=NAME)),
    "another under that name": Case(
        409, True, before=said_before, body=lambda: message("Other", id=NAME)
    ),
    "muted": Case(422, True, before=mute),
    "paused": Case(422, True, before=pause),
    "paused, in German": Case(422, True, before=pause, after=speak_german),
    "paused, asked in German": Case(
        422, True, before=pause, headers={"accept_language": "de-AT,de;q=0.9"}
    ),
    "out of hours": Case(422, True, before=lambda cast: set_room(cast.circle, hours="reading")),
    "not their turn": Case(422, True, before=lambda cast: set_room(cast.circle, floor="holder")),
    "slow": Case(429, True, before=go_slowly),
    "too fast": Case(429, True, before=say_much),
    "too many words": Case(413, True, body=lambda: message("a" * 4001)),
    "too long a note": Case(413, True, body=lambda: message("Hello", note="n" * 81)),
    "nothing said": Case(400, True, body=lambda: message(" ")),
    "more than a frame holds": Case(413, body=lambda: message("क्षि" * 6000)),
    "more than a page may send": Case(400, body=lambda: message("a" * 2**20)),
    "no body": Case(400, body=raw("{}")),
    "rubbish": Case(400, body=raw("junk")),
    "half of it": Case(400, body=raw('{"id":"x","body":"a')),
    "a name that stands twice": Case(400, body=raw('{"body":"a","body":"b"}')),
    "a lone surrogate": Case(400, body=lambda: message("\ud800")),
    "a raw lone surrogate": Case(400, body=raw('{"body":"\ud800"}')),
    "no UTF-8": Case(400, body=raw(b'{"body":"\xff"}')),
    "deep brackets": Case(400, body=raw("[" * 8000)),
    "deep braces": Case(400, body=raw('{"a":' * 2700)),
    "no number": Case(400, body=raw('{"body":NaN}')),
    "an id that is none": Case(400, body=lambda: message(id="7")),
    "rubbish of a stranger": Case(404, who="otto", body=raw("junk")),
    "a stranger": Case(404, who="otto"),
    "next door's facilitator": Case(404, who="bela"),
    "a lead": Case(404, who="sade"),
    "gone": Case(404, before=lambda cast: leave(cast.noor, cast.circle)),
    "removed": Case(404, before=lambda cast: remove(cast.noor, cast.circle, by=cast.mina)),
    "signed out": Case(404, who=None),
    "a session that is none": Case(404, headers={"cookie": f"reweave=zzz; reweave-form={TOKEN}"}),
    "a session that can be none": Case(
        404, headers={"cookie": f"reweave=%00'; reweave-form={TOKEN}"}
    ),
    "ended": Case(404, after=end),
    "expired": Case(404, after=expire),
    "password changed": Case(404, after=change_password),
    "closed out": Case(404, after=close_out),
    "locked": Case(404, who="mina", noted=idle_for(31)),
    "locked, and a peer": Case(404, noted=idle_for(31)),
    "due to be renewed": Case(201, noted=lambda: {RENEWED: int(time.time()) - 601}),
    "due to be touched": Case(201, who="mina", noted=idle_for(2), headers={"sec_fetch_mode": None}),
    "in a way in that was closed": Case(404, noted=lambda: {"_auth_user_backend": "no.longer"}),
    "no token": Case(403, headers={"x_csrftoken": None}),
    "a wrong token": Case(403, headers={"x_csrftoken": "b" * 32}),
    "a token that is none": Case(403, headers={"x_csrftoken": "b"}),
    "a foreign Origin": Case(403, headers={"origin": "https://elsewhere.example"}),
    "an Origin that is none": Case(403, headers={"origin": "null"}),
    "a wrong Host": Case(400, headers={"host": "elsewhere.example"}),
    "no Host": Case(201, True, headers={"host": None, "origin": None}),
    "a Host behind a proxy": Case(
        400, headers={"host": "elsewhere.example", "x_forwarded_host": HOST}
    ),
    "another type": Case(201, headers={"content_type": "application/json; charset=utf-8"}),
    "capitals": Case(404, headers={"content_type": "text/plain"}, who="otto"),
}
# Chosen anew for each message.
_NAMES = ("id", "seq", "message")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_both_ways_answer_alike(cast, hub, doors, case, caplog):
    caplog.set_level(logging.INFO, "community.requests")

    def sent(user: User | None) -> tuple[dict[str, Any], bytes]:
        session, body = None, case.body()
        if user is not None:
            session = signed_in(user, **case.noted())
            case.after(user, session)
        return scope_of(cast, session, len(body), **case.headers), body

    user = getattr(cast, case.who) if case.who else None
    await sync_to_async(case.before)(cast)
    answers, lines = [], []
    for way in (doors.letterbox, doors.django):
        caplog.clear()
        scope, body = await sync_to_async(sent)(user)
        answers.append(await doors.ask(way, body, **scope))
        if way is doors.letterbox:
            assert doors.passed_on == (0 if case.short else 1)
        told = [record for record in caplog.records if record.name == "community.requests"]
        lines.append([record.msg for record in told])

    short, long = answers
    assert (short.status, long.status) == (case.status, case.status)
    assert alike(short) == alike(long)
    if case.status == 422 and short.headers["content-language"] == "de":
        assert short.fields["say"].startswith("Der Raum ruht.")
    if case.status < 300 and case.body is message:
        assert short.fields["seq"] + 1 == long.fields["seq"]
    for answer, told in zip(answers, lines, strict=True):
        [line] = told
        assert line["request"] == answer.headers["x-request-id"]
        assert (line["method"], line["path"]) == ("POST", scope["path"])
        assert line["status"] == case.status
    assert lines[0][0].keys() == lines[1][0].keys()
    assert "SECRET" not in caplog.text
    await sync_to_async(log_of)(cast.circle)


def alike(answer: Answer) -> tuple[int, dict[str, str], Any]:
    """An answer without what is another each time."""
    headers = dict(answer.headers)
    # A wrong name is refused before it is written how long that is.
    assert int(headers.pop("content-length", len(answer.body))) == len(answer.body)
    assert len(headers.pop("x-request-id")) == 12
    assert parsedate_to_datetime(headers.pop("expires", "Thu, 1 Jan 1970 00:00:00 GMT"))
    if cookie := headers.get("set-cookie"):
        headers["set-cookie"] = cookie.partition("=")[0]
    if headers["content-type"] != "application/json":
        return answer.status, headers, None
    body = answer.fields
    for name in _NAMES:
        if body.get(name) and body[name] != NAME:
            body[name] = "…"
    if "again_in" in body:
        body["again_in"] = body["again_in"] > 0
        body["say"] = "".join(sign for sign in body["say"] if not sign.isdigit())
    return answer.status, headers, body


async def test_what_came_by_one_way_is_known_by_the_other(cast, hub, doors):
    session = await sync_to_async(signed_in)(cast.noor)
    body = message()
    scope = scope_of(cast, session, len(body))

    ways = (doors.letterbox, doors.django, doors.letterbox)
    answers = [await doors.ask(way, body, **scope) for way in ways]

    assert len({answer.body for answer in answers}) == 1
    assert await Message.objects.acount() == 1


@pytest.mark.parametrize(
    ("scheme", "headers", "status", "short"),
    [
        ("https", {}, 201, True),
        ("https", {"origin": None, "referer": f"https://{HOST}/"}, 201, True),
        ("https", {"origin": None}, 403, False),
        ("https", {"origin": None, "referer": "https://elsewhere.example/"}, 403, False),
        ("https", {"origin": f"http://{HOST}"}, 403, False),
        ("http", {}, 301, False),
    ],
)
async def test_both_ways_keep_to_tls(cast, hub, settings, scheme, headers, status, short):
    settings.SECURE_SSL_REDIRECT = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_HSTS_SECONDS = 3600
    doors, session = Doors(), await sync_to_async(signed_in)(cast.noor)
    answers = []
    for way in (doors.letterbox, doors.django):
        body = message()
        sent = {"origin": f"https://{HOST}"} | headers
        scope = scope_of(cast, session, len(body), **sent) | {"scheme": scheme}
        answers.append(alike(await doors.ask(way, body, **scope)))

    assert answers[0] == answers[1]
    assert (answers[0][0], doors.passed_on == 0) == (status, short)
    assert ("strict-transport-security" in answers[0][1]) == (scheme == "https")


async def test_no_cookie_changes_and_nobody_keeps_the_answer(cast, hub, doors):
    session, body = await sync_to_async(signed_in)(cast.noor), message()
    answer = await doors.ask(doors.letterbox, body, **scope_of(cast, session, len(body)))

    assert answer.status == 201
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


# Who is let in --------------------------------------------------------------------------
@pytest.mark.parametrize("ends", [end, expire, change_password, close_out])
async def test_each_message_asks_whether_the_session_stands(cast, hub, doors, ends):
    session = await sync_to_async(signed_in)(cast.noor)
    body = message()
    scope = scope_of(cast, session, len(body))
    assert (await doors.ask(doors.letterbox, body, **scope)).status == 201
    assert doors.passed_on == 0

    await sync_to_async(ends)(cast.noor, session)

    body = message()
    assert (await doors.ask(doors.letterbox, body, **scope)).status == 404
    assert await Message.objects.acount() == 1


async def test_the_session_is_asked_after_when_the_whole_message_is_there(cast, hub, doors):
    session, body = await sync_to_async(signed_in)(cast.noor), message()
    scope = scope_of(cast, session, len(body))
    halves, first = [body[:20], body[20:]], True

    async def slowly(scope, receive, send):
        async def receive_slowly():
            nonlocal first
            if not first:
                await sync_to_async(end)(cast.noor, session)
            first = False
            return await receive()

        await doors.letterbox(scope, receive_slowly, send)

    answer = await doors.ask(slowly, pieces=halves, **scope)

    assert answer.status == 404
    assert not await Message.objects.aexists()


async def test_a_session_in_use_is_renewed_by_django_and_goes_the_short_way_again(cast, hub, doors):
    session = await sync_to_async(signed_in)(cast.noor, **{RENEWED: 0, TOUCHED: 0})
    short = []
    for _ in range(3):
        body, doors.passed_on = message(), 0
        scope = scope_of(cast, session, len(body), sec_fetch_mode=None)
        assert (await doors.ask(doors.letterbox, body, **scope)).status == 201
        short.append(doors.passed_on == 0)

    assert short == [False, True, True]


async def test_a_facilitators_lock_ends_the_session(cast, hub, doors):
    session = await sync_to_async(signed_in)(cast.mina, **idle_for(31)())
    body = message()

    answer = await doors.ask(doors.letterbox, body, **scope_of(cast, session, len(body)))

    assert answer.status == 404
    assert not await Session.objects.filter(session_key=session).aexists()


# What goes by unread ----------------------------------------------------------------------
ELSEWHERE: dict[str, dict[str, Any]] = {
    "read": {"method": "GET"},
    "head": {"method": "HEAD"},
    "put": {"method": "PUT"},
    "another address": {"path": "/circles/AAAAAAAAAAAAAAAA/events"},
    "an id too long": {"path": "/circles/AAAAAAAAAAAAAAAAA/messages/"},
    "a line more": {"path": "/circles/AAAAAAAAAAAAAAAA/messages/\n"},
    "a question": {"query_string": b"a=b"},
    "under another": {"root_path": "/house"},
    "a form": {"headers": {"content_type": "application/x-www-form-urlencoded"}},
    "a type and more": {"headers": {"content_type": "application/json;charset=utf-8"}},
    "in capitals": {"headers": {"content_type": "Application/JSON"}},
    "no length": {"headers": {"content_length": None}},
    "no real length": {"headers": {"content_length": "+9"}},
    "nothing": {"headers": {"content_length": "0"}},
    "very long": {"headers": {"content_length": "65537"}},
    "chunks": {"headers": {"transfer_encoding": "chunked"}},
    "both": {"headers": {"content_length": None, "transfer_encoding": "chunked"}},
    "packed": {"headers": {"content_encoding": "gzip"}},
    "asking first": {"headers": {"expect": "100-continue"}},
    "no cookies": {"headers": {"cookie": None}},
    "a cookie that stands twice": {
        "headers": {"cookie": f"reweave=b; reweave=c; reweave-form={TOKEN}"}
    },
    "half a cookie": {"headers": {"cookie": f"reweave=c; reweave-form={TOKEN}; ;"}},
    "a header that stands twice": {"more": [(b"accept", b"a"), (b"accept", b"b")]},
    "two lengths": {"more": [(b"content-length", b"4")]},
    "two cookies": {"more": [(b"cookie", b"reweave=b")]},
}


@pytest.mark.parametrize("odd", ELSEWHERE.values(), ids=ELSEWHERE.keys())
async def test_all_else_goes_on_unread(cast, hub, odd):
    seen = []

    async def house(scope, receive, send):
        seen.append(receive)

    odd = dict(odd)
    scope = scope_of(cast, "abc", 9, **odd.pop("headers", {}))
    scope["headers"] += odd.pop("more", [])

    async def receive() -> dict[str, Any]:
        raise AssertionError("It was read.")

    await Letterbox(house)(scope | odd, receive, receive)

    assert seen == [receive]


async def test_without_a_hub_it_goes_on(cast, doors):
    session, body = await sync_to_async(signed_in)(cast.noor), message()
    answer = await doors.ask(doors.letterbox, body, **scope_of(cast, session, len(body)))

    assert (answer.status, doors.passed_on) == (201, 1)


async def test_with_too_much_underway_it_goes_on(cast, hub, doors, monkeypatch):
    monkeypatch.setattr(letterbox, "_MOST_UNDERWAY", 0)
    session, body = await sync_to_async(signed_in)(cast.noor), message()
    answer = await doors.ask(doors.letterbox, body, **scope_of(cast, session, len(body)))

    assert (answer.status, doors.passed_on) == (201, 1)


@pytest.mark.parametrize("does", [True, False])
async def test_what_fails_is_tried_once_more_and_posted_once(
    cast, hub, doors, monkeypatch, caplog, does
):
    deliver = hub.scribe.deliver

    async def fail(letter):
        if does:
            await deliver(letter)  # it is done, and nobody hears of it
        raise OSError(SECRET)

    session, body = await sync_to_async(signed_in)(cast.noor), message()
    monkeypatch.setattr(hub.scribe, "deliver", fail)
    answer = await doors.ask(doors.letterbox, body, **scope_of(cast, session, len(body)))

    assert (answer.status, doors.passed_on) == (201, 1)
    assert await Message.objects.acount() == 1
    assert "letterbox_failed: OSError" in caplog.text and "SECRET" not in caplog.text


# Bodies that don't come as they should ------------------------------------------------------
async def test_in_pieces_it_is_the_same(cast, hub, doors):
    session, body = await sync_to_async(signed_in)(cast.noor), message("In pieces — one by one")
    pieces = [body[n : n + 1] for n in range(len(body))]
    answer = await doors.ask(doors.letterbox, pieces=pieces, **scope_of(cast, session, len(body)))

    assert (answer.status, doors.passed_on) == (201, 0)


async def test_whoever_hangs_up_in_the_middle_leaves_nothing(cast, hub, doors):
    session, body = await sync_to_async(signed_in)(cast.noor), message()
    scope = scope_of(cast, session, len(body))
    before = asyncio.all_tasks()

    for pieces in ([], [body[:20]], [body[:5], body[5:20]]):
        answer = await doors.ask(doors.letterbox, pieces=pieces, then="hangs up", **scope)
        assert (answer.status, doors.passed_on) == (0, 0)

    assert asyncio.all_tasks() == before
    assert doors.letterbox._underway == 0
    assert not await Message.objects.aexists()


async def test_whoever_takes_too_long_is_asked_to_send_it_again(cast, hub, doors, monkeypatch):
    monkeypatch.setattr(letterbox, "_BODY_SECONDS", 0.05)
    session, body = await sync_to_async(signed_in)(cast.noor), message()
    scope = scope_of(cast, session, len(body))
    before = asyncio.all_tasks()

    answer = await doors.ask(doors.letterbox, pieces=[body[:20]], then="waits", **scope)

    assert (answer.status, doors.passed_on) == (408, 0)
    assert answer.headers["connection"] == "close"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.fields["is"] == "refused" and answer.fields["say"].endswith(".")
    assert asyncio.all_tasks() == before
    assert not await Message.objects.aexists()


async def test_more_than_was_said_goes_on_whole(cast, hub, doors):
    session, body = await sync_to_async(signed_in)(cast.noor), message("a" * 90_000)
    pieces = [body[n : n + 9_000] for n in range(0, len(body), 9_000)]
    answer = await doors.ask(doors.letterbox, pieces=pieces, **scope_of(cast, session, 100))

    assert (answer.status, doors.passed_on) == (413, 1)
    assert answer.fields["id"] in body.decode()


async def test_many_at_once_each_have_their_place(cast, hub, doors, settings):
    settings.ROOM_POSTS_PER_10S = 1000
    sessions = [await sync_to_async(signed_in)(user) for user in (cast.noor, cast.ines, cast.mina)]

    async def post(n: int) -> Answer:
        body = message(f"Number {n}")
        return await doors.ask(doors.letterbox, body, **scope_of(cast, sessions[n % 3], len(body)))

    answers = await asyncio.gather(*[post(n) for n in range(60)])

    assert {answer.status for answer in answers} == {201}
    assert doors.passed_on == 0
    assert len({answer.fields["seq"] for answer in answers}) == 60
    await sync_to_async(log_of)(cast.circle)
