"""What a hub passes on to others: of many hints about one thing the newest, of all rooms one."""

from __future__ import annotations

import pytest

from chat.announcing import Hint
from chat.hub.hints import Hints

pytestmark = pytest.mark.once


def grown(**rooms: int) -> Hint:
    return {"type": "hint.rooms", "rooms": rooms}


async def test_rooms_that_grew_with_many_batches_travel_in_one_hint_each_with_its_newest_place():
    heard: list[Hint] = []
    hints = Hints("here", heard.append)
    for hint in (grown(alder=3, birch=8), grown(alder=4), {"type": "hint.access", "person": 5}):
        hints.tell(hint)

    assert hints._taken() == [
        {"type": "hint.rooms", "rooms": {"alder": 4, "birch": 8}, "hub": "here"},
        {"type": "hint.access", "person": 5, "hub": "here"},
    ]
    assert hints._taken() == []
    # And this hub has heeded each of them as it came.
    assert [hint["type"] for hint in heard] == ["hint.rooms", "hint.rooms", "hint.access"]


async def test_how_far_people_have_read_travels_in_one_hint():
    hints = Hints("here", lambda hint: None)
    for whose, seq in (("5 alder", 3), ("6 alder", 3), ("5 alder", 4)):
        hints.tell({"type": "hint.read", "read": {whose: seq}})

    assert hints._taken() == [
        {"type": "hint.read", "read": {"5 alder": 4, "6 alder": 3}, "hub": "here"}
    ]


async def test_what_is_said_anew_of_one_circle_replaces_what_waited_and_nothing_else():
    hints = Hints("here", lambda hint: None)
    for circle in ("alder", "birch", "alder"):
        hints.tell({"type": "hint.company", "circle": circle})

    assert [hint["circle"] for hint in hints._taken()] == ["alder", "birch"]


async def test_who_is_alone_passes_on_less_often_until_another_is_heard():
    heard: list[Hint] = []
    hints = Hints("here", heard.append)

    hints.heed(grown(alder=3) | {"hub": "here"})  # our own, as the layer gives it back
    assert heard == []
    assert hints._rest() == 0.1

    hints.heed(grown(alder=4))  # a worker's, which listens to nothing
    assert hints._rest() == 0.1

    hints.heed(grown(alder=4) | {"hub": "there"})
    assert heard == [grown(alder=4), grown(alder=4) | {"hub": "there"}]
    assert hints._rest() == 0.02


async def test_of_two_changes_of_someones_rights_the_later_count_is_passed_on():
    hints = Hints("here", lambda hint: None)
    for changes in (7, 0):
        hints.tell({"type": "hint.access", "person": 5, "changes": changes})

    assert [hint["changes"] for hint in hints._taken()] == [7]
