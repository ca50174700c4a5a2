"""What facilitators do in a session: any of them may, whoever leads."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from chat import leases, refusal
from chat.belonging import belonging
from chat.keeping import moderation
from chat.live import order
from chat.live.state import going_on
from chat.live.steps import Phase, Step, attend, by_facilitator
from chat.models import Event, LiveSession, Message, Place, Room
from chat.refusal import Refused
from programs import calendar
from programs.models import Agreement, Membership

if TYPE_CHECKING:
    from community.models import User

BREATH_SECONDS = 120
_LONGEST_BREATH = 600
_MORE_TIME = range(30, 601)
# Who gave the piece to another than they meant has noticed by then.
_A_SLIP = datetime.timedelta(minutes=1)


def begin(*, by: User, circle: str) -> None:
    """Opens the session, with what the house agrees to. Raises Refused where one goes on.

    From ten minutes before a planned session until its end it is that one; otherwise it is
    one of its own, as long as the cohort's are.
    """
    with belonging(by, circle) as (room, member):
        if not member.is_facilitator:
            raise refusal.not_member()
        if going_on(room):
            raise Refused("conflict", _("The session is open already."))
        now = timezone.now()
        cohort = room.circle.cohort
        planned = calendar.next_session(cohort, room.circle, now=now)
        if planned is not None and planned.door_at > now:
            planned = None
        length = datetime.timedelta(minutes=cohort.session_minutes)
        session = LiveSession.objects.create(
            room=room,
            leader=member,
            agreement=Agreement.in_force(),
            planned_for=planned.begins_at if planned else None,
            planned_until=planned.ends_at if planned else now + length,
            opened_at=now,
        )
        attend(session, member)
        leases.here(by=by, circle=circle)
        step = Step.of(room, session)
        step.move_to(Phase.OPENING)
        step.tell(Event.Kind.SESSION_OPENED)


def phase(*, by: User, circle: str, phase: str, seen: int) -> None:
    """Goes to another part, forwards or back; a round again is one more round.

    Nobody holds the piece in a round until a facilitator gives it. Raises Refused.
    """
    if phase not in Phase or phase == Phase.ENDED:
        raise refusal.bad_frame()
    with by_facilitator(by, circle, seen=seen) as (step, _member):
        wanted = Phase(phase)
        if wanted == step.session.phase and not step.session.in_round:
            return
        step.give(None)
        step.move_to(wanted)
        if step.session.in_round:
            step.session.round += 1
            order.begin_round(step.places)
        grounding = wanted == Phase.GROUNDING
        step.session.breath_until = step.now + _seconds(BREATH_SECONDS) if grounding else None
        step.tell(Event.Kind.SESSION_PHASE)


def give_piece(*, by: User, circle: str, member: str | None, seen: int) -> None:
    """Gives the piece to `member`, or to the next one; whoever holds it has had their turn.

    To anyone who belongs, in the order or not: so that a facilitator can speak, and in an open
    session whoever is asked onto the stage. Back to whoever had it before, from someone who had it
    for a moment and said nothing, takes a slip back: they come next. Raises Refused.
    """
    with by_facilitator(by, circle, seen=seen) as (step, _member):
        if not step.session.in_round:
            raise Refused("closed", _("There’s no round going on now."))
        place = _place_of(step, member) if member else step.next_place()
        if place is None and step.holder is None:
            raise Refused("closed", _("Everyone who is here has spoken or passed."))
        if place is not None and place is step.holder:
            return
        if place is not None and _was_a_slip(step, place):
            step.give_back(place)
        else:
            step.give(place)
        step.tell(Event.Kind.SESSION_PIECE)


def arrange(*, by: User, circle: str, members: list[str], seen: int) -> None:
    """Those named come next, in that order; the others after them.

    In an open session the stage is those named: the others listen again. Raises Refused.
    """
    if not members or len(set(members)) != len(members):
        raise refusal.bad_frame()
    with by_facilitator(by, circle, seen=seen) as (step, _member):
        people = _people(step.room, members)
        named = [step.make_place(people[name]) for name in members]
        if step.room.circle.is_open:
            for place in [p for p in step.places if p not in named and p is not step.holder]:
                order.go_out(step.places, place)
        order.arrange(step.places, named, step.room.holder_id)
        step.settle()
        step.tell(Event.Kind.SESSION_ORDER)


def breath(*, by: User, circle: str, seconds: int = BREATH_SECONDS) -> None:
    """A pause for breath inside any part, in seconds; 0 ends it. The round stays as it is."""
    if not 0 <= seconds <= _LONGEST_BREATH:
        raise refusal.bad_frame()
    with by_facilitator(by, circle, seen=None) as (step, _member):
        step.session.breath_until = step.now + _seconds(seconds) if seconds else None
        step.tell(Event.Kind.SESSION_BREATH)


def give_time(*, by: User, circle: str, seconds: int, seen: int) -> None:
    """More room for whoever holds the piece, in seconds. Raises Refused."""
    if seconds not in _MORE_TIME:
        raise refusal.bad_frame()
    with by_facilitator(by, circle, seen=seen) as (step, _member):
        if step.holder is None:
            raise Refused("closed", _("Nobody holds the talking piece now."))
        step.session.given_seconds += seconds
        step.tell(Event.Kind.SESSION_TIME)


def take_over(*, by: User, circle: str, seen: int) -> None:
    """Leads from now on. The other facilitators may still do all they could."""
    with by_facilitator(by, circle, seen=seen) as (step, member):
        if step.session.leader_id == member.pk:
            return
        attend(step.session, member)
        step.session.leader = member
        step.settle()
        step.tell(Event.Kind.SESSION_LED)


def goes_on_under(room: Room, successor: Membership, *, instead_of: Membership) -> None:
    """A session that `instead_of` led is led by whoever takes the circle over; the lock is held.

    That says nothing of who is here: they take a seat themselves, and until they come the room
    says that nobody holds it.
    """
    session = going_on(room)
    if session is None or session.leader_id != instead_of.pk:
        return
    step = Step.of(room, session)
    step.session.leader = successor
    step.settle()
    step.tell(Event.Kind.SESSION_LED)


def end(*, by: User, circle: str, seen: int) -> None:
    """Closes the session; the room is as it was before."""
    with by_facilitator(by, circle, seen=seen) as (step, member):
        close(step, by=member)


def close(step: Step, *, by: Membership | None) -> None:
    """Nobody holds the piece, and the floor is free again; `by` is None for the house itself."""
    step.give(None)
    step.move_to(Phase.ENDED)
    step.session.ended_at = step.now
    step.session.breath_until = None
    step.tell(Event.Kind.SESSION_ENDED)
    moderation.the_session_ended(step.room, by=by)


def _was_a_slip(step: Step, place: Place) -> bool:
    """Whether the piece was with `place` until a moment ago, and nothing was said since."""
    holder, since = step.holder, step.session.holder_at
    if holder is None or since is None or step.now - since > _A_SLIP:
        return False
    spoken = [one for one in step.places if one.state == order.State.SPOKEN]
    if not spoken or spoken[-1] is not place:
        return False
    said = Message.objects.filter(room=step.room, membership=holder.member_id)
    return not said.filter(posted_at__gte=since).exists()


def _place_of(step: Step, member: str) -> Place:
    return step.make_place(_people(step.room, [member])[member])


def _people(room: Room, members: list[str]) -> dict[str, Membership]:
    """The members of these names. Raises Refused where one doesn't belong here now."""
    current = Membership.objects.current().filter(circle=room.circle_id, user__is_active=True)
    people = {person.public_id: person for person in current.filter(public_id__in=members)}
    if len(people) != len(members):
        raise Refused("bad_frame", _("One of them isn’t in this circle now."))
    return people


def _seconds(count: int) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
