"""Programs by their address: the pages most visitors come for, found without walking the tree."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve

from programs.models import ProgramIndexPage, ProgramPage


def programs(request: HttpRequest) -> HttpResponse:
    return _serve(request, ProgramIndexPage)


def program(request: HttpRequest, slug: str) -> HttpResponse:
    return _serve(request, ProgramPage)


def _serve(request: HttpRequest, kind: type[Page]) -> HttpResponse:
    """Hands Wagtail the page where it stands; where it doesn't, Wagtail looks for itself.

    One question in place of five. All that Wagtail does with a page, it still does.
    """
    site = Site.find_for_request(request)
    if site is not None:
        here = site.root_page.url_path.rstrip("/") + request.path
        page = kind.objects.live().filter(url_path=here).select_related("locale").first()
        if page is not None and page.locale.language_code == _language():
            request._wagtail_route_for_request = RouteResult(page)  # type: ignore[attr-defined]
    return serve(request, request.path)


def _language() -> str:
    try:
        return get_supported_content_language_variant(get_language())
    except LookupError:
        return ""
