"""Find in this circle. What is looked for stands in no address, and sealed in the session."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat import finding
from chat.entries import Entry
from chat.models import Seat
from chat.refusal import Refused
from chat.views.answers import number_in, see_other, status_of
from chat.views.seats import seat_or_404
from community import vault
from community.people import SignedInRequest

_KEPT = "looked_for"
_MOST_A_MINUTE = 30


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: SignedInRequest, circle: str) -> HttpResponse:
    """The form, and with `before` in the address what was last asked for: 0 is from the newest."""
    seat = seat_or_404(request, circle)
    query = request.POST.get("q", "")
    before = request.GET.get("before", "")
    try:
        if request.method == "POST":
            finding.terms_in(query)
            _keep(request, circle, query)
            return see_other(f"{reverse('find', args=[circle])}?before=0")
        found = None
        place = number_in(before)
        if place is not None:
            query = _kept(request, circle)
            found = _found(request, seat, query, place) if query else None
    except Refused as refused:
        context = _context(seat, query) | {"say": refused.say}
        status = status_of(refused)
        return render(request, "chat/find.html", context, status=status)
    context = _context(seat, query)
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
        raise Refused("too_fast", _("That's a lot of looking. Wait a minute, then look again."))
    return finding.find(seat, query, before=before or None)


def _times(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # forgotten between the two, or no memory just now
        return 0


def _keep(request: SignedInRequest, circle: str, query: str) -> None:
    sealed = vault.seal(query, owner=_owner(request), about=f"find:{circle}")
    request.session[_KEPT] = base64.b64encode(sealed).decode()


def _kept(request: SignedInRequest, circle: str) -> str:
    try:
        sealed = base64.b64decode(request.session.get(_KEPT, ""))
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
