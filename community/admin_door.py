"""The door to the CMS: the same sign-in as everywhere, and for staff a second factor."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from community.models import User

CMS = "/cms/"
_ALWAYS_OPEN = ("/cms/login/", "/cms/logout/")


def may_pass(person: User) -> bool:
    """Whether `person` has the second factor that the CMS asks of staff, if it asks."""
    return not settings.STAFF_NEED_SECOND_FACTOR or is_mfa_enabled(
        person, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )


class AdminDoorMiddleware:
    """Who is signed in and not of the staff finds no CMS here; staff are asked for their keys."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith(CMS)
            and not request.path.startswith(_ALWAYS_OPEN)
            and request.user.is_authenticated  # a visitor is led to sign in by Wagtail
        ):
            if not request.user.has_perm("wagtailadmin.access_admin"):
                raise Http404
            if not may_pass(request.user):
                return render(request, "community/second_factor.html", status=403)
        return self.get_response(request)
