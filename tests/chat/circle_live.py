"""Short ways to run a live session in tests, of a circle or of five hundred who listen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from chat.live import leading, rounds
from chat.live.state import going_on, places_of, state_of
from chat.models import Event, LiveSession, Place, Room, Seat
from community.drawings import SWATCHES
from community.models import User
from programs.models import Agreement, Circle, Cohort, Membership, name_key
from tests.chat.talk import join, log_of


@dataclass
class Session:
    """The session of a circle, with the people in it by their names."""

    circle: Circle
    people: dict[str, User]

    def __getattr__(self, name: str) -> User:
        return self.people[name]

    def member(self, name: str) -> str:
        """Their name in the circle's log; also of one who left."""
        mine = Membership.objects.filter(circle=self.circle, user=self.people[name])
        return mine.latest("pk").public_id

    @property
    def row(self) -> LiveSession:
        return LiveSession.objects.filter(room__circle=self.circle).latest("pk")

    @property
    def state(self) -> dict[str, Any]:
        """As the newest event told everyone; it is what the rows say, to the letter."""
        told = newest_state(self.circle)
        assert told == state_from_rows(self.circle)
        return told

    @property
    def order(self) -> list[str]:
        """The names in the order, with what each does."""
        return [f"{self._name(one['member'])} {one['state']}" for one in self.state["order"]]

    @property
    def holder(self) -> str | None:
        holder = self.state["holder"]
        return self._name(holder) if holder else None

    @property
    def step(self) -> int:
        return self.row.step

    def do(self, name: str, verb: str, **fields: Any) -> None:
        """`name` does it, having seen all that happened so far."""
        act = {"pass": rounds.pass_on, "order": leading.arrange}.get(verb)
        act = act or getattr(rounds, verb, None) or getattr(leading, verb)
        if fields.get("member"):
            fields["member"] = self.member(fields["member"])
        if "members" in fields:
            fields["members"] = [self.member(one) for one in fields["members"]]
        if verb in ("phase", "give_piece", "order", "give_time", "take_over", "end"):
            fields.setdefault("seen", self.step)
        act(by=self.people[name], circle=self.circle.public_id, **fields)

    def _name(self, member: str) -> str:
        return Membership.objects.get(public_id=member).name.lower()


def open_session(circle: Circle, mina: User, *peers: User, agreement: bool = True) -> Session:
    """Mina opens the room's session, and the peers take their seats in this order."""
    if agreement:
        Agreement.objects.get_or_create(
            version=1, defaults={"clauses": "What is said here stays here.\nI may pass."}
        )
    people = {person.email.split("@")[0]: person for person in (mina, *peers)}
    session = Session(circle, people)
    session.do(next(iter(people)), "begin")
    for peer in peers:
        rounds.seat(by=peer, circle=circle.public_id, agreed=True)
    return session


def in_round(circle: Circle, mina: User, *peers: User, phase: str = "sharing") -> Session:
    """The same, in a round, with the piece at the first of them."""
    session = open_session(circle, mina, *peers)
    session.do("mina", "phase", phase=phase)
    session.do("mina", "give_piece", member=None)
    return session


def more_peers(circle: Circle, *names: str) -> list[User]:
    return [join(name, circle) for name in names]


def newest_state(circle: Circle) -> dict[str, Any]:
    """What the newest event of a session told everyone."""
    told = Event.objects.filter(room__circle=circle, kind__startswith="session.")
    event = told.latest("seq")
    assert event.audience == Event.Audience.ALL and event.member_id is None
    return event.facts["session"]


def state_from_rows(circle: Circle) -> dict[str, Any]:
    """What a page says that is loaded now."""
    room = Room.objects.get(circle=circle)
    session = going_on(room) or room.sessions.latest("pk")
    return state_of(session, room, places_of(session))


def holds_together(circle: Circle) -> None:
    """What is true of a session after any step whatever."""
    room = Room.objects.get(circle=circle)
    session = LiveSession.objects.filter(room=room).latest("pk")
    state = state_from_rows(circle)
    assert newest_state(circle) == state
    order = [one["member"] for one in state["order"]]
    assert len(order) == len(set(order))
    holding = [one["member"] for one in state["order"] if one["state"] == "holding"]
    assert holding == ([state["holder"]] if state["holder"] else [])
    if room.holder is not None:
        assert room.holder.left_at is None and room.holder.circle_id == circle.pk
        assert session.in_round and session.ended_at is None
        assert session.holder_at is not None
    if session.ended_at is None:
        current = set(circle.memberships.current().values_list("public_id", flat=True))
        assert set(order) <= current
        assert state["facilitator"] is None or state["facilitator"] in current
    # Those who are done, then the holder, then those to come.
    ranks = {"spoken": 0, "passed": 0, "holding": 1, "waiting": 2, "last": 2}
    kinds = [ranks[one["state"]] for one in state["order"]]
    assert kinds == sorted(kinds)
    floor = {"opening": "facilitators", "grounding": "facilitators"}
    floor |= {"check_in": "holder", "sharing": "holder"}
    free = "facilitators" if circle.is_open else "everyone"
    assert room.floor == floor.get(session.phase, free)
    positions = [place.position for place in Place.objects.filter(session=session)]
    assert sorted(positions) == list(range(len(positions)))
    log_of(circle)


def open_to_many(cohort: Cohort, facilitator: User, listeners: int = 500) -> Session:
    """An open session with this many who listen, and its people by name: mina, listener1, …

    As a house has it after they came in one by one, in a second instead of minutes.
    """
    circle = Circle.objects.create(cohort=cohort, name="Open evening", is_open=True)
    Membership.objects.create(
        circle=circle, user=facilitator, role="facilitator", name="Mina", swatch=0
    )
    no_password = make_password(None)
    people = User.objects.bulk_create(
        User(email=f"listener{n + 1}@example.org", password=no_password, time_zone="Europe/London")
        for n in range(listeners)
    )
    members = Membership.objects.bulk_create(
        Membership(
            circle=circle,
            user=person,
            role=Membership.Role.LISTENER,
            name=f"Listener {n + 1}",
            name_key=name_key(f"Listener {n + 1}"),
            swatch=n % SWATCHES,
        )
        for n, person in enumerate(people)
    )
    Seat.objects.bulk_create(Seat(membership=member) for member in members)
    named = {person.email.split("@")[0]: person for person in people} | {"mina": facilitator}
    session = Session(circle, named)
    session.do("mina", "begin")
    return session
