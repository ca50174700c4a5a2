"""The page a room is kept on: how it goes, what waits, its people. Peers find nothing here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.keeping import holding, moderation
from chat.keeping.standing import standing_of
from chat.keeping.until import session_ends
from chat.models import Mute, Room, Seat
from chat.reading import history
from chat.reading.drawing import for_drawing
from chat.views.forms import what_was_written
from chat.views.seats import facilitators_seat_or_404
from community.people import SignedInRequest, signed_in

_ROWS_OF_A_DAY = 3


@signed_in
@never_cache
@require_safe
def keeping(request: SignedInRequest, circle: str) -> HttpResponse:
    """How the room goes, what waits in it, and its people: all that a facilitator sets here."""
    return keeping_page(request, facilitators_seat_or_404(request, circle))


def keeping_page(
    request: SignedInRequest, seat: Seat, *, say: str = "", status: int = 200
) -> HttpResponse:
    """The page; `say` is why something could not be."""
    circle = seat.membership.circle
    circle.room.refresh_from_db()
    context = {
        "circle": circle,
        "member": seat.membership,
        "room": circle.room,
        "lease": settings.ROOM_LEASE_SECONDS,
        "zone": circle.cohort.time_zone,
        "standing": standing_of(seat),
        "waiting": history.drawn(list(for_drawing(holding.waiting_in(circle.room))), seat),
        "peers": _peers(seat, asked_for=_asked_for(request)),
        "removed": moderation.removed_from(circle.room),
        "daily": _daily_as_sent(request) or _daily(circle.room),
        "session_until": session_ends(circle),
        "say": say,
        "written": what_was_written(request) if say else "",
    }
    return render(request, "chat/keeping.html", context, status=status)


def _asked_for(request: HttpRequest) -> str:
    """Whom the page is opened for, or what was asked of it was about."""
    of_form = request.resolver_match.kwargs.get("member") if request.resolver_match else None
    return of_form or request.GET.get("member", "")


def _peers(seat: Seat, *, asked_for: str) -> list[dict[str, Any]]:
    """Everyone whom a facilitator may hold, mute or remove, with what stands now."""
    circle = seat.membership.circle
    mutes = {mute.member_id: mute for mute in Mute.objects.in_force().filter(member__circle=circle)}
    peers = circle.memberships.current().led().select_related("seat")
    return [
        {
            "member": peer,
            "mute": mutes.get(peer.pk),
            "held": peer.seat.held_at is not None,
            "asked_for": peer.public_id == asked_for,
        }
        for peer in peers.order_by("name")
    ]


def _daily_as_sent(request: HttpRequest) -> list[dict[str, str]]:
    """The rows of a schedule that could not be kept, as they were filled in."""
    sent = zip(request.POST.getlist("at"), request.POST.getlist("hours"), strict=False)
    return [{"at": at, "hours": wanted} for at, wanted in sent]


def _daily(room: Room) -> list[dict[str, str]]:
    """The day's rows of the form: those that stand, and empty ones."""
    rows = [{"at": f"{row.at:%H:%M}", "hours": row.hours} for row in room.daily_hours.all()]
    return rows + [{"at": "", "hours": ""}] * max(1, _ROWS_OF_A_DAY - len(rows))
