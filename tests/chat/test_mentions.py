"""Naming someone: those who are in the circle, once each, and nobody else."""

from __future__ import annotations

import pytest

from chat import editing
from chat.models import Message
from chat.reading import history
from chat.seats import seat_of
from community import vault
from tests.chat.talk import join, leave, row, say


def named(cast, message: Message) -> list[str]:
    words = message.words(owner=vault.circle_owner(cast.circle.public_id))
    return [mention.name for mention in words.mentions]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("Good morning, @Ines.", ["Ines"]),
        ("@ines and @INES, it's one", ["Ines"]),
        ("@Mina, @Ines", ["Mina", "Ines"]),
        ("Ines without a sign", []),
        ("me@Ines.example", []),
        ("@Inessa is someone else", []),
        ("@Otto is next door", []),
        ("@Hana left", []),
        ("@Ines Maria", ["Ines Maria"]),
        ("@Ines Maria and @Ines", ["Ines Maria", "Ines"]),
    ],
)
def test_who_is_named(cast, body, names):
    join("ines maria".replace(" ", ""), cast.circle)
    longer = cast.circle.memberships.get(name="Inesmaria")
    longer.name = "Ines Maria"
    longer.save()
    leave(join("hana", cast.circle), cast.circle)

    assert named(cast, row(say(cast.noor, body, circle=cast.circle))) == names


def test_a_name_does_not_end_before_a_mark_on_its_last_letter(cast):
    ines = cast.member(cast.ines)
    ines.name = "Zoe"
    ines.save()

    assert named(cast, row(say(cast.noor, "Hello, @Zoe\u0308", circle=cast.circle))) == []


def test_a_change_names_anew(cast):
    said = say(cast.noor, "Hello, @Ines", circle=cast.circle)
    editing.edit(by=cast.noor, circle=cast.circle.public_id, message=said.id, body="Hello, @Mina")

    assert named(cast, row(said)) == ["Mina"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Ines", "Hello, @INES"),
        ("Weiß", "Hello, @Weiß"),
        ("Weiß", "Hello, @WEISS"),
        ("İpek", "Hello, @İpek"),
        ("O'Neil & Co", "Hello, @o'neil & co"),
        ("Zoë", "Hello, @Zoe\u0308"),
        ("Zoe\u0308", "Hello, @ZOË"),
        ("Nguyễn", "Hello, @Nguye\u0302\u0303n"),
    ],
)
def test_whoever_is_named_stands_out_however_their_letters_are_folded(cast, name, body):
    ines = cast.member(cast.ines)
    ines.name = name
    ines.save()

    said = say(cast.noor, body, circle=cast.circle)

    assert named(cast, row(said)) == [name]
    seat = seat_of(cast.mina, cast.circle.public_id)
    assert f'data-member="{ines.public_id}">@' in history.entry_of(seat, said.id)[1].html
