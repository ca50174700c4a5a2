"""What the house is called and how it is reached."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Site

from community.language import in_language, of_the_house
from community.remembered import Remembered

FOOT_WORDS = _(
    "Peer support, held with care. Reweave is not treatment and not an emergency service. "
    "Runs on free software that this house hosts itself: no trackers, no advertising, "
    "nothing loaded from anyone else."
)


def neutral_name() -> str:
    """What a new house is called in inboxes, in its own language."""
    with in_language(of_the_house()):
        return gettext("The house")


@register_setting(icon="home", order=10)
class HouseSettings(BaseSiteSetting):
    name = models.CharField(_("name of the house"), max_length=40, default="Reweave")
    contact_email = models.EmailField(
        _("contact address"),
        blank=True,
        help_text=_("Shown on the pages that say how to reach you."),
    )
    mail_name = models.CharField(
        _("neutral mail name"),
        max_length=40,
        default=neutral_name,
        help_text=_(
            "The sender that people see in their inbox. It should say nothing about therapy, "
            "because others may see it too."
        ),
    )
    foot_words = models.TextField(_("words at the foot of each page"), blank=True, max_length=400)

    panels = [
        FieldPanel("name"),
        MultiFieldPanel(
            [FieldPanel("contact_email"), FieldPanel("mail_name")], heading=_("Reaching the house")
        ),
        FieldPanel("foot_words"),
    ]

    class Meta:
        verbose_name = _("house settings")

    @property
    def words(self) -> str:
        return self.foot_words or str(FOOT_WORDS)

    @classmethod
    def current(cls, request: HttpRequest | None) -> HouseSettings:
        """The settings of the site being asked for, from memory where they are fresh.

        Without a request (a fault page, a mail) it is the house as it comes: nothing is asked
        of the database.
        """
        if request is None:
            return cls()
        if (known := getattr(request, cls.get_cache_attr_name(), None)) is not None:
            return known
        house = _houses.get(request.get_host(), lambda: cls._of(request))
        setattr(request, cls.get_cache_attr_name(), house)
        return house

    @classmethod
    def _of(cls, request: HttpRequest) -> HouseSettings:
        return cls() if Site.find_for_request(request) is None else cls.for_request(request)

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        _houses.forget()


# Every page says the house's name.
_houses: Remembered[HouseSettings] = Remembered("home.house")
