"""Peers who would rather not read each other."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone

from programs.models import Membership

_Whom = Membership | OuterRef


class HidingQuerySet(models.QuerySet["Hiding"]):
    def in_force(self) -> Self:
        """Facilitators read everyone and are read by everyone, also who became one since."""
        leads = Membership.Role.FACILITATOR
        return self.exclude(member__role=leads).exclude(other__role=leads)

    def between(self, one: _Whom, other: _Whom) -> Self:
        """Those of these two, whoever of them asked for it."""
        return self.filter(Q(member=one, other=other) | Q(member=other, other=one))


class Hiding(models.Model):
    """A member who would rather not read another, and is not read by them. Nobody is told."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="hidings")
    other = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = HidingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "other"], name="one_hiding_of_a_pair"),
            models.CheckConstraint(condition=~Q(member=F("other")), name="nobody_hides_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} hides {self.other_id}"
