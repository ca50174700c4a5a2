"""What every house needs before its first visitor: a front door, and help behind one link.

It is written once, in the house's own language, and its editors' from then on. A second language
would be pages that nobody asked for and nobody looks after; editors who want one translate them,
and whoever reads it is given it. `found` is safe to repeat and never changes what an editor made.
"""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page, Site

from community.language import in_language, of_the_house
from home import numbers
from home.models import Country, HelpLine, HomePage, HouseSettings, SupportPage


@transaction.atomic
def found() -> HomePage:
    """The home page of this house, made if there is none; the support page and lines likewise."""
    home = HomePage.objects.first() or _open_front_door()
    site = _site(home)
    HouseSettings.for_site(site)
    _take_down_the_welcome(keeping=home)
    if not SupportPage.objects.exists():
        home.add_child(instance=_support_page(home.locale))
    if not HelpLine.objects.exists():
        hang_up_numbers()
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
    with in_language(of_the_house()):
        home = HomePage(
            title=_("After the journey, the weaving"),
            # Wagtail's own first page may still hold the address.
            slug="house" if root.get_children().filter(slug="home").exists() else "home",
            lead=_("Small online circles for people living with what a therapy showed them."),
            locale=_locale(),
        )
    return root.add_child(instance=home)


def _root() -> Page:
    """Wagtail's root, as its first migration makes it; a flushed database has none."""
    return Page.add_root(
        title="Root",
        slug="root",
        content_type=ContentType.objects.get_for_model(Page),
        locale=_locale(),
    )


def _locale() -> Locale:
    """The house's own. It has none where its language was another when its tables were made."""
    return Locale.objects.get_or_create(language_code=of_the_house())[0]


def _take_down_the_welcome(*, keeping: HomePage) -> None:
    """Wagtail's "Welcome" page, untouched and empty, makes room."""
    plain = ContentType.objects.get_for_model(Page)
    for page in Page.objects.filter(depth=2, content_type=plain, numchild=0, slug="home"):
        page.delete()
    if keeping.slug == "house":
        keeping.slug = "home"
        keeping.save()


def _support_page(locale: Locale) -> SupportPage:
    """As the front door is, in whose language stands what is below it."""
    with in_language(locale.language_code):
        while_waiting = [
            _("Put both feet on the floor. Name five things you can see, out loud if you can."),
            _("Move to where another person is, or where there’s light."),
            _("Put distance between you and anything you might use to hurt yourself."),
            _("Drink some water. Then choose one number above."),
        ]
        points = [f"<p>{line}</p>" for line in while_waiting]
        return SupportPage(
            title=_("Support now"),
            slug="support",
            search_description=_(
                "Numbers to ring or text right now, by country. No sign-in, no cookie."
            ),
            lead=_("You don’t have to explain it well. You don’t have to be sure it’s bad enough."),
            urgent=_("If someone’s life is in danger, ring the emergency number."),
            while_waiting=[("points", {"dye": "woad", "points": points})],
            from_the_house=_("Facilitators are not on call at night; the lines above are."),
        )


def hang_up_numbers(*, checked_on: dt.date | None = None) -> None:
    """Lines for where the house's language is spoken, and the directory for elsewhere.

    That someone of the house has checked them is said when someone has.
    """
    language = of_the_house()
    places = {
        code: Country.objects.update_or_create(
            code=code, defaults={"name": name, "emergency_number": number, "sort_order": order}
        )[0]
        for order, (code, name, number) in enumerate(numbers.COUNTRIES[language])
    }
    for order, (codes, fields) in enumerate(numbers.LINES[language]):
        line, _is_new = HelpLine.objects.update_or_create(
            name=fields["name"],
            defaults=fields
            | {"written_in": language, "checked_on": checked_on, "sort_order": order},
        )
        line.countries.set(places[code] for code in codes)
