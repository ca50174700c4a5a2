"""Only requests in UTF-8 are read: Django would take any encoding that Python has a name for."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponseBase
from django.utils.http import parse_header_parameters
from django.utils.translation import get_language

from community import refusals
from community.threshold import on_every_answer

# What is in the second is in the first, too.
_READ = ("utf-8", "ascii")


class OnlyUtf8(ASGIHandler):
    """Refuses what says that it is in another one, before Django makes a request of it. Some of
    these decode no bytes at all, and some make of them what no page can be written with."""

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        try:
            if _is_read(scope):
                return super().create_request(scope, body_file)
        except (BadRequest, ValueError):
            pass
        return None, _refusal(scope)


def _refusal(scope: Mapping[str, Any]) -> HttpResponseBase:
    """No middleware has seen the request: what each answer carries is put onto it here."""
    answer = refusals.bad_request(None)
    is_secure = scope.get("scheme") == "https" or settings.SECURE
    for name, value in on_every_answer(is_secure, get_language() or settings.LANGUAGE_CODE):
        answer.headers.setdefault(name.decode("ascii"), value.decode("latin-1"))
    return answer


def _is_read(scope: Mapping[str, Any]) -> bool:
    """Raises ValueError where it is no content type at all."""
    # Django joins what comes twice so, and the name of an encoding may stand in both.
    said = b",".join(value for name, value in scope["headers"] if name == b"content-type")
    _, parameters = parse_header_parameters(said.decode("latin-1"))
    return _is_utf8(parameters.get("charset", "utf-8"))


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in _READ
    except LookupError:
        return True  # Django knows none either, and reads it as UTF-8
