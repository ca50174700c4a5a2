"""The pages right below the front door, for the menu and the foot of every page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Page, Site
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


def of(request: HttpRequest) -> list[Link]:
    """Those of the site that is asked, in the language that is spoken."""
    return _links.get(f"{request.get_host()}.{get_language()}", lambda: _found(request))


@receiver([post_save, post_delete])
def forget(sender: type, **kwargs: object) -> None:
    if issubclass(sender, (Page, Site)):
        _links.forget()


@receiver(post_page_move)
def forget_where_it_stood(sender: type, **kwargs: object) -> None:
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
    """Each as it is translated, where it is."""
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
