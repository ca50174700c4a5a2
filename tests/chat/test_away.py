"""Away for a long evening of everything that can happen in a room; back in a fresh page's state."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from chat import editing, hiding
from chat.keeping import holding, hours, moderation, pacing
from chat.live import leading, rounds, state
from chat.models import Room
from chat.reading import sides
from chat.refusal import Refused
from community.models import User
from programs.models import Circle
from tests.cast import Cast
from tests.chat.evening import Evening
from tests.chat.reader import Reader
from tests.chat.talk import join, log_of, say

_PHASES = ["opening", "grounding", "check_in", "sharing", "closing"]


class LongEvening(Evening):
    """With the facilitator's verbs and a live session among the rest."""

    def __init__(self, cast: Cast, seed: int) -> None:
        super().__init__(cast, seed)
        self.people.append(join("lea", self.circle, role="facilitator"))

    def happens(self) -> None:
        """Something; mostly messages and what becomes of them. Often a room is left as it was,
        so that people can write again."""
        if self.chance.random() < 0.75:
            super().happens()
            return
        with suppress(Refused):
            self.chance.choices(
                [
                    *[self.hold_a_peer, self.hold_everyone, self.pace, self.rest, self.keep_hours],
                    *[self.name_someone, self.lead, self.take_part, self.finish],
                ],
                [4, 3, 2, 2, 2, 6, 6, 8, 4],
            )[0]()

    def hold_a_peer(self) -> None:
        verb = self.chance.choice([holding.hold, holding.unhold, holding.unhold])
        verb(by=self.cast.mina, member=self._someone(), **self._here)

    def hold_everyone(self) -> None:
        verb = self.chance.choice([holding.hold_all, holding.unhold_all, holding.unhold_all])
        verb(by=self.cast.mina, **self._here)

    def pace(self) -> None:
        pacing.pace(by=self.cast.mina, seconds=self.chance.choice([30, 0, 0]), **self._here)
        pacing.pace(by=self.cast.mina, seconds=0, **self._here)

    def rest(self) -> None:
        pacing.pause(by=self.cast.mina, **self._here)
        super().happens()
        pacing.resume(by=self.cast.mina, **self._here)

    def keep_hours(self) -> None:
        hours.keep(by=self.cast.mina, hours="reading", **self._here)
        super().happens()
        hours.keep(by=self.cast.mina, hours="open", **self._here)

    def name_someone(self) -> None:
        by = self.chance.choice(self.people)
        self.spoken += 1
        posted = say(by, f"@Noor and @Ines, number {self.spoken}.", circle=self.circle)
        self.said.append((by, posted.id))

    def lead(self) -> None:
        session = state.going_on(Room.objects.get(circle=self.circle))
        if session is None:
            leading.begin(by=self.cast.mina, **self._here)
            return
        at = {"by": self.cast.mina, "seen": session.step, **self._here}
        self.chance.choice(
            [
                lambda: leading.phase(phase=self.chance.choice(_PHASES), **at),
                lambda: leading.give_piece(member=None, **at),
                lambda: leading.give_piece(member=self._someone(), **at),
                lambda: leading.arrange(members=[self._someone()], **at),
                lambda: leading.give_time(seconds=60, **at),
                lambda: leading.breath(by=self.cast.mina, seconds=60, **self._here),
                lambda: leading.take_over(**at),
            ]
        )()

    def take_part(self) -> None:
        verbs = [rounds.hand, rounds.pass_on, rounds.last, rounds.done, rounds.step_out]
        by = self.chance.choice(self.people)
        if self.chance.random() < 0.4:
            rounds.seat(by=by, agreed=True, **self._here)
        else:
            self.chance.choice(verbs)(by=by, **self._here)

    def finish(self) -> None:
        if session := state.going_on(Room.objects.get(circle=self.circle)):
            leading.end(by=self.cast.mina, seen=session.step, **self._here)

    def hide(self, one: User, other: User) -> None:
        hiding.hide(by=one, member=self.cast.member(other).public_id, **self._here)

    def _someone(self) -> str:
        return self.cast.member(self.chance.choice(self.people)).public_id

    @property
    def _here(self) -> dict[str, Any]:
        return {"circle": self.circle.public_id}


