"""What to tell people outside the house: rows that wait to be sent, each thing once."""

from __future__ import annotations

import datetime

from django.utils import timezone

from community.models import Notice, User


def tell(
    person: User, *, kind: str, about: str, not_before: datetime.datetime | None = None
) -> None:
    """Write a notice in the caller's transaction; the same `about` a second time is nothing."""
    notice = Notice(person=person, kind=kind, about=about, not_before=not_before or timezone.now())
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
