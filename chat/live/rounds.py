"""What members do in a session. Nobody has to speak, and nobody is hurried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from chat.live import order
from chat.live.steps import Step, attend, by_member
from chat.models import Event, Place
from chat.refusal import Refused
from programs.models import AgreementAcceptance, Membership

if TYPE_CHECKING:
    from community.models import User

State = Place.State


def seat(*, by: User, circle: str, agreed: bool = False) -> None:
    """Takes a seat: present, agreed to what was read out, and for peers a place in the order.

    Raises Refused; `agreed` is asked once in each session. In an open session those who listen
    are present and have no place. Doing it twice changes nothing.
    """
    with by_member(by, circle) as (step, member):
        session = step.session
        if not session.attendances.filter(member=member).exists():
            if session.agreement and not agreed:
                raise Refused("closed", _("Read what we agree to first, and say that you do."))
            if session.agreement:
                accepted = AgreementAcceptance(agreement=session.agreement, person_id=by.pk)
                AgreementAcceptance.objects.bulk_create([accepted], ignore_conflicts=True)
            attend(session, member)
        if step.room.circle.is_open or member.is_facilitator or step.place_of(member):
            return
        _sit_down(step, member)
        step.tell(Event.Kind.SESSION_SEATED)


def step_out(*, by: User, circle: str) -> None:
    """Leaves the order, quietly. Whoever holds the piece hands it on by that."""
    with by_member(by, circle) as (step, member):
        if place := step.place_of(member):
            leave_the_order(step, place)
            step.tell(Event.Kind.SESSION_LEFT)


def hand(*, by: User, circle: str) -> None:
    """Raises a hand, or takes it down: hands come first among those who have spoken as often."""
    with by_member(by, circle) as (step, member):
        place = _seated(step, member)
        if place is step.holder:
            raise Refused("closed", _("The talking piece is with you already."))
        if place.hand_at:
            place.hand_at = None
        else:
            place.hand_at = step.now
            if place.state in (State.WAITING, State.PASSED):
                order.come_in(step.places, place, step.room.holder_id)
        step.tell(Event.Kind.SESSION_HAND)


def pass_on(*, by: User, circle: str) -> None:
    """Passes this time, with the piece in hand or before it comes. Always fine."""
    with by_member(by, circle) as (step, member):
        place = _in_round(step, member)
        if place is step.holder:
            step.hand_over_to(None)
            order.be_done(step.places, place, State.PASSED)
            step.give(step.next_place())
        elif place.state in (State.WAITING, State.LAST):
            order.be_done(step.places, place, State.PASSED)
        else:
            return
        step.tell(Event.Kind.SESSION_PASSED)


def last(*, by: User, circle: str) -> None:
    """Asks to come last, or not to any more."""
    with by_member(by, circle) as (step, member):
        place = _in_round(step, member)
        if place is step.holder:
            following = step.next_place()
            if following is None:
                raise Refused("closed", _("The others have spoken already. You can pass."))
            step.hand_over_to(None)
            order.come_last(step.places, place)
            step.give(following)
        elif place.state == State.LAST:
            order.come_in(step.places, place, step.room.holder_id)
        elif place.state in (State.WAITING, State.PASSED):
            order.come_last(step.places, place)
        else:
            raise Refused("closed", _("You have spoken in this round. You can raise your hand."))
        step.tell(Event.Kind.SESSION_LAST)


def done(*, by: User, circle: str) -> None:
    """Hands the piece on to the next one; after the last, nobody holds it."""
    with by_member(by, circle) as (step, member):
        place = step.holder
        if place is None or place.member_id != member.pk:
            raise Refused("conflict", _("The talking piece isn’t with you now."))
        step.give(step.next_place())
        step.tell(Event.Kind.SESSION_PIECE)


def leave_the_order(step: Step, place: Place) -> None:
    """Takes `place` out; where it held the piece, that goes to the next one."""
    if place is not step.holder:
        order.go_out(step.places, place)
        return
    # They may have said something, or nothing: they were asked, and that is a turn.
    place.spoke_in = step.session.round
    step.hand_over_to(None)
    order.go_out(step.places, place)
    step.give(step.next_place())


def _sit_down(step: Step, member: Membership) -> None:
    place = step.make_place(member)
    if place.spoke_in and place.spoke_in == step.session.round:
        # Who stepped out after their turn and comes back doesn't get another before the rest.
        order.be_done(step.places, place, State.SPOKEN)
    else:
        order.come_in(step.places, place, step.room.holder_id)


def _seated(step: Step, member: Membership) -> Place:
    place = step.place_of(member)
    if place is None and step.room.circle.is_open:
        raise Refused("closed", _("This is for those on the stage. You’re here to listen."))
    if place is None:
        raise Refused("closed", _("Take a seat first."))
    return place


def _in_round(step: Step, member: Membership) -> Place:
    place = _seated(step, member)
    if not step.session.in_round:
        raise Refused("closed", _("There’s no round going on now."))
    return place
