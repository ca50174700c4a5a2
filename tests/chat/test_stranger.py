"""A client written from docs/protocol.md alone, by someone who has never seen the house's own."""

from __future__ import annotations

import json
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.test import Client

from chat import editing
from chat.keeping import holding, moderation
from tests.cast import Cast
from tests.chat.talk import say


class Stranger:
    """`log` is what they show: of each entry its place, its state and whose it is, in order."""

    def __init__(self, cast: Cast, user: Any) -> None:
        self.client, self.circle = Client(), f"/circles/{cast.circle.public_id}/"
        self.client.force_login(user)
        self.entries: dict[str, Tag] = {}
        self.told: dict[str, str] = {}
        self.mine: dict[str, list[str]] = {}
        self.cursor = 0

    @property
    def log(self) -> list[tuple[str, ...]]:
        shown = sorted(self.entries.values(), key=lambda entry: int(str(entry["data-seq"])))
        names = ("data-id", "data-seq", "data-state", "data-member")
        return [tuple(str(entry.get(name)) for name in names) for entry in shown]

    def load_the_page(self) -> None:
        page = BeautifulSoup(self.client.get(self.circle).content, "html.parser")
        (room,) = page.select("[data-circle][data-head]")
        assert room["data-sight"] and room["data-me"]
        self.cursor = int(str(room["data-head"]))
        self._keep(room, room.select("[data-log] > [data-id]"))
        older = True
        while older:
            first = min(int(entry["data-seq"]) for entry in self.entries.values())
            address = f"{self.circle}before/{first}/"
            part = BeautifulSoup(
                self.client.get(address, headers={"X-Fragment": "1"}).content, "html.parser"
            )
            (found,) = part.find_all("ol", recursive=False)
            self._keep(found, found.select(":scope > [data-id]"))
            older = found.has_attr("data-more")

    def load_what_happened(self) -> None:
        while True:
            got = self.client.get(f"{self.circle}events", {"since": self.cursor}).json()
            for event in got["events"]:
                self._hear(event)
            self.cursor = got["upto"]
            if self.cursor >= got["head"]:
                return

    def _keep(self, beside: Tag, entries: list[Tag]) -> None:
        self.entries |= {str(entry["data-id"]): entry for entry in entries}
        self.told |= json.loads(str(beside["data-told"]))
        self.mine |= json.loads(str(beside["data-mine"]))

    def _hear(self, event: dict[str, Any]) -> None:
        for one in [event, *event.get("also", ())]:
            if "html" in one:
                (entry,) = BeautifulSoup(one["html"], "html.parser").find_all(recursive=False)
                self.entries[entry["data-id"]] = entry
        if event["kind"] in ("message.let_through", "message.put_back", "message.taken_back"):
            self.told.pop(event["id"], None)
        elif "id" in event and "say" in event:
            self.told[event["id"]] = event["say"]
        if "mine" in event:
            self.mine[event["id"]] = event["mine"]


def test_from_the_page_and_from_the_beginning_it_comes_to_the_same(cast: Cast, settings):
    settings.ROOM_POSTS_PER_10S = 1000
    at = {"circle": cast.circle.public_id}
    said = [say(cast.noor, f"Number {n}.", circle=cast.circle).id for n in range(120)]
    editing.respond(by=cast.noor, message=said[3], response="heard", **at)
    editing.take_back(by=cast.noor, message=said[5], **at)
    editing.edit(by=cast.noor, message=said[7], body="Changed.", **at)
    for name in (said[9], said[90]):
        moderation.set_aside(by=cast.mina, message=name, why="It names someone.", **at)
    moderation.put_back(by=cast.mina, message=said[90], **at)
    holding.hold(by=cast.mina, member=cast.member(cast.noor).public_id, **at)
    held, through, waits = (say(cast.noor, words, circle=cast.circle).id for words in "abc")
    say(cast.ines, "Meanwhile.", circle=cast.circle)
    holding.ask_to_change(by=cast.mina, message=held, why="Shorter.", **at)
    holding.ask_to_change(by=cast.mina, message=waits, why="Shorter.", **at)
    holding.let_through(by=cast.mina, message=through, **at)
    editing.take_back(by=cast.noor, message=held, **at)

    for user in (cast.noor, cast.ines, cast.mina):
        by_page, by_events = Stranger(cast, user), Stranger(cast, user)
        by_page.load_the_page()
        by_events.load_what_happened()

        assert by_page.log == by_events.log and len(by_page.log) >= 122
        assert by_page.told == by_events.told
        assert by_page.mine == {name: kinds for name, kinds in by_events.mine.items() if kinds}
        assert by_page.cursor == by_events.cursor
        if user == cast.noor:
            assert set(by_page.told) == {said[9], waits}
            assert by_page.mine == {said[3]: ["heard"]}
