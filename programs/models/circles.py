"""A program's dated run, its closed circles, and who belongs to them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import PublicIdField, known_zone

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

SWATCHES = 288


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


class Cohort(models.Model):
    """One dated run of a program. Its weeks are counted from 1 at `starts_on`."""

    public_id = PublicIdField()
    program = models.ForeignKey(
        "programs.ProgramPage", on_delete=models.PROTECT, related_name="cohorts"
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Such as “Winter 2027”."))
    language = models.CharField(_("language"), max_length=12, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/London", validators=[known_zone]
    )
    starts_on = models.DateField(_("starts on"))
    number_of_weeks = models.PositiveSmallIntegerField(
        _("number of weeks"), default=8, validators=[MinValueValidator(1), MaxValueValidator(60)]
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
    smallest = models.PositiveSmallIntegerField(_("fewest peers"), default=4)
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
    roster_closes_on = models.DateField(editable=False)
    is_cancelled = models.BooleanField(_("cancelled"), default=False)

    objects = CohortQuerySet.as_manager()

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
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.roster_closes_on = self.starts_on + datetime.timedelta(weeks=self.open_weeks)
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def pauses_before(self, week: int) -> int:
        """How many paused calendar weeks lie before program week `week`."""
        paused = sorted(pause.calendar_week for pause in self.pauses.all())
        shift = 0
        for calendar_week in paused:
            if calendar_week <= week + shift:
                shift += 1
        return shift

    def week_on(self, day: datetime.date) -> int:
        """The program week that `day` falls in, 0 before the start, the last one ever after."""
        if day < self.starts_on:
            return 0
        calendar_week = (day - self.starts_on).days // 7 + 1
        rested = sum(pause.calendar_week <= calendar_week for pause in self.pauses.all())
        return max(1, min(calendar_week - rested, self.number_of_weeks))

    @property
    def ends_on(self) -> datetime.date:
        """The last day of the last week, paused weeks counted in."""
        weeks = self.number_of_weeks + self.pauses_before(self.number_of_weeks)
        return self.starts_on + datetime.timedelta(weeks=weeks, days=-1)


class CohortPause(models.Model):
    """A calendar week of the run in which nothing is scheduled; later weeks move back by one."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="pauses")
    calendar_week = models.PositiveSmallIntegerField(
        _("calendar week of the run"), validators=[MinValueValidator(1)]
    )
    why = models.CharField(_("why"), max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "calendar_week"], name="one_pause_per_week")
        ]

    def __str__(self) -> str:
        return f"week {self.calendar_week}"


class CircleQuerySet(models.QuerySet["Circle"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Circles `user` may open: those they belong to now. Everything that shows one starts here."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Exists(Membership.objects.current().filter(circle=OuterRef("pk"), user=user))
        )

    def facilitated_by(self, user: User | AnonymousUser) -> Self:
        """Circles that `user` holds as a facilitator now."""
        if not user.is_authenticated:
            return self.none()
        facilitators = Membership.objects.current().facilitators().filter(user=user)
        return self.filter(Exists(facilitators.filter(circle=OuterRef("pk"))))

    def with_places(self) -> Self:
        """Adds `peers` (how many belong now) and `places_left`."""
        peers = (
            Membership.objects.current()
            .peers()
            .filter(circle=OuterRef("pk"))
            .order_by()
            .values("circle")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.annotate(
            peers=models.functions.Coalesce(models.Subquery(peers), 0),
            places_left=models.functions.Greatest(F("cohort__largest") - F("peers"), 0),
        )

    def gathering(self, on: datetime.date | None = None) -> Self:
        """Circles of open cohorts, with their places."""
        return (
            self.filter(cohort__in=Cohort.objects.gathering(on))
            .with_places()
            .select_related("cohort__program")
            .order_by("cohort__starts_on", "name")
        )


class Circle(models.Model):
    """A cohort's closed group of peers with one or two facilitators."""

    public_id = PublicIdField()
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="circles")
    name = models.CharField(_("name"), max_length=60, help_text=_("Such as “Alder circle”."))
    swatch = models.PositiveSmallIntegerField(
        _("cloth"), default=0, validators=[MaxValueValidator(SWATCHES - 1)]
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="circles"
    )

    objects = CircleQuerySet.as_manager()

    class Meta:
        verbose_name = _("circle")
        verbose_name_plural = _("circles")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "name"], name="one_circle_per_name_in_cohort")
        ]

    def __str__(self) -> str:
        return self.name

    def membership_of(self, user: User | AnonymousUser) -> Membership | None:
        if not user.is_authenticated:
            return None
        return self.memberships.current().filter(user=user).first()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        """Those who belong now: left or removed people never count."""
        return self.filter(left_at=None)

    def facilitators(self) -> Self:
        return self.filter(role=Membership.Role.FACILITATOR)

    def peers(self) -> Self:
        return self.filter(role=Membership.Role.PEER)


class Membership(models.Model):
    """A person in a circle, under the name they go by there. The row is the right to enter."""

    class Role(models.TextChoices):
        PEER = "peer", _("peer")
        FACILITATOR = "facilitator", _("facilitator")

    public_id = PublicIdField()
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.PEER)
    name = models.CharField(_("name they go by"), max_length=40)
    swatch = models.PositiveSmallIntegerField(
        _("cloth"), validators=[MaxValueValidator(SWATCHES - 1)]
    )
    joined_at = models.DateTimeField(default=timezone.now)
    # Peers read from their joining on; a facilitator may open what lies before.
    sees_earlier = models.BooleanField(_("sees what was said before they joined"), default=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "user"], condition=Q(left_at=None), name="one_current_membership"
            ),
            # Names are never reused in a circle, so that nobody inherits another's words.
            models.UniqueConstraint(
                fields=["circle", "name"], name="one_member_per_name_in_circle"
            ),
            models.UniqueConstraint(
                fields=["circle", "swatch"],
                condition=Q(left_at=None),
                name="one_member_per_swatch_in_circle",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_facilitator(self) -> bool:
        return self.role == self.Role.FACILITATOR


class Removal(models.Model):
    """That, when and why a facilitator ended a membership."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="removal")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    why = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.membership_id}"


class Break(models.Model):
    """A rest a member takes: no question, no notice, one click back."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="breaks")
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(ended_at=None), name="one_break_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}"
