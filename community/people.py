"""Who asks: the type of a request that someone signed in has made."""

from django.http import HttpRequest

from community.models import User


class SignedInRequest(HttpRequest):
    """What a view behind `login_required` is given; for the type checker's eyes."""

    user: User
