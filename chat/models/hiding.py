"""Peers who would rather not read each other."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from programs.models import Membership


class Hiding(models.Model):
    """A peer who would rather not read another, and is not read by them. Nobody is told."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="hidings")
    other = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "other"], name="one_hiding_of_a_pair"),
            models.CheckConstraint(condition=~Q(member=F("other")), name="nobody_hides_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} hides {self.other_id}"
