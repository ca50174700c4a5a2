"""What stands around a room's log: the week, its question, the next session, the people."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from chat.models import LiveSession, Mute
from chat.seats import in_one
from programs import calendar
from programs.calendar import Session
from programs.models import Circle, CohortPause, Membership, PromptDelivery


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a room's page says beside the messages."""

    week: int
    weeks: int
    question: PromptDelivery | None
    session: Session | None
    door_is_open: bool
    people: list[Membership]
    # Until when the session that goes on was planned; None where none does.
    going_on_until: datetime.datetime | None

    @property
    def facilitators(self) -> list[Membership]:
        return [member for member in self.people if member.is_facilitator]

    @property
    def peers(self) -> list[Membership]:
        return [member for member in self.people if not member.is_facilitator]


def around(circle: Circle, now: datetime.datetime | None = None) -> Surroundings:
    """Two queries, whatever the circle's size: its people and its question. One more where a
    session was ever moved."""
    now = now or timezone.now()
    cohort = circle.cohort
    # With what tells who holds the room now, and how each may write in it.
    muted = Mute.objects.in_force(now).filter(member=OuterRef("pk"))
    people = circle.memberships.current().select_related("seat", "user")
    # And, the same beside each of them, what is of the circle.
    going_on = LiveSession.objects.going_on().filter(room__circle=circle)
    people = people.annotate(
        muted_until=Subquery(muted.values("until")[:1]),
        going_on_until=Subquery(going_on.values("planned_until")[:1]),
        rests=in_one(CohortPause.objects.filter(cohort=cohort), "cohort", "week_of"),
    )
    everyone: list[Membership] = list(people.order_by("role", "name"))
    if everyone:
        rests = everyone[0].rests.split()  # type: ignore[attr-defined]
        cohort.rests_on = [datetime.date.fromisoformat(day) for day in rests]
    session = calendar.next_session(cohort, circle, now=now)
    return Surroundings(
        week=cohort.week_on(timezone.localtime(now, cohort.zone).date()),
        weeks=cohort.number_of_weeks,
        question=circle.prompts.asked().select_related("realm").order_by("-week").first(),
        session=session,
        door_is_open=session is not None and session.door_at <= now,
        people=everyone,
        going_on_until=everyone[0].going_on_until if everyone else None,  # type: ignore[attr-defined]
    )
