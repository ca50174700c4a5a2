"""What the house says when it can't do what was asked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request, the database or anything else that may just have failed."""
    return HttpResponse(render_to_string("500.html"), status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: the page was open for long, or it is not our page."""
    return render(request, "403_form.html", status=403)
