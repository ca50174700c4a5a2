"""Program leads: who opens cohorts, appoints facilitators, and is told when something is amiss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

LEAD = "community.lead_programs"


def is_lead(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.has_perm(LEAD)


def program_leads() -> QuerySet[User]:
    """Everyone who may lead, however they came by it."""
    app, _, codename = LEAD.partition(".")
    right = Permission.objects.filter(content_type__app_label=app, codename=codename)
    return (
        get_user_model()
        .objects.filter(is_active=True)
        .filter(
            Q(groups__permissions__in=right) | Q(user_permissions__in=right) | Q(is_superuser=True)
        )
        .distinct()
    )
