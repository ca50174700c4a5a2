"""What staff meet in the CMS of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail import hooks

from community.choosing import choose_pages
from community.models import User
from community.people_admin import HOLDS_A_PLACE

choose_pages()


@hooks.register("before_bulk_action")
def keep_those_with_a_place(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Many people are never deleted at once: whoever has a place in a circle can't be at all."""
    if action_type != "delete" or not any(isinstance(thing, User) for thing in objects):
        return None
    messages.error(request, str(HOLDS_A_PLACE))
    return redirect("wagtailusers_users:index")
