"""Only requests in UTF-8 are read: Django would take any encoding that Python has a name for."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from community import refusals

# What is in the second is in the first, too.
_READ = ("utf-8", "ascii")


class OnlyUtf8Middleware:
    """Refuses what says that it is in another one. Some of these decode no bytes at all, and some
    make of them what no page can be written with."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Set by Django where it knows the encoding that the request names.
        if request.encoding and codecs.lookup(request.encoding).name not in _READ:
            return refusals.bad_request(request)
        return self.get_response(request)
