"""The threshold: what the middlewares do for a request that none of them stops.

Most of what a small request costs is the way through them, with its threads and its questions to
the database. A door of the house that answers by itself (chat/letterbox.py) asks here, in their
own code, whether they would let a request through, and what its answer carries. Whatever they
would not let through plainly is left to them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language_from_request

from community.headers import ContentPolicyMiddleware, HouseHeadersMiddleware

Header = tuple[bytes, bytes]

# All there are, and where each of them is done. With any other in the settings the threshold
# stays closed: nobody has thought about what it would stop.
CONSIDERED = (
    "community.logs.RequestLogMiddleware",  # by the door: `logs.tell_request`
    "django.middleware.security.SecurityMiddleware",  # here
    "whitenoise.middleware.WhiteNoiseMiddleware",  # files that are read, nothing else
    "community.headers.HouseHeadersMiddleware",  # here
    "community.headers.ContentPolicyMiddleware",  # here
    "django.contrib.sessions.middleware.SessionMiddleware",  # by the door, with the hub
    "django.middleware.locale.LocaleMiddleware",  # here
    "django.middleware.common.CommonMiddleware",  # here
    "django.middleware.csrf.CsrfViewMiddleware",  # here
    "django.contrib.auth.middleware.AuthenticationMiddleware",  # by the door, with the hub
    "community.sessions.RenewSessionMiddleware",  # by the door: `is_to_be_renewed`
    "django.contrib.messages.middleware.MessageMiddleware",  # what waits there goes on waiting
    "programs.idle.IdleLockMiddleware",  # by the door: `is_idle`, `is_to_be_noted`
    "community.zones.ViewerMiddleware",  # here, with the language the door has found
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # here
    "django_htmx.middleware.HtmxMiddleware",  # for views that ask it
    "allauth.account.middleware.AccountMiddleware",  # for its own views
    "community.admin_door.AdminDoorMiddleware",  # under /cms/ alone
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",  # where nothing was found
)


class _Csrf(CsrfViewMiddleware):
    """Says no without a page and a line in the log: the request goes on, and gets them then."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponseForbidden()


class Threshold:
    """Before a view that takes POST from whoever is signed in, and answers with JSON for them."""

    def __init__(self, view: Callable[..., HttpResponse]) -> None:
        self._view = view
        self._security = SecurityMiddleware(_nothing)
        self._common = CommonMiddleware(_nothing)
        self._csrf = _Csrf(_nothing)
        # By whether it came over TLS, and the language: there are few of either.
        self._lasting: dict[tuple[bool, str], list[Header]] = {}
        self.is_open = (
            tuple(settings.MIDDLEWARE) == CONSIDERED
            # Either would have each answer write something.
            and not settings.CSRF_USE_SESSIONS
            and not settings.SESSION_SAVE_EVERY_REQUEST
        )

    def over(self, scope: Mapping[str, Any]) -> HttpRequest | None:
        """The request, without its body, where no middleware would stop it before it is known
        whose it is: host, scheme, origin and token of the form are right. None where one might."""
        try:
            request = ASGIRequest(scope, BytesIO())
            stopped = (
                self._security.process_request(request)
                or self._common.process_request(request)
                or self._csrf.process_view(request, self._view, (), {})
            )
        except Exception:
            return None  # whatever it is, it will be found again, and told
        return request if stopped is None else None

    def headers(self, request: HttpRequest, language: str = "") -> list[Header]:
        """All that an answer carries besides its length and its name, in `language` or else in
        what the browser asks for. Nobody keeps it, and no cookie changes."""
        language = language or get_language_from_request(request)
        expires = http_date(time.time()).encode()
        way = request.is_secure(), language
        if way not in self._lasting:
            self._lasting[way] = on_every_answer(*way)
        return [(b"Expires", expires), *self._lasting[way]]


def on_every_answer(secure: bool, language: str) -> list[Header]:
    """What is the same for all: the middlewares write it once, onto an answer to nobody."""
    request = HttpRequest()
    request.META["wsgi.url_scheme"] = "https" if secure else "http"
    request.is_secure = lambda: secure  # type: ignore[method-assign]
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "somebody's"
    response: HttpResponse = JsonResponse({})
    response.headers["Content-Language"] = language
    # Its session was looked at, and what language it is asked for in.
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    for middleware in (
        XFrameOptionsMiddleware,
        ContentPolicyMiddleware,
        HouseHeadersMiddleware,
        SecurityMiddleware,
    ):
        response = middleware(_nothing).process_response(request, response)
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
