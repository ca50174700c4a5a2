"""The house's name and its links, for the frame of every page."""

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Page, Site

from home.models import HouseSettings

register = template.Library()

_LINKS = "_house_links"


@register.simple_tag(takes_context=True)
def house(context: template.Context) -> HouseSettings:
    """The settings of the house; the house as it comes where there is no request."""
    return HouseSettings.current(context.get("request"))


@register.simple_tag(takes_context=True)
def house_links(context: template.Context) -> dict[str, list[dict[str, Any]]]:
    """`menu` and `foot`: the programs, then the pages marked for each. `programs`: those alone.

    One query for the whole page; nothing where there is no request.
    """
    request = context.get("request")
    if request is None:
        return {}
    if not hasattr(request, _LINKS):
        setattr(request, _LINKS, _links(request))
    return getattr(request, _LINKS)


def _links(request: HttpRequest) -> dict[str, list[dict[str, Any]]]:
    pages = _pages(request)
    links: dict[str, list[dict[str, Any]]] = {"menu": [], "foot": [], "programs": []}
    for page in pages:
        url = page.get_url(request)
        link = {"label": page.title, "url": url, "here": request.path.startswith(url)}
        if hasattr(page, "programindexpage"):
            links["programs"].append(link)
        elif page.show_in_menus:
            links["menu"].append(link)
        if hasattr(page, "standardpage") and page.standardpage.in_foot:
            links["foot"].append(link)
    # What the house is for comes first.
    return {name: links["programs"] + links[name] for name in ("menu", "foot")} | {
        "programs": links["programs"]
    }


def _pages(request: HttpRequest) -> list[Page]:
    """Those right below the front door, each as it is translated, where it is."""
    site = Site.find_for_request(request)
    paths = Site.get_site_root_paths()
    roots = {path.language_code: path.root_path for path in paths if site and path[0] == site.pk}
    if not roots:
        return []
    own = roots.get(get_language() or "", "")
    below = Q(url_path__startswith=roots.get(settings.LANGUAGE_CODE) or next(iter(roots.values())))
    if own:
        below |= Q(url_path__startswith=own)
    pages = Page.objects.live().filter(below, depth=3).order_by("path")
    found: dict[uuid.UUID, Page] = {}
    for page in pages.select_related("standardpage", "programindexpage"):
        if page.translation_key not in found or (own and page.url_path.startswith(own)):
            found[page.translation_key] = page
    return list(found.values())


@register.filter
def dialled(number: str) -> str:
    """A number as a telephone wants it: "116 123" is 116123."""
    return re.sub(r"[^0-9+]", "", number)


@register.filter
def host(address: str) -> str:
    """The host of an address, for a link that leads away from the house."""
    return urlsplit(address).netloc.removeprefix("www.")
