"""The door to the CMS: the same sign-in as everywhere, and for staff a second factor."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from community.models import User

CMS = "/cms/"
_ALWAYS_OPEN = ("/cms/login/", "/cms/logout/")


def may_pass(person: User) -> bool:
    """Whether `person` has what the CMS asks of staff beyond their rights there."""
    if not settings.STAFF_NEED_SECOND_FACTOR or not person.has_perm("wagtailadmin.access_admin"):
        return True  # whoever has no rights there meets Wagtail's own refusal
    return is_mfa_enabled(person, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


class SecondFactorMiddleware:
    """Shows staff without a second factor how to add one, before anything else of the CMS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith(CMS)
            and not request.path.startswith(_ALWAYS_OPEN)
            and request.user.is_authenticated
            and not may_pass(request.user)
        ):
            return render(request, "community/second_factor.html", status=403)
        return self.get_response(request)
