"""The pages right below the front door, for the menu and the foot of every page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Page, PageViewRestriction, Site, get_page_models
from wagtail.signals import post_page_move

from community.remembered import Remembered


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_programs: bool
    in_menu: bool
    in_foot: bool


_links: Remembered[list[Link]] = Remembered("home.links")
_OF_REQUEST = "_house_links"


def of(request: HttpRequest) -> list[Link]:
    """Those of the site that is asked, in the language that is spoken; looked up once for all of a
    page."""
    if not hasattr(request, _OF_REQUEST):
        key = f"{request.get_host()}.{get_language()}"
        setattr(request, _OF_REQUEST, _links.get(key, lambda: _found(request)))
    known: list[Link] = getattr(request, _OF_REQUEST)
    return known


def watch_pages() -> None:
    """From now on, in every process, whatever becomes of a page is seen in the frame.

    Each kind of page by itself: who listens to the end of all rows has each of them loaded first.
    """
    for kind in (Site, PageViewRestriction, *get_page_models()):
        post_save.connect(_forget, sender=kind)
        post_delete.connect(_forget, sender=kind)
    post_page_move.connect(_forget)


def _forget(sender: type, **kwargs: object) -> None:
    _links.forget()


def _found(request: HttpRequest) -> list[Link]:
    return [
        Link(
            label=page.title,
            url=url,
            is_programs=hasattr(page, "programindexpage"),
            in_menu=page.show_in_menus,
            in_foot=hasattr(page, "standardpage") and page.standardpage.in_foot,
        )
        for page in _pages(request)
        if (url := page.get_url(request))
    ]


def _pages(request: HttpRequest) -> list[Page]:
    """Each as it is translated, where it is. One that is for some alone is named to nobody: the
    frame is the same for all."""
    site = Site.find_for_request(request)
    paths = Site.get_site_root_paths()
    roots = {path.language_code: path.root_path for path in paths if site and path[0] == site.pk}
    if not roots:
        return []
    own = roots.get(get_language() or "", "")
    below = Q(url_path__startswith=roots.get(settings.LANGUAGE_CODE) or next(iter(roots.values())))
    if own:
        below |= Q(url_path__startswith=own)
    pages = Page.objects.live().public().filter(below, depth=3).order_by("path")
    found: dict[uuid.UUID, Page] = {}
    for page in pages.select_related("standardpage", "programindexpage"):
        if page.translation_key not in found or (own and page.url_path.startswith(own)):
            found[page.translation_key] = page
    return list(found.values())
