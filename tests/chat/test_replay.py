"""A page that was left open, plus what happened since, is a page loaded afresh. To the letter."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import editing, history, holding, moderation, replay
from chat.hiding import hidden_from
from chat.models import Event, Message, Mute, Response, Room
from chat.refusal import Refused
from chat.seats import Viewer, seat_of
from community.models import User
from programs.models import Circle
from tests.cast import Cast
from tests.chat.talk import (
    as_drawn,
    ask_the_question,
    in_an_hour,
    join,
    leave,
    log_of,
    say,
    set_room,
)


class Reader:
    """Someone's page of a room, kept up to date as docs/protocol.md tells clients to."""

    def __init__(self, user: User, circle: Circle) -> None:
        self.user, self.circle = user, circle
        page = history.latest_page(self.seat, limit=1000)
        self.log = {entry.id: (entry.seq, str(entry.html)) for entry in page.entries}
        self.mine, self.told = dict(page.mine), dict(page.told)
        self.cursor = page.head
        self.heard: list[dict[str, Any]] = []

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


@pytest.fixture
def evening(cast, settings) -> Callable[[int], Evening]:
    settings.ROOM_POSTS_PER_10S = 100_000
    return lambda seed: Evening(cast, seed)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.once) for seed in (2, 3))]
)
def test_whatever_happens_a_page_left_open_becomes_a_fresh_one(evening, seed):
    """Live, late, and in pieces; for a peer, a facilitator, and who came in the middle."""
    it = evening(seed)
    feed = it.circle.room.last_seq
    live: list[Reader] = []
    late: list[Reader] = []
    for turn in range(70):
        it.happens()
        if turn % 10 == 5:
            late.append(Reader(it.chance.choice(it.people), it.circle))
        if it.chance.random() < 0.3:
            # The house reads once, and hands to all.
            stretch = replay.read(it.circle, after=feed)
            for reader in [r for r in live if it.circle.membership_of(r.user)]:
                reader.take(stretch)
            feed = stretch.upto
            readers = {reader.user.pk for reader in live}
            for person in it.people:
                if person.pk not in readers:
                    live.append(Reader(person, it.circle).catch_up())

    assert len(log_of(it.circle)) > 35
    readers = [r for r in [*live, *late] if it.circle.membership_of(r.user)]
    assert len(readers) > 8
    for reader in readers:
        reader.catch_up(lambda: it.chance.randint(3, 60)).expect_a_fresh_page()


def test_nothing_from_before_their_time_reaches_a_newcomer(cast):
    """Neither by pages, nor by what becomes of old messages, nor in answers to them."""
    old = say(cast.noor, "A SECRET among ourselves", circle=cast.circle)
    noted = say(cast.ines, "Another SECRET", circle=cast.circle, note="SECRET note")
    question = ask_the_question(cast.circle)
    Message.objects.filter(pk=question.message.pk)
    hana = join("hana", cast.circle)
    page = Reader(hana, cast.circle)
    at = {"circle": cast.circle.public_id, "message": old.id}
    answer = say(cast.mina, "An answer", circle=cast.circle, reply_to=old.id)
    to_question = say(cast.mina, "Rain", circle=cast.circle, reply_to=question.message.public_id)
    editing.edit(by=cast.noor, body="A SECRET, changed", **at)
    editing.respond(by=cast.ines, response="heard", **at)
    editing.respond(by=cast.noor, response="heard", **at | {"message": noted.id})
    page.catch_up()

    assert [name for name, _ in page.shown] == [answer.id, to_question.id]
    everything = page.everything_heard() + str(page.shown)
    for secret in ("SECRET", "keeps returning", old.id, noted.id, question.message.public_id):
        assert secret not in everything
    page.expect_a_fresh_page()

    moderation.set_aside(by=cast.mina, why="It names someone.", **at)
    editing.take_back(by=cast.ines, **at | {"message": noted.id})
    page.catch_up().expect_a_fresh_page()

    assert old.id not in page.everything_heard()
    # The others see what was answered, and that it is gone.
    for other in (cast.noor, cast.mina, join("ilse", cast.circle, sees_earlier=True)):
        assert old.id in dict(Reader(other, cast.circle).shown)[answer.id]


def test_an_answer_shows_each_reader_what_they_may_see_in_one_and_the_same_frame(cast):
    old = say(cast.noor, "Known to those who were here", circle=cast.circle)
    hana = join("hana", cast.circle)
    readers = [Reader(user, cast.circle) for user in (cast.ines, hana, cast.mina, cast.noor)]
    say(cast.mina, "An answer", circle=cast.circle, reply_to=old.id)
    stretch = replay.read(cast.circle, after=readers[0].cursor)
    for reader in readers:
        reader.take(stretch)

    knows = ["Known to those" in reader.everything_heard() for reader in readers]

    assert knows == [True, False, True, True]


def test_what_was_held_leaves_no_trace_for_those_who_never_saw_it(cast):
    readers = [Reader(user, cast.circle) for user in (cast.ines, cast.noor, cast.mina)]
    set_room(cast.circle, holds_all=True)
    changed, back, aside = (say(cast.noor, f"held {n}", circle=cast.circle) for n in range(3))
    at = {"circle": cast.circle.public_id}
    editing.edit(by=cast.noor, message=changed.id, body="held, changed", **at)
    editing.take_back(by=cast.noor, message=back.id, **at)
    moderation.set_aside(by=cast.mina, message=aside.id, why="Let's talk.", **at)
    for reader in readers:
        reader.catch_up().expect_a_fresh_page()

    ines, noor, mina = readers
    assert (ines.shown, ines.heard) == ([], [])
    assert [name for name, _ in noor.shown] == [changed.id, back.id, aside.id]
    assert "Let's talk." in noor.told[aside.id]
    assert [name for name, _ in mina.shown] == [changed.id, back.id, aside.id]
    assert mina.told == {}


