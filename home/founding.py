"""What every house needs before its first visitor: a front door, and help behind one link.

`found` is safe to repeat and never changes what an editor has made.
"""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from home.models import Country, HelpLine, HomePage, HouseSettings, SupportPage

COUNTRIES = (
    ("GB", "UK", "999"),
    ("IE", "Ireland", "112"),
    ("US", "USA", "911"),
    ("CA", "Canada", "911"),
)
WHILE_WAITING = (
    "Put both feet on the floor. Name five things you can see, out loud if you can.",
    "Move to where another person is, or where there’s light.",
    "Put distance between you and anything you might use to hurt yourself.",
    "Drink some water. Then choose one number above.",
)


@transaction.atomic
def found() -> HomePage:
    """The home page of this house, made if there is none; the support page and lines likewise."""
    home = HomePage.objects.first() or _open_front_door()
    site = _site(home)
    HouseSettings.for_site(site)
    _take_down_the_welcome(keeping=home)
    if not SupportPage.objects.exists():
        home.add_child(instance=_support_page())
    if not HelpLine.objects.exists():
        hang_up_numbers(checked_on=timezone.localdate())
    return home


def _site(home: HomePage) -> Site:
    """The default site, at the address that the house's settings name."""
    origin = urlsplit(settings.ORIGIN)
    port = origin.port or (443 if origin.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id is None or not isinstance(site.root_page.specific, HomePage):
        site.root_page = home
    site.hostname, site.port = origin.hostname or "localhost", port
    site.save()
    return site


def _open_front_door() -> HomePage:
    root = Page.objects.filter(depth=1).first() or _root()
    home = HomePage(
        title="After the journey, the weaving",
        # Wagtail's own first page may still hold the address.
        slug="house" if root.get_children().filter(slug="home").exists() else "home",
        lead="Small online circles for people living with what a therapy showed them.",
    )
    return root.add_child(instance=home)


def _root() -> Page:
    """Wagtail's root, as its first migration makes it; a flushed database has none."""
    if not Locale.objects.exists():
        Locale.objects.create(language_code="en")
    return Page.add_root(
        title="Root",
        slug="root",
        content_type=ContentType.objects.get_for_model(Page),
        locale=Locale.get_default(),
    )


def _take_down_the_welcome(*, keeping: HomePage) -> None:
    """Wagtail's "Welcome" page, untouched and empty, makes room."""
    plain = ContentType.objects.get_for_model(Page)
    for page in Page.objects.filter(depth=2, content_type=plain, numchild=0, slug="home"):
        page.delete()
    if keeping.slug == "house":
        keeping.slug = "home"
        keeping.save()


def _support_page() -> SupportPage:
    body: list[tuple[str, Any]] = [
        ("points", {"dye": "woad", "points": [f"<p>{line}</p>" for line in WHILE_WAITING]})
    ]
    return SupportPage(
        title="Support now",
        slug="support",
        search_description="Numbers to ring or text right now, by country. No sign-in, no cookie.",
        lead="You don’t have to explain it well. You don’t have to be sure it’s bad enough.",
        while_waiting=body,
        from_the_house="Facilitators are not on call at night; the lines above are.",
    )


def hang_up_numbers(*, checked_on: dt.date) -> None:
    """Sample lines for the UK, Ireland, the USA and Canada, and the directory for elsewhere.

    Each house checks and completes its own; the CMS asks for it after 90 days.
    """
    places = {
        code: Country.objects.update_or_create(
            code=code, defaults={"name": name, "emergency_number": number, "sort_order": order}
        )[0]
        for order, (code, name, number) in enumerate(COUNTRIES)
    }
    for order, (codes, fields) in enumerate(_lines()):
        line, _made = HelpLine.objects.update_or_create(
            name=fields.pop("name"),
            defaults=fields | {"checked_on": checked_on, "sort_order": order},
        )
        line.countries.set(places[code] for code in codes)


def _lines() -> list[tuple[tuple[str, ...], dict[str, str]]]:
    return [
        (
            ("GB", "IE"),
            {
                "name": "Samaritans",
                "number": "116 123",
                "words": "Listening, day and night. It won’t show on your bill.",
                "hours": "24 hours",
                "cost": "free from any phone",
                "languages": "English",
            },
        ),
        (
            ("GB",),
            {
                "name": "Shout",
                "sms": "85258",
                "words": "By text, if talking out loud is too much.",
                "hours": "24 hours",
                "cost": "free on most networks",
                "languages": "English",
            },
        ),
        (
            ("US", "CA"),
            {
                "name": "988 Lifeline",
                "number": "988",
                "sms": "988",
                "words": "Ring or text, whatever brings you.",
                "hours": "24 hours",
                "cost": "free",
                "languages": "English, Spanish or French",
            },
        ),
        (
            ("US",),
            {
                "name": "Fireside Project",
                "number": "623-473-7433",
                "sms": "623-473-7433",
                "words": "For difficult moments during a journey, and for what comes after it.",
                "hours": "not at all hours",
                "cost": "free",
                "languages": "English",
            },
        ),
        (
            (),
            {
                "name": "Somewhere else",
                "website": "https://findahelpline.com",
                "words": "A list of free lines by country, kept by others. It opens a new site.",
            },
        ),
    ]
