"""Times are stored in UTC and shown in the viewer's zone, words in the viewer's language."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

if TYPE_CHECKING:
    from community.people import SignedInRequest

# Whose an answer is: a page that was left open learns by it that someone else is signed in now.
WHOSE = "Reweave-Person"


def is_known(name: str) -> bool:
    """Whether `name` is an IANA time zone that this machine knows."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def tell_by(zone: zoneinfo.ZoneInfo, request: SignedInRequest) -> None:
    """From now on this request tells times by the clocks of `zone`, unless the person has chosen
    others. Where there is script, the browser's take their place."""
    if not request.user.time_zone:
        timezone.activate(zone)


class ViewerMiddleware:
    """Speaks to the signed-in person in their language and in their time, and says who that is."""

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
            response.headers[WHOSE] = person.public_id
        return response
