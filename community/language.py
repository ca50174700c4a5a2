"""In which language someone is spoken to, where no middleware has seen to it.

Sockets, the hub's threads and tasks begin in the house's own. What is said to somebody is worded
in theirs: at once, where it is known by then, or else when it is handed out.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def of_the_house() -> str:
    return settings.LANGUAGE_CODE


def in_language(language: str) -> AbstractContextManager[None]:
    """Most houses speak one language: there, nothing needs to be changed and put back. Without a
    language, all stays as it is."""
    if not language or translation.get_language() == language:
        return nullcontext()
    return cast(AbstractContextManager[None], translation.override(language))


def asked_for(accepted: str, cookies: Mapping[str, str]) -> str:
    """What a browser asks to be spoken to in, as a page would find it."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    request.COOKIES = dict(cookies)
    return translation.get_language_from_request(request)


def filled(said: str, values: Mapping[str, str]) -> StrPromise:
    """A sentence with names in it, worded when it is read; `said` is marked by `gettext_noop`."""
    return cast("StrPromise", _filled(said, values))


_filled: Any = lazy(lambda said, values: gettext(said) % values, str)
