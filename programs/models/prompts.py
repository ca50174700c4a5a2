"""The weekly question of each circle: a row per circle and week, never a schedule."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import PublicIdField
from programs.models.memberships import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


class PromptDeliveryQuerySet(models.QuerySet["PromptDelivery"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Questions that were asked in the circles `user` belongs to now."""
        if not user.is_authenticated:
            return self.none()
        belongs = Membership.objects.current().filter(circle=OuterRef("circle"), user=user)
        return self.asked().filter(Exists(belongs))

    def waiting(self) -> Self:
        return self.filter(state=PromptDelivery.State.WAITING)

    def due(self, now: datetime.datetime | None = None) -> Self:
        """Those whose minute has come and that nobody has settled."""
        return self.waiting().filter(due_at__lte=now or timezone.now())

    def asked(self) -> Self:
        return self.filter(state=PromptDelivery.State.DELIVERED)


class PromptDelivery(models.Model):
    """One question for one circle in one week: waiting, delivered or skipped, and why."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        SKIPPED = "skipped", _("skipped")

    public_id = PublicIdField()
    circle = models.ForeignKey("programs.Circle", on_delete=models.CASCADE, related_name="prompts")
    week = models.PositiveSmallIntegerField(_("week"))
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    settled_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(_("why it was skipped"), max_length=120, blank=True)
    # What was asked, as it was asked: later edits of the program don't rewrite a circle's past.
    theme = models.CharField(max_length=120, blank=True)
    question = models.TextField(blank=True)
    realm = models.ForeignKey(
        "programs.Realm", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PromptDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "week"], name="one_prompt_per_circle_and_week"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="prompts_waiting", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"week {self.week}"
