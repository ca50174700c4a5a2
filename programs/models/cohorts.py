"""A program's dated run: when it begins, when it asks, when it meets and when it rests."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Self
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from community.language import of_the_house
from community.models import PublicIdField, known_zone
from programs import clock

_DAYS = 7


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class CohortQuerySet(models.QuerySet["Cohort"]):
    def gathering(self, on: datetime.date | None = None) -> Self:
        """Cohorts whose roster is open: not cancelled, and before the end of the open weeks."""
        today = on or timezone.localdate()
        return self.filter(is_cancelled=False, roster_closes_on__gt=today).order_by("starts_on")


class Cohort(ClusterableModel):
    """One dated run of a program. Its weeks are counted from 1 at `starts_on`.

    A *calendar week* is seven days from `starts_on`; a *program week* takes `weeks_apart` of
    those that do not rest.
    """

    public_id = PublicIdField()
    program = models.ForeignKey(
        "programs.ProgramPage",
        verbose_name=_("program"),
        on_delete=models.PROTECT,
        related_name="cohorts",
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Such as “Winter 2027”."))
    language = models.CharField(_("language"), max_length=12, default=of_the_house)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Europe/London",
        validators=[known_zone],
        help_text=_("All times below are told by the clocks of this zone, summer and winter."),
    )
    starts_on = models.DateField(_("starts on"), help_text=_("The first day of week 1."))
    number_of_weeks = models.PositiveSmallIntegerField(
        _("number of weeks"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("How many questions the circles are asked; the program needs as many weeks."),
    )
    weeks_apart = models.PositiveSmallIntegerField(
        _("from one question to the next"),
        choices=[(1, _("one week")), (2, _("two weeks")), (4, _("four weeks"))],
        default=1,
    )
    prompt_weekday = models.PositiveSmallIntegerField(
        _("question on"), choices=Weekday, default=Weekday.MONDAY
    )
    prompt_time = models.TimeField(_("question at"), default=datetime.time(8, 0))
    session_weekday = models.PositiveSmallIntegerField(
        _("session on"), choices=Weekday, default=Weekday.THURSDAY
    )
    session_time = models.TimeField(_("session at"), default=datetime.time(19, 0))
    session_minutes = models.PositiveSmallIntegerField(
        _("session length in minutes"),
        default=75,
        validators=[MinValueValidator(10), MaxValueValidator(300)],
    )
    smallest = models.PositiveSmallIntegerField(
        _("fewest peers"),
        default=4,
        validators=[MinValueValidator(1)],
        help_text=_("Below this a circle is better joined with another."),
    )
    largest = models.PositiveSmallIntegerField(
        _("most peers in a circle"),
        default=8,
        validators=[MinValueValidator(2), MaxValueValidator(12)],
    )
    open_weeks = models.PositiveSmallIntegerField(
        _("weeks the roster stays open"),
        default=2,
        help_text=_("After the start; nobody joins later."),
    )
    # Kept beside its sources so that the open cohorts are one indexed question.
    roster_closes_on = models.DateField(editable=False, db_index=True)
    is_cancelled = models.BooleanField(
        _("cancelled"), default=False, help_text=_("Nothing more is asked and nobody joins.")
    )
    # When a single session was last moved or called off; empty where that never happened, so
    # that most pages needn't ask. See `programs.calendar`.
    sessions_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What the due instants of its circles were reckoned from; see `programs.prompts`.
    scheduled_from = models.CharField(max_length=32, blank=True, editable=False)

    objects = CohortQuerySet.as_manager()

    # The days that say which weeks rest, where someone knows them already: they are reckoned with
    # instead of `pauses`, and never saved.
    rests_on: Collection[datetime.date] | None = None

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        constraints = [
            models.CheckConstraint(
                condition=Q(number_of_weeks__gte=1) & Q(number_of_weeks__lte=60),
                name="cohort_has_1_to_60_weeks",
            ),
            models.CheckConstraint(
                condition=Q(largest__gte=F("smallest")) & Q(largest__lte=12),
                name="cohort_circles_hold_at_most_12",
                violation_error_message=_("“Most peers” is at least “fewest peers”."),
            ),
            models.CheckConstraint(
                condition=Q(weeks_apart__gte=1) & Q(weeks_apart__lte=4),
                name="cohort_asks_every_1_to_4_weeks",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.roster_closes_on = self.starts_on + datetime.timedelta(weeks=self.open_weeks)
        if fields := kwargs.get("update_fields"):
            kwargs["update_fields"] = {*fields, "roster_closes_on"}
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def weeks_in_all(self) -> int:
        """Calendar weeks from the first day to the last, rest not counted."""
        return self.number_of_weeks * self.weeks_apart

    @property
    def is_gathering(self) -> bool:
        """Whether someone may still join: the same rule as the queryset's."""
        return not self.is_cancelled and self.roster_closes_on > timezone.localdate()

    def calendar_week_on(self, day: datetime.date) -> int:
        """1 for the seven days from `starts_on`; 0 or less before it."""
        return (day - self.starts_on).days // _DAYS + 1

    def weeks_at_rest(self) -> set[int]:
        """The calendar weeks in which nothing is scheduled."""
        days = self.rests_on
        if days is None:
            days = [pause.week_of for pause in self.pauses.all()]
        return {week for day in days if (week := self.calendar_week_on(day)) >= 1}

    def week_on(self, day: datetime.date) -> int:
        """The program week that `day` falls in, 0 before the start, the last one ever after."""
        if day < self.starts_on:
            return 0
        calendar_week = self.calendar_week_on(day)
        rested = sum(week <= calendar_week for week in self.weeks_at_rest())
        week = (calendar_week - rested - 1) // self.weeks_apart + 1
        return max(1, min(week, self.number_of_weeks))

    def week_begins_on(self, week: int) -> datetime.date:
        """The first day of program week `week`, counted from 1; rest before it moves it back."""
        calendar_week = self._calendar_week_of(open_week=(week - 1) * self.weeks_apart + 1)
        return self.starts_on + datetime.timedelta(weeks=calendar_week - 1)

    @property
    def ends_on(self) -> datetime.date:
        """The last day of the last week, rest counted in."""
        calendar_week = self._calendar_week_of(open_week=self.weeks_in_all)
        return self.starts_on + datetime.timedelta(weeks=calendar_week, days=-1)

    def question_due_at(self, week: int) -> datetime.datetime:
        """The instant, in UTC, at which the circles are asked the question of `week`."""
        first = self.week_begins_on(week)
        day = first + datetime.timedelta((self.prompt_weekday - first.weekday()) % _DAYS)
        return clock.instant(day, self.prompt_time, self.zone)

    def _calendar_week_of(self, *, open_week: int) -> int:
        """The calendar week that is the `open_week`th of those that do not rest."""
        calendar_week = open_week
        for rest in sorted(self.weeks_at_rest()):
            calendar_week += rest <= calendar_week
        return calendar_week


class CohortPause(models.Model):
    """A calendar week of the run in which nothing is scheduled; later weeks move back by one."""

    cohort = ParentalKey(Cohort, on_delete=models.CASCADE, related_name="pauses")
    week_of = models.DateField(
        _("the week of"),
        help_text=_("Any day in the week that rests. What lies after it moves back a week."),
    )
    why = models.CharField(_("why"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("week of rest")
        verbose_name_plural = _("weeks of rest")
        ordering = ["week_of"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "week_of"], name="one_pause_per_week")
        ]

    def __str__(self) -> str:
        return self.week_of.isoformat()
