"""Drawing: what is cast in a mould is to the letter what the template draws."""

from __future__ import annotations

import pytest

from chat import drawing
from chat.models import Message
from programs.models import Membership
from tests.chat.talk import join, row, say

pytestmark = pytest.mark.once

WORDS = [
    "Hello",
    "Two\n\nparagraphs and a\nline",
    "A link https://example.org/?a=1&b=2 and *light* words",
    "<script>alert('&')</script>",
    "שלום עולם",
    "@Ines, are you there?",
    "{{ e.name }} {% if %} \\g<0> %(name)s",
]


@pytest.mark.parametrize("body", WORDS)
def test_a_plain_message_from_the_mould_is_what_the_template_draws(cast, body):
    said = [say(cast.noor, words, circle=cast.circle) for words in (body, "Another", body)]
    said += [say(cast.mina, body, circle=cast.circle)]
    messages = drawing.for_drawing(Message.objects.filter(public_id__in=[one.id for one in said]))

    for entry in drawing.draw(messages, circle=cast.circle):
        assert entry.html == drawing._template().render(e=entry)


def test_a_mould_is_one_persons_in_one_circle(cast):
    hana = join("hana", cast.circle)
    Membership.objects.filter(user=hana).update(name="Noor’s <b>friend</b>")
    by = [cast.noor, cast.ines, cast.mina, hana]
    said = [row(say(person, "Hello", circle=cast.circle)) for person in by]
    said.append(row(say(cast.otto, "Hello", circle=cast.next_door)))

    for message in said:
        [entry] = drawing.draw([message], circle=message.room.circle)
        assert entry.html == drawing._template().render(e=entry)
        assert message.membership.public_id in entry.html


def test_a_mould_knows_a_new_name(cast):
    first = row(say(cast.noor, "Hello", circle=cast.circle))
    drawing.draw([first], circle=cast.circle)
    member = cast.member(cast.noor)
    member.name = "Nur"
    member.save()

    [entry] = drawing.draw([row(say(cast.noor, "Hello", circle=cast.circle))], circle=cast.circle)

    assert ">Nur<" in entry.html
    assert "Noor" not in entry.html
