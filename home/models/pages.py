"""Pages the world sees."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from home.blocks import HomeBody, PageBody
from home.models.help_lines import Country, HelpLine


class HomePage(Page):
    """The front door."""

    lead = models.TextField(_("lead"), max_length=320, help_text=_("Two or three sentences."))
    first_button = models.CharField(_("words on the button"), max_length=40, blank=True)
    first_page = models.ForeignKey(
        Page,
        verbose_name=_("where the button leads"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    body = StreamField(HomeBody(), verbose_name=_("body"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        MultiFieldPanel([FieldPanel("first_button"), FieldPanel("first_page")], _("Button")),
        FieldPanel("body"),
    ]
    template = "home/home_page.html"
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "home.StandardPage",
        "home.SupportPage",
        "programs.ProgramIndexPage",
    ]
    max_count = 1
    page_description = _("The first page of the site. There is one.")

    class Meta:
        verbose_name = _("home page")


class StandardPage(Page):
    """A page of words: how it works, the agreement, privacy."""

    lead = models.TextField(_("lead"), max_length=320, blank=True)
    body = StreamField(PageBody(), verbose_name=_("body"), blank=True)
    in_foot = models.BooleanField(
        _("linked at the foot of each page"), default=False, help_text=_("Once it is published.")
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    promote_panels = [*Page.promote_panels, FieldPanel("in_foot")]
    template = "home/standard_page.html"
    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    page_description = _("Words on a page of their own, such as an agreement or a privacy notice.")

    class Meta:
        verbose_name = _("standard page")


class SupportPage(Page):
    """Help right now. It needs no script, no sign-in and no cookie."""

    lead = models.TextField(_("lead"), max_length=320)
    urgent = models.CharField(
        _("when a life is in danger"),
        max_length=200,
        default=_("If someone’s life is in danger, ring the emergency number."),
    )
    while_waiting = StreamField(PageBody(), verbose_name=_("while you wait, or decide"), blank=True)
    from_the_house = models.TextField(
        _("what this house can and can’t do"),
        max_length=400,
        blank=True,
        help_text=_("Such as when facilitators read, and that they are not on call at night."),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("urgent"),
        FieldPanel("while_waiting"),
        FieldPanel("from_the_house"),
    ]
    template = "home/support_page.html"
    parent_page_types = ["home.HomePage"]
    subpage_types = []
    max_count = 1
    page_description = _("Help lines by country. Every page of the house links to it.")

    class Meta:
        verbose_name = _("support page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context |= lines_for(request.GET.get("country", ""))
        return context


def lines_for(asked: str) -> dict[str, Any]:
    """Countries and lines for the reader's choice: a two-letter code, or nothing for all.

    A place the house doesn't know gets the lines that answer everywhere, and is told so.
    """
    countries = list(Country.objects.all())
    code = asked.strip().upper()[:2]
    chosen = next((country for country in countries if country.code == code), None)
    unknown = bool(asked) and chosen is None
    lines = HelpLine.objects.prefetch_related("countries")
    if chosen:
        lines = lines.for_country(chosen)
    elif unknown:
        lines = lines.for_anywhere()
    found = list(lines)
    numbers: dict[str, list[Country]] = {}
    for country in countries:
        numbers.setdefault(country.emergency_number, []).append(country)
    return {
        "countries": countries,
        "emergency_numbers": numbers,
        "chosen": chosen,
        "unknown": unknown,
        "lines": found,
        "checked_on": _checked_on(found),
    }


def _checked_on(lines: list[HelpLine]) -> dt.date | None:
    """The day since when all of them are known to be true; None where some never were checked."""
    days = [line.checked_on for line in lines]
    return min((day for day in days if day), default=None) if all(days) else None
