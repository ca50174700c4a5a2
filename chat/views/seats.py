"""Whose page it is: strangers find nothing here, and peers none of what is the facilitators'."""

from __future__ import annotations

from django.http import Http404

from chat.models import Seat
from chat.seats import seat_of
from community import zones
from community.people import SignedInRequest
from programs.models import Membership


def seat_or_404(request: SignedInRequest, circle: str) -> Seat:
    """Their seat in the room of this circle, whose clocks tell the times on its pages for those
    who have chosen no zone. Raises Http404 where they have none."""
    seat = seat_of(request.user, circle)
    if seat is None:
        raise Http404
    zones.tell_by(seat.membership.circle.cohort.zone, request)
    return seat


def still_theirs_or_404(seat: Seat) -> None:
    """After the log was read: whoever was removed before some of it was written belongs no more.
    Raises Http404 for them."""
    if not Membership.objects.current().filter(pk=seat.membership.pk).exists():
        raise Http404


def facilitators_seat_or_404(request: SignedInRequest, circle: str) -> Seat:
    """The same of someone who holds the circle. Raises Http404 for everyone else."""
    seat = seat_or_404(request, circle)
    if not seat.membership.is_facilitator:
        raise Http404
    return seat
