"""Times are stored in UTC and shown in the viewer's zone, words in the viewer's language."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


def is_known(name: str) -> bool:
    """Whether `name` is an IANA time zone that this machine knows."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


class ViewerMiddleware:
    """Speaks to the signed-in person in their language and in their time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A visitor has neither, and to ask who they are would start a session for nothing.
        if not request.session.session_key or not request.user.is_authenticated:
            return self.get_response(request)
        person = request.user
        zone = zoneinfo.ZoneInfo(person.time_zone) if person.time_zone else None
        with (
            timezone.override(zone),
            translation.override(person.language or translation.get_language()),
        ):
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response
