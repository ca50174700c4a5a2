"""Opening what a program runs as: cohorts, their circles, and who holds them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from programs import prompts, swatches
from programs.models import Circle, Cohort, CohortPause, Membership
from programs.names import claimed_name
from programs.refusal import Refused

if TYPE_CHECKING:
    from community.models import User

_NOT_COPIED = {"id", "public_id", "roster_closes_on", "scheduled_from", "sessions_changed_at"}


@transaction.atomic
def form_circle(*, cohort: Cohort, name: str) -> Circle:
    """A circle of `cohort`, its cloth unlike its neighbours', its questions reckoned ahead."""
    swatch = swatches.for_circle(cohort, start=len(cohort.name + name))
    circle = Circle.objects.create(cohort=cohort, name=name, swatch=swatch)
    prompts.schedule(circle)
    return circle


@transaction.atomic
def appoint(*, circle: Circle, person: User, name: str) -> Membership:
    """`person` holds `circle` from now on. Raises Refused where they belong to it already."""
    circle = Circle.objects.locked().get(pk=circle.pk)
    if circle.membership_of(person):
        raise Refused(_("They belong to this circle already."))
    return Membership.objects.create(
        circle=circle,
        user=person,
        role=Membership.Role.FACILITATOR,
        name=claimed_name(circle, person, name),
        swatch=swatches.for_newcomer(circle),
    )


@transaction.atomic
def clone_cohort(cohort: Cohort, *, name: str, starts_on: dt.date) -> Cohort:
    """The same cohort again from `starts_on`: weeks of rest move along, circles come empty."""
    moved_by = starts_on - cohort.starts_on
    facts = {
        field.attname: getattr(cohort, field.attname)
        for field in Cohort._meta.concrete_fields
        if field.name not in _NOT_COPIED
    }
    clone = Cohort.objects.create(
        **facts | {"name": name, "starts_on": starts_on, "is_cancelled": False}
    )
    CohortPause.objects.bulk_create(
        CohortPause(cohort=clone, week_of=pause.week_of + moved_by, why=pause.why)
        for pause in cohort.pauses.all()
    )
    for circle in cohort.circles.order_by("pk"):
        swatch = swatches.for_circle(clone, start=circle.swatch)
        Circle.objects.create(cohort=clone, name=circle.name, swatch=swatch, is_open=circle.is_open)
    prompts.reschedule(clone)
    return clone
