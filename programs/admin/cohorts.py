"""Cohorts in the CMS: when they begin, ask, meet and rest; and the same again, later."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
)
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, DeleteView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateInput, Button
from wagtail.log_actions import log

from community import zones
from community.models import User
from community.templatetags.times import moment
from programs import prompts
from programs.admin.policy import LeadsChooserViewSet, no_permissions
from programs.admin.views import ActionView, KeepsWhatIsUsed
from programs.circles import clone_cohort
from programs.models import Cohort, PromptDelivery
from programs.session_forms import SessionChangeForm

# A slip of the keyboard; and what lies so far off that no date could be reckoned from it.
_NEITHER_THEN = _("Choose a day between 2000 and 2199.")
_IN_REACH = [
    MinValueValidator(dt.date(2000, 1, 1), _NEITHER_THEN),
    MaxValueValidator(dt.date(2199, 12, 31), _NEITHER_THEN),
]
_LONGEST_OPEN = 60  # weeks, as a program has at most


class CohortForm(WagtailAdminModelForm):
    """Refuses what no circle could be asked, or would be asked all at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = zoneinfo.available_timezones()
        named = ["UTC", *sorted(zone for zone in known if "/" in zone)]
        self.fields["time_zone"].widget = forms.Select(choices=[(zone, zone) for zone in named])
        self.fields["language"].widget = forms.Select(choices=settings.LANGUAGES)
        self.fields["starts_on"].validators.extend(_IN_REACH)
        self.fields["open_weeks"].validators.append(MaxValueValidator(_LONGEST_OPEN))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        program, weeks = cleaned.get("program"), cleaned.get("number_of_weeks")
        if program and weeks and weeks > (written := program.specific.weeks.count()):
            said = ngettext(
                "This program has %(n)d week written. Write the others first.",
                "This program has %(n)d weeks written. Write the others first.",
                written,
            )
            self.add_error("number_of_weeks", said % {"n": written})
        # What the model knows of its zone it says after this.
        if self.instance.pk and not self.errors and zones.is_known(cleaned["time_zone"]):
            self._refuse_many_at_once(cleaned)
        return cleaned

    def _refuse_many_at_once(self, cleaned: dict[str, Any]) -> None:
        fields = {field.name for field in Cohort._meta.concrete_fields}
        trial = Cohort(**{k: v for k, v in cleaned.items() if k in fields})
        trial.pk = self.instance.pk
        trial.rests_on = self._days_of_rest()
        count = prompts.falling_due_at_once(trial)
        if count > 1:
            raise ValidationError(
                gettext(
                    "With these dates %(n)d questions would be asked in the same minute. "
                    "Move the start less far."
                )
                % {"n": count}
            )

    def _days_of_rest(self) -> list[dt.date]:
        formset = self.formsets.get("pauses")
        if formset is None or not formset.is_valid():
            return []
        rows = [row for row in formset.cleaned_data if row and not row.get("DELETE")]
        return [row["week_of"] for row in rows]


class _Reschedules:
    """For the views that save: what falls due is reckoned with the dates, in one transaction."""

    @transaction.atomic
    def save_instance(self) -> Cohort:
        cohort: Cohort = super().save_instance()  # type: ignore[misc]
        prompts.reschedule(cohort)
        return cohort


class CohortCreateView(_Reschedules, CreateView):
    pass


class CohortEditView(_Reschedules, EditView):
    pass


class CohortDeleteView(KeepsWhatIsUsed, DeleteView):
    held_by = "circles"


class CohortIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Cohort]:
        waiting = Q(circles__prompts__state=PromptDelivery.State.WAITING, is_cancelled=False)
        return (
            super()
            .get_base_queryset()
            .select_related("program")
            .annotate(
                next_due_at=Min("circles__prompts__due_at", filter=waiting),
                how_many_circles=Count("circles", distinct=True),
            )
        )

    def get_list_more_buttons(self, instance: Cohort) -> list[Any]:
        again = Button(
            gettext("Run it again"),
            url=reverse("cohort:again", args=[instance.pk]),
            icon_name="copy",
            priority=15,
        )
        one_session = Button(
            gettext("Move or call off a session"),
            url=reverse("cohort:session", args=[instance.pk]),
            icon_name="time",
            priority=16,
        )
        return [*super().get_list_more_buttons(instance), again, one_session]


class AgainForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    starts_on = forms.DateField(
        label=_("Starts on"),
        widget=AdminDateInput,
        validators=_IN_REACH,
        help_text=_(
            "Every other date moves along: questions, sessions, weeks of rest. The circles come "
            "along, empty."
        ),
    )


class CohortAgainView(ActionView):
    """The same cohort with all its dates moved, as one action."""

    model = Cohort
    form_class = AgainForm
    permission_required = "add"
    page_title = _("Run it again")
    header_icon = "copy"
    submit_button_label = _("Open this cohort")

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.object.name}

    def act(self, form: forms.Form) -> str:
        self.clone = clone_cohort(self.object, **form.cleaned_data)
        log(instance=self.clone, action="wagtail.create", user=self.request.user)
        return gettext("“%(name)s” stands, with its circles and dates.") % {"name": self.clone}

    def get_success_url(self) -> str:
        return reverse("cohort:edit", args=[self.clone.pk])


class CohortSessionView(ActionView):
    """One session moved, or not held, for every circle of the cohort."""

    model = Cohort
    form_class = SessionChangeForm
    page_title = _("Move or call off a session")
    header_icon = "time"
    submit_button_label = _("Change this session")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cohort": self.object}

    def act(self, form: forms.Form) -> str:
        cast("SessionChangeForm", form).change(by=cast("User", self.request.user))
        log(instance=self.object, action="wagtail.edit", user=self.request.user)
        return gettext("Done. The circles are told that something changed.")

    def get_success_url(self) -> str:
        return reverse("cohort:session", args=[self.object.pk])


def next_question(cohort: Any) -> Any:
    """By the clocks of the cohort's zone, which is named."""
    if cohort.next_due_at is None:
        return gettext("none")
    return moment(cohort.next_due_at, cohort.time_zone)


class CohortViewSet(ModelViewSet):
    model = Cohort
    name = "cohort"
    icon = "date"
    menu_label = _("Cohorts")
    copy_view_enabled = False
    index_view_class = CohortIndexView
    add_view_class = CohortCreateView
    edit_view_class = CohortEditView
    delete_view_class = CohortDeleteView
    search_fields: ClassVar[list[str]] = ["name", "program__title"]
    list_filter: ClassVar[list[str]] = ["program", "is_cancelled"]
    list_display: ClassVar[list[Any]] = [
        "name",
        "program",
        Column("starts_on", label=_("Starts on"), sort_key="starts_on"),
        Column("next_due_at", label=_("Next question"), accessor=next_question),
        Column("how_many_circles", label=_("Circles")),
    ]
    ordering: ClassVar[list[str]] = ["-starts_on"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "A cohort is one dated run of a program. Its questions are asked by the "
                    "clocks of its time zone. You can move dates at any time: what was asked "
                    "stays asked, and no week is asked twice or left out."
                )
            ),
            MultiFieldPanel(
                [
                    FieldPanel("program"),
                    FieldRowPanel([FieldPanel("name"), FieldPanel("language")]),
                ],
                _("What"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("time_zone"),
                    FieldRowPanel([FieldPanel("starts_on"), FieldPanel("number_of_weeks")]),
                    FieldPanel("weeks_apart"),
                ],
                _("When"),
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("prompt_weekday"), FieldPanel("prompt_time")])],
                _("The question"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("session_weekday"), FieldPanel("session_time")]),
                    FieldPanel("session_minutes"),
                ],
                _("The live session"),
            ),
            InlinePanel("pauses", heading=_("Weeks of rest"), label=_("Week of rest")),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("smallest"), FieldPanel("largest")]),
                    FieldPanel("open_weeks"),
                ],
                _("Who may join"),
            ),
            FieldPanel("is_cancelled"),
        ],
        base_form_class=CohortForm,
    )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("again/<int:pk>/", CohortAgainView.as_view(), name="again"),
            path("session/<int:pk>/", CohortSessionView.as_view(), name="session"),
        ]

    def get_permissions_to_register(self) -> Any:
        return no_permissions()


class CohortChooserViewSet(LeadsChooserViewSet):
    model = Cohort
    icon = "date"
    choose_one_text = _("Choose a cohort")
    choose_another_text = _("Choose another cohort")
    edit_item_text = _("Edit this cohort")
