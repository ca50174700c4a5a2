"""How someone comes into a circle: application, agreement, decision."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import vault
from community.models import PublicIdField
from programs.models.memberships import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

EVALUATION_HOLDS = datetime.timedelta(days=365)


class Agreement(models.Model):
    """A version of what everyone in a circle agrees to, clause by clause. It never changes."""

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    clauses = models.TextField(
        _("clauses"), help_text=_("One clause a line, as the one who agrees would say it.")
    )
    published_at = models.DateTimeField(_("in force since"), default=timezone.now)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.version}"

    @classmethod
    def in_force(cls) -> Agreement | None:
        """The newest version; None in a house that has none yet."""
        return cls.objects.filter(published_at__lte=timezone.now()).order_by("-version").first()

    def each_clause(self) -> list[str]:
        return [line.strip() for line in self.clauses.splitlines() if line.strip()]


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
        return self.filter(Q(person=user) | self._held_by(user))

    def held_by(self, user: User | AnonymousUser) -> Self:
        """Applications that `user` answers, as a facilitator of the circle they were sent to."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(self._held_by(user))

    def open(self) -> Self:
        """Those that may still lead into the circle."""
        return self.exclude(state__in=[*Application.CLOSED, Application.State.ENTERED])

    @staticmethod
    def _held_by(user: User) -> Q:
        facilitators = Membership.objects.current().facilitators()
        held = Exists(facilitators.filter(circle=OuterRef("circle"), user=user))
        unsent = [Application.State.DRAFT, Application.State.WITHDRAWN]
        return Q(held) & ~Q(state__in=unsent) & ~Q(person=user)


class Application(models.Model):
    """A wish to join. Never a diagnosis or a dose: an attestation, and sealed answers."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        SENT = "sent", _("sent")
        ASKED = "asked", _("a question came back")
        ACCEPTED = "accepted", _("accepted")
        WAITING = "waiting", _("on the waiting list")
        DECLINED = "declined", _("not now")
        ENTERED = "entered", _("entered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    CLOSED = (State.DECLINED, State.WITHDRAWN)

    public_id = PublicIdField()
    circle = models.ForeignKey(
        "programs.Circle", on_delete=models.CASCADE, related_name="applications"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="applications"
    )
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    # Erased some time after the decision; who evaluated and when is kept beside them.
    sealed_answers = models.BinaryField(default=bytes)
    # What is changed since a question came back, until it is sent again: the applicant's alone.
    sealed_draft = models.BinaryField(default=bytes)
    sealed_evaluator = models.BinaryField(default=bytes)
    evaluated_on = models.DateField(_("evaluated on"), null=True, blank=True)
    sealed_decision_words = models.BinaryField(default=bytes)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answers_erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "person"],
                condition=~Q(state__in=["withdrawn", "declined", "entered"]),
                name="one_live_application",
            )
        ]
        indexes = [
            models.Index(
                fields=["decided_at"],
                name="answers_to_erase",
                condition=Q(decided_at__isnull=False, answers_erased_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def evaluation_holds_until(self) -> datetime.date | None:
        return self.evaluated_on + EVALUATION_HOLDS if self.evaluated_on else None

    def seal_answers(self, answers: dict[str, str]) -> None:
        self.sealed_answers = self._sealed(json.dumps(answers, ensure_ascii=False), "answers")

    @property
    def answers(self) -> dict[str, str]:
        """By question, as they were sent; empty once they were erased."""
        return json.loads(self._opened(self.sealed_answers, "answers") or "{}")

    def seal_draft(self, answers: dict[str, str]) -> None:
        self.sealed_draft = self._sealed(json.dumps(answers, ensure_ascii=False), "draft")

    @property
    def draft(self) -> dict[str, str]:
        """What the applicant goes on writing: nobody else reads it before it is sent."""
        begun = self._opened(self.sealed_draft, "draft")
        return json.loads(begun) if begun else self.answers

    def seal_evaluator(self, name: str) -> None:
        self.sealed_evaluator = self._sealed(name, "evaluator")

    @property
    def evaluator(self) -> str:
        return self._opened(self.sealed_evaluator, "evaluator")

    def seal_decision_words(self, words: str) -> None:
        self.sealed_decision_words = self._sealed(words, "decision") if words else b""

    @property
    def decision_words(self) -> str:
        """What the facilitator wrote with their answer."""
        return self._opened(self.sealed_decision_words, "decision")

    def _sealed(self, words: str, what: str) -> bytes:
        return vault.seal(words, owner=self._owner, about=f"application:{self.public_id}:{what}")

    def _opened(self, sealed: bytes | memoryview, what: str) -> str:
        if not sealed:
            return ""
        try:
            about = f"application:{self.public_id}:{what}"
            return vault.open_sealed(sealed, owner=self._owner, about=about)
        except vault.Unopenable:  # erased with the person's key
            return ""

    @property
    def _owner(self) -> str:
        return vault.person_owner(self.person.public_id)


class AnswerReading(models.Model):
    """That someone opened an applicant's answers. The applicant sees it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="readings")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The name they go by in the circle: the applicant isn't shown more.
    reader_name = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.application_id} at {self.at.isoformat()}"
