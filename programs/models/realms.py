"""What editors keep beside the pages: the realms of life, and the people who hold circles."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.models import DraftStateMixin, LockableMixin, PreviewableMixin, RevisionMixin


class Dye(models.TextChoices):
    WOAD = "woad", _("woad, blue")
    MADDER = "madder", _("madder, red")
    ELDER = "elder", _("elder, violet")
    WELD = "weld", _("weld, yellow")
    BIRCH = "birch", _("birch, green")
    ONION = "onion", _("onion, orange")


class Weave(models.TextChoices):
    TWILL = "twill", _("twill")
    CHECK = "check", _("check")
    PLAIN = "plain", _("plain")
    HERRING = "herring", _("herringbone")
    RIB = "rib", _("rib")
    BASKET = "basket", _("basket")
    TWILL_BACK = "twill-back", _("twill, the other way")
    WARP = "warp", _("bare warp")


class Realm(models.Model):
    """A side of life the work goes through; each has its dye and weave, always the same."""

    name = models.CharField(_("name"), max_length=40)
    slug = models.SlugField(_("name in addresses"), unique=True)
    about = models.CharField(
        _("about"), max_length=200, blank=True, help_text=_("In one sentence, for members.")
    )
    dye = models.CharField(_("dye"), max_length=12, choices=Dye, default=Dye.WOAD)
    weave = models.CharField(_("weave"), max_length=12, choices=Weave, default=Weave.TWILL)
    sort_order = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    panels: ClassVar[list[Any]] = [
        HelpPanel(
            _(
                "A realm keeps its dye everywhere: in weeks, questions and gardens. Change one "
                "only if you mean to change it in every circle."
            )
        ),
        FieldPanel("name"),
        FieldPanel("slug"),
        FieldPanel("about"),
        MultiFieldPanel([FieldPanel("dye"), FieldPanel("weave")], _("Cloth")),
        FieldPanel("sort_order"),
    ]

    class Meta:
        verbose_name = _("realm")
        verbose_name_plural = _("realms")
        ordering = ["sort_order", "name"]

    def __str__(self) -> str:
        return self.name


class FacilitatorProfile(
    DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, models.Model
):
    """Who holds circles, what they learned for it, what they earn by it and what ties they have."""

    name = models.CharField(_("name"), max_length=80)
    credentials = models.CharField(
        _("credentials"), max_length=200, help_text=_("Profession and register, or “none”.")
    )
    training = models.TextField(
        _("training"), blank=True, help_text=_("For holding circles: where, when, how many hours.")
    )
    fees = models.CharField(
        _("fees"), max_length=200, blank=True, help_text=_("What they are paid, and by whom.")
    )
    ties = models.TextField(
        _("ties and interests"),
        blank=True,
        help_text=_("Clinics, companies, products; write “none” where there are none."),
    )
    complaints = models.TextField(
        _("where to complain"), help_text=_("Someone other than they themselves.")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="facilitator_profile",
    )

    panels: ClassVar[list[Any]] = [
        HelpPanel(
            _(
                "Everyone who applies can read this. It is what a careful person would want to "
                "know before trusting someone with their story."
            )
        ),
        FieldPanel("name"),
        MultiFieldPanel([FieldPanel("credentials"), FieldPanel("training")], _("Learned")),
        MultiFieldPanel([FieldPanel("fees"), FieldPanel("ties")], _("Ties")),
        FieldPanel("complaints"),
    ]

    class Meta:
        verbose_name = _("facilitator’s profile")
        verbose_name_plural = _("facilitators' profiles")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "programs/facilitator_preview.html"
