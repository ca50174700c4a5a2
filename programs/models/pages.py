"""The pages editors write: programs, their weeks, the realms and the people who hold them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page


class Realm(models.Model):
    """A side of life the work goes through; each has its dye and weave, always the same."""

    name = models.CharField(_("name"), max_length=40)
    slug = models.SlugField(unique=True)
    dye = models.CharField(_("dye"), max_length=12, default="woad")
    weave = models.CharField(_("weave"), max_length=12, default="twill")
    sort_order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["sort_order", "name"]

    def __str__(self) -> str:
        return self.name


class FacilitatorProfile(models.Model):
    """Who holds circles, what they learned for it, and what ties they have."""

    name = models.CharField(_("name"), max_length=80)
    credentials = models.CharField(_("credentials"), max_length=200)
    ties = models.TextField(_("ties and interests"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )

    def __str__(self) -> str:
        return self.name


class ProgramIndexPage(Page):
    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    subpage_types = ["programs.ProgramPage"]
    max_count = 1


class ProgramPage(Page):
    summary = models.TextField(_("summary"), max_length=400)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        InlinePanel("weeks", heading=_("Weeks"), label=_("Week")),
    ]
    parent_page_types = ["programs.ProgramIndexPage"]
    subpage_types: list[str] = []


class ProgramWeek(Orderable):
    """A week of a program: theme, realm, reading, a small practice, one question."""

    program = ParentalKey(ProgramPage, on_delete=models.CASCADE, related_name="weeks")
    theme = models.CharField(_("theme"), max_length=120)
    realm = models.ForeignKey(Realm, null=True, blank=True, on_delete=models.SET_NULL)
    reading = RichTextField(_("reading"), blank=True)
    practice = models.TextField(_("practice"), blank=True)
    prompt = models.TextField(_("question"), max_length=600)

    def __str__(self) -> str:
        return self.theme
