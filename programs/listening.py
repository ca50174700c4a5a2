"""Coming to an open session: a program's people by the hundred, who listen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext as _

from programs import enrolment, swatches
from programs.models import Circle, Membership
from programs.names import claimed_name
from programs.refusal import Refused
from programs.signals import membership_ended

if TYPE_CHECKING:
    from community.models import User

MOST_LISTENERS = 500


@transaction.atomic
def come_in(*, circle: Circle, person: User, name: str) -> Membership:
    """`person` listens in `circle` from now on, under `name`; where they do already, as before.

    Raises Refused for whoever doesn't belong to the program, for a name that is not theirs, and
    where everybody's place is taken.
    """
    locked = Circle.objects.locked().select_related("cohort")
    found = locked.open_to(person).filter(pk=circle.pk).first()
    if found is None:
        raise Refused(_("This is open to those who belong to its program."))
    if already := found.membership_of(person):
        return already
    name = claimed_name(found, person, name)
    listeners = found.memberships.current().filter(role=Membership.Role.LISTENER).count()
    if listeners >= MOST_LISTENERS:
        raise Refused(_("Every place is taken tonight. Someone may leave; try again later."))
    return Membership.objects.create(
        circle=found,
        user=person,
        role=Membership.Role.LISTENER,
        name=name,
        swatch=swatches.for_listener(found),
    )


@receiver(membership_ended)
def go_with_the_program(sender: type, membership: Membership, **kwargs: object) -> None:
    """Whoever belongs to no circle of the program any more listens in none, either."""
    theirs = Membership.objects.current().filter(
        user=membership.user_id, circle__cohort__program=membership.circle.cohort.program_id
    )
    if theirs.exclude(role=Membership.Role.LISTENER).exists():
        return
    for listening in theirs.select_related("circle"):
        enrolment.leave(membership=listening)


def known_as(person: User, circle: Circle) -> str:
    """The name they go by in a circle of the same program, as a first guess."""
    theirs = Membership.objects.current().filter(
        user=person, circle__cohort__program=circle.cohort.program_id
    )
    newest = theirs.order_by("-joined_at").first()
    return newest.name if newest else ""
