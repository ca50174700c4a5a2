"""An evening in a room: everything that may happen there, in any order."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chat import editing
from chat.keeping import holding, moderation
from chat.models import Response
from chat.refusal import Refused
from community.models import User
from tests.cast import Cast
from tests.chat.talk import ask_the_question, in_an_hour, join, leave, say, set_room


class Evening:
    """Many things that happen in a room, in an order that a seed decides."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.circle = cast, cast.circle
        self.chance = random.Random(seed)
        self.people = [cast.mina, cast.noor, cast.ines]
        self.said: list[tuple[User, str]] = []
        self.spoken = 0

    def happens(self) -> None:
        what = self.chance.choices(
            [
                *[self.post, self.respond, self.edit, self.take_back, self.set_aside, self.hold],
                *[self.let_through, self.question, self.comes, self.goes, self.mute],
                *[self.put_back, self.ask_to_change],
            ],
            [30, 16, 10, 6, 6, 4, 4, 2, 2, 1, 2, 3, 2],
        )[0]
        with suppress(Refused):
            what()

    def post(self) -> None:
        by = self.chance.choice(self.people)
        self.spoken += 1
        more: dict[str, Any] = {}
        if self.said and self.chance.random() < 0.4:
            more["reply_to"] = self.chance.choice(self.said)[1]
        if self.chance.random() < 0.15:
            more["note"] = f"a note of {self.spoken}"
        posted = say(by, f"words number {self.spoken}.", circle=self.circle, **more)
        self.said.append((by, posted.id))

    def respond(self) -> None:
        kind = self.chance.choice(Response.Kind.values)
        self._at(editing.respond, self.chance.choice(self.people), response=kind)

    def edit(self) -> None:
        self.spoken += 1
        note = self.chance.choice(["", "", "changed my note"])
        self._at_own(editing.edit, body=f"words number {self.spoken}, changed.", note=note)

    def take_back(self) -> None:
        self._at_own(editing.take_back)

    def set_aside(self) -> None:
        self._at(moderation.set_aside, self.cast.mina, why="It names someone.")

    def hold(self) -> None:
        set_room(self.circle, holds_all=self.chance.random() < 0.5)

    def let_through(self) -> None:
        self._at_held(holding.let_through)

    def ask_to_change(self) -> None:
        self._at_held(holding.ask_to_change, why="It holds an address.")

    def put_back(self) -> None:
        self._at(moderation.put_back, self.cast.mina)

    def question(self) -> None:
        asked = self.circle.prompts.count()
        delivery = ask_the_question(self.circle, asked + 1)
        self.said.append((self.cast.mina, delivery.message.public_id))

    def comes(self) -> None:
        earlier = self.chance.random() < 0.3
        name = f"guest{len(self.people)}"
        if not User.objects.filter(email=f"{name}@example.org").exists():
            self.people.append(join(name, self.circle, sees_earlier=earlier))

    def goes(self) -> None:
        if len(self.people) > 4:
            leave(self.people.pop(), self.circle)

    def mute(self) -> None:
        peer = self.chance.choice(self.people)
        at = {"circle": self.circle.public_id, "member": self.cast.member(peer).public_id}
        if self.chance.random() < 0.5:
            moderation.mute(by=self.cast.mina, until=in_an_hour(), why="A pause.", **at)
        else:
            moderation.unmute(by=self.cast.mina, **at)

    def _at(self, verb: Callable[..., Any], by: User, **more: Any) -> None:
        if self.said:
            message = self.chance.choice(self.said[-12:])[1]
            verb(by=by, circle=self.circle.public_id, message=message, **more)

    def _at_held(self, verb: Callable[..., Any], **more: Any) -> None:
        if message := holding.waiting_in(self.circle.room).last():
            circle = self.circle.public_id
            verb(by=self.cast.mina, circle=circle, message=message.public_id, **more)

    def _at_own(self, verb: Callable[..., Any], **more: Any) -> None:
        by, message = self.chance.choice(self.said[-12:] or [(self.cast.mina, "")])
        verb(by=by, circle=self.circle.public_id, message=message, **more)
