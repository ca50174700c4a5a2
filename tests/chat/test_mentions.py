"""Naming someone: those who are in the circle, once each, and nobody else."""

from __future__ import annotations

import pytest

from chat import editing
from chat.models import Message
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


def test_a_change_names_anew(cast):
    said = say(cast.noor, "Hello, @Ines", circle=cast.circle)
    editing.edit(by=cast.noor, circle=cast.circle.public_id, message=said.id, body="Hello, @Mina")

    assert named(cast, row(said)) == ["Mina"]
