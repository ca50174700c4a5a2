"""What the page says of who may write is what posting says, whatever holds in the room."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat import editing, posting
from chat.keeping import writing
from chat.keeping.standing import Standing, standing_of, standings_of
from chat.models import Mute, Room, Seat
from chat.refusal import Refused
from chat.seats import seat_of
from community.models import User
from programs.models import Circle, Membership
from tests.cast import Cast
from tests.chat.circle_live import in_round, open_session
from tests.chat.talk import draft, join, refusal_of, say, set_room

_WRITE = ("mina", "noor")


@dataclass
class People:
    """One of each role in the alder circle; what holds there is set beside them."""

    cast: Cast
    users: dict[str, User]
    members: dict[str, Membership]

    def stand(self, *, attended: bool, muted: bool, holder: str | None, **fields) -> None:
        now = timezone.now()
        here_until = now + datetime.timedelta(hours=1) if attended else None
        Seat.objects.filter(membership=self.members["mina"]).update(here_until=here_until)
        Mute.objects.update(lifted_at=None if muted else now)
        set_room(self.cast.circle, holder=self.members[holder] if holder else None, **fields)

    def shown(self) -> dict[str, Standing]:
        """What the page of each says."""
        seats = Seat.objects.filter(membership__in=self.members.values())
        seats = list(seats.select_related("membership__circle__cohort", "membership__circle__room"))
        named = {member.pk: name for name, member in self.members.items()}
        found = standings_of(seats)
        return {named[seat.membership_id]: found[seat.pk] for seat in seats}

    def refused(self) -> dict[str, str]:
        """The sentence that whoever posts now is refused with; "" where it is taken."""
        drafts = [draft(user, "Hello", circle=self.cast.circle) for user in self.users.values()]
        found = zip(self.users, posting.post_batch(drafts), strict=True)
        return {name: one.say if isinstance(one, Refused) else "" for name, one in found}


@pytest.fixture
def people(cast, settings) -> People:
    """Mina facilitates, Noor is a peer, Linden listens; all three are muted, until it is lifted."""
    settings.ROOM_POSTS_PER_10S = 100_000
    users = {"mina": cast.mina, "noor": cast.noor}
    users["linden"] = join("linden", cast.circle, role="listener")
    people = People(cast, users, {name: cast.member(user) for name, user in users.items()})
    for member in people.members.values():
        until = timezone.now() + datetime.timedelta(days=2)
        row = Mute(member=member, by=people.members["mina"], until=until)
        row.seal("It was agreed.", owner=f"circle:{cast.circle.public_id}")
        row.save()
    return people


def every_way_a_room_stands() -> Iterator[dict[str, Any]]:
    whose = [(floor, holder) for floor in ("everyone", "facilitators") for holder in (None, "noor")]
    whose += [("holder", holder) for holder in (None, "mina", "noor", "linden")]
    yes_and_no = [False, True]
    ways = itertools.product(whose, Room.Hours.values, *[yes_and_no] * 3)
    for (floor, holder), hours, paused, attended, muted in ways:
        paused_at = timezone.now() if paused else None
        stands = {"floor": floor, "holder": holder, "hours": hours, "paused_at": paused_at}
        yield stands | {"attended": attended, "muted": muted}


def test_the_page_says_of_each_what_they_would_read_who_posted(people):
    said = set()
    for stands in every_way_a_room_stands():
        people.stand(**stands)
        shown = people.shown()

        refused = people.refused()

        assert {name: one.why_locked for name, one in shown.items()} == refused, stands
        said |= {one.locked for one in shown.values()}
    assert said == {"", *writing.SENTENCES}


@pytest.mark.once
@pytest.mark.parametrize(
    ("fields", "role", "forbids"),
    [
        ({}, "peer", ""),
        ({"muted": True}, "peer", "muted"),
        ({"muted": True, "floor": "holder"}, "peer", "muted"),
        ({"muted": True}, "facilitator", ""),
        ({"floor": "holder"}, "facilitator", "turn"),
        ({"floor": "holder", "has_piece": True}, "listener", ""),
        ({"floor": "holder", "has_piece": True, "paused": True}, "peer", "paused"),
        ({"floor": "holder", "paused": True}, "peer", "turn"),
        ({"floor": "holder", "has_piece": True, "hours": "reading"}, "peer", ""),
        ({"floor": "holder", "has_piece": True, "hours": "reading"}, "listener", ""),
        (
            {"floor": "holder", "has_piece": True, "hours": "reading", "paused": True},
            "peer",
            "paused",
        ),
        ({"floor": "holder", "has_piece": True, "hours": "attended"}, "peer", "unattended"),
        ({"floor": "everyone", "has_piece": True, "hours": "reading"}, "peer", "reading"),
        ({"floor": "holder", "hours": "reading"}, "peer", "turn"),
        ({"floor": "facilitators"}, "peer", "gathering"),
        ({"floor": "facilitators"}, "listener", "listening"),
        ({"floor": "facilitators", "hours": "reading", "paused": True}, "facilitator", ""),
        ({"hours": "reading"}, "peer", "reading"),
        ({"hours": "attended"}, "peer", "unattended"),
        ({"hours": "attended", "attended": True}, "peer", ""),
    ],
)
def test_what_forbids_to_write(fields, role, forbids):
    stands = {"muted": False, "floor": "everyone", "has_piece": False, "paused": False}
    stands |= {"hours": "open", "attended": False} | fields
    assert writing.what_forbids(role=role, **stands) == forbids


@pytest.mark.once
def test_in_a_round_the_rooms_page_waits_for_ones_turn_as_well(cast, client):
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    turn = str(writing.SENTENCES["turn"])
    room = reverse("room", args=[cast.circle.public_id])

    def says(name):
        client.force_login(session.people[name])
        page = client.get(room).content.decode()
        return turn in page.split("<template")[0], "data-locked" in page

    assert {name: says(name) for name in ("mina", "noor", "ines")} == {
        "mina": (True, True),
        "noor": (False, False),
        "ines": (True, True),
    }
    session.do("noor", "done")
    assert says("noor") == (True, True) and says("ines") == (False, False)


@pytest.mark.once
def test_what_was_refused_in_a_session_stays_in_sight_without_script(cast):
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    client = Client()
    client.force_login(session.ines)

    page = client.post(
        reverse("live_do", args=[cast.circle.public_id, "say"]), {"body": "Around the corner"}
    )

    form = page.content.decode().split('<form class="live-say"')[1].split("</form>")[0]
    assert page.status_code == 422
    assert "Around the corner" in form and "hidden" not in form.split(">")[0]


@pytest.mark.once
def test_where_no_session_goes_on_nothing_is_said_of_one(cast):
    circle = Circle.objects.create(cohort=cast.cohort, name="Open evening", is_open=True)
    fern = join("fern", circle)
    standing = standing_of(seat_of(fern, circle.public_id))

    assert standing.locked == "gathering"
    assert not {"session", "round"} & set(standing.why_locked.lower().split())


@pytest.mark.once
def test_in_a_session_too_its_page_says_why_nothing_can_be_sent(people, client):
    session = open_session(people.cast.circle, people.cast.mina, people.cast.noor)
    session.do("mina", "phase", phase="closing")
    Mute.objects.update(lifted_at=None)
    client.force_login(people.cast.noor)

    pages = [client.get(reverse(one, args=[session.circle.public_id])) for one in ("room", "live")]

    for page in pages:
        why = page.context["standing"].why_locked
        form = re.split("<form [^>]*data-composer", page.content.decode())[1].split("</form>")[0]
        assert re.search(r'aria-describedby="[^"]*\bsay-sub"', form)
        assert 'aria-disabled="true"' in form
        assert why in form.split('id="say-sub">')[1].split("</p>")[0]


def test_a_step_of_a_session_says_whose_the_floor_is(cast):
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    seat = seat_of(session.noor, cast.circle.public_id)
    frame = standing_of(seat).as_frame()
    assert (frame["floor"], frame["piece"]) == ("holder", True)
    assert (session.state["floor"], session.holder) == ("holder", "noor")
    session.do("mina", "phase", phase="closing")
    assert session.state["floor"] == "everyone"


def test_a_facilitator_is_not_kept_from_changing_their_words_by_a_mute_of_before(people):
    circle = people.cast.circle
    Mute.objects.update(lifted_at=timezone.now())
    said = {name: say(people.users[name], "Good evening", circle=circle).id for name in _WRITE}
    Mute.objects.update(lifted_at=None)

    def change(name):
        here = {"circle": circle.public_id, "message": said[name]}
        editing.edit(by=people.users[name], body="Good night", **here)

    change("mina")
    assert refusal_of(change, "noor").code == "muted"
