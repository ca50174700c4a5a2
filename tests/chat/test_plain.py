"""What was said plainly is cast when it is read again, too, and to the letter what is drawn."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import replace

import pytest
from django.db import connection

from chat import editing
from chat.keeping import holding, moderation
from chat.models import Message, Room
from chat.reading import plain, replay
from chat.seats import Viewer, seat_of
from community import statements
from programs.models import Circle
from tests.chat.bodies import ODD, WORDS
from tests.chat.talk import ask_the_question, company_of, join, say, set_room


def head_of(circle: Circle) -> int:
    return Room.objects.get(circle=circle).last_seq


def drawn(
    stretch: replay.Stretch, monkeypatch: pytest.MonkeyPatch, circle: Circle
) -> replay.Stretch:
    """The same stretch, as it is read where nothing is looked for that could be cast."""
    monkeypatch.setattr(plain, "_LONGEST", 0)
    read = replay.read(circle, after=stretch.after, limit=stretch.upto - stretch.after)
    monkeypatch.undo()
    assert read.cast is None
    return read


@pytest.mark.parametrize("body", WORDS + ODD)
def test_a_frame_that_was_cast_of_what_was_read_is_what_would_be_drawn(cast, monkeypatch, body):
    after = head_of(cast.circle)
    for person, words in [(cast.noor, body), (cast.mina, "Another"), (cast.noor, body)]:
        say(person, words, circle=cast.circle)
    hana = join("hana", cast.circle)

    stretch = replay.read(cast.circle, after=after, limit=3)

    assert stretch.cast is not None
    as_drawn = drawn(stretch, monkeypatch, cast.circle)
    assert (stretch.upto, stretch.head) == (as_drawn.upto, as_drawn.head)
    for person in (cast.noor, cast.mina, cast.ines, hana):
        viewer = Viewer.of(seat_of(person, cast.circle.public_id), hidden=())
        assert stretch.packet_for(viewer).payload == as_drawn.packet_for(viewer).payload


def test_what_was_just_committed_is_cast_as_it_is_read_by_another_process(cast):
    after = head_of(cast.circle)
    said = say(cast.noor, "Hello *there*", circle=cast.circle)
    [reading] = replay.read_on([replay.Wanted(cast.circle, after)])

    assert reading.stretch.cast is not None
    assert said.id in reading.stretch.cast.text


def _answered(cast, said):
    say(cast.ines, "To that", circle=cast.circle, reply_to=said.id)


def _noted(cast, said):
    say(cast.ines, "Folded", circle=cast.circle, note="A hospital")


def _edited(cast, said):
    editing.edit(by=cast.noor, circle=cast.circle.public_id, message=said.id, body="Changed")


def _responded(cast, said):
    at = {"circle": cast.circle.public_id, "message": said.id}
    editing.respond(by=cast.ines, response="heard", **at)


def _taken_back(cast, said):
    editing.take_back(by=cast.noor, circle=cast.circle.public_id, message=said.id)


def _set_aside(cast, said):
    moderation.set_aside(by=cast.mina, circle=cast.circle.public_id, message=said.id, why="Names")


def _held(cast, said):
    set_room(cast.circle, holds_all=True)
    say(cast.ines, "Held", circle=cast.circle)


def _let_through(cast, said):
    _held(cast, said)
    held = Message.objects.get(state="held")
    holding.let_through(by=cast.mina, circle=cast.circle.public_id, message=held.public_id)


def _asked(cast, said):
    ask_the_question(cast.circle)


def _joined(cast, said):
    join("hana", cast.circle)


def _altered(cast, said):
    Message.objects.filter(public_id=said.id).update(sealed_words=b"not words")


@pytest.mark.parametrize(
    "happens",
    [
        *[_answered, _noted, _edited, _responded, _taken_back, _set_aside],
        *[_held, _let_through, _asked, _joined, _altered],
    ],
)
def test_what_is_more_than_plain_is_read_and_drawn(cast, monkeypatch, happens):
    after = head_of(cast.circle)
    said = say(cast.noor, "Hello", circle=cast.circle)
    happens(cast, said)

    stretch = replay.read(cast.circle, after=after)

    assert stretch.cast is None
    assert stretch.upto == head_of(cast.circle)
    as_drawn = drawn(stretch, monkeypatch, cast.circle)
    for person in (cast.noor, cast.mina, cast.ines):
        viewer = Viewer.of(seat_of(person, cast.circle.public_id), hidden=())
        assert stretch.events_for(viewer) == as_drawn.events_for(viewer)


@pytest.mark.parametrize("happens", [_edited, _responded, _taken_back, _set_aside])
def test_what_has_changed_since_is_drawn_as_it_stands_now(cast, monkeypatch, happens):
    """The stretch ends before what changed it; whoever reads it comes to that in the next."""
    after = head_of(cast.circle)
    said = say(cast.noor, "Hello", circle=cast.circle)
    happens(cast, said)

    stretch = replay.read(cast.circle, after=after, limit=1)

    assert stretch.cast is None
    as_drawn = drawn(stretch, monkeypatch, cast.circle)
    viewer = Viewer.of(seat_of(cast.ines, cast.circle.public_id), hidden=())
    assert stretch.events_for(viewer) == as_drawn.events_for(viewer)


def test_whoever_came_later_or_reads_less_is_given_none_of_what_was_cast_for_all(cast):
    after = head_of(cast.circle)
    say(cast.noor, "Hello", circle=cast.circle)
    stretch = replay.read(cast.circle, after=after)
    ines = Viewer.of(seat_of(cast.ines, cast.circle.public_id), hidden=())
    later = replace(ines, from_seq=stretch.upto)
    apart = replace(ines, hidden=frozenset({cast.member(cast.noor).pk}))

    assert "Hello" in stretch.packet_for(ines).text
    assert "Hello" not in stretch.packet_for(later).text
    assert "Hello" not in stretch.packet_for(apart).text


def test_rooms_of_one_reading_are_each_cast_of_their_own_words(cast):
    afters = {circle: head_of(circle) for circle in (cast.circle, cast.next_door)}
    say(cast.noor, "Among alders", circle=cast.circle)
    say(cast.otto, "Among birches", circle=cast.next_door)
    say(cast.otto, "And one with a note", circle=cast.next_door, note="A hospital")

    here, there = replay.read_on([replay.Wanted(circle, after) for circle, after in afters.items()])

    assert here.stretch.cast is not None
    assert "alders" in here.stretch.cast.text
    assert "birches" not in here.stretch.cast.text
    assert there.stretch.cast is None
    assert ["birches" in one.shown["html"] for one in there.stretch.happenings] == [True, False]


def test_a_message_keeps_the_name_its_browser_gave_it(cast):
    client_id = uuid.uuid4()
    after = head_of(cast.circle)
    say(cast.noor, "Hello", circle=cast.circle, client_id=client_id)

    stretch = replay.read(cast.circle, after=after)

    assert stretch.cast is not None
    assert f'"client_id":"{client_id}"' in stretch.cast.text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL how it would look")
def test_in_a_long_log_only_the_places_are_looked_at_that_are_asked_for(cast):
    room = Room.objects.get(circle=cast.circle)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_event (room_id, seq, kind, audience, facts, at) "
            "SELECT %s, n, 'message.posted', 'all', '{}', now() "
            "FROM generate_series(1000, 21000) AS n",
            [room.pk],
        )
        cursor.execute("ANALYZE chat_event")
        asked = statements.asking(plain._POSTED)
        cursor.execute(f"EXPLAIN {asked}", [statements.as_pairs([(room.pk, 20_000)])])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "one_event_per_place" in plan
    assert "Seq Scan on chat_event" not in plan


def test_what_is_cast_in_summer_stands_at_the_hour_at_which_it_was_said(cast, time_machine):
    """Where the house's own clock is not that of UTC."""
    noon = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
    time_machine.move_to(noon.timestamp(), tick=False)  # and leaves the clock where it is
    after = head_of(cast.circle)
    said = say(cast.noor, "Warm.", circle=cast.circle)

    stretch = replay.read(cast.circle, after=after)

    assert stretch.cast is not None
    [event] = stretch.events_for(company_of(cast).viewers[cast.member(cast.ines).pk])
    assert event["id"] == said.id and 'data-at="2026-07-01T12:00:00Z"' in event["html"]
