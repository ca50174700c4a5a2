"""What a careful reader would ask of a program's page, shown to its editor. It blocks nothing."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import Panel

# Nothing here promises an outcome; these are the ways a page slips into it.
_PROMISES = re.compile(
    r"\b(cures?|cured|guarantee[ds]?|heals? (you|your)|proven to|life[- ]changing|breakthrough)\b",
    re.IGNORECASE,
)


def findings(page: Any) -> list[str]:
    """Sentences about what `page` still lacks; none where it is complete."""
    found = []
    weeks = list(page.weeks.all()) if page.pk else []
    if not weeks:
        found.append(_("There are no weeks yet, so a cohort has nothing to ask."))
    if bare := sum(week.realm_id is None for week in weeks):
        found.append(
            ngettext(
                "%(n)d week has no realm; its question comes without a dye.",
                "%(n)d weeks have no realm; their questions come without a dye.",
                bare,
            )
            % {"n": bare}
        )
    if not page.cost:
        found.append(_("The cost isn’t said. “Free” is an answer, too."))
    if not page.suits or not page.suits_not:
        found.append(_("Say both whom it suits and whom it doesn’t."))
    if page.pk and not page.facilitators.exists():
        found.append(_("No facilitator stands here, with their training, fees and ties."))
    if promise := _PROMISES.search(_text_of(page)):
        found.append(
            _("“%(words)s” promises an outcome. Say what happens, not what it will do.")
            % {"words": promise.group(0)}
        )
    return found


def _text_of(page: Any) -> str:
    return " ".join([page.summary, page.suits, page.search_description, str(page.body)])


class ChecksPanel(Panel):
    """Lists the findings at the head of the form."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("heading", gettext_lazy("Before you publish"))
        super().__init__(**kwargs)

    class BoundPanel(Panel.BoundPanel):
        template_name = "programs/admin/checks_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            context["findings"] = findings(self.instance) if self.instance.pk else []
            context["is_new"] = self.instance.pk is None
            return context
