"""Versions of the agreement: a new one is added; none that people agreed to is ever changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, Max, QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from programs.admin.policy import no_permissions
from programs.models import Agreement


class AgreementCreateView(CreateView):
    def get_initial(self) -> dict[str, Any]:
        current = Agreement.in_force()
        return {"clauses": current.clauses if current else ""}

    def save_instance(self) -> Agreement:
        newest = Agreement.objects.aggregate(n=Max("version"))["n"] or 0
        self.form.instance.version = newest + 1
        return super().save_instance()

    def get_success_buttons(self) -> list[Any]:
        return []


class AgreementIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Agreement]:
        return super().get_base_queryset().annotate(agreed=Count("acceptances"))


class AgreementViewSet(ModelViewSet):
    model = Agreement
    name = "agreement"
    icon = "doc-full"
    menu_label = _("Agreements")
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields: ClassVar[list[str]] = ["version", "clauses", "published_at"]
    index_view_class = AgreementIndexView
    add_view_class = AgreementCreateView
    list_display: ClassVar[list[Any]] = [
        "__str__",
        Column("published_at", label=_("In force since"), accessor="published_at.date"),
        Column("agreed", label=_("Agreed to by")),
    ]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "People agree clause by clause when they apply, and their version stays with "
                    "them. Saving makes a new version for everyone who applies from then on."
                )
            ),
            FieldPanel("clauses"),
            FieldPanel("published_at"),
        ]
    )

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        shared = super().get_common_view_kwargs(**kwargs)
        return {name: value for name, value in shared.items() if name not in _NOT_OFFERED}

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("new/", self.add_view, name="add"),
            path("inspect/<int:pk>/", self.inspect_view, name="inspect"),
        ]

    def register_admin_url_finder(self) -> None:
        """There is no page to edit one on."""

    def get_permissions_to_register(self) -> Any:
        return no_permissions()


_NOT_OFFERED = {"edit_url_name", "delete_url_name", "history_url_name", "usage_url_name"}
