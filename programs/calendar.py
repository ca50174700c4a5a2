"""When circles meet: the cohort's series, its weeks of rest, and what was moved or called off.

Everything that needs to know when a session is asks here. All instants are UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community import notices
from community.models import Notice
from programs import clock, quiet
from programs.models import Circle, Cohort, Membership, SessionChange
from programs.refusal import Refused

if TYPE_CHECKING:
    from community.models import User

# How long before its time the door of a session opens.
DOOR = dt.timedelta(minutes=10)
_WEEK = dt.timedelta(days=7)
FARTHEST = dt.timedelta(days=370)
State = SessionChange.State


@dataclass(frozen=True, slots=True)
class Session:
    """One meeting. `week_of` and `planned_at` say where the series puts it, and name it."""

    week_of: dt.date
    planned_at: dt.datetime
    begins_at: dt.datetime
    ends_at: dt.datetime
    state: str = State.AS_PLANNED
    turn: int = 0  # how often it was changed
    changed_at: dt.datetime | None = None

    @property
    def is_cancelled(self) -> bool:
        return self.state == State.CANCELLED

    @property
    def is_moved(self) -> bool:
        return self.state == State.MOVED

    @property
    def door_at(self) -> dt.datetime:
        return self.begins_at - DOOR


# Reading ---------------------------------------------------------------------
def sessions(cohort: Cohort, circle: Circle | None = None) -> list[Session]:
    """Every session of the run, called-off ones too, in the order in which they are held.

    With a circle, as that circle holds them; without, as the cohort plans them. At most two
    queries, none where `pauses` and `session_changes` were fetched before. Empty when cancelled.
    """
    if cohort.is_cancelled:
        return []
    changes = _changes(cohort, circle)
    rests = cohort.weeks_at_rest()
    found = [
        _session(cohort, week_of, changes.get(week, []))
        for week, week_of in _weeks(cohort)
        if week not in rests
    ]
    return sorted(found, key=lambda session: session.begins_at)


def next_session(
    cohort: Cohort, circle: Circle | None = None, *, now: dt.datetime | None = None
) -> Session | None:
    """The one that is held next, or has begun and not ended; None after the last."""
    now = now or timezone.now()
    held = (one for one in sessions(cohort, circle) if not one.is_cancelled)
    return next((one for one in held if one.ends_at > now), None)


def session_of(cohort: Cohort, week_of: dt.date, circle: Circle | None = None) -> Session | None:
    """The session of the calendar week that begins on `week_of`; None where there is none."""
    return next((one for one in sessions(cohort, circle) if one.week_of == week_of), None)


def _weeks(cohort: Cohort) -> list[tuple[int, dt.date]]:
    """Number and first day of each calendar week, rest included."""
    last = cohort.calendar_week_on(cohort.ends_on)
    return [(week, cohort.starts_on + (week - 1) * _WEEK) for week in range(1, last + 1)]


def _changes(cohort: Cohort, circle: Circle | None) -> dict[int, list[SessionChange]]:
    """By calendar week, in the order in which they were made: the last one holds."""
    found: dict[int, list[SessionChange]] = {}
    if cohort.sessions_changed_at is None:
        return found
    for change in sorted(cohort.session_changes.all(), key=lambda one: (one.changed_at, one.pk)):
        if change.holds_for(circle):
            found.setdefault(cohort.calendar_week_on(change.week_of), []).append(change)
    return found


def _session(cohort: Cohort, week_of: dt.date, changes: list[SessionChange]) -> Session:
    day = week_of + dt.timedelta(days=(cohort.session_weekday - week_of.weekday()) % 7)
    planned = clock.instant(day, cohort.session_time, cohort.zone)
    last = changes[-1] if changes else None
    begins = (last and last.moved_to) or planned
    return Session(
        week_of=week_of,
        planned_at=planned,
        begins_at=begins,
        ends_at=begins + dt.timedelta(minutes=cohort.session_minutes),
        state=last.state if last else State.AS_PLANNED,
        turn=sum(change.turn for change in changes),
        changed_at=last.changed_at if last else None,
    )


# Changing --------------------------------------------------------------------
def move(
    *,
    cohort: Cohort,
    week_of: dt.date,
    to: dt.datetime,
    by: User,
    circle: Circle | None = None,
    now: dt.datetime | None = None,
) -> Session:
    """Hold that week's session at another time: of `circle`, or of every circle.

    Members are told that something changed. Raises Refused.
    """
    now = now or timezone.now()
    if to <= now:
        raise Refused(_("Choose a time that is still to come."))
    if to > now + FARTHEST:
        raise Refused(_("Choose a time within a year."))
    return _change(cohort, week_of, circle, by=by, state=State.MOVED, moved_to=to, now=now)


def cancel(
    *,
    cohort: Cohort,
    week_of: dt.date,
    by: User,
    circle: Circle | None = None,
    now: dt.datetime | None = None,
) -> Session:
    """Don't hold that week's session. Members are told. Raises Refused."""
    now = now or timezone.now()
    return _change(cohort, week_of, circle, by=by, state=State.CANCELLED, now=now)


def put_back(
    *,
    cohort: Cohort,
    week_of: dt.date,
    by: User,
    circle: Circle | None = None,
    now: dt.datetime | None = None,
) -> Session:
    """Hold that week's session where the series has it. Members are told. Raises Refused."""
    now = now or timezone.now()
    return _change(cohort, week_of, circle, by=by, state=State.AS_PLANNED, now=now)


@transaction.atomic
def _change(
    cohort: Cohort,
    week_of: dt.date,
    circle: Circle | None,
    *,
    by: User,
    state: str,
    now: dt.datetime,
    moved_to: dt.datetime | None = None,
) -> Session:
    # What only refers to it, its circles, waits for nothing.
    asked, cohort = cohort, Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    before = session_of(cohort, week_of, circle)
    if before is None:
        raise Refused(_("There is no session in that week."))
    if before.ends_at <= now and not before.is_cancelled:
        raise Refused(_("That session has been held."))
    if state == State.AS_PLANNED and before.planned_at <= now:
        raise Refused(_("Its planned time has gone by. Choose another time."))
    begins = before.planned_at if state == State.AS_PLANNED else moved_to
    if (before.state, before.begins_at) == (state, begins) or before.state == state != State.MOVED:
        return before  # pressed twice: nothing changed, so nobody is told again
    row, made = SessionChange.objects.get_or_create(
        cohort=cohort,
        circle=circle,
        week_of=week_of,
        defaults={"state": state, "moved_to": moved_to, "changed_by": by, "changed_at": now},
    )
    if not made:
        row.state, row.moved_to, row.turn = state, moved_to, row.turn + 1
        row.changed_by, row.changed_at = by, now
        row.save()
    asked.sessions_changed_at = cohort.sessions_changed_at = now
    cohort.save(update_fields=["sessions_changed_at"])
    _tell(row)
    return session_of(cohort, week_of, circle) or before


def _tell(change: SessionChange) -> None:
    """Those whose circle it is, and who are not resting; not what changed, only that."""
    people = Membership.objects.current().awake().select_related("user")
    people = (
        people.filter(circle=change.circle)
        if change.circle_id
        else people.filter(circle__cohort=change.cohort)
    )
    hushed = quiet.until(people)
    for membership in people:
        if membership.user_id != change.changed_by_id:
            notices.tell(
                membership.user,
                kind=Notice.Kind.CIRCLE,
                about=f"session:{change.pk}:{change.turn}",
                not_before=hushed.get(membership.pk),
            )
