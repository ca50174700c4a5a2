"""What stands around a room's log: the week, its question, the next session, the people."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils import timezone

from programs import clock
from programs.models import Circle, Cohort, Membership, PromptDelivery


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a room's page says beside the messages."""

    week: int
    weeks: int
    question: PromptDelivery | None
    session_at: datetime.datetime | None
    session_until: datetime.datetime | None
    people: list[Membership]

    @property
    def facilitators(self) -> list[Membership]:
        return [member for member in self.people if member.is_facilitator]

    @property
    def peers(self) -> list[Membership]:
        return [member for member in self.people if not member.is_facilitator]


def around(circle: Circle, now: datetime.datetime | None = None) -> Surroundings:
    """Three queries, whatever the circle's size: its question, its people, its weeks of rest."""
    now = now or timezone.now()
    cohort = circle.cohort
    prefetch_related_objects([cohort], "pauses")
    session_at = next_session(cohort, now)
    length = datetime.timedelta(minutes=cohort.session_minutes)
    return Surroundings(
        week=cohort.week_on(timezone.localtime(now, cohort.zone).date()),
        weeks=cohort.number_of_weeks,
        question=circle.prompts.asked().select_related("realm").order_by("-week").first(),
        session_at=session_at,
        session_until=session_at + length if session_at else None,
        people=list(circle.memberships.current().order_by("role", "name")),
    )


def next_session(cohort: Cohort, now: datetime.datetime) -> datetime.datetime | None:
    """When the circle meets next, or began to and has not ended yet; None after the last week."""
    length = datetime.timedelta(minutes=cohort.session_minutes)
    rests = cohort.weeks_at_rest()
    today = timezone.localtime(now, cohort.zone).date()
    day = max(today - datetime.timedelta(days=1), cohort.starts_on)
    day += datetime.timedelta(days=(cohort.session_weekday - day.weekday()) % 7)
    while day <= cohort.ends_on:
        begins = clock.instant(day, cohort.session_time, cohort.zone)
        if begins + length > now and cohort.calendar_week_on(day) not in rests:
            return begins
        day += datetime.timedelta(days=7)
    return None
