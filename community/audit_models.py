"""The rows of the record of what was done, which nothing here can change: see `community.audit`."""

from __future__ import annotations

from typing import Any

from django.db import models


class NeverChanged(Exception):
    """Something tried to change the record of what was done."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reads; whatever would change a row raises NeverChanged."""

    def update(self, **kwargs: Any) -> int:
        raise NeverChanged

    def delete(self) -> tuple[int, dict[str, int]]:
        raise NeverChanged

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise NeverChanged

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        """One after the other, each in the chain: `community.audit.record`."""
        raise NeverChanged


class AuditEntry(models.Model):
    """One act about someone, by public ids and without words: see `community.audit`."""

    seq = models.PositiveBigIntegerField(unique=True)
    verb = models.CharField(max_length=32)
    by = models.CharField(max_length=16, blank=True)
    about = models.CharField(max_length=16, blank=True, db_index=True)
    circle = models.CharField(max_length=16, blank=True)
    message = models.CharField(max_length=16, blank=True)
    until = models.DateTimeField(null=True)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverChanged
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise NeverChanged


class AuditHead(models.Model):
    """The newest entry of the record: one row, locked by whoever appends."""

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="only_one_audit_head")]

    def __str__(self) -> str:
        return f"{self.seq}"
