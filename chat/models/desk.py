"""What facilitators keep beside a room: notes, talks with one member, and the handing over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from chat.models.rooms import Room
from community import vault
from community.models import PublicIdField
from programs.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


class Sealed(models.Model):
    """A row with words of a circle, which only those named beside it may read."""

    public_id = PublicIdField()
    sealed_words = models.BinaryField()
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def seal(self, words: str, *, circle: str) -> None:
        owner = vault.circle_owner(circle)
        self.sealed_words = vault.seal(words, owner=owner, about=self._about)

    def words(self, *, circle: str) -> str:
        """Empty where they were erased."""
        try:
            owner = vault.circle_owner(circle)
            return vault.open_sealed(self.sealed_words, owner=owner, about=self._about)
        except vault.Unopenable:
            return ""

    @property
    def _about(self) -> str:
        return f"{self._meta.model_name}:{self.public_id}"


class PrivateNote(Sealed):
    """What a facilitator would remember of a member. Only facilitators of the circle read it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="notes")
    about = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="notes_about")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.public_id


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Talks of the two people in them, while both places in the circle stand."""
        two = Q(facilitator__user=user.pk) | Q(member__user=user.pk)
        return self.filter(two, facilitator__left_at=None, member__left_at=None)

    def answered(self) -> Self:
        """Talks that go on and in which the member has said the last word so far."""
        last = CheckInLine.objects.filter(check_in=OuterRef("pk")).order_by("-pk").values("by")
        going_on = self.filter(ended_at=None, member__left_at=None)
        return going_on.filter(member=Subquery(last[:1]))


class CheckIn(models.Model):
    """A talk between one facilitator and one member, which the member may end at any time."""

    public_id = PublicIdField()
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="check_ins")
    facilitator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="check_ins")
    at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["facilitator", "member"],
                condition=Q(ended_at=None),
                name="one_open_talk_of_two",
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class CheckInLine(Sealed):
    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="lines")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # When it was looked at for words about a crisis: written with what follows from them, so that
    # it is done once, and until then the worker comes back to it.
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="lines_to_look_at", condition=Q(looked_at=None)),
        ]

    def __str__(self) -> str:
        return self.public_id


class HandOver(Sealed):
    """The brief that an outgoing facilitator left for the one who goes on."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="handovers")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    to = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.public_id