def test_only_the_one_concerned_hears_why(cast):
    said = say(cast.noor, "About my neighbour", circle=cast.circle)
    readers = [Reader(user, cast.circle) for user in (cast.noor, cast.ines, cast.mina)]
    moderation.set_aside(
        by=cast.mina, circle=cast.circle.public_id, message=said.id, why="It names someone"
    )
    stretch = replay.read(cast.circle, after=readers[0].cursor)
    for reader in readers:
        reader.take(stretch)

    noor, ines, mina = (reader.everything_heard() for reader in readers)

    assert "It names someone." in noor
    for other in (ines, mina):
        assert "Mina set this message aside." in other
        assert "It names someone" not in other


def test_a_mute_is_told_to_the_one_concerned_and_the_facilitators(cast):
    readers = [Reader(user, cast.circle) for user in (cast.noor, cast.mina, cast.ines)]
    until = in_an_hour()
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=until,
        why="A pause",
    )
    stretch = replay.read(cast.circle, after=readers[0].cursor)
    for reader in readers:
        reader.take(stretch)

    noor, mina, ines = (reader.heard for reader in readers)

    assert ines == []
    assert mina[0]["member"]["id"] == noor[0]["member"]["id"] == cast.member(cast.noor).public_id
    assert mina[0]["until"] == until.isoformat()
    assert "A pause." in noor[0]["say"]
    assert "say" not in mina[0]


def test_responses_are_counted_without_names(cast):
    said = say(cast.noor, "Hello", circle=cast.circle)
    readers = [Reader(user, cast.circle) for user in (cast.noor, cast.ines, cast.mina)]
    at = {"circle": cast.circle.public_id, "message": said.id}
    editing.respond(by=cast.ines, response="heard", **at)
    editing.respond(by=cast.ines, response="with_you", **at)
    editing.respond(by=cast.ines, response="heard", **at)
    stretch = replay.read(cast.circle, after=readers[0].cursor)
    for reader in readers:
        reader.take(stretch)

    noor, ines, mina = readers

    assert ines.mine == {said.id: ["with_you"]}
    for other in (noor, mina):
        assert "mine" not in other.everything_heard()
        assert "Ines" not in other.everything_heard()
        assert cast.member(cast.ines).public_id not in other.everything_heard()
        assert other.shown == ines.shown
    assert "1 person" in dict(noor.shown)[said.id]


def test_names_of_a_clients_own_reach_everyone_once(cast):
    page = Reader(cast.ines, cast.circle)
    said = say(cast.noor, "Hello", circle=cast.circle)
    editing.edit(by=cast.noor, circle=cast.circle.public_id, message=said.id, body="Hello again")
    page.catch_up()

    assert [event.get("client_id") for event in page.heard] == [str(said.client_id), None]


def test_what_was_drawn_from_memory_is_what_the_database_gives(cast, settings):
    settings.ROOM_POSTS_PER_10S = 1000
    from chat import posting
    from tests.chat.talk import draft

    quoted = say(cast.ines, "Whose turn is it?", circle=cast.circle)
    after = cast.circle.room.last_seq
    after = Room.objects.get(circle=cast.circle).last_seq
    commit = posting.commit(
        [
            draft(cast.noor, "One *word*\n\nhttps://example.org", circle=cast.circle),
            draft(cast.mina, "Two", circle=cast.circle, note="a note"),
            draft(cast.noor, "Three", circle=cast.circle, reply_to=quoted.id),
        ]
    )
    hana = join("hana", cast.circle)

    for user in (cast.noor, cast.mina, cast.ines, hana):
        viewer = Viewer.of(seat_of(user, cast.circle.public_id), hidden=())
        stored = replay.read(cast.circle, after=after, limit=3)
        fresh = replay.fresh(commit.said[0])
        assert fresh.events_for(viewer) == stored.events_for(viewer)
        assert (fresh.after, fresh.upto) == (stored.after, stored.upto)


def test_a_stretch_costs_the_same_whatever_is_in_it(cast, settings):
    settings.ROOM_POSTS_PER_10S = 1000

    def cost(messages: int) -> int:
        after = Room.objects.get(circle=cast.circle).last_seq
        for n in range(messages):
            said = say(cast.noor, f"{n}", circle=cast.circle)
            at = {"circle": cast.circle.public_id, "message": said.id}
            say(cast.ines, f"to {n}", circle=cast.circle, reply_to=said.id)
            editing.respond(by=cast.ines, response="heard", **at)
            editing.edit(by=cast.noor, body=f"{n}, changed", **at)
            moderation.mute(
                by=cast.mina,
                circle=cast.circle.public_id,
                member=cast.member(cast.ines).public_id,
                until=in_an_hour(),
                why="A pause",
            )
            Mute.objects.all().update(lifted_at="2026-01-01T00:00:00Z")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            replay.read(cast.circle, after=after)
        return len(queries)

    cost(1)
    # In a short one it is first looked for plain messages alone.
    assert cost(2) - 1 == cost(4) == cost(6) <= 8


def test_events_hold_no_words(cast):
    said = say(cast.noor, "A SECRET", circle=cast.circle, note="SECRET")
    moderation.set_aside(
        by=cast.mina, circle=cast.circle.public_id, message=said.id, why="A SECRET"
    )
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="A SECRET",
    )

    for event in Event.objects.all():
        assert "SECRET" not in json.dumps([str(value) for value in vars(event).values()])
