"""Who asks: whoever isn't signed in is asked to, and keeps what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from community import refusals
from community.models import User


class SignedInRequest(HttpRequest):
    """What a view behind `signed_in` is given; for the type checker's eyes."""

    user: User


def signed_in[View: Callable[..., HttpResponse]](view: View) -> View:
    """Lets whoever is signed in through. All others are led to sign in and back to the page they
    asked for; a form is given back to them first, with all that was written in it."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            return refusals.signed_out(request)
        return redirect_to_login(request.get_full_path())

    return cast(View, door)
