"""What programs bring into the CMS: for editors realms and profiles, for leads the circles."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from community.choosing import SnippetChoosers
from programs.admin.agreements import AgreementViewSet
from programs.admin.circles import CircleChooserViewSet, CircleViewSet, MembershipViewSet
from programs.admin.cohorts import CohortChooserViewSet, CohortViewSet
from programs.admin.policy import LeadsPolicy
from programs.admin.report import PromptReportView
from programs.leads import LEAD, is_lead
from programs.models import (
    Agreement,
    Circle,
    Cohort,
    FacilitatorProfile,
    Membership,
    PromptDelivery,
    Realm,
)

# First: Wagtail would otherwise give each its ordinary policy, open to whoever has a permission.
for _led in (Cohort, Circle, Membership, Agreement, PromptDelivery):
    register_permission_policy(_led, LeadsPolicy(_led))


class RealmViewSet(SnippetViewSet):
    model = Realm
    icon = "tag"
    list_display: ClassVar[list[str]] = ["name", "dye", "weave", "about"]
    copy_view_enabled = False


class FacilitatorProfileViewSet(SnippetViewSet):
    model = FacilitatorProfile
    icon = "user"
    list_display: ClassVar[list[str]] = ["name", "credentials"]
    search_fields: ClassVar[list[str]] = ["name", "credentials"]
    chooser_viewset_class = SnippetChoosers
    copy_view_enabled = False


register_snippet(RealmViewSet)
register_snippet(FacilitatorProfileViewSet)


class CirclesGroup(ModelViewSetGroup):
    items = (CohortViewSet, CircleViewSet, MembershipViewSet, AgreementViewSet)
    menu_label = _("Circles")
    menu_icon = "group"
    menu_order = 250


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [
        CirclesGroup(),
        CohortChooserViewSet("cohort_chooser"),
        CircleChooserViewSet("circle_chooser"),
    ]


@hooks.register("register_permissions")
def register_leading() -> QuerySet[Permission]:
    """The one right that opens all of this, to be given to a group of leads."""
    app, _dot, codename = LEAD.partition(".")
    return Permission.objects.filter(content_type__app_label=app, codename=codename)


class _LeadsMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return is_lead(request.user)


@hooks.register("register_reports_menu_item")
def register_prompt_report() -> MenuItem:
    return _LeadsMenuItem(
        _("Questions asked"), reverse("prompt_report"), icon_name="help", order=700
    )


@hooks.register("register_admin_urls")
def register_report_urls() -> list[URLPattern]:
    return [
        path("reports/questions/", PromptReportView.as_view(), name="prompt_report"),
        path(
            "reports/questions/results/",
            PromptReportView.as_view(results_only=True),
            name="prompt_report_results",
        ),
    ]
