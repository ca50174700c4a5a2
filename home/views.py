"""The few public pages that are not made by editors."""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Case, Q, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from wagtail.contrib.sitemaps.views import sitemap as wagtail_sitemap

from community.templatetags.weave import THEME_COOKIE, THEMES
from home.models import SupportPage

log = logging.getLogger(__name__)

_A_YEAR = 365 * 24 * 60 * 60


# A token would set a cookie on every visitor; where the post came from is check enough for a lamp.
@csrf_exempt
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remembers light or dark on this device; anything else leaves it to the device again."""
    if not _comes_from_our_page(request):
        return render(request, "home/theme_refused.html", status=403)
    response = HttpResponseRedirect(_way_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=_A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _comes_from_our_page(request: HttpRequest) -> bool:
    here = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin", "") in {here, settings.ORIGIN}


def _way_back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=False)
    return back if safe and back.startswith("/") else "/"


@require_safe
def support(request: HttpRequest) -> HttpResponse:
    """The support page as the editors wrote it; its bare bones where there is none.

    Someone who needs a number must never meet a 404 or a 500 here.
    """
    try:
        # Not by way of Wagtail's routing: it would ask more, and could be told to hide the page.
        if page := _support_page():
            return page.serve(request).render()
    except DatabaseError:
        log.exception("The database didn't answer; showing the bare support page.")
    return render(None, "home/support_bare.html")


def _support_page() -> SupportPage | None:
    """In the reader's language, where it is translated."""
    in_theirs = Q(locale__language_code=get_language() or "")
    return (
        SupportPage.objects.live().order_by(Case(When(in_theirs, then=0), default=1), "pk").first()
    )


@require_safe
def support_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the support page on a device; below `/support/` and nowhere else."""
    response = render(None, "home/support_worker.js", content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read what the world sees, and nothing behind the door."""
    closed = ["/cms/", "/accounts/", "/circles/", "/places/", "/documents/", "/theme/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return wagtail_sitemap(request)
