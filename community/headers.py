"""Headers that every answer of the house carries."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.csp import CSP

from community.admin_door import CMS
from community.zones import WHOSE

_POWERS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
# Wagtail's editor is written with inline script and style; members' pages never are.
EDITOR_POLICY = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}


class ContentPolicyMiddleware(ContentSecurityPolicyMiddleware):
    """The strict policy of the settings everywhere, and the editor's own under its path."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith(CMS) and not hasattr(response, "_csp_config"):
            response._csp_config = EDITOR_POLICY  # type: ignore[attr-defined]
            # A preview is drawn as the page it shows, headers and all, and is framed here.
            response.headers.pop(CSP.HEADER_ENFORCE, None)
        return super().process_response(request, response)


class HouseHeadersMiddleware:
    """Keeps what a person is shown out of every cache, and powerful features out of every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.process_response(request, self.get_response(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Permissions-Policy", _POWERS)
        if _is_shared(response):
            response.headers.pop(WHOSE, None)
            return response
        if response.headers.get("Content-Type", "").startswith("text/html"):
            # The theme is drawn into the page, and asked for by a cookie.
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
        # By the cookie, not by who it is: that is known without asking the database, and a
        # half-finished sign-in is nobody else's either.
        name = settings.SESSION_COOKIE_NAME
        if name in request.COOKIES or name in response.cookies:
            response.headers["Cache-Control"] = "no-store"
        return response


def _is_shared(response: HttpResponse) -> bool:
    """Pictures and the like, which say themselves that anyone may keep them."""
    return "public" in response.headers.get("Cache-Control", "")
