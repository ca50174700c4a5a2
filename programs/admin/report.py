"""How the questions went: instants and counts, nothing that anyone wrote."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView

from community.templatetags.times import moment
from programs.models import Cohort, PromptDelivery

# What is still to come is shown this far ahead; the rest says nothing yet.
_AHEAD = dt.timedelta(days=8)


class PromptFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(choices=PromptDelivery.State, label=_("State"))
    cohort = django_filters.ModelChoiceFilter(
        field_name="circle__cohort", queryset=Cohort.objects.all(), label=_("Cohort")
    )

    class Meta:
        model = PromptDelivery
        fields: ClassVar[list[str]] = ["state", "cohort"]


def due(delivery: PromptDelivery) -> Any:
    return moment(delivery.due_at, delivery.circle.cohort.time_zone)


def late_by(delivery: PromptDelivery) -> str:
    """Whole minutes between the due instant and the asking."""
    if delivery.state != PromptDelivery.State.DELIVERED or delivery.settled_at is None:
        return ""
    minutes = int((delivery.settled_at - delivery.due_at).total_seconds() // 60)
    return gettext("%(n)d min") % {"n": max(0, minutes)}


class PromptReportView(ReportView):
    model = PromptDelivery
    any_permission_required: ClassVar[list[str]] = ["view"]
    page_title = _("Questions asked")
    header_icon = "help"
    index_url_name = "prompt_report"
    index_results_url_name = "prompt_report_results"
    default_ordering = "-due_at"
    filterset_class = PromptFilterSet
    is_searchable = False
    columns: ClassVar[list[Column]] = [
        Column("circle.cohort", label=_("Cohort")),
        Column("circle", label=_("Circle")),
        Column("week", label=_("Week"), sort_key="week"),
        Column("due_at", label=_("Due"), accessor=due, sort_key="due_at"),
        Column("get_state_display", label=_("State"), sort_key="state"),
        Column("late", label=_("Late by"), accessor=late_by),
        Column("members", label=_("Members now")),
        Column("why", label=_("Why it was skipped")),
    ]
    list_export: ClassVar[list[str]] = [
        "circle.cohort",
        "circle",
        "week",
        "due_at",
        "state",
        "settled_at",
        "members",
        "why",
    ]

    def get_base_queryset(self) -> QuerySet[PromptDelivery]:
        near = PromptDelivery.objects.filter(due_at__lt=timezone.now() + _AHEAD)
        return near.select_related("circle__cohort").annotate(
            members=Count("circle__memberships", filter=Q(circle__memberships__left_at=None))
        )
