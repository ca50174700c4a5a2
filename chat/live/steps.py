"""One step of a session: under the room's lock, into the rows, and told with the whole state.

Nothing of a session lives in memory. Whoever draws one needs only the newest event.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from chat import leases, log, refusal
from chat.belonging import belonging
from chat.live import order
from chat.live.state import going_on, places_of, state_of
from chat.models import Attendance, LiveSession, Place, Room
from chat.refusal import Refused
from programs.models import Membership

if TYPE_CHECKING:
    from community.models import User

# How long after the last lease ran out the room says that nobody is holding it.
UNATTENDED_AFTER = datetime.timedelta(seconds=60)
Phase = LiveSession.Phase
Floor = Room.Floor


@dataclass(slots=True)
class Step:
    """A session as a step finds it, and what the step makes of it."""

    room: Room
    session: LiveSession
    places: list[Place]
    now: datetime.datetime
    _kept: dict[int, tuple] = field(default_factory=dict)

    @classmethod
    def of(cls, room: Room, session: LiveSession) -> Step:
        """The caller holds the room's lock."""
        places = places_of(session)
        kept = {place.pk: _facts(place, index) for index, place in enumerate(places)}
        return cls(room, session, places, timezone.now(), kept)

    @property
    def holder(self) -> Place | None:
        return next((p for p in self.places if p.member_id == self.room.holder_id), None)

    def place_of(self, member: Membership) -> Place | None:
        """Their place in the order, unless they stepped out of it."""
        found = self.any_place_of(member)
        return found if found is not None and found.state != order.State.OUT else None

    def any_place_of(self, member: Membership) -> Place | None:
        return next((p for p in self.places if p.member_id == member.pk), None)

    def make_place(self, member: Membership) -> Place:
        """Their place, new or as it was; whoever calls puts it into the order."""
        place = self.any_place_of(member)
        if place is None:
            place = Place(session=self.session, member=member, state=order.State.OUT)
            self.places.append(place)
        return place

    def next_place(self) -> Place | None:
        return next(iter(order.to_come(self.places, self.room.holder_id)), None)

    def give(self, place: Place | None) -> None:
        """The piece goes to `place`, or to nobody. Whoever had it counts as having spoken."""
        if before := self.holder:
            before.spoke_in = self.session.round
            order.be_done(self.places, before, order.State.SPOKEN)
        if place is not None:
            order.hold(self.places, place)
        self.hand_over_to(place)

    def give_back(self, place: Place) -> None:
        """As `give`, but whoever had it meanwhile has not had a turn by that, and comes next."""
        meanwhile = self.holder
        order.hold(self.places, place)
        self.hand_over_to(place)
        if meanwhile is None:
            return
        if meanwhile.spoke_in == self.session.round:
            order.be_done(self.places, meanwhile, order.State.SPOKEN)
        elif meanwhile.member.is_facilitator:
            order.go_out(self.places, meanwhile)

    def hand_over_to(self, place: Place | None) -> None:
        """As `give`, but nothing is said of the one who had it before."""
        self.room.holder = place.member if place else None
        self.session.holder_at = self.now if place else None
        self.session.given_seconds = 0
        self.session.settled_step = self.session.step + 1

    def move_to(self, phase: Phase) -> None:
        """The session is in this part now, and so is the floor."""
        self.session.phase = phase
        self.session.phase_at = self.now
        self.room.floor = floor_in(phase, open_to_many=self.room.circle.is_open)
        self.settle()

    def settle(self) -> None:
        """Whoever has seen less than this step is told before they undo it."""
        self.session.settled_step = self.session.step + 1

    def tell(self, kind: str) -> None:
        """Writes everything that was changed, and one event with the state it comes to."""
        self.session.step += 1
        self.session.save()
        self.room.save(update_fields=["floor", "holder"])
        for index, place in enumerate(self.places):
            place.position = index
            if place.pk is None or self._kept.get(place.pk) != _facts(place, index):
                place.save()
        log.append(self.room, kind, session=state_of(self.session, self.room, self.places))


@contextmanager
def by_member(by: User, circle: str) -> Iterator[tuple[Step, Membership]]:
    """A step of the session that goes on, by someone who belongs. Raises Refused."""
    with belonging(by, circle) as (room, member):
        yield _going_on(room), member


@contextmanager
def by_facilitator(by: User, circle: str, *, seen: int | None) -> Iterator[tuple[Step, Membership]]:
    """The same by a facilitator; `seen` is the step they were looking at, None where it's no
    matter. Raises Refused: `conflict` where someone has settled something since."""
    with belonging(by, circle) as (room, member):
        if not member.is_facilitator:
            raise refusal.not_member()
        step = _going_on(room)
        if seen is not None and seen < step.session.settled_step:
            raise Refused("conflict", _("The session has moved on meanwhile. Look again first."))
        # Who acts is here, also without a page that says so again and again.
        leases.here(by=by, circle=circle)
        step.session.unattended_at = None
        yield step, member


def floor_in(phase: Phase, *, open_to_many: bool) -> Floor:
    """Who may write in a part of a session; nobody but the holder in a round."""
    if phase in LiveSession.ROUNDS:
        return Floor.HOLDER
    if open_to_many or phase in (Phase.OPENING, Phase.GROUNDING):
        return Floor.FACILITATORS
    return Floor.EVERYONE


def attend(session: LiveSession, member: Membership) -> None:
    """They are present; said twice, it is kept once."""
    # In one statement: five hundred may come in at once, each under the room's lock.
    present = Attendance(session=session, member=member)
    Attendance.objects.bulk_create([present], ignore_conflicts=True)


def look_for_facilitators(step: Step) -> bool:
    """Whether anybody holds the room. True where that is not what everyone was told."""
    seats = leases.running(step.now, or_ended_within=UNATTENDED_AFTER)
    held = seats.filter(membership__circle=step.room.circle_id).exists()
    unattended = not held and step.session.opened_at + UNATTENDED_AFTER <= step.now
    if unattended == (step.session.unattended_at is not None):
        return False
    step.session.unattended_at = step.now if unattended else None
    return True


def _going_on(room: Room) -> Step:
    session = going_on(room)
    if session is None:
        raise Refused("closed", _("There’s no session going on now."))
    step = Step.of(room, session)
    look_for_facilitators(step)
    return step


def _facts(place: Place, index: int) -> tuple:
    return (index, place.state, place.hand_at, place.spoke_in)
