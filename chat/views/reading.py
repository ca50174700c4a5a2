"""What reaches a member of a room: how far they read, hush until morning, whom they hide."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chat import editing, hiding
from chat import hush as hushing
from chat.models import Response, Seat
from chat.reading import history
from chat.refusal import Refused
from chat.views.answers import (
    check_tries,
    let_strangers_find_nothing,
    number_in,
    see_other,
    status_of,
)
from chat.views.seats import seat_or_404
from community.people import SignedInRequest, signed_in
from programs.models import Membership


@signed_in
@never_cache
@require_safe
def reaching(request: SignedInRequest, circle: str) -> HttpResponse:
    """All that a member may keep from reaching them, and the way back."""
    return _page(request, seat_or_404(request, circle))


@signed_in
@require_POST
def read(request: SignedInRequest, circle: str) -> HttpResponse:
    """Without script: what stood on the page was read."""
    seat_or_404(request, circle)
    seq = number_in(request.POST.get("seq", ""))
    if seq is not None:
        try:
            check_tries(request)
            editing.mark_read(by=request.user, circle=circle, seq=seq)
        except Refused as refused:
            let_strangers_find_nothing(refused)
    return see_other("room", circle)


@signed_in
@require_POST
def hush(request: SignedInRequest, circle: str) -> HttpResponse:
    """Hush until morning; with `off`, hear the circle again."""
    seat = seat_or_404(request, circle)
    try:
        check_tries(request)
        if request.POST.get("off"):
            hushing.unhush(by=request.user, circle=circle)
        else:
            hushing.hush(by=request.user, circle=circle, zone=request.POST.get("zone", ""))
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return _page(request, seat, say=refused.say, status=status_of(refused))
    return see_other("reaching" if request.POST.get("from") == "reaching" else "room", circle)


@signed_in
@require_POST
def hide(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    seat = seat_or_404(request, circle)
    try:
        check_tries(request)
        hiding.hide(by=request.user, circle=circle, member=member)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return _page(request, seat, say=refused.say, status=status_of(refused))
    messages.success(request, _("You don’t read each other any more. Nobody is told."))
    return see_other("reaching", circle)


@signed_in
@require_POST
def unhide(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    seat = seat_or_404(request, circle)
    try:
        check_tries(request)
        hiding.unhide(by=request.user, circle=circle, member=member)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return _page(request, seat, say=refused.say, status=status_of(refused))
    return see_other("reaching", circle)


@signed_in
@never_cache
@require_safe
def who(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    """Who responded to a message, for its author alone."""
    seat = seat_or_404(request, circle)
    found = history.entry_of(seat, message)
    if found is None or found[0].membership_id != seat.membership.pk:
        raise Http404
    row, entry = found
    given = row.responses.exclude(membership__in=hiding.hidden_from(seat.membership))
    by_kind: dict[str, list[Membership]] = {}
    for response in given.select_related("membership").order_by("at"):
        by_kind.setdefault(response.kind, []).append(response.membership)
    kinds = [(kind.label, by_kind[kind.value]) for kind in Response.Kind if kind.value in by_kind]
    context = {"circle": seat.membership.circle, "entry": entry, "kinds": kinds}
    return render(request, "chat/who.html", context)


def _page(
    request: SignedInRequest, seat: Seat, *, say: str = "", status: int = 200
) -> HttpResponse:
    me, circle = seat.membership, seat.membership.circle
    hidden = hiding.hidden_by(seat)
    peers = Membership.objects.current().peers().filter(circle=circle)
    context = {
        "circle": circle,
        "member": me,
        "say": say,
        "hushed_until": hushing.hushed_until(seat),
        "hidden": hidden,
        "others": []
        if me.is_facilitator
        else [peer for peer in peers.order_by("name") if peer != me and peer not in hidden],
    }
    return render(request, "chat/reaching.html", context, status=status)
