"""How a lead or a facilitator says that one session is moved, or not held."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.templatetags.times import zone_name
from programs import calendar, clock
from programs.calendar import Session
from programs.models import Circle, Cohort

_NEAR = dt.timedelta(days=2)  # somewhere it may still be yesterday


class SessionChangeForm(forms.Form):
    """One session of what is still to come, and what becomes of it."""

    week_of = forms.ChoiceField(label=_("Which session"))
    what = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[
            ("move", _("It is held at another time")),
            ("cancel", _("It is not held")),
            ("put_back", _("It is held as planned after all")),
        ],
        widget=forms.RadioSelect,
        initial="move",
    )
    on = forms.DateField(
        label=_("New day"),
        help_text=_("Where it is held at another time."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label=_("New time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(
        self, *args: Any, cohort: Cohort, circle: Circle | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.cohort, self.circle = cohort, circle
        to_come = coming(cohort, circle)
        self.fields["week_of"].choices = [  # type: ignore[attr-defined]
            (one.week_of.isoformat(), in_a_line(one, cohort)) for one in to_come
        ]
        self.fields["at"].help_text = gettext("By the clocks of %(zone)s.") % {
            "zone": zone_name(cohort.time_zone)
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("what") == "move":
            for name in ("on", "at"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, gettext("Say when it is held instead."))
            on = cleaned.get("on")
            if on and not -_NEAR < on - timezone.localdate() < calendar.FARTHEST:
                self.add_error("on", gettext("Choose a day within the coming year."))
        return cleaned

    def change(self, *, by: User) -> Session:
        """Does what was asked. Raises Refused."""
        facts: dict[str, Any] = {
            "cohort": self.cohort,
            "circle": self.circle,
            "week_of": dt.date.fromisoformat(self.cleaned_data["week_of"]),
            "by": by,
        }
        if self.cleaned_data["what"] == "cancel":
            return calendar.cancel(**facts)
        if self.cleaned_data["what"] == "put_back":
            return calendar.put_back(**facts)
        on, at = self.cleaned_data["on"], self.cleaned_data["at"]
        return calendar.move(**facts, to=clock.instant(on, at, self.cohort.zone))


def coming(cohort: Cohort, circle: Circle | None = None) -> list[Session]:
    """What is still to be held, or would be, had it not been called off."""
    now = timezone.now()
    return [one for one in calendar.sessions(cohort, circle) if one.ends_at > now]


def in_a_line(session: Session, cohort: Cohort) -> str:
    """By the cohort's clocks: "Thursday 26 November, 19:00, moved"."""
    local = timezone.localtime(session.begins_at, cohort.zone)
    line = date_format(local, gettext("l j F Y, H:i"))
    if session.is_cancelled:
        return gettext("%(when)s, not held") % {"when": line}
    return gettext("%(when)s, moved") % {"when": line} if session.is_moved else line
