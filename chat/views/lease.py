"""That a facilitator is here, as a form and for scripts. Peers find nothing here."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from chat import leases
from chat.live import watching
from chat.refusal import Refused
from chat.views.answers import check_tries, let_strangers_find_nothing, status_of
from chat.views.facilitating import back
from chat.views.keeping import keeping_page
from chat.views.seats import facilitators_seat_or_404
from community.models import User
from community.people import SignedInRequest, signed_in


@signed_in
@require_POST
def here(request: SignedInRequest, circle: str) -> HttpResponse:
    """Says that this facilitator is here; for scripts, until when that is believed."""
    return _leased(request, circle, _here)


@signed_in
@require_POST
def away(request: SignedInRequest, circle: str) -> HttpResponse:
    return _leased(request, circle, leases.away)


def _here(*, by: User, circle: str) -> datetime.datetime:
    until = leases.here(by=by, circle=circle)
    watching.someone_is_back(circle)
    return until


def _leased(
    request: SignedInRequest, circle: str, verb: Callable[..., datetime.datetime | None]
) -> HttpResponse:
    seat = facilitators_seat_or_404(request, circle)
    for_script = "application/json" in request.headers.get("Accept", "")
    try:
        check_tries(request)
        until = verb(by=request.user, circle=circle)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        status = status_of(refused)
        if for_script:
            return JsonResponse(refused.as_frame(), status=status)
        return keeping_page(request, seat, say=refused.say, status=status)
    if for_script:
        return JsonResponse({"until": until.isoformat() if until else None})
    return back(request, circle)
