"""The names people may go by."""

from __future__ import annotations

import pytest

from programs import names, swatches
from programs.circles import clone_cohort, form_circle
from programs.models import Circle, name_key
from programs.refusal import Refused

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "name", ["Fen", "Zoë", "李明", "سارة", "👩‍👩‍👧", "Mary Ann", "x" * 40, "क्षि"]
)
def test_people_are_called_what_they_like(name):
    assert names.tidy(f" {name} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 41,
        "a\u202eb",  # turns the line round
        "a\u0000b",
        "a\u200bb",  # a space that has no width
        "\u2066a",
        "\u200d",
        "Z" + "\u0301" * 30,
        "a\ud800",
        "\ue000",
    ],
)
def test_and_not_what_nobody_can_read(name):
    with pytest.raises(Refused):
        names.tidy(name)


def test_names_that_look_alike_have_the_same_key():
    assert name_key("Zoe\u0301") == name_key("ZOË".replace("Ë", "É"))
    assert name_key("Mary Ann") == name_key("maryann")
    assert name_key("Fen") != name_key("Fern")


@pytest.mark.parametrize(
    "name",
    [
        "M\u0456na",  # a Cyrillic i
        "\u041cina",  # a Cyrillic M
        "\u039cin\u03b1",  # a Greek M and alpha
        "M\u0131na",  # without its dot
        "\uff2dina",  # as wide as a Chinese letter
        "m i n a",
    ],
)
def test_nobody_comes_as_another_by_another_alphabet(cast, lark, name):
    with pytest.raises(Refused, match="goes by that name"):
        names.claimed_name(cast.circle, lark, name)


@pytest.mark.parametrize(
    "name",
    ["Мария", "Ελένη", "Нур", "M\u00edna", "李明"],
)
def test_names_of_any_alphabet_that_nobody_has_are_free(cast, lark, name):
    assert names.claimed_name(cast.circle, lark, name) == name
    assert names.claimed_name(cast.circle, cast.mina, "mina") == "mina", "hers is her own"


def test_no_two_members_wear_the_same_cloth_and_none_looks_much_like_another():
    worn = []
    for _ in range(14):
        worn.append(swatches.unlike(worn, start=3))
    assert len(set(worn)) == 14
    dyes = [number // 8 % 6 for number in worn[:6]]
    assert len(set(dyes)) == 6


def test_a_crowd_has_cloth_for_everyone():
    worn = []
    for _ in range(60):
        worn.append(swatches.unlike(worn))
    assert len(set(worn)) == 60  # more than the 48 calm ones


def test_circles_of_several_cohorts_wear_different_cloth_while_there_is_some(cast):
    another = clone_cohort(cast.cohort, name="Again", starts_on=cast.cohort.starts_on)
    for n in range(44):
        form_circle(cohort=(cast.cohort, another)[n % 2], name=f"Circle {n}")
    worn = list(Circle.objects.values_list("swatch", flat=True))
    assert len(worn) == len({number % 48 for number in worn}) == 48

    form_circle(cohort=cast.cohort, name="One more")
    own = list(cast.cohort.circles.values_list("swatch", flat=True))
    assert len(own) == len({number % 48 for number in own})


def test_a_cloth_is_found_by_what_it_is_made_of():
    assert swatches.numbered("twill", "woad", "woad") == 0
    assert swatches.numbered("twill", "birch", "weld") == 272
