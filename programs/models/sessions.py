"""Where single live sessions leave the cohort's series, and the feeds that people keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import PublicIdField
from programs.models.circles import Circle
from programs.models.cohorts import Cohort


class SessionChange(models.Model):
    """One session of the series moved, or not held: of one circle, or of all in the cohort.

    It belongs to a calendar week, as a week of rest does, so that it stays with its week when
    the series moves to another day. `programs.calendar` reads it; nothing else should.
    """

    class State(models.TextChoices):
        MOVED = "moved", _("moved")
        CANCELLED = "cancelled", _("not held")
        # Put back. The row stays, so that calendars elsewhere see one change more.
        AS_PLANNED = "as_planned", _("as planned")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="session_changes")
    circle = models.ForeignKey(
        Circle,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="session_changes",
        help_text=_("Empty: every circle of the cohort."),
    )
    week_of = models.DateField(help_text=_("The first day of its calendar week."))
    state = models.CharField(max_length=12, choices=State)
    moved_to = models.DateTimeField(null=True, blank=True)
    # How often it changed: what calendars call its sequence.
    turn = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("changed_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "week_of"],
                condition=Q(circle=None),
                name="one_session_change_per_cohort_and_week",
            ),
            models.UniqueConstraint(
                fields=["circle", "week_of"], name="one_session_change_per_circle_and_week"
            ),
            models.CheckConstraint(
                condition=Q(state="moved", moved_to__isnull=False)
                | (~Q(state="moved") & Q(moved_to=None)),
                name="moved_sessions_alone_have_a_new_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week_of}: {self.state}"

    def holds_for(self, circle: Circle | None) -> bool:
        return self.circle_id is None or (circle is not None and self.circle_id == circle.pk)


class CalendarFeed(models.Model):
    """That a person's sessions may be read by whoever knows the feed's secret address."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    # Half of the address; the other half is a signature, which the database cannot make.
    name = PublicIdField()
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.person_id}"
