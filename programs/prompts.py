"""The weekly question: reckoned ahead as rows, asked once when its minute comes.

Each circle has one row for each week of its cohort, with the instant it falls due. Beat's tick
asks the database which rows are due and claims each by compare-and-set, so that two beats, a task
delivered three times and a worker killed half-way still ask it exactly once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import notices
from community.language import in_language
from community.models import Notice
from community.signals import tick
from programs import quiet
from programs.leads import program_leads
from programs.models import Circle, Cohort, ProgramWeek, PromptDelivery
from programs.signals import prompt_due

logger = logging.getLogger(__name__)

# A question that could not be asked in time is still asked until then; later it is skipped.
LATEST = dt.timedelta(hours=48)
# Cohorts that began longer ago are never looked through again for what was forgotten.
_REMEMBERED = dt.timedelta(days=3 * 365)


# Reckoning -------------------------------------------------------------------
def schedule(circle: Circle, *, now: dt.datetime | None = None) -> None:
    """Reckon the instants of `circle` anew. What was asked or skipped is never touched."""
    if circle.is_open:
        return
    _reckon([circle.pk], _fresh(circle.cohort_id), now or timezone.now())


@transaction.atomic
def reschedule(cohort: Cohort, *, now: dt.datetime | None = None) -> None:
    """Reckon the instants of all its circles anew, after its dates, zone or rest changed."""
    cohort = _fresh(cohort.pk)
    circles = Circle.objects.filter(cohort=cohort, is_open=False).values_list("pk", flat=True)
    _reckon(list(circles), cohort, now or timezone.now())
    Cohort.objects.filter(pk=cohort.pk).update(scheduled_from=_digest(cohort))


def falling_due_at_once(cohort: Cohort, *, now: dt.datetime | None = None) -> int:
    """How many weeks its circles would be asked in the same minute, were `cohort` saved so."""
    now = now or timezone.now()
    weeks = (
        PromptDelivery.objects.waiting()
        .filter(circle__cohort=cohort.pk, due_at__gt=now, week__lte=cohort.number_of_weeks)
        .values_list("week", flat=True)
        .distinct()
    )
    return sum(cohort.question_due_at(week) <= now for week in weeks)


def schedule_what_is_missing(*, now: dt.datetime | None = None) -> None:
    """Reckon whatever changed or came to be without anyone saying so."""
    now = now or timezone.now()
    running = Cohort.objects.filter(starts_on__gt=now.date() - _REMEMBERED)
    for cohort in running.prefetch_related("pauses"):
        if cohort.scheduled_from != _digest(cohort):
            _safely(reschedule, cohort, now=now)
    kept = PromptDelivery.objects.filter(circle=OuterRef("pk")).order_by().values("circle")
    rows = kept.annotate(n=Count("pk")).values("n")
    bare = Circle.objects.filter(
        is_open=False, cohort__in=running, cohort__is_cancelled=False
    ).filter(cohort__number_of_weeks__gt=Coalesce(Subquery(rows, output_field=IntegerField()), 0))
    for circle in bare:
        _safely(schedule, circle, now=now)


@transaction.atomic
def _reckon(circles: list[int], cohort: Cohort, now: dt.datetime) -> None:
    weeks = range(1, cohort.number_of_weeks + 1) if not cohort.is_cancelled else range(0)
    due = {week: cohort.question_due_at(week) for week in weeks}
    known = PromptDelivery.objects.filter(circle__in=circles)
    there = set(known.values_list("circle", "week"))
    with in_language(cohort.language):
        rows = [
            _row(circle, week, at, now)
            for circle in circles
            for week, at in due.items()
            if (circle, week) not in there
        ]
    # Conflicts: another process reckoned the same.
    PromptDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    waiting = known.waiting()
    waiting.exclude(week__in=due).delete()
    for week, before in waiting.values_list("week", "due_at").distinct():
        after = _moved(before, due[week], now)
        if after != before:
            # Compare and set: it may be asked at this very moment.
            waiting.filter(week=week, due_at=before).update(due_at=after)


def _row(circle: int, week: int, due_at: dt.datetime, now: dt.datetime) -> PromptDelivery:
    row = PromptDelivery(circle_id=circle, week=week, due_at=due_at)
    if now - due_at > LATEST:  # a circle that joins a run: nobody missed anything
        row.state, row.settled_at = PromptDelivery.State.SKIPPED, now
        row.why = _("Its week was over when the circle was formed.")
    return row


def _moved(before: dt.datetime, reckoned: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Where a waiting question moves: never from the future into the past, where it were lost."""
    if reckoned > now:
        return reckoned
    return min(before, now)


def _fresh(cohort_id: int) -> Cohort:
    return Cohort.objects.prefetch_related("pauses").get(pk=cohort_id)


