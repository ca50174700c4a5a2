"""How someone comes into a circle: application, agreement, decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import PublicIdField
from programs.models.circles import Circle

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


class Agreement(models.Model):
    """A version of what everyone in a circle agrees to, clause by clause."""

    version = models.PositiveSmallIntegerField(unique=True)
    clauses = models.TextField(help_text=_("One clause a line."))
    published_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"version {self.version}"


class AgreementAcceptance(models.Model):
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="acceptances")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agreements"
    )
    accepted_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "person"], name="one_acceptance_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.agreement_id}"


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Applications `user` may read: their own, and those sent to circles they hold."""
        if not user.is_authenticated:
            return self.none()
        held = Q(circle__in=Circle.objects.facilitated_by(user)) & ~Q(state=Application.State.DRAFT)
        return self.filter(Q(person=user) | held)


class Application(models.Model):
    """A wish to join. Never a diagnosis or a dose: an attestation, and sealed answers."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        WAITING = "waiting", _("on the waiting list")
        DECLINED = "declined", _("not now")
        ENTERED = "entered", _("entered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    public_id = PublicIdField()
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="applications")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="applications"
    )
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    sealed_answers = models.BinaryField(default=bytes)
    evaluated_by = models.CharField(_("evaluated by"), max_length=120, blank=True)
    evaluated_on = models.DateField(_("evaluated on"), null=True, blank=True)
    sealed_decision_words = models.BinaryField(default=bytes)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "person"],
                condition=~Q(state__in=["withdrawn", "declined"]),
                name="one_live_application",
            )
        ]

    def __str__(self) -> str:
        return self.public_id
