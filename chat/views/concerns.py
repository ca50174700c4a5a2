"""Telling of a message or a person, by forms; what became of it; and a member's own cards."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.care import appealing, cards, concerns
from chat.models import CheckIn, Concern, Seat
from chat.reading import history
from chat.refusal import Refused
from chat.views.answers import check_tries, let_strangers_find_nothing, see_other, status_of
from chat.views.room import room_page
from chat.views.seats import seat_or_404
from community import audit, help
from community.models import AuditEntry
from community.people import SignedInRequest, signed_in
from programs.models import Membership


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def tell_message(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    """Of a message: the page of reasons, and what is chosen there."""
    seat = seat_or_404(request, circle)
    found = history.entry_of(seat, message)
    if found is None or found[0].membership is None:
        raise Http404
    return _tell(request, seat, found[0].membership, entry=found[1], message=message)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def tell_member(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    """Of a person."""
    seat = seat_or_404(request, circle)
    current = seat.membership.circle.memberships.current()
    about = current.filter(public_id=member).exclude(pk=seat.membership.pk).first()
    if about is None:
        raise Http404
    talk = _own_talk(request, seat, about)
    return _tell(request, seat, about, member=member, talk=talk)


@signed_in
@never_cache
@require_safe
def told(request: SignedInRequest) -> HttpResponse:
    """What one has told, and what became of it."""
    mine = Concern.objects.raised_by_person(request.user).select_related("about", "room__circle")
    return render(request, "chat/told_list.html", {"concerns": list(mine.order_by("-at")[:100])})


@signed_in
@require_POST
def appeal_answer(request: SignedInRequest, concern: str) -> HttpResponse:
    note = request.POST.get("note", "")
    try:
        check_tries(request)
        again = appealing.appeal_answer(by=request.user, concern=concern, note=note)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return _thanked(request, refused.say, status=status_of(refused), written=note)
    return _thanked(request, concerns.thanks(again))


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def appeal(request: SignedInRequest, entry: int) -> HttpResponse:
    """Asks the program leads to look again at an act about oneself."""
    act = AuditEntry.objects.filter(seq=entry, about=request.user.public_id).first()
    if act is None or not audit.may_be_appealed(act.verb):
        raise Http404
    if request.method == "GET":
        return render(request, "chat/ask_again.html", {"entry": act})
    note = request.POST.get("note", "")
    try:
        check_tries(request)
        again = appealing.appeal(by=request.user, entry=entry, note=note)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        context = {"entry": act, "say": refused.say, "note": note}
        return render(request, "chat/ask_again.html", context, status=status_of(refused))
    return _thanked(request, concerns.thanks(again))


@signed_in
@never_cache
@require_safe
def own_cards(request: SignedInRequest, circle: str) -> HttpResponse:
    """The cards that lie before this member, as the room's script fetches them."""
    seat = seat_or_404(request, circle)
    return render(request, "chat/cards.html", cards.before(seat.membership))


@signed_in
@require_POST
def close_card(request: SignedInRequest, circle: str, card: str) -> HttpResponse:
    seat = seat_or_404(request, circle)
    try:
        check_tries(request)
    except Refused as refused:
        written = {"id": uuid.uuid4(), "say": refused.say}
        return room_page(request, seat, written=written, status=status_of(refused))
    cards.close(by=request.user, circle=circle, card=card)
    return see_other("room", circle)


def _own_talk(request: SignedInRequest, seat: Seat, about: Membership) -> str:
    """The talk with `about` that the page was asked from; nothing for anybody else's."""
    named = request.POST.get("talk", "") or request.GET.get("talk", "")
    mine = CheckIn.objects.filter(member=seat.membership, facilitator=about)
    return next((talk.public_id for talk in mine if talk.public_id == named), "")


def _tell(request: SignedInRequest, seat: Seat, about: Membership, **what: Any) -> HttpResponse:
    circle = seat.membership.circle
    if about.pk == seat.membership.pk:
        raise Http404
    context = {
        "circle": circle,
        "about": about,
        "to_leads": concerns.goes_to_leads(about, by=seat.membership),
        "entry": what.pop("entry", None),
        "reasons": concerns.REASONS,
        "note_limit": concerns.NOTE_LIMIT,
        "minutes": settings.CARE_MINUTES_IN_SESSION,
        "hours": settings.CARE_HOURS,
        "note": request.POST.get("note", ""),
        "talk": what.get("talk", ""),
    }
    if request.method == "GET":
        return render(request, "chat/tell.html", context)
    try:
        check_tries(request)
        concern = concerns.tell(
            by=request.user,
            circle=circle.public_id,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
            **what,
        )
    except Refused as refused:
        let_strangers_find_nothing(refused)
        context["say"] = refused.say
        return render(request, "chat/tell.html", context, status=status_of(refused))
    return _thanked(request, concerns.thanks(concern), circle=circle, worried=concern.is_care)


def _thanked(request: SignedInRequest, say: str, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"say": say, "help_lines": help.lines_near(request.user), **more}
    return render(request, "chat/tell_thanks.html", context, status=status)
