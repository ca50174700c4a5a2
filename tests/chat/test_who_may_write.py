"""What the page says of who may write is what posting says, whatever holds in the room."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat import editing, posting
from chat.keeping import writing
from chat.keeping.standing import standing_of, standings_of
from chat.models import Mute, Room, Seat
from chat.refusal import Refused
from chat.seats import seat_of
from community.models import User
from tests.chat.circle_live import in_round
from tests.chat.talk import draft, join, refusal_of, say, set_room

_ROLES = {"mina": "facilitator", "noor": "peer", "linden": "listener"}


@dataclass
class People:
    """One of each role in the alder circle; what holds there is set beside them."""

    cast: object
    users: dict[str, User]

    def member(self, name):
        return self.cast.member(self.users[name])

    def seat(self, name):
        return seat_of(self.users[name], self.cast.circle.public_id)

    def attend(self, yes: bool) -> None:
        until = timezone.now() + datetime.timedelta(hours=1)
        Seat.objects.filter(membership=self.member("mina")).update(
            here_until=until if yes else None
        )

    def mute(self, yes: bool) -> None:
        Mute.objects.update(lifted_at=None if yes else timezone.now())

    def outcomes(self) -> dict[str, str]:
        """By name, the sentence that whoever posts now is refused with; "" where it is taken."""
        drafts = [draft(user, "Hello", circle=self.cast.circle) for user in self.users.values()]
        found = zip(self.users, posting.post_batch(drafts), strict=True)
        return {name: one.say if isinstance(one, Refused) else "" for name, one in found}


@pytest.fixture
def people(cast, settings) -> People:
    settings.ROOM_POSTS_PER_10S = 100_000
    users = {"mina": cast.mina, "noor": cast.noor}
    users["linden"] = join("linden", cast.circle, role="listener")
    people = People(cast, users)
    for name in users:
        row = Mute(
            member=people.member(name),
            by=people.member("mina"),
            until=timezone.now() + datetime.timedelta(days=2),
        )
        row.seal("It was agreed.", owner=f"circle:{cast.circle.public_id}")
        row.save()
    return people


def every_way_a_room_stands(holders):
    return itertools.product(
        Room.Floor.values, holders, Room.Hours.values, [False, True], [False, True], [False, True]
    )


def test_the_page_says_of_each_what_they_would_read_who_posted(people):
    said = set()
    for floor, holder, hours, paused, attended, muted in every_way_a_room_stands(
        [None, *people.users]
    ):
        set_room(
            people.cast.circle,
            floor=floor,
            holder=people.member(holder) if holder else None,
            hours=hours,
            paused_at=timezone.now() if paused else None,
        )
        people.attend(attended)
        people.mute(muted)
        seats = {name: people.seat(name) for name in people.users}
        shown = standings_of(seats.values())

        refused = people.outcomes()

        stands = (floor, holder, hours, paused, attended, muted)
        assert {name: shown[seat.pk].why_locked for name, seat in seats.items()} == refused, stands
        said |= {shown[seat.pk].locked for seat in seats.values()}
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


def test_a_step_of_a_session_says_whose_the_floor_is(cast):
    session = in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    seat = seat_of(session.noor, cast.circle.public_id)
    frame = standing_of(seat).as_frame()
    assert (frame["floor"], frame["piece"]) == ("holder", True)
    assert (session.state["floor"], session.holder) == ("holder", "noor")
    session.do("mina", "phase", phase="closing")
    assert session.state["floor"] == "everyone"


def test_a_facilitator_is_not_kept_from_changing_their_words_by_a_mute_of_before(people):
    said = say(people.users["mina"], "Good evening", circle=people.cast.circle)

    def change(name, said):
        editing.edit(
            by=people.users[name],
            circle=people.cast.circle.public_id,
            message=said.id,
            body="Good night",
        )

    change("mina", said)
    people.mute(False)
    peers = say(people.users["noor"], "Good evening", circle=people.cast.circle)
    people.mute(True)
    assert refusal_of(change, "noor", peers).code == "muted"
