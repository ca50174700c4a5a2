"""Drawing: what is cast in a mould is to the letter what the template draws."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest

from chat.models import Message, Room
from chat.posting import Draft, commit
from chat.reading import drawing, entries, replay
from programs.models import Membership
from tests.chat.bodies import ODD, WORDS
from tests.chat.talk import company_of, join, row, say

pytestmark = pytest.mark.once


@pytest.mark.parametrize("body", WORDS)
def test_a_plain_message_from_the_mould_is_what_the_template_draws(cast, body):
    said = [say(cast.noor, words, circle=cast.circle) for words in (body, "Another", body)]
    said += [say(cast.mina, body, circle=cast.circle)]
    messages = drawing.for_drawing(Message.objects.filter(public_id__in=[one.id for one in said]))

    for entry in drawing.draw(messages, circle=cast.circle):
        assert entry.html == entries._template().render(e=entry)


@pytest.mark.parametrize("body", WORDS + ODD)
def test_a_frame_that_was_cast_is_what_would_be_written_of_the_drawing(cast, body):
    drafts = [
        Draft(person.pk, cast.circle.public_id, uuid.uuid4(), words)
        for person, words in [(cast.noor, body), (cast.mina, "Another"), (cast.noor, body)]
    ]
    [said] = commit(drafts).said
    viewer = company_of(cast).viewers[cast.member(cast.ines).pk]
    stretch = replay.fresh(said)

    drawn = replace(stretch, cast=None, happenings=list(stretch.happenings), _packets={})

    assert stretch.cast is not None
    assert stretch.packet_for(viewer) is stretch.cast
    assert drawn.packet_for(viewer).payload == stretch.cast.payload


@pytest.mark.parametrize("more", [{"note": "A hospital"}, {"reply_to": True}, {"held": True}])
def test_what_some_see_otherwise_is_not_cast(cast, more):
    if more.pop("held", False):
        Room.objects.filter(circle=cast.circle).update(holds_all=True)
    if "reply_to" in more:
        more = {"reply_to": say(cast.ines, "First", circle=cast.circle).id}
    here = cast.circle.public_id
    plain = Draft(cast.mina.pk, here, uuid.uuid4(), "Plain")
    [said] = commit([plain, Draft(cast.noor.pk, here, uuid.uuid4(), "Not so", **more)]).said

    assert replay.fresh(said).cast is None


def test_whoever_came_later_or_reads_less_is_given_none_of_what_was_cast_for_all(cast):
    [said] = commit([Draft(cast.noor.pk, cast.circle.public_id, uuid.uuid4(), "Hello")]).said
    stretch = replay.fresh(said)
    ines = company_of(cast).viewers[cast.member(cast.ines).pk]
    later = replace(ines, from_seq=stretch.upto)
    apart = replace(ines, hidden=frozenset({cast.member(cast.noor).pk}))

    assert "Hello" in stretch.packet_for(ines).text
    assert "Hello" not in stretch.packet_for(later).text
    assert "Hello" not in stretch.packet_for(apart).text


def test_a_mould_is_one_persons_in_one_circle(cast):
    hana = join("hana", cast.circle)
    Membership.objects.filter(user=hana).update(name="Noor’s <b>friend</b> %(swatch)s 100% \\u0001")
    by = [cast.noor, cast.ines, cast.mina, hana]
    said = [row(say(person, "Hello", circle=cast.circle)) for person in by]
    said.append(row(say(cast.otto, "Hello", circle=cast.next_door)))

    for message in said:
        [entry] = drawing.draw([message], circle=message.room.circle)
        assert entry.html == entries._template().render(e=entry)
        assert message.membership.public_id in entry.html


def test_an_odd_name_stands_in_a_frame_as_it_is_drawn(cast):
    Membership.objects.filter(user=cast.noor).update(name='%(swatch)s "100%" \\u0001id\\u0002 <b>')
    here = cast.circle.public_id
    [said] = commit([Draft(cast.noor.pk, here, uuid.uuid4(), "Hello")]).said
    stretch = replay.fresh(said)
    [happening] = stretch.happenings

    assert stretch.cast is not None
    assert happening.entry is not None
    assert json.loads(stretch.cast.text)["events"][0]["html"] == happening.entry.html
    assert happening.entry.html == entries._template().render(e=happening.entry)


def test_a_mould_knows_a_new_name(cast):
    first = row(say(cast.noor, "Hello", circle=cast.circle))
    drawing.draw([first], circle=cast.circle)
    member = cast.member(cast.noor)
    member.name = "Nur"
    member.save()

    [entry] = drawing.draw([row(say(cast.noor, "Hello", circle=cast.circle))], circle=cast.circle)

    assert ">Nur<" in entry.html
    assert "Noor" not in entry.html
