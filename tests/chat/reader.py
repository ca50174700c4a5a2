"""Someone who reads a room, and keeps their page of it as clients are told to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from chat.hiding import hidden_from
from chat.reading import history, replay
from chat.seats import Viewer, seat_of
from community.models import User
from programs.models import Circle
from tests.chat.talk import as_drawn


class Reader:
    """Someone's page of a room, kept up to date as docs/protocol.md tells clients to."""

    def __init__(self, user: User, circle: Circle) -> None:
        self.user, self.circle = user, circle
        page = history.latest_page(self.seat, limit=1000)
        self.log = {entry.id: (entry.seq, str(entry.html)) for entry in page.entries}
        self.mine, self.told = dict(page.mine), dict(page.told)
        self.cursor = page.head
        self.heard: list[dict[str, Any]] = []

    def begun_from_nothing(self) -> Reader:
        """The same reader without a page: all they know is what happened since the beginning."""
        anew = type(self)(self.user, self.circle)
        anew.log, anew.mine, anew.told, anew.cursor = {}, {}, {}, 0
        return anew.catch_up()

    @property
    def seat(self):
        seat = seat_of(self.user, self.circle.public_id)
        assert seat is not None
        return seat

    def take(self, stretch: replay.Stretch) -> None:
        """A frame of events, as a socket is sent it."""
        viewer = Viewer.of(self.seat, hidden=hidden_from(self.seat.membership))
        frame = json.loads(stretch.packet_for(viewer).text)
        assert frame["events"] == json.loads(json.dumps(stretch.events_for(viewer)))
        if frame["after"] != self.cursor:
            return
        assert frame["upto"] >= frame["after"]
        for event in frame["events"]:
            assert frame["after"] < event["seq"] <= frame["upto"]
            self.heard.append(event)
            self._apply(event)
        self.cursor = frame["upto"]

    def catch_up(self, steps: Callable[[], int] = lambda: replay.STRETCH) -> Reader:
        while True:
            stretch = replay.read(self.circle, after=self.cursor, limit=steps())
            if stretch.upto == self.cursor:
                assert stretch.head == self.cursor
                return self
            self.take(stretch)

    def _apply(self, event: dict[str, Any]) -> None:
        name = event.get("id")
        kind = event["kind"]
        if kind in ("message.posted", "message.held", "prompt.posted", "message.let_through"):
            self.log[name] = (event["seq"], event["html"])
        elif name in self.log:
            self.log[name] = (self.log[name][0], event["html"])
        if "quote" in event:
            quoted = rf'<p class="quote [^>]*><a href="[^"]*" data-quotes="{name}".*?</p>'
            for one, (seq, html) in self.log.items():
                self.log[one] = (seq, re.sub(quoted, lambda _: event["quote"], html))
        for other in event.get("also", ()):
            if other["id"] in self.log:
                self.log[other["id"]] = (self.log[other["id"]][0], other["html"])
        if "mine" in event:
            self.mine[name] = event["mine"]
        if kind in ("message.set_aside", "message.asked") and "say" in event:
            self.told[name] = event["say"]
        elif kind in ("message.put_back", "message.let_through", "message.taken_back"):
            self.told.pop(name, None)

    @property
    def shown(self) -> list[tuple[str, str]]:
        in_order = sorted(self.log.items(), key=lambda item: item[1][0])
        return [(name, as_drawn(html)) for name, (_, html) in in_order]

    def expect_a_fresh_page(self) -> None:
        fresh = Reader(self.user, self.circle)
        assert self.shown == fresh.shown
        readable = {name for name, html in fresh.shown if 'data-state="posted"' in html}
        assert {n: sorted(k) for n, k in self.mine.items() if k and n in readable} == {
            n: sorted(k) for n, k in fresh.mine.items() if n in readable
        }
        assert self.told == fresh.told
        assert self.cursor == fresh.cursor

    def everything_heard(self) -> str:
        return json.dumps(self.heard, ensure_ascii=False)
