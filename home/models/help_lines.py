"""Numbers that help right now, where they answer, and when someone last made sure."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import PreviewableMixin
from wagtail.search import index

from community.choosing import Several
from community.language import of_the_house

# How long a number may go unchecked before the house is reminded.
CHECKED_FOR = dt.timedelta(days=90)

is_dialable = RegexValidator(
    r"^[+]?[0-9][0-9 ()-]{1,24}$", _("Write the number as it is dialled: digits and spaces.")
)


def today() -> dt.date:
    return timezone.localdate()


class Country(models.Model):
    """A place whose emergency number the house knows."""

    code = models.CharField(
        _("code"),
        max_length=2,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as IE."))],
        help_text=_("The country’s two letters (ISO 3166), such as IE."),
    )
    name = models.CharField(_("name"), max_length=60)
    emergency_number = models.CharField(
        _("emergency number"), max_length=12, validators=[is_dialable]
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("code")]),
        FieldRowPanel([FieldPanel("emergency_number"), FieldPanel("sort_order")]),
    ]

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["sort_order", "name"]

    def __str__(self) -> str:
        return self.name


class HelpLineQuerySet(models.QuerySet["HelpLine"]):
    def for_country(self, country: Country) -> Self:
        """Lines that answer in `country`, then those that answer everywhere."""
        return self.filter(models.Q(countries=country) | models.Q(countries=None)).distinct()

    def for_anywhere(self) -> Self:
        return self.filter(countries=None)

    def overdue(self, on: dt.date | None = None) -> Self:
        """Lines nobody has checked yet, then those of 90 days ago, the longest unchecked first."""
        long_ago = models.Q(checked_on__lt=(on or today()) - CHECKED_FOR)
        return self.filter(long_ago | models.Q(checked_on=None)).order_by(
            models.F("checked_on").asc(nulls_first=True), "sort_order"
        )


class HelpLine(PreviewableMixin, index.Indexed, models.Model):
    """A line someone can ring or text, or a list of such lines elsewhere."""

    name = models.CharField(_("name"), max_length=80)
    words = models.CharField(
        _("what it is"),
        max_length=200,
        help_text=_("One or two short sentences: who answers, what it costs, when."),
    )
    written_in = models.CharField(_("language of these words"), max_length=12, default=of_the_house)
    number = models.CharField(
        _("number to ring"), max_length=26, blank=True, validators=[is_dialable]
    )
    sms = models.CharField(_("number to text"), max_length=26, blank=True, validators=[is_dialable])
    website = models.URLField(_("website"), blank=True)
    hours = models.CharField(
        _("hours"), max_length=80, blank=True, help_text=_("Such as “24 hours”.")
    )
    cost = models.CharField(_("cost"), max_length=80, blank=True, help_text=_("Such as “free”."))
    languages = models.CharField(_("languages"), max_length=120, blank=True)
    countries = models.ManyToManyField(
        Country,
        blank=True,
        related_name="lines",
        verbose_name=_("countries"),
        help_text=_("None means everywhere."),
    )
    checked_on = models.DateField(
        _("checked on"),
        default=today,
        null=True,  # what the house was founded with, until someone has checked it
        help_text=_("The day someone of the house last made sure that all of this is true."),
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = HelpLineQuerySet.as_manager()

    panels = [
        FieldPanel("name"),
        FieldPanel("words"),
        FieldPanel("written_in", widget=forms.Select(choices=settings.LANGUAGES)),
        MultiFieldPanel(
            [FieldPanel("number"), FieldPanel("sms"), FieldPanel("website")],
            heading=_("How to reach it (at least one)"),
        ),
        FieldRowPanel([FieldPanel("hours"), FieldPanel("cost"), FieldPanel("languages")]),
        FieldPanel("countries", widget=Several),
        FieldRowPanel([FieldPanel("checked_on"), FieldPanel("sort_order")]),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
    ]

    class Meta:
        verbose_name = _("help line")
        verbose_name_plural = _("help lines")
        ordering = ["sort_order", "name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(number="", sms="", website=""), name="help_line_can_be_reached"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if not (self.number or self.sms or self.website):
            raise ValidationError(
                {"number": _("Give a number to ring, a number to text, or a website.")}
            )
        if self.checked_on and self.checked_on > today():
            raise ValidationError({"checked_on": _("That day is still to come.")})

    @property
    def facts(self) -> list[str]:
        """Where it answers, when, at what cost and in which languages, as far as is said."""
        places = ", ".join(country.name for country in self.countries.all())
        return [fact for fact in (places, self.hours, self.cost, self.languages) if fact]

    @property
    def is_overdue(self) -> bool:
        return self.checked_on is None or self.checked_on < today() - CHECKED_FOR

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "home/help_line_preview.html"
