"""Headers that every answer of the house carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Wagtail's editor needs inline script and style; members' pages never do.
_EDITOR = "/cms/"


class HouseHeadersMiddleware:
    """Keeps members' pages out of every cache and powerful features out of every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = (
            "camera=(), microphone=(), geolocation=(), browsing-topics=(), interest-cohort=()"
        )
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response
