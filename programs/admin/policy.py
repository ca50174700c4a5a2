"""Program leads and nobody else: not editors, whatever other rights they were given."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.permission_policies import BasePermissionPolicy

from community.choosing import Chooser
from community.models import User
from programs.leads import is_lead, program_leads


class LeadsPolicy(BasePermissionPolicy):
    """Every action on a model for leads; none for others."""

    def user_has_permission(self, user: User | AnonymousUser, action: str) -> bool:
        return is_lead(user)

    def users_with_any_permission(self, actions: Any) -> QuerySet[User]:
        return program_leads()


class LeadsChooserViewSet(ChooserViewSet):
    """A chooser that nobody but leads can open; Wagtail's own serves everyone in the CMS.

    Nothing is made in it, so that there is no address for that, either.
    """

    base_widget_class = Chooser

    def get_urlpatterns(self) -> list[Any]:
        patterns = [one for one in super().get_urlpatterns() if one.name != "create"]
        for pattern in patterns:
            pattern.callback = leads_only(pattern.callback)
        return patterns


def leads_only(view: Any) -> Any:
    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_lead(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def no_permissions() -> QuerySet[Permission]:
    """None to hand out in the CMS: being a program lead is the one right."""
    return Permission.objects.none()
