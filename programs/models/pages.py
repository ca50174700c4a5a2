"""The pages editors write: the list of programs, each program, and its weeks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    MultipleChooserPanel,
)
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page, PageViewRestriction

from programs.blocks import ProgramBody
from programs.checks_panel import ChecksPanel
from programs.models.circles import Circle
from programs.models.memberships import Membership
from programs.models.realms import FacilitatorProfile, Realm


def _view_restrictions(page: Page) -> QuerySet[PageViewRestriction]:
    """Wagtail's rule of who may see a page, as one question to the database instead of two:
    what is set on it, on any page above it, or on a page that one of them mirrors."""
    above = Page.objects.ancestor_of(page, inclusive=True)
    return PageViewRestriction.objects.filter(
        Q(page__in=above)
        | Q(page__in=above.values("alias_of"))
        | Q(page__in=above.values("alias_of__alias_of"))
    )


class ProgramIndexPage(Page):
    """All programs of the house."""

    introduction = models.TextField(_("introduction"), blank=True, max_length=400)

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("introduction")]
    template = "programs/index_page.html"
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["programs.ProgramPage"]
    max_count = 1
    page_description = _("The list of programs. There is one.")
    get_view_restrictions = _view_restrictions

    class Meta:
        verbose_name = _("list of programs")

    @property
    def lead(self) -> str:
        """What search engines are told where nothing else was written for them."""
        return self.introduction

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        programs = list(ProgramPage.objects.child_of(self).live().public())
        gathering = Circle.objects.gathering().filter(cohort__program__in=programs)
        by_program: dict[int, list[Circle]] = {}
        for circle in gathering:
            by_program.setdefault(circle.cohort.program_id, []).append(circle)
        context["programs"] = [(page, by_program.get(page.pk, [])) for page in programs]
        return context


class ProgramPage(Page):
    """A program: what it is, for whom, what it costs, who holds it, and its weeks."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", _("a question each week")
        MONTHLY = "monthly", _("a question each month")

    class Face(models.TextChoices):
        """For whom the page is shown."""

        VISITOR = "visitor", _("As a visitor")
        MEMBER = "member", _("As a member of a circle")

    summary = models.TextField(
        _("summary"), max_length=400, help_text=_("Two or three sentences: for whom, for what.")
    )
    rhythm = models.CharField(_("rhythm"), max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)
    size = models.CharField(
        _("circle"), max_length=80, blank=True, help_text=_("Such as “6 to 8 peers”.")
    )
    sessions = models.CharField(
        _("live"), max_length=80, blank=True, help_text=_("Such as “75 minutes, once a week”.")
    )
    alone = models.CharField(
        _("on your own"), max_length=80, blank=True, help_text=_("Such as “about 45 minutes”.")
    )
    cost = models.CharField(
        _("cost"), max_length=120, blank=True, help_text=_("Such as “£0 to £240, you choose”.")
    )
    languages = models.CharField(_("language"), max_length=80, blank=True)
    suits = models.TextField(
        _("it may suit you if"), blank=True, help_text=_("One reason a line, as in “you want …”.")
    )
    suits_not = models.TextField(
        _("perhaps not now if"),
        blank=True,
        help_text=_(
            "One reason a line. That one is in crisis, with the way to help, is always said first."
        ),
    )
    body = StreamField(ProgramBody(), verbose_name=_("body"), blank=True)

    content_panels: ClassVar[list[Any]] = [
        ChecksPanel(),
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("rhythm"), FieldPanel("cost")]),
                FieldRowPanel([FieldPanel("size"), FieldPanel("sessions")]),
                FieldRowPanel([FieldPanel("alone"), FieldPanel("languages")]),
            ],
            _("Facts"),
        ),
        InlinePanel("weeks", heading=_("Weeks"), label=_("Week")),
        MultiFieldPanel([FieldPanel("suits"), FieldPanel("suits_not")], _("Whom it suits")),
        MultipleChooserPanel(
            "facilitators",
            chooser_field_name="profile",
            heading=_("Facilitators"),
            label=_("Facilitator"),
        ),
        FieldPanel("body"),
    ]
    template = "programs/program_page.html"
    parent_page_types: ClassVar[list[str]] = ["programs.ProgramIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("A program with its weeks. Cohorts and circles are opened beside it.")
    preview_modes: ClassVar[Any] = Face.choices
    get_view_restrictions = _view_restrictions

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")

    @property
    def lead(self) -> str:
        """What search engines are told where nothing else was written for them."""
        return self.summary

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["weeks"] = self.each_week()
        context["holders"] = [
            place.profile
            for place in self.facilitators.select_related("profile")
            if place.profile.live
        ]
        context["circles"] = list(Circle.objects.gathering().filter(cohort__program=self.pk))
        context["opened_weeks"] = self._weeks_open_to(request)
        return context

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        context = super().get_preview_context(request, mode_name)
        shown = self.Face.MEMBER if mode_name == self.Face.MEMBER else self.Face.VISITOR
        context["opened_weeks"] = len(context["weeks"]) if shown == self.Face.MEMBER else 0
        return context

    def each_week(self) -> list[ProgramWeek]:
        """The weeks in their order; the first is week 1."""
        return list(self.weeks.select_related("realm"))

    def reasons_for(self) -> list[str]:
        return [line.strip() for line in self.suits.splitlines() if line.strip()]

    def reasons_against(self) -> list[str]:
        return [line.strip() for line in self.suits_not.splitlines() if line.strip()]

    def _weeks_open_to(self, request: HttpRequest) -> int:
        """How many weeks the reader has come to, as a member of one of its circles; else 0.

        Only whoever brought a session is looked at, so that a visitor never starts one.
        """
        if not request.COOKIES or not request.user.is_authenticated:
            return 0
        mine = Membership.objects.current().filter(user=request.user)
        mine = mine.filter(circle__cohort__program=self.pk).select_related("circle__cohort")
        today = timezone.localdate()
        return max((place.circle.cohort.week_on(today) for place in mine), default=0)


class ProgramWeek(Orderable):
    """A week of a program: theme, realm, reading, a small practice, one question."""

    program = ParentalKey(ProgramPage, on_delete=models.CASCADE, related_name="weeks")
    theme = models.CharField(_("theme"), max_length=120)
    realm = models.ForeignKey(
        Realm, verbose_name=_("realm"), null=True, blank=True, on_delete=models.SET_NULL
    )
    about = models.TextField(
        _("about"), blank=True, max_length=300, help_text=_("A sentence or two; visitors read it.")
    )
    prompt = models.TextField(
        _("question"),
        max_length=600,
        help_text=_("One question. It comes into each circle’s room at the time of its cohort."),
    )
    reading = RichTextField(
        _("reading"),
        blank=True,
        features=["bold", "italic", "link", "ol", "ul"],
        help_text=_("For members, from this week on."),
    )
    practices = models.TextField(
        _("practices"),
        blank=True,
        help_text=_("Small things to do, one a line; for members, from this week on."),
    )

    panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("theme"), FieldPanel("realm")]),
        FieldPanel("about"),
        FieldPanel("prompt"),
        FieldPanel("reading"),
        FieldPanel("practices"),
    ]

    def __str__(self) -> str:
        return self.theme

    def each_practice(self) -> list[str]:
        return [line.strip() for line in self.practices.splitlines() if line.strip()]


class ProgramFacilitator(Orderable):
    """That someone holds circles of a program."""

    program = ParentalKey(ProgramPage, on_delete=models.CASCADE, related_name="facilitators")
    profile = models.ForeignKey(
        FacilitatorProfile,
        verbose_name=_("profile"),
        on_delete=models.CASCADE,
        related_name="programs",
    )

    panels: ClassVar[list[Any]] = [FieldPanel("profile")]

    def __str__(self) -> str:
        return str(self.profile)
