"""Role by role and act by act: the table says what comes of it, and the house does that.

Whatever the house has an address or a verb for stands in the table; nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest
from django.conf import settings
from wagtail.contrib.redirects import middleware as redirecting

from chat.hub import allowance
from chat.verbs.live import VERBS as VERBS_OF_A_SESSION
from community.randomness import random_name
from tests.access.page import drawn
from tests.access.roles import GET, POST, ROLES, Row
from tests.access.routes import ROUTES
from tests.access.trying import SAID_OF_VERBS, House, is_name, routes, undone
from tests.access.verbs import VERBS
from tests.access.world import DURING, build

PAGE = Path(settings.BASE_DIR) / "docs" / "access.md"
# Those who have a place in the alder circle, and so none in the one next door.
OF_ALDER = ("peer", "facilitator")
# What one puts away is one's own: of anything else there is nothing to put away.
PASSED_OVER = (
    "unhide",
    "circles/<circle>/members/<member>/unhide/",
    "close_card",
    "circles/<circle>/cards/<card>/close/",
)

# Nothing comes of these but the way on; and whoever told of nothing is asked to wait before that
# is looked for.
UNCOUNTED = ("circles/<circle>/read/", "told/<concern>/again/")

# What a message may be called in a row.
MESSAGES = ("message", "mine", "held", "aside")

pytestmark = pytest.mark.once


@pytest.fixture
def house(db: None, settings, monkeypatch) -> House:
    # No address leads elsewhere; to ask about that is a tenth of what each refusal takes.
    monkeypatch.setattr(redirecting, "get_redirect", lambda *_: None)
    # It is emptied before each of two thousand requests.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return House(build())


def differences(house: House, rows: list[Row], trial: Callable[[Row], dict[str, str]]) -> list[str]:
    """Every cell in which the house does something else than `trial` finds right."""
    found = []
    for during, some in groupby(sorted(rows, key=lambda row: row.during), lambda row: row.during):
        with undone():
            DURING[during](house.world)
            for row in some:
                found += [f"{row.label}: {said}" for said in trial(row)]
    return found


# The table is whole -------------------------------------------------------------------
def test_every_address_and_every_verb_has_its_row_and_every_row_its_address_or_verb():
    assert {row.name for row in ROUTES} == routes()
    assert {row.name for row in VERBS} == set(SAID_OF_VERBS)
    of_sessions = {row.at["verb"] for row in ROUTES if row.name.endswith("live/<verb>/")}
    assert of_sessions == {*VERBS_OF_A_SESSION, "say"}


def test_no_two_rows_say_the_same():
    labels = [row.label for row in [*ROUTES, *VERBS]]
    assert sorted(set(labels)) == sorted(labels)


def test_a_method_without_a_row_is_allowed_to_nobody(house):
    known = {(row.name, row.method) for row in ROUTES}
    at = {row.name: row for row in ROUTES}
    others = [
        Row(name, {}, method, at=at[name].at, during=at[name].during)
        for name in at
        for method in (GET, POST)
        if (name, method) not in known
    ]

    def trial(row: Row) -> list[str]:
        said = {
            role: house.ask(row, role, house.world.things(role))
            for role in ("peer", "facilitator", "lead")
        }
        return [f"{role} {what}" for role, what in said.items() if what not in ("405", "404")]

    found = differences(house, others, trial)
    assert not found, "\n".join(found)


# Each cell is tried -------------------------------------------------------------------
@pytest.mark.parametrize(("rows", "act"), [(ROUTES, House.ask), (VERBS, House.do)])
def test_the_house_does_what_the_table_says(house, rows, act):
    def trial(row: Row) -> list[str]:
        said = {role: act(house, row, role, house.world.things(role)) for role in ROLES}
        return [
            f"{role} {said[role]}, not {row.outcomes[role]}"
            for role in ROLES
            if said[role] != row.outcomes[role]
        ]

    found = differences(house, rows, trial)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rows", "act"), [(ROUTES, House.ask), (VERBS, House.do)])
def test_in_the_circle_next_door_all_of_them_are_strangers(house, rows, act):
    def trial(row: Row) -> list[str]:
        things = house.world.things("", elsewhere=True)
        said = {role: act(house, row, role, things) for role in OF_ALDER}
        # As the other circle's facilitator is in this one.
        strange = row.outcomes["neighbour"]
        return [f"{role} {what}, not {strange}" for role, what in said.items() if what != strange]

    found = differences(house, [row for row in rows if _is_of_a_circle(row)], trial)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rows", "act"), [(ROUTES, House.ask), (VERBS, House.do)])
def test_nobody_reaches_into_the_circle_next_door_from_their_own(house, rows, act):
    def trial(row: Row) -> list[str]:
        things = house.world.next_door | {"circle": house.world.here["circle"]}
        said = {role: act(house, row, role, things) for role in OF_ALDER}
        return [f"{role} {what}" for role, what in said.items() if what in _DONE]

    found = differences(house, [row for row in rows if _names_more(row)], trial)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rows", "act"), [(ROUTES, House.ask_all), (VERBS, House.do_all)])
def test_what_they_may_not_know_of_is_answered_as_what_never_was(house, rows, act):
    """What lies next door, and of their own circle what a peer is not shown."""
    names = {name: random_name(12) for name, one in house.world.here.items() if is_name(one)}
    names |= {"mine": random_name(12), "circle": house.world.here["circle"], "entry": 10**9}

    def trial(row: Row) -> list[str]:
        here, said = house.world.here, []
        never = here | names
        unknown = {"next door": house.world.next_door | {"circle": here["circle"]}}
        unseen = unknown | {"held": never | dict.fromkeys(MESSAGES, here["held"])}
        for role, things in (("peer", unseen), ("facilitator", unknown)):
            nothing = act(house, row, role, never)
            some = {what: act(house, row, role, named) for what, named in things.items()}
            said += [
                f"{role}, {what}: {difference(it, nothing)}"
                for what, it in some.items()
                if it != nothing
            ]
        return said

    found = differences(house, [row for row in rows if _names_more(row) or _names_it(row)], trial)
    assert not found, "\n".join(found)


def difference(one: str, other: str) -> str:
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(0, at - 40) : at + 60]!r}, not {other[max(0, at - 40) : at + 60]!r}"


def test_no_form_of_a_room_may_be_tried_without_bound(house, monkeypatch):
    """Who belongs and has tried too much is told so; strangers still find nothing."""
    for one in (allowance.TRIES, allowance.VERBS):
        monkeypatch.setattr(one, "takes", lambda *_: False)
    of_rooms = routes(of=["chat"])

    def trial(row: Row) -> list[str]:
        # On a desk of one's own one waits before what is named is looked for.
        roles = (*OF_ALDER, "neighbour") if "<circle>" in row.name else OF_ALDER
        said = {role: house.ask(row, role, house.world.things(role)) for role in roles}
        nothing = {role for role in roles if row.outcomes[role] == said[role] == "404"}
        waits = {role for role in OF_ALDER if said[role] == "429"}
        return [f"{role} {said[role]}" for role in roles if role not in nothing | waits]

    forms = [row for row in ROUTES if row.method == POST and row.name in of_rooms]
    found = differences(house, [row for row in forms if row.name not in UNCOUNTED], trial)
    assert not found, "\n".join(found)


# It can be read -----------------------------------------------------------------------
def test_the_page_for_people_is_what_the_table_draws():
    assert PAGE.read_text() == drawn(), "redraw it: python -m tests.access.page > docs/access.md"


_DONE = ("200", "201", "302", "303", "ack")


def _is_of_a_circle(row: Row) -> bool:
    """Whether it is about a circle or something in it, and not open to everyone."""
    about = not row.method or "<" in row.name
    return about and not row.at.get("circle") and row.outcomes["neighbour"] in ("404", "not_member")


def _names_it(row: Row) -> bool:
    """Whether its address names something of a circle, and no circle."""
    return _is_of_a_circle(row) and bool(row.method) and "<circle>" not in row.name


def _names_more(row: Row) -> bool:
    """Whether it names a circle, and something that must lie in it."""
    named = str(dict(row.fields)) + row.name.replace("<circle>", "")
    things = (*MESSAGES, "member", "gone", "talk", "note", "co", "concern", "settled", "card")
    named_here = "<circle>" in row.name or not row.method
    return (
        named_here
        and row.name not in PASSED_OVER
        and any(f"<{one}>" in named or f"{{{one}}}" in named for one in things)
    )
