"""The socket: one per tab, for all the circles of a person. It translates, nothing more.

It owns no channel and joins no group: the hub of the process knows it, and nobody else
needs to. It never touches the database itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from chat import frames, refusal, verbs
from chat.frames import Frame
from chat.hub import Hub, Line, allowance
from chat.hub.line import EXTENSION, SIGNED_OUT, TOO_FAST
from chat.posting import Outcome
from chat.refusal import Refused
from community import language
from community.language import in_language

logger = logging.getLogger(__name__)

# A script that goes on with what it is told to leave is sent away.
_WINDOW_SECONDS = 10.0
_MOST_IN_VAIN = 100
_UNREADABLE = frozenset({"bad_frame", "too_long"})
_IN_VAIN = _UNREADABLE | {"too_fast"}
_MOST_POSTS_UNDERWAY = 256


class ChatConsumer(AsyncConsumer):
    """Sits between one socket and the hub."""

    channel_layer_alias = None  # type: ignore[assignment]
    line: Line | None = None

    def __init__(self) -> None:
        self._in_vain: deque[float] = deque(maxlen=_MOST_IN_VAIN)
        self._posts_underway = 0
        # For what arrives next: nothing is being done with what came before.
        self._waits = False

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Without the parent's two tasks for each frame: there is one source, and it is waited
        for in turn."""
        self.scope = scope
        self.base_send = send
        with contextlib.suppress(StopConsumer):
            while True:
                self._waits = True
                message = await receive()
                self._waits = False
                await self.dispatch(message)

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Without the parent's look at database connections: this consumer has none, and the
        # hop to another thread for each frame is what makes many sockets slow.
        handler = {
            "websocket.connect": self.connect,
            "websocket.receive": self.receive,
            "websocket.disconnect": self.disconnect,
        }[message["type"]]
        await handler(message)

    async def connect(self, message: dict[str, Any]) -> None:
        session = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
        hub = Hub.of_process()
        try:
            admitted = await hub.admit(session) if session else None
        except Exception as error:
            logger.error("admission_failed: %s", type(error).__name__)
            admitted = None
        if admitted is None:
            await self.send({"type": "websocket.close", "code": SIGNED_OUT})
            return
        await self.send({"type": "websocket.accept"})
        asked_for = self._asked_for()
        extensions = self.scope.get("extensions") or {}
        self.line = Line(
            admitted.person,
            session,
            self.base_send,
            changes=admitted.changes,
            language=admitted.language or asked_for,
            asked_for=asked_for,
            public_id=admitted.public_id,
        )
        if wire := extensions.get(EXTENSION):
            self.line.wire = wire
            wire.hear(self._take_post)
        hub.add(self.line)

    def _asked_for(self) -> str:
        headers = dict(self.scope.get("headers", ()))
        accepted = headers.get(b"accept-language", b"").decode("latin-1")
        return language.asked_for(accepted, self.scope["cookies"])

    async def disconnect(self, message: dict[str, Any]) -> None:
        if self.line is not None:
            self.line.wire.hear(None)
            Hub.of_process().drop(self.line)
        raise StopConsumer

    async def receive(self, message: dict[str, Any]) -> None:
        line = self.line
        if line is None or line.closed:
            return
        frame: Frame | None = None
        try:
            text = message.get("text")
            if text is None:
                raise refusal.bad_frame()
            frame = frames.parse(text)
            frame.check_size()
            await self._do(line, frame)
        except Exception as error:
            with in_language(line.language):
                self._tell_failure(line, frame, error)

    def _take_post(self, text: str) -> bool:
        """A post waits for nothing here, so it need not go through `receive`."""
        line = self.line
        if line is None or line.closed or not self._waits or '"post"' not in text:
            return False
        try:
            frame = frames.parse(text)
        except Refused:
            return False
        if frame.verb != "post" or frame.too_large:
            return False
        try:
            self._post(line, frame)
        except Exception as error:
            with in_language(line.language):
                self._tell_failure(line, frame, error)
        return True

    def _tell_failure(self, line: Line, frame: Frame | None, error: Exception) -> None:
        if not isinstance(error, Refused):
            # The words of the frame stay out of the log: its verb and what broke are enough.
            logger.error("verb_failed: %s", type(error).__name__)
            error = refusal.not_now()
        self._refuse(line, frame, error, in_vain=error.code in _IN_VAIN)

    def _refuse(self, line: Line, frame: Frame | None, refused: Refused, *, in_vain: bool) -> None:
        # Who it is that doesn't belong: the page may be somebody else's, who was signed in before.
        whose = {"person": line.public_id} if refused.code == "not_member" else {}
        line.say(refused.as_frame() | whose | (frame.echo if frame else {}))
        if in_vain and _too_many(self._in_vain):
            line.close(TOO_FAST)

    async def _do(self, line: Line, frame: Frame) -> None:
        if frame.verb == "post":
            self._post(line, frame)
            return
        allowance.check_verb(line.person, frame.verb)
        if frame.verb == "open":
            await self._open(line, frame)
        elif frame.verb == "close":
            Hub.of_process().leave(line, frame.public_id("circle"))
            line.say({"is": "ack", **frame.echo})
        elif frame.verb == "typing":
            Hub.of_process().typing(line, frame.public_id("circle"))
        elif frame.verb in verbs.VERBS:
            found = await Hub.of_process().scribe.thread.run(
                verbs.act, line.person, frame, line.language
            )
            line.say({"is": "ack", **(found or {}), **frame.echo})
        else:
            raise refusal.bad_frame()

    async def _open(self, line: Line, frame: Frame) -> None:
        circle = frame.public_id("circle")
        since, newest = frame.seq_or_none("since"), frame.public_id_or_none("newest")
        beside = frame.fields.get("beside") is True
        if not await Hub.of_process().open(line, circle, since, newest=newest, beside=beside):
            raise refusal.not_member()

    def _post(self, line: Line, frame: Frame) -> None:
        """Hands a message to the hub, and answers when its batch is committed."""
        if self._posts_underway >= _MOST_POSTS_UNDERWAY:
            raise refusal.too_fast()
        draft = frame.draft(
            person=line.person, circle=frame.public_id("circle"), language=line.language
        )
        outcome = Hub.of_process().scribe.post(draft)
        self._posts_underway += 1
        outcome.add_done_callback(lambda done: self._answer(line, frame, done))

    def _answer(self, line: Line, frame: Frame, done: asyncio.Future[Outcome]) -> None:
        self._posts_underway -= 1
        if done.cancelled():
            return
        if error := done.exception():
            logger.error("post_failed: %s", type(error).__name__)
            outcome: Outcome = refusal.not_kept()
        else:
            outcome = done.result()
        if isinstance(outcome, Refused):
            with in_language(line.language):
                self._refuse(line, frame, outcome, in_vain=outcome.code in _UNREADABLE)
            return
        Hub.of_process().scribe.answer(
            line,
            {
                "is": "ack",
                "seq": outcome.seq,
                "state": outcome.state,
                "message": outcome.id,
                **frame.echo,
            },
        )


def _too_many(times: deque[float]) -> bool:
    """Whether as many as the deque holds came within the window, this one included."""
    now = asyncio.get_running_loop().time()
    times.append(now)
    return len(times) == times.maxlen and now - times[0] < _WINDOW_SECONDS
