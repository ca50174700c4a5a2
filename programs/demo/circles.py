"""The demo's circles: two that run, three that gather, and the people in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from community.models import User
from programs import journal, prompts, swatches
from programs.demo.knocking import plant_applications
from programs.demo.pages import plant_pages
from programs.models import (
    Agreement,
    AgreementAcceptance,
    Circle,
    Cohort,
    Membership,
    ProgramPage,
    PromptDelivery,
    Reflection,
    Weekday,
)

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gathering:
    """A circle of the demo: its cohort's dates count from today."""

    circle: str
    program: str
    cohort: str
    cloth: tuple[str, str, str]
    holder: str
    peers: str
    # The first day is the last `first_day` that lies this many weeks back (or ahead).
    weeks_ago: int
    first_day: int
    facts: dict = field(default_factory=dict)


CIRCLES = (
    Gathering(
        "Alder circle",
        "seed-to-fruit",
        "Autumn",
        ("twill", "birch", "weld"),
        "Marit",
        "Fen Odell Juniper Bay Tove Calder Sorrel Iris Rue",
        weeks_ago=4,
        first_day=Weekday.MONDAY,
        facts={"largest": 10},
    ),
    Gathering(
        "Harbour circle",
        "coming-to-ground",
        "East coast",
        ("basket", "woad", "woad"),
        "Ansel",
        "Wade Linden Perla Quill Robin Sage",
        weeks_ago=2,
        first_day=Weekday.MONDAY,
        facts={
            "time_zone": "America/New_York",
            "session_weekday": Weekday.TUESDAY,
            "session_minutes": 60,
        },
    ),
    Gathering(
        "Rowan circle",
        "seed-to-fruit",
        "New year",
        ("warp", "elder", "elder"),
        "Marit",
        "Aster Brook Cedar Dale Ember Flint Gale",
        weeks_ago=-7,
        first_day=Weekday.THURSDAY,
        facts={"largest": 10},
    ),
    Gathering(
        "Heron circle",
        "the-long-garden",
        "The coming year",
        ("herring", "woad", "woad"),
        "Ida",
        "Hazel Ivo",
        weeks_ago=-8,
        first_day=Weekday.SUNDAY,
        facts={
            "largest": 10,
            "weeks_apart": 4,
            "session_weekday": Weekday.SUNDAY,
            "session_time": dt.time(16),
            "session_minutes": 90,
        },
    ),
    Gathering(
        "Lantern circle",
        "coming-to-ground",
        "Candlemas",
        ("check", "onion", "weld"),
        "Ansel",
        "Jory Kestrel Lupin Maple Neve Oakley Piper Reed",
        weeks_ago=-11,
        first_day=Weekday.TUESDAY,
        facts={
            "session_weekday": Weekday.TUESDAY,
            "session_time": dt.time(12, 30),
            "session_minutes": 60,
        },
    ),
)
# As they are drawn in the pictures of the room.
_CLOTHS = {
    "Marit": ("check", "woad", "weld"),
    "Fen": ("twill", "birch", "birch"),
    "Odell": ("plain", "madder", "madder"),
    "Juniper": ("herring", "elder", "elder"),
    "Bay": ("rib", "woad", "woad"),
    "Tove": ("basket", "weld", "weld"),
    "Calder": ("twill-back", "onion", "onion"),
    "Sorrel": ("warp", "madder", "weld"),
    "Iris": ("check", "elder", "woad"),
    "Rue": ("basket", "birch", "weld"),
}
# What Fen kept, by week.
_PAGES = {
    2: "One scene, as plainly as I can: a kitchen, somebody else’s, and the light on the taps.",
    3: "What my jaw knows.\n\nIt knew about the dinner before I did. I let it rest on my hand.",
    4: "Weather, mostly drizzle.\n\nGrey-green, about as heavy as a wet coat. I stayed by it for "
    "one kettle, then went out to the bins and it was lighter.",
}


@transaction.atomic
def plant() -> None:
    """Programs, circles, people, the questions asked so far. Safe to repeat."""
    programs = plant_pages()
    for gathering in CIRCLES:
        if not Circle.objects.filter(name=gathering.circle).exists():
            circle = _gather(gathering, programs[gathering.program])
            _ask_what_was_due(circle)
    plant_applications()
    _fill_a_journal()


def person(name: str) -> User:
    address = f"{name.lower()}@example.org"
    known = User.objects.filter(email=address).first()
    return known or User.objects.create_user(address, first_name=name)


def _gather(gathering: Gathering, program: ProgramPage) -> Circle:
    today = timezone.localdate()
    last = today - (today.weekday() - gathering.first_day) % 7 * _DAY
    cohort = Cohort.objects.create(
        program=program,
        name=gathering.cohort,
        language="en",
        starts_on=last - 7 * gathering.weeks_ago * _DAY,
        number_of_weeks=program.weeks.count(),
        **gathering.facts,
    )
    circle = Circle.objects.create(
        cohort=cohort, name=gathering.circle, swatch=swatches.numbered(*gathering.cloth)
    )
    before = dt.datetime.combine(cohort.starts_on - 3 * _DAY, dt.time(12), dt.UTC)
    joined = min(before, timezone.now() - _DAY)
    _seat(circle, gathering.holder, Membership.Role.FACILITATOR, joined)
    for name in gathering.peers.split():
        _seat(circle, name, Membership.Role.PEER, joined)
    return circle


def _seat(circle: Circle, name: str, role: str, joined_at: dt.datetime) -> None:
    someone = person(name)
    cloth = _CLOTHS.get(name)
    swatch = swatches.numbered(*cloth) if cloth else swatches.for_newcomer(circle)
    Membership.objects.create(
        circle=circle, user=someone, role=role, name=name, swatch=swatch, joined_at=joined_at
    )
    agreement = Agreement.in_force()
    AgreementAcceptance.objects.get_or_create(agreement=agreement, person=someone)


def _ask_what_was_due(circle: Circle) -> None:
    """Each at its own minute, as if beat had been here all the time; nobody is written to."""
    start = dt.datetime.combine(circle.cohort.starts_on, dt.time(), dt.UTC) - _DAY
    now = timezone.now()
    prompts.reschedule(circle.cohort, now=min(start, now))
    for delivery in PromptDelivery.objects.due(now).filter(circle=circle).order_by("due_at"):
        prompts.deliver(delivery, now=delivery.due_at, telling=False)


def _fill_a_journal() -> None:
    fen = person("Fen")
    if Reflection.objects.filter(person=fen).exists():
        return
    asked = PromptDelivery.objects.asked().filter(circle__name="Alder circle", week__in=_PAGES)
    for delivery in asked.order_by("week"):
        page = journal.keep(person=fen, words=_PAGES[delivery.week], prompt=delivery).page
        at = delivery.due_at + dt.timedelta(days=2, hours=13)
        Reflection.objects.filter(pk=page.pk).update(written_at=at, changed_at=at)
