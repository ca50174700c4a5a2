"""The letterbox: messages posted as JSON are taken at the door and go with the hub's next batch.

In front of Django and thin, like the socket's consumer. It takes exactly one kind of request,
`POST /circles/ID/messages/` in JSON, and only where everything about it is as it should be: the
middlewares would let it through, the session stands and has nothing to note of its use, and the
message can be read. All else goes to Django, with what was read of it, and is done and refused
there as ever; so do strangers. So this way can take less than the other, and never more.

The database is asked each time, by the hub, together with whoever else comes: whose session it is,
and, in the posting transaction, whether they may.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import translation

from chat import refusal
from chat.frames import LONGEST_BYTES, Frame
from chat.hub import Hub
from chat.hub.admission import SignedIn
from chat.hub.letters import Letter
from chat.posting import Draft
from chat.refusal import Refused
from chat.views import forms, twins
from community import logs, sessions
from community.language import in_language
from community.models import PUBLIC_ID
from community.threshold import Threshold
from community.zones import WHOSE
from programs import idle

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
House = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

_ADDRESS = re.compile(rf"/circles/({PUBLIC_ID.pattern})/messages/")
_JSON = b"application/json"
_LANGUAGES = frozenset({"", *dict(settings.LANGUAGES)})
TOO_SLOW = 408
# Each changes how a body arrives, or what it is.
_ODD = frozenset({b"transfer-encoding", b"content-encoding", b"expect", b"upgrade", b"trailer"})
# A message is a few hundred bytes. Whoever takes longer to send one holds nothing but a line.
_BODY_SECONDS = 30.0
# More than that are asked to wait in Django's own queue.
_MOST_UNDERWAY = 256


class _Gone(Exception):
    """Whoever was sending hung up."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    fields: dict[str, Any]
    language: str = ""
    # Whose it is, where that is known.
    person: str = ""


class Letterbox:
    """Stands before `house`, which is Django."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.threshold = Threshold(forms.post_message)
        self._underway = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        began = time.monotonic()
        address = _ADDRESS.fullmatch(scope["path"]) if scope["method"] == "POST" else None
        request = self._plain(scope) if address else None
        if address is None or request is None:
            await self.house(scope, receive, send)
            return
        heard: deque[Message] = deque()
        try:
            answer = await self._answered(request, address[1], receive, heard)
        except _Gone:
            return
        except Exception as error:
            # Django tries it once more, and says what is the matter. The message has its name, so
            # that it is posted once.
            logger.error("letterbox_failed: %s", type(error).__name__)
            answer = None
        if answer is None:
            await self.house(scope, _once_more(heard, receive), send)
            return
        await self._send(send, request, answer, since=began)

    def _plain(self, scope: dict[str, Any]) -> HttpRequest | None:
        """The request, where nothing about it is out of the ordinary; nothing of it is read yet."""
        if not self.threshold.is_open or scope.get("root_path") or scope.get("query_string"):
            return None
        headers: dict[bytes, bytes] = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        if (
            headers.get(b"content-type") != _JSON
            # Django joins what comes twice, or takes the last, as the case may be.
            or len(headers) != len(scope["headers"])
            or not _ODD.isdisjoint(headers)
            or not (length.isdigit() and len(length) < 10 and 0 < int(length) <= LONGEST_BYTES)
        ):
            return None
        request = self.threshold.over(scope)
        if request is None or not request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            return None
        if len(request.COOKIES) != headers[b"cookie"].count(b";") + 1:
            return None
        return request

    async def _answered(
        self, request: HttpRequest, circle: str, receive: Receive, heard: deque[Message]
    ) -> _Answer | None:
        """None where it is Django's to answer. Raises _Gone."""
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _body(receive, heard)
        except TimeoutError:
            with translation.override(translation.get_language_from_request(request)):
                return _Answer(TOO_SLOW, refusal.not_kept().as_frame())
        frame = _frame_in(body) if body is not None else None
        hub = Hub.running()
        if frame is None or hub is None or self._underway >= _MOST_UNDERWAY:
            return None
        self._underway += 1
        try:
            return await _posted(hub, request, circle, frame)
        finally:
            self._underway -= 1

    async def _send(self, send: Send, request: HttpRequest, answer: _Answer, since: float) -> None:
        body, name = json.dumps(answer.fields).encode(), logs.request_id()
        headers = [
            (b"Content-Length", b"%d" % len(body)),
            (b"X-Request-Id", name.encode()),
            *self.threshold.headers(request, answer.language),
        ]
        if answer.person:
            headers.append((WHOSE.encode(), answer.person.encode()))
        if answer.status == TOO_SLOW:
            headers.append((b"Connection", b"close"))  # the rest of it is still to come
        logs.tell_request("POST", request.path, answer.status, since=since, request=name)
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})


async def _posted(hub: Hub, request: HttpRequest, circle: str, frame: Frame) -> _Answer | None:
    def spoken_to(sender: SignedIn) -> str:
        return sender.language or translation.get_language_from_request(request)

    def draft_of(sender: SignedIn) -> Draft | None:
        try:
            if _is_to_be_written(sender.noted, request) or sender.language not in _LANGUAGES:
                return None
            return frame.draft(person=sender.person, circle=circle, language=spoken_to(sender))
        except Refused:
            return None
        except Exception as error:
            logger.error("letter_unread: %s", type(error).__name__)
            return None

    delivered = await hub.scribe.deliver(
        Letter(request.COOKIES[settings.SESSION_COOKIE_NAME], draft_of)
    )
    if delivered is None:
        return None
    language = spoken_to(delivered.sender)
    try:
        with in_language(language):
            status, fields = twins.answer_to(frame, delivered.outcome)
    except Http404:
        return None
    return _Answer(status, fields, language, delivered.sender.public_id)


def _is_to_be_written(session: Mapping[str, Any], request: HttpRequest) -> bool:
    """Whether it is to end or to note that it is used: the middlewares do that, once in a while."""
    now = int(time.time())
    return (
        idle.is_idle(session, now)
        or idle.is_to_be_noted(request, session, now)
        or sessions.is_to_be_renewed(session, now)
    )


async def _body(receive: Receive, heard: deque[Message]) -> bytes | None:
    """The whole body, with all that was received of it in `heard`; None where it is longer than it
    said. Raises _Gone."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        heard.append(message)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LONGEST_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _frame_in(body: bytes) -> Frame | None:
    try:
        frame = twins.frame_in(body)
        frame.check_size()
    except Refused:
        # Whether someone learns that much is asked first: strangers find nothing here.
        return None
    return frame


def _once_more(heard: deque[Message], receive: Receive) -> Receive:
    async def next_message() -> Message:
        return heard.popleft() if heard else await receive()

    return next_message
