"""Circles and people by the thousand, for trials of size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from community.drawings import SWATCHES
from community.models import User
from programs import prompts
from programs.demo.pages import plant_pages
from programs.models import Circle, Cohort, Membership, name_key

_BATCH = 1000
_CIRCLES_IN_A_COHORT = 200


@transaction.atomic
def plant_more(circles: int, members: int) -> None:
    """This many more circles of this many people: the first of each holds it.

    Rooms and seats come with `chat.demo.plant_more`, for bulk rows send no signals.
    """
    program = plant_pages()["coming-to-ground"]
    there = Circle.objects.filter(name__startswith="Trial ").count()
    starts_on = timezone.localdate() - dt.timedelta(weeks=3)
    for first in range(there, there + circles, _CIRCLES_IN_A_COHORT):
        cohort = Cohort.objects.create(
            program=program,
            name=f"Trial {first // _CIRCLES_IN_A_COHORT + 1}",
            language="en",
            starts_on=starts_on,
            number_of_weeks=8,
            prompt_weekday=(timezone.localdate().weekday() + 3) % 7,
        )
        size = min(_CIRCLES_IN_A_COHORT, there + circles - first)
        made = Circle.objects.bulk_create(
            Circle(cohort=cohort, name=f"Trial {first + n + 1:06}", swatch=(first + n) % SWATCHES)
            for n in range(size)
        )
        _people(made, members)
        prompts.reschedule(cohort)


def _people(circles: list[Circle], members: int) -> None:
    known = User.objects.filter(email__startswith="trial-").count()
    no_password = make_password(None)
    people = User.objects.bulk_create(
        (
            User(email=f"trial-{known + n + 1:06}@example.org", password=no_password)
            for n in range(len(circles) * members)
        ),
        batch_size=_BATCH,
    )
    Membership.objects.bulk_create(_memberships(circles, people, members), batch_size=_BATCH)


def _memberships(circles: list[Circle], people: list[User], members: int) -> Iterator[Membership]:
    for place, someone in enumerate(people):
        seat = place % members
        name = f"Person {seat + 1}"
        yield Membership(
            circle=circles[place // members],
            user=someone,
            role=Membership.Role.PEER if seat else Membership.Role.FACILITATOR,
            name=name,
            name_key=name_key(name),
            swatch=seat % SWATCHES,
        )
