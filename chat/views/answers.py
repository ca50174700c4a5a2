"""What a form is answered: the page to see now, or with which status it is refused."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from chat.hub import allowance
from chat.refusal import Refused
from community.people import SignedInRequest

_STATUS = {"conflict": 409, "too_fast": 429, "slow": 429, "bad_frame": 400, "too_long": 413}
# More than any place in a log, and few enough for every database.
_MOST_DIGITS = 16


def see_other(to: str, *args: Any) -> HttpResponse:
    """Leads to a page, by its name or address, that a reload may ask for again (303)."""
    return HttpResponseRedirect(resolve_url(to, *args), status=303)


def status_of(refused: Refused) -> int:
    """The HTTP status that goes with a refusal: 422 where the request was fine but may not be."""
    return _STATUS.get(refused.code, 422)


def check_tries(request: SignedInRequest) -> None:
    """Raises Refused for whoever has sent too many forms, or too long ones."""
    allowance.check_verb(request.user.pk)
    allowance.check_words(request.user.pk, *request.POST.dict().values())


def let_strangers_find_nothing(refused: Refused) -> None:
    """Raises Http404 where the refusal is of someone who doesn't belong here."""
    if refused.code == "not_member":
        raise Http404 from None


def number_in(text: str) -> int | None:
    """The whole number that a form or an address names; None for all else."""
    named = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if named else None
