"""Times are stored in UTC and shown in the viewer's zone."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class ViewerZoneMiddleware:
    """Makes the signed-in person's time zone the current one for the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A visitor has no zone, and to ask who they are would start a session for nothing.
        named = (
            request.user.time_zone
            if _has_session(request) and request.user.is_authenticated
            else ""
        )
        with timezone.override(zoneinfo.ZoneInfo(named) if named else None):
            return self.get_response(request)


def _has_session(request: HttpRequest) -> bool:
    return bool(request.session.session_key)
