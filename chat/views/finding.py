"""Find in this circle. What is looked for stands in no address, and sealed in the session."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.models import Seat
from chat.reading import finding
from chat.reading.entries import Entry
from chat.refusal import Refused
from chat.views.answers import check_tries, number_in, see_other, status_of
from chat.views.seats import seat_or_404, still_theirs_or_404
from community import vault
from community.people import SignedInRequest, signed_in
from community.randomness import random_name

_KEPT = "looked_for"
# More than anyone looks at beside each other; what was asked before is forgotten.
_MOST_KEPT = 12
_MOST_A_MINUTE = 30


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: SignedInRequest, circle: str) -> HttpResponse:
    """The form, and what was asked for under the name in the address; from the newest, or `before`
    a place in the log."""
    seat = seat_or_404(request, circle)
    query = request.POST.get("q", "")
    asked, before = request.GET.get("asked", ""), request.GET.get("before", "")
    try:
        if request.method == "POST":
            check_tries(request)
            finding.terms_in(query)
            name = _keep(request, circle, query)
            return see_other(f"{reverse('find', args=[circle])}?asked={name}")
        found = None
        if asked:
            query = _kept(request, circle, asked)
            found = _found(request, seat, query, number_in(before) or 0) if query else None
            still_theirs_or_404(seat)
    except Refused as refused:
        context = _context(seat, query) | {"say": refused.say}
        status = status_of(refused)
        return render(request, "chat/find.html", context, status=status)
    context = _context(seat, query) | {"asked": asked}
    if found:
        context |= {"found": found, "rows": list(_rows(found.entries))}
    return render(request, "chat/find.html", context)


def _context(seat: Seat, query: str) -> dict[str, Any]:
    circle = seat.membership.circle
    return {
        "circle": circle,
        "zone": timezone.get_current_timezone(),
        "query": query,
        "longest": finding.LONGEST,
    }


def _found(request: SignedInRequest, seat: Seat, query: str, before: int) -> finding.Found:
    """Looks, unless this person has had a great many messages opened just now."""
    minute = timezone.now().strftime("%H%M")
    key = f"find:{request.user.pk}:{minute}"
    cache.add(key, 0, timeout=90)
    if _times(key) > _MOST_A_MINUTE:
        raise Refused("too_fast", _("That’s a lot of looking. Wait a minute, then look again."))
    return finding.find(seat, query, before=before or None)


def _times(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # forgotten between the two, or no memory just now
        return 0


def _keep(request: SignedInRequest, circle: str, query: str) -> str:
    """The name under which the page finds again what it asked for; says nothing of it."""
    sealed = vault.seal(query, owner=_owner(request), about=f"find:{circle}")
    name = random_name(6)
    kept = _all_kept(request) | {name: base64.b64encode(sealed).decode()}
    request.session[_KEPT] = dict(list(kept.items())[-_MOST_KEPT:])
    return name


def _all_kept(request: SignedInRequest) -> dict[str, str]:
    """Oldest first."""
    kept = request.session.get(_KEPT)
    # Sessions from before kept one, by itself.
    return kept if isinstance(kept, dict) else {}


def _kept(request: SignedInRequest, circle: str, name: str) -> str:
    try:
        sealed = base64.b64decode(_all_kept(request).get(name, ""))
        return vault.open_sealed(sealed, owner=_owner(request), about=f"find:{circle}")
    except (vault.Unopenable, ValueError):
        return ""


def _owner(request: SignedInRequest) -> str:
    return vault.person_owner(request.user.public_id)


def _rows(entries: list[Entry]) -> Iterator[dict[str, Any]]:
    day: datetime.date | None = None
    for entry in entries:
        said_on = timezone.localtime(entry.at).date()
        if said_on != day:
            day = said_on
            yield {"day": day}
        yield {"html": entry.html, "entry": entry}
