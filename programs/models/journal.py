"""What a peer writes for themselves. Sealed; shared only as far as they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import vault
from community.models import PublicIdField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


class ReflectionQuerySet(models.QuerySet["Reflection"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Reflections `user` may read: their own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(person=user)


class Reflection(models.Model):
    """A page of someone's journal, perhaps an answer to a week's question."""

    class Sharing(models.TextChoices):
        ONLY_ME = "only_me", _("Only me")
        FACILITATOR = "facilitator", _("My facilitator")
        CIRCLE = "circle", _("My circle")
        GARDEN = "garden", _("The program’s garden")

    public_id = PublicIdField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reflections"
    )
    prompt = models.ForeignKey(
        "programs.PromptDelivery",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reflections",
    )
    sealed_words = models.BinaryField()
    # Goes up with every keeping, so that one tab never writes over another unseen.
    version = models.PositiveIntegerField(default=1)
    # What a tab that came late wanted to keep: both stay until the writer has chosen.
    sealed_other_words = models.BinaryField(default=bytes)
    sharing = models.CharField(max_length=12, choices=Sharing, default=Sharing.ONLY_ME)
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReflectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "prompt"], name="one_reflection_per_question")
        ]
        indexes = [models.Index(fields=["person", "-written_at"], name="reflections_of_a_person")]

    def __str__(self) -> str:
        return self.public_id

    def seal(self, words: str) -> None:
        self.sealed_words = vault.seal(words, owner=self._owner, about=self._about)

    def seal_other(self, words: str) -> None:
        """Keep `words` beside what is kept already; empty ends the choice."""
        about = f"{self._about}:other"
        self.sealed_other_words = (
            vault.seal(words, owner=self._owner, about=about) if words else b""
        )

    @property
    def words(self) -> str:
        """Raises vault.Unopenable where the words were erased."""
        return vault.open_sealed(self.sealed_words, owner=self._owner, about=self._about)

    @property
    def other_words(self) -> str:
        if not self.sealed_other_words:
            return ""
        about = f"{self._about}:other"
        return vault.open_sealed(self.sealed_other_words, owner=self._owner, about=about)

    @property
    def _owner(self) -> str:
        return vault.person_owner(self.person.public_id)

    @property
    def _about(self) -> str:
        return f"reflection:{self.public_id}"