def _digest(cohort: Cohort) -> str:
    """Alike for two states of a cohort whose questions fall due at the same instants."""
    facts = [
        cohort.starts_on,
        cohort.number_of_weeks,
        cohort.weeks_apart,
        cohort.prompt_weekday,
        cohort.prompt_time,
        cohort.time_zone,
        cohort.is_cancelled,
        *sorted(cohort.weeks_at_rest()),
    ]
    return hashlib.blake2s("|".join(map(str, facts)).encode(), digest_size=16).hexdigest()


# Asking ----------------------------------------------------------------------
@receiver(tick)
def on_tick(**kwargs: object) -> None:
    deliver_due()


def deliver_due(now: dt.datetime | None = None) -> int:
    """Ask every question whose minute has come; how many were asked.

    Safe to run at any time, by anyone, at once: each is asked by one of them. A circle whose
    question cannot be asked waits for the next tick and keeps no other from theirs.
    """
    now = now or timezone.now()
    schedule_what_is_missing(now=now)
    due = PromptDelivery.objects.due(now).filter(circle__cohort__is_cancelled=False)
    asked = 0
    for _circle, deliveries in groupby(
        due.order_by("circle", "due_at", "week"), key=attrgetter("circle_id")
    ):
        asked += _ask_in_turn(deliveries, now)
    return asked


def _ask_in_turn(deliveries: Iterable[PromptDelivery], now: dt.datetime) -> int:
    """Of one circle; when one can't be asked, those after it wait for it."""
    asked = 0
    for delivery in deliveries:
        settled = _safely(deliver, delivery, now=now)
        if settled is None:
            break
        asked += settled
    return asked


def deliver(
    delivery: PromptDelivery, *, now: dt.datetime | None = None, telling: bool = True
) -> bool:
    """Ask it, unless someone else does; True for the one who asked.

    Later than `LATEST` it is skipped and the program leads are told. `telling` off writes no
    notices, for a past that is only put in place.
    """
    now = now or timezone.now()
    if now - delivery.due_at > LATEST:
        _skip(delivery, now)
        return False
    week = _program_week(delivery)
    if week is None:
        _tell_leads(delivery, "unwritten")
        return False
    with transaction.atomic():
        claimed = (
            PromptDelivery.objects.due(now)
            .filter(pk=delivery.pk)
            .update(
                state=PromptDelivery.State.DELIVERED,
                settled_at=now,
                theme=week.theme,
                question=week.prompt,
                realm=week.realm_id,
            )
        )
        if not claimed:
            return False
        delivery.refresh_from_db()
        prompt_due.send(sender=PromptDelivery, delivery=delivery)
        if telling:
            _tell_members(delivery)
    return True


def _program_week(delivery: PromptDelivery) -> ProgramWeek | None:
    """What the program asks that week, as it stands now; None where it has no such week."""
    weeks = ProgramWeek.objects.filter(program__cohorts__circles=delivery.circle_id)
    return weeks.order_by("sort_order", "pk")[delivery.week - 1 : delivery.week].first()


@transaction.atomic
def _skip(delivery: PromptDelivery, now: dt.datetime) -> None:
    hours = round(LATEST.total_seconds() / 3600)
    with in_language(delivery.circle.cohort.language):
        why = ngettext(
            "It could not be asked within %(n)d hour.",
            "It could not be asked within %(n)d hours.",
            hours,
        )
    skipped = (
        PromptDelivery.objects.due(now)
        .filter(pk=delivery.pk)
        .update(
            state=PromptDelivery.State.SKIPPED,
            settled_at=now,
            why=why % {"n": hours},
        )
    )
    if skipped:
        _tell_leads(delivery, "skipped")


def _tell_members(delivery: PromptDelivery) -> None:
    awake = delivery.circle.memberships.current().awake().select_related("user")
    hushed = quiet.until(awake)
    for membership in awake:
        notices.tell(
            membership.user,
            kind=Notice.Kind.QUESTION,
            about=f"prompt:{delivery.public_id}",
            not_before=hushed.get(membership.pk),
        )


def _tell_leads(delivery: PromptDelivery, what: str) -> None:
    for lead in program_leads():
        notices.tell(lead, kind=Notice.Kind.CARE, about=f"prompt-{what}:{delivery.public_id}")


def _safely(verb, subject: Circle | Cohort | PromptDelivery, **kwargs: object):
    """What `verb` returns; None where it failed. Only the kind of trouble is logged."""
    try:
        return verb(subject, **kwargs)
    except Exception as error:
        logger.error(
            "%s failed for %s %s: %s",
            verb.__name__,
            type(subject).__name__,
            subject.pk,
            type(error).__name__,
        )
        return None
