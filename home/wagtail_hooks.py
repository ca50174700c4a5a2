"""What editors meet in the CMS: help lines, the reminder to check them, content checks."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.ui.components import Component
from wagtail.admin.userbar import ContentCheckerItem
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from home.models import Country, HelpLine


class HelpLineViewSet(SnippetViewSet):
    model = HelpLine
    icon = "help"
    list_display = ["name", "number", "sms", "hours", "checked_on"]
    list_filter = ["countries", "checked_on"]
    ordering = ["sort_order", "name"]
    copy_view_enabled = False


class CountryViewSet(SnippetViewSet):
    model = Country
    icon = "site"
    list_display = ["name", "code", "emergency_number"]
    ordering = ["sort_order", "name"]
    copy_view_enabled = False


class SupportLinesGroup(SnippetViewSetGroup):
    items = (HelpLineViewSet, CountryViewSet)
    menu_label = _("Support lines")
    menu_icon = "help"
    menu_order = 250


register_snippet(SupportLinesGroup)


class UncheckedLinesPanel(Component):
    """Asks editors to make sure of numbers that nobody has checked for 90 days."""

    name = "unchecked_lines"
    template_name = "wagtailadmin/home/unchecked_lines.html"
    order = 40

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context = super().get_context_data(parent_context)
        finder = AdminURLFinder(parent_context["request"].user)
        context["lines"] = [
            (line, finder.get_edit_url(line)) for line in HelpLine.objects.overdue()
        ]
        return context


@hooks.register("construct_homepage_panels")
def ask_for_checks(request: Any, panels: list[Any]) -> None:
    if request.user.has_perm("home.change_helpline"):
        panels.append(UncheckedLinesPanel())


class HouseChecks(ContentCheckerItem):
    """Wagtail's checks, and that a page leads to Support now."""

    axe_run_only = [*ContentCheckerItem.axe_run_only, "support-link"]
    axe_custom_rules = [
        *ContentCheckerItem.axe_custom_rules,
        {
            "id": "support-link",
            "impact": "serious",
            "selector": "body",
            "tags": ["best-practice"],
            "any": ["leads-to-support"],
            "enabled": True,
        },
    ]
    # One of axe's own measures with our selector, because a check of our own would need script.
    axe_custom_checks = [
        *ContentCheckerItem.axe_custom_checks,
        {
            "id": "leads-to-support",
            "evaluate": "has-descendant-evaluate",
            "after": "has-descendant-after",
            "options": {"selector": 'a[href$="/support/"]'},
        },
    ]
    axe_messages = {
        **ContentCheckerItem.axe_messages,
        "support-link": {
            "error_name": _("No way to Support now"),
            "help_text": _("Every page of the house links to the support page."),
        },
    }


@hooks.register("construct_wagtail_userbar")
def check_as_the_house_does(request: Any, items: list[Any], page: Any) -> None:
    items[:] = [
        HouseChecks(in_editor=item.in_editor) if isinstance(item, ContentCheckerItem) else item
        for item in items
    ]
