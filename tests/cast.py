"""The people every test knows: one circle that lives, one next door, and who may do what.

Mina facilitates the alder circle. Noor and Ines belong to it. Otto does not: he belongs to
the birch circle, which Bela facilitates. Sade leads programs, Edda edits pages; neither
belongs to a circle.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from unittest.mock import patch

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site
from wagtail.signal_handlers import disable_reference_index_auto_update

from chat import announcing
from community.models import User
from programs.models import (
    Circle,
    Cohort,
    Membership,
    ProgramIndexPage,
    ProgramPage,
    ProgramWeek,
    Realm,
)
from tests.rehearsed import Rehearsal


@dataclass
class Cast:
    mina: User
    noor: User
    ines: User
    otto: User
    bela: User
    sade: User
    edda: User
    program: ProgramPage
    cohort: Cohort
    circle: Circle
    next_door: Circle

    def member(self, user: User, circle: Circle | None = None) -> Membership:
        """The current membership of `user` in the alder circle, or in `circle`."""
        return Membership.objects.current().get(user=user, circle=circle or self.circle)


def gather() -> Cast:
    """Everyone, in an otherwise empty house.

    Where a test commits, the house's verbs make them, unless it is done within a transaction: its
    processes take rows whose numbers come again for the ones they know. Nobody is in a room yet
    who had to be told of it.
    """
    return _rehearsal.play() or _who_stands_there()


def _who_stands_there() -> Cast:
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    program = ProgramPage.objects.get()
    cohort = Cohort.objects.get()
    cohort.program = program
    circle, next_door = Circle.objects.order_by("pk")
    circle.cohort = next_door.cohort = cohort
    return Cast(**people, program=program, cohort=cohort, circle=circle, next_door=next_door)


@patch.object(announcing, "_hub_of_process", lambda hint: None)
@transaction.atomic
def _enact() -> Cast:
    people = {
        name: User.objects.create_user(f"{name}@example.org", time_zone="Europe/London")
        for name in ["mina", "noor", "ines", "otto", "bela", "sade", "edda"]
    }
    _give_the_staff_their_rights(people["sade"], people["edda"])
    with disable_reference_index_auto_update():  # which no test asks, and which is half the time
        program = _program()
    cohort = Cohort.objects.create(
        program=program,
        name="Spring",
        starts_on=timezone.localdate() - datetime.timedelta(days=3),
        number_of_weeks=4,
    )
    circle = Circle.objects.create(cohort=cohort, name="Alder circle", swatch=20)
    next_door = Circle.objects.create(cohort=cohort, name="Birch circle", swatch=40)
    seats = [("mina", circle, "facilitator"), ("noor", circle, "peer"), ("ines", circle, "peer")]
    seats += [("bela", next_door, "facilitator"), ("otto", next_door, "peer")]
    for swatch, (name, where, role) in enumerate(seats):
        Membership.objects.create(
            circle=where, user=people[name], role=role, name=name.title(), swatch=swatch
        )
    return Cast(**people, program=program, cohort=cohort, circle=circle, next_door=next_door)


_rehearsal = Rehearsal(_enact)


def _program() -> ProgramPage:
    root = _root()
    index = root.add_child(instance=ProgramIndexPage(title="Programs", slug="programs"))
    program = index.add_child(
        instance=ProgramPage(title="Seed to Fruit", slug="seed-to-fruit", summary="A year's turn.")
    )
    body = Realm.objects.filter(slug="body").first() or Realm.objects.create(
        name="Body", slug="body", dye="madder"
    )
    ProgramWeek.objects.bulk_create(
        ProgramWeek(
            program=program,
            sort_order=week,
            theme=f"Theme {week}",
            realm=body,
            prompt=f"Question {week}: what keeps returning?",
        )
        for week in range(1, 5)
    )
    return program


def _root() -> Page:
    """The page every site hangs from; transactional tests wipe it, and the locale with it."""
    Locale.objects.get_or_create(language_code="en")
    root = Page.get_first_root_node() or Page.add_root(instance=Page(title="Root", slug="root"))
    house = root.get_children().first() or root.add_child(
        instance=Page(title="House", slug="house")
    )
    if not Site.objects.exists():
        Site.objects.create(hostname="localhost", root_page=house, is_default_site=True)
    return house


def _give_the_staff_their_rights(sade: User, edda: User) -> None:
    into_the_cms = Permission.objects.get(codename="access_admin")
    leads, _ = Group.objects.get_or_create(name="Program leads")
    editors, _ = Group.objects.get_or_create(name="Editors")
    leads.permissions.add(into_the_cms, Permission.objects.get(codename="lead_programs"))
    editors.permissions.add(into_the_cms)
    sade.groups.add(leads)
    edda.groups.add(editors)
