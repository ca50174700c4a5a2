"""Rows that become models by hand: Django gives their values to fields in the model's own order,
whatever order the names are in."""

from __future__ import annotations

import re

import pytest

from chat.models import Message
from chat.posting import rows
from chat.reading import plain, sides
from community.house import ROOT
from programs.models import Membership

pytestmark = pytest.mark.once

BY_HAND = [
    (Membership, rows._MEMBER_FIELDS),
    (Membership, plain._MEMBER_FIELDS),
    (Message, sides._OF_QUOTED),
    (Membership, sides._OF_AUTHOR),
    (Membership, sides._OF_NAMED),
]


@pytest.mark.parametrize(("model", "names"), BY_HAND)
def test_the_names_are_in_the_order_of_the_models_fields(model, names):
    in_order = [field.attname for field in model._meta.concrete_fields if field.attname in names]

    assert list(names) == in_order


@pytest.mark.parametrize(("model", "names"), BY_HAND)
def test_each_value_is_the_field_that_it_is_named_for(model, names):
    made = model.from_db("default", names, names)

    assert {name: getattr(made, name) for name in names} == {name: name for name in names}
    assert made.get_deferred_fields() == {
        field.attname for field in model._meta.concrete_fields
    } - set(names)


def test_no_other_row_is_made_a_model_by_hand():
    parts = ("chat", "programs", "community", "home")
    files = [file for part in parts for file in (ROOT / part).rglob("*.py")]
    found = sum(len(re.findall(r"\.from_db\(", file.read_text())) for file in files)

    assert found == len(BY_HAND)