def without_answers(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which of the events about a message brings them depends on where a stretch ends."""
    return [{key: event[key] for key in event if key != "also"} for event in events]


class Away(Reader):
    """A page that heard nothing for the whole evening."""

    def __init__(self, user: User, circle: Circle) -> None:
        super().__init__(user, circle)
        self._left_at, self._log_then = self.cursor, dict(self.log)

    def expect_the_same_by_http(self) -> None:
        client, since, seen = Client(), self._left_at, []
        client.force_login(self.user)
        while since < self.cursor:
            address = f"/circles/{self.circle.public_id}/events"
            part = client.get(address, {"since": since}).json()
            seen += part["events"]
            since = part["upto"]
        assert without_answers(seen) == without_answers(self.heard)
        shown, self.log = self.shown, self._log_then
        for event in seen:
            self._apply(event)
        assert self.shown == shown

    def expect_a_fresh_page(self) -> None:
        super().expect_a_fresh_page()
        steps = [event["session"] for event in self.heard if event["kind"].startswith("session.")]
        session = state.going_on(Room.objects.get(circle=self.circle))
        if session is None:
            assert not steps or steps[-1]["phase"] == "ended"
        else:
            now = state.state_of(session, session.room, state.places_of(session))
            assert steps[-1] == json.loads(json.dumps(now))


@pytest.fixture
def evening(cast: Cast, settings: Any) -> Callable[[int], LongEvening]:
    settings.ROOM_POSTS_PER_10S = 100_000
    return lambda seed: LongEvening(cast, seed)


def spend(it: LongEvening, events: int, seed: int) -> None:
    """An evening of so many events; back from it all pages are as if loaded now."""
    hana = join("hana", it.circle)
    it.people.append(hana)
    for _ in range(10):
        it.post()
    # Ines reads nothing of Hana, and Hana nothing of Ines.
    it.hide(it.cast.ines, hana)
    people = [it.cast.noor, it.cast.mina, it.cast.ines, hana]
    away = [Away(person, it.circle) for person in people]
    began = it.circle.room.last_seq
    while (head := Room.objects.get(circle=it.circle).last_seq) < began + events:
        it.happens()
        # In the middle, someone whose time begins there, and one who sees what was before.
        if len(away) == len(people) and head > began + events // 2:
            late = join("mira", it.circle)
            away += [
                Away(late, it.circle),
                Away(join("toma", it.circle, sees_earlier=True), it.circle),
            ]
            it.people.append(late)

    kinds = {event.kind for event in log_of(it.circle)}
    still_here = [reader for reader in away if it.circle.membership_of(reader.user)]
    assert len(still_here) >= 4
    for reader in still_here:
        reader.catch_up(lambda: it.chance.randint(20, 200)).expect_a_fresh_page()
        reader.expect_the_same_by_http()
        reader.begun_from_nothing().expect_a_fresh_page()
    if events >= 300:
        assert len(kinds) > 25, kinds


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.once), 2])
def test_away_for_a_while(evening, seed):
    spend(evening(seed), 120, seed)


@pytest.mark.once
def test_away_for_a_thousand_events(evening):
    spend(evening(1000), 1000, 1000)


def test_a_reader_who_hides_another_never_hears_of_them(evening):
    it = evening(7)
    hana = join("hana", it.circle)
    it.hide(it.cast.ines, hana)
    page = Away(it.cast.ines, it.circle)
    hers = say(hana, "HERS", circle=it.circle)
    say(it.cast.noor, "An answer", circle=it.circle, reply_to=hers.id)
    moderation.set_aside(by=it.cast.mina, message=hers.id, why="It names someone.", **it._here)
    page.catch_up()

    assert hers.id not in page.everything_heard()
    assert "HERS" not in page.everything_heard()
    page.expect_a_fresh_page()


def test_what_someone_hidden_responded_counts_for_everybody_else_alone(evening):
    it = evening(8)
    hana = join("hana", it.circle)
    readers = {who: Away(who, it.circle) for who in (it.cast.ines, it.cast.noor, it.cast.mina)}
    ines_own = say(it.cast.ines, "Mine", circle=it.circle).id
    for who in (hana, it.cast.noor):
        editing.respond(by=who, message=ines_own, response="heard", **it._here)
    it.hide(hana, it.cast.ines)
    noors = say(it.cast.noor, "Hello", circle=it.circle).id
    editing.respond(by=hana, message=noors, response="thank_you", **it._here)
    for reader in readers.values():
        reader.catch_up().expect_a_fresh_page()
        reader.expect_the_same_by_http()

    def counted(who: User, message: str) -> list[str]:
        return re.findall(r'"vh">, (\d)', readers[who].log[message][1])

    assert counted(it.cast.ines, ines_own) == ["1"], "that Hana hides her is told by nothing"
    assert counted(it.cast.ines, noors) == []
    for who in (it.cast.noor, it.cast.mina):
        assert counted(who, ines_own) == ["2"]
        assert counted(who, noors) == ["1"]


def test_a_change_costs_the_same_however_many_answer_what_is_changed(evening):
    """Otherwise one who changes it again and again would fill everyone's line, and keep the house
    busy with nothing else."""
    it = evening(9)
    first = say(it.cast.noor, "Once", circle=it.circle)

    def cost(answers: int) -> tuple[int, int]:
        """In bytes of the frame, and in messages that are drawn."""
        for _ in range(answers):
            say(it.cast.ines, "Yes", circle=it.circle, reply_to=first.id)
        page = Away(it.cast.ines, it.circle)
        editing.edit(by=it.cast.noor, message=first.id, body="Once more", **it._here)
        moderation.set_aside(by=it.cast.mina, message=first.id, why="It was said.", **it._here)
        moderation.put_back(by=it.cast.mina, message=first.id, **it._here)
        editing.edit(by=it.cast.noor, message=first.id, body=f"Twice {answers:2}", **it._here)
        with patch.object(sides, "join", wraps=sides.join) as joined:
            page.catch_up()
        drawn = sum(len(call.args[0]) for call in joined.call_args_list)
        page.expect_a_fresh_page()
        return len(page.everything_heard()) - len(str(page.cursor)), drawn

    few, many = cost(1), cost(30)

    assert abs(few[0] - many[0]) < 40 and few[1] == many[1] == 1
