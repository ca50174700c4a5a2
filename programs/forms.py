"""What someone is asked when they apply, step by step, and what they answer at the end.

Answers are kept as they were typed, finished or not, so that nothing is lost on the way; a step
is done when its form finds nothing wrong with them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from programs import names
from programs.models import Agreement
from programs.models.joining import EVALUATION_HOLDS
from programs.refusal import Refused

_NEAREST = _("Choose the answer nearest to the truth. None of them closes the door.")
# As typed and kept, whatever else: longer than any field, shorter than a nuisance.
_MOST_TYPED = 4000


class StepForm(forms.Form):
    """One step of the application."""

    title: Any = ""
    words: Any = ""

    def __init__(self, *args: Any, agreement: Agreement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.agreement = agreement

    @property
    def leads_to_support(self) -> bool:
        """Whether an answer says that people are needed tonight rather than a circle."""
        return False

    def typed(self) -> dict[str, str]:
        """What was typed into this step, complete or not."""
        return {name: str(self.data.get(name, ""))[:_MOST_TYPED] for name in self.fields}


class _Lines(forms.CharField):
    """Words over several lines, each end of which counts once, as in the browser."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class _Radios(forms.RadioSelect):
    """What nobody has answered yet is not wrong: browsers tell a screen reader that it is."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"aria-invalid": "false"} | (attrs or {}), choices)


def _choice(label: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=_Radios,
        error_messages={"required": _NEAREST},
        **kwargs,
    )


class AboutForm(StepForm):
    title = _("About you")
    words = _("A few things, so that whoever answers you knows what you come with.")

    adult = _choice(_("Are you 18 or older?"), [("yes", _("Yes")), ("no", _("No"))])
    country = forms.CharField(
        label=_("Which country are you in?"),
        max_length=60,
        help_text=_("So that we know which help lines are yours."),
        widget=forms.TextInput(attrs={"autocomplete": "country-name"}),
    )
    hopes = _Lines(
        label=_("What do you hope for from a circle?"),
        max_length=2000,
        help_text=_("A line or two. Please leave out diagnoses and doses; we don’t ask for them."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    access = _Lines(
        label=_("Is there something we should know so that you can take part?"),
        max_length=1000,
        required=False,
        help_text=_("Captions, breaks, reading slowly, a child at home."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_adult(self) -> str:
        if self.cleaned_data["adult"] != "yes":
            raise forms.ValidationError(
                gettext("Circles are for adults. Support now has people to talk with at any age.")
            )
        return "yes"


class CareForm(StepForm):
    title = _("Who looks after you")
    words = _(
        "A circle stands beside care, never in its place. We take your word for this and check "
        "nothing."
    )

    evaluated = _choice(
        _("Has a trained professional evaluated you, in body and mind?"),
        [("yes", _("Yes")), ("not_yet", _("Not yet"))],
        help_text=_("Such as a doctor, a nurse or a therapist, before or after your therapy."),
    )
    evaluator = forms.CharField(
        label=_("Who was it?"),
        max_length=120,
        help_text=_("A profession and a name or a place is enough."),
        error_messages={"required": _("Say who evaluated you; a profession and a place do.")},
    )
    evaluated_on = forms.DateField(
        label=_("When?"),
        help_text=_("The day, as near as you remember. It holds for twelve months."),
        error_messages={"required": _("Say when; any day of that month is near enough.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    care = _choice(
        _("Is there someone else who looks after your care at present?"),
        [
            ("yes", _("Yes: a therapist, doctor or nurse sees me")),
            ("reach", _("There is someone I can reach")),
            ("no", _("Nobody just now")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("evaluated") == "not_yet":
            self.errors.pop("evaluator", None)
            self.errors.pop("evaluated_on", None)
            self.add_error(
                "evaluated",
                gettext(
                    "A circle asks that a trained professional has looked at this with you "
                    "first. Your answers are kept; come back to them after that."
                ),
            )
        return cleaned

    def clean_evaluated_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["evaluated_on"]
        today = timezone.localdate()
        if day > today:
            raise forms.ValidationError(gettext("That day is still to come."))
        if day < today - EVALUATION_HOLDS:
            raise forms.ValidationError(
                gettext(
                    "That is more than twelve months ago. Ask for a fresh look, then come back."
                )
            )
        return day


class NowForm(StepForm):
    title = _("Is now a good time?")
    words = _(
        "These help us see whether a peer circle is the right kind of company for you just now. "
        "Only those who hold the circle read them. They’re erased 30 days after the decision."
    )

    tonight = _choice(
        _("If tonight were hard, is there someone you could call?"),
        [
            ("yes", _("Yes, there is")),
            ("think_so", _("I think so, I haven’t tried")),
            ("no", _("Not really")),
            ("person", _("I’d rather talk about this with a person")),
        ],
        help_text=_("A friend, a relative, a therapist, a neighbour with a kettle."),
    )
    safe = _choice(
        _("In the last two weeks, have you felt that you might not be safe?"),
        [
            ("no", _("No")),
            ("sometimes", _("Sometimes, and I have support for it")),
            ("yes", _("Yes")),
        ],
    )
    name = forms.CharField(
        label=_("Your chosen name, in place of a signature"),
        max_length=160,
        help_text=_("This is what the circle will call you."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={
            "required": _(
                "Write the name you’d like the circle to use. It needn’t be your legal name."
            )
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, clause in self._clauses_by_name().items():
            self.fields[name] = forms.BooleanField(label=clause, required=False)
        self.order_fields(["tonight", "safe", *self._clause_names(), "name"])

    def clean(self) -> dict[str, Any]:
        """One sentence for all that is not ticked, at the first of them."""
        cleaned: dict[str, Any] = super().clean() or {}
        missing = [name for name in self._clause_names() if not cleaned.get(name)]
        if missing and self._ticked_before():
            self.add_error(
                missing[0],
                gettext(
                    "This has been worded anew since you ticked it. Read it once more, and tick "
                    "each clause that you can agree to."
                ),
            )
        elif missing:
            self.add_error(
                missing[0],
                ngettext(
                    "One clause isn’t ticked. Tick it, if you can agree to it.",
                    "%(n)d clauses aren’t ticked. Tick each, if you can agree to it.",
                    len(missing),
                )
                % {"n": len(missing)},
            )
        return cleaned

    def clauses(self) -> list[forms.BoundField]:
        return [self[name] for name in self._clause_names()]

    def clean_name(self) -> str:
        try:
            return names.tidy(self.cleaned_data["name"])
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused

    @property
    def leads_to_support(self) -> bool:
        return self.data.get("safe") == "yes"

    def _clauses_by_name(self) -> dict[str, str]:
        """Named by version, too: what was ticked on a page with other clauses is no tick here."""
        if self.agreement is None:
            return {}
        clauses = enumerate(self.agreement.each_clause(), 1)
        return {f"clause_{self.agreement.version}_{number}": clause for number, clause in clauses}

    def _clause_names(self) -> list[str]:
        return list(self._clauses_by_name())

    def _ticked_before(self) -> bool:
        """Whether clauses were ticked, and all of them of another version."""
        ticked = {name for name in self.data if name.startswith("clause_") and self.data[name]}
        return bool(ticked) and ticked.isdisjoint(self._clause_names())


STEPS: dict[str, type[StepForm]] = {"about": AboutForm, "care": CareForm, "now": NowForm}


def as_read(answers: dict[str, str]) -> list[tuple[Any, Any]]:
    """Question and answer, in words, for those who decide and for the one who wrote them."""
    told = []
    for form in STEPS.values():
        for name, field in form.base_fields.items():
            answer = answers.get(name, "")
            if isinstance(field, forms.ChoiceField):
                answer = dict(cast(list[tuple[str, str]], field.choices)).get(answer, "")
            elif isinstance(field, forms.DateField) and (day := parse_date(answer)):
                answer = date_format(day, gettext("j F Y"))
            if answer:
                told.append((field.label, answer))
    return told


class DecisionForm(forms.Form):
    """What a facilitator answers, in words the applicant will read."""

    CHOICES: ClassVar[list[tuple[str, Any]]] = [
        ("accept", _("Accept")),
        ("waiting", _("Offer the waiting list")),
        ("ask", _("Ask something first")),
        ("decline", _("Not now")),
    ]
    decision = forms.ChoiceField(
        label=_("Your answer"),
        choices=CHOICES,
        widget=_Radios,
        error_messages={"required": _("Choose an answer.")},
    )
    words = _Lines(
        label=_("Words to them"),
        max_length=2000,
        required=False,
        help_text=_("They read this. With “not now”, say what is near, and that the door is open."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") in {"ask", "decline"} and not cleaned.get("words", "").strip():
            self.add_error(
                "words", gettext("Write a few words to them; they get nothing else to read.")
            )
        return cleaned


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("The name you go by in this circle"),
        max_length=160,
        help_text=_("It needn’t be your legal name. It stays yours here, and can’t be changed."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={
            "required": _("Write the name you’d like the circle to use. Any name you choose.")
        },
    )
