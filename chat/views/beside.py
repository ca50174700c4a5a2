"""Talks of two, and handing a circle over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat import beside
from chat.models import CheckIn
from chat.refusal import Refused
from chat.views.answers import check_tries, let_strangers_find_nothing, see_other, status_of
from chat.views.seats import facilitators_seat_or_404, seat_or_404
from chat.words import BODY_LIMIT, to_html
from community.people import SignedInRequest, signed_in
from programs.refusal import Refused as ProgramsRefused


@signed_in
@never_cache
@require_safe
def check_ins(request: SignedInRequest, circle: str) -> HttpResponse:
    """One's talks in this circle; where there is only one, that one."""
    seat = seat_or_404(request, circle)
    mine = CheckIn.objects.visible_to(request.user).filter(room=seat.membership.circle.room)
    talks = list(mine.select_related("facilitator", "member").order_by("-at"))
    if len(talks) == 1:
        return redirect("check_in", circle, talks[0].public_id)
    context = {"circle": seat.membership.circle, "talks": talks, "me": seat.membership}
    return render(request, "chat/check_ins.html", context)


@signed_in
@never_cache
@require_safe
def check_in(request: SignedInRequest, circle: str, talk: str) -> HttpResponse:
    return _talk_page(request, circle, talk)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def begin_check_in(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    """A facilitator writes to a member alone."""
    seat = facilitators_seat_or_404(request, circle)
    peers = seat.membership.circle.memberships.current().led()
    about = peers.filter(public_id=member).first()
    if about is None:
        raise Http404
    open_ones = CheckIn.objects.visible_to(request.user).filter(member=about, ended_at=None)
    if request.method == "GET" and (going_on := open_ones.first()):
        return redirect("check_in", circle, going_on.public_id)
    context = {
        "circle": seat.membership.circle,
        "about": about,
        "body_limit": BODY_LIMIT,
        "lease": settings.ROOM_LEASE_SECONDS,
    }
    if request.method == "GET":
        return render(request, "chat/check_in_begin.html", context)
    body = request.POST.get("body", "")
    try:
        check_tries(request)
        talk = beside.check_in(by=request.user, circle=circle, member=member, body=body)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        context |= {"say": refused.say, "body": body}
        return render(request, "chat/check_in_begin.html", context, status=status_of(refused))
    return see_other("check_in", circle, talk.public_id)


@signed_in
@require_POST
def answer(request: SignedInRequest, circle: str, talk: str) -> HttpResponse:
    body = request.POST.get("body", "")
    return _do(request, circle, talk, beside.answer, body=body)


@signed_in
@require_POST
def end(request: SignedInRequest, circle: str, talk: str) -> HttpResponse:
    return _do(request, circle, talk, beside.end)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def hand_over(request: SignedInRequest, circle: str) -> HttpResponse:
    """Names who goes on, leaves them a brief, and loses access at once."""
    seat = facilitators_seat_or_404(request, circle)
    holding = seat.membership.circle.memberships.holding()
    context = {
        "circle": seat.membership.circle,
        "others": list(holding.exclude(pk=seat.membership.pk).order_by("name")),
        "body_limit": BODY_LIMIT,
    }
    if request.method == "GET":
        return render(request, "chat/hand_over.html", context)
    # What no database takes is nobody's name.
    brief, to = request.POST.get("brief", ""), request.POST.get("to", "").replace("\0", "")
    try:
        check_tries(request)
        beside.hand_over(by=request.user, circle=circle, to=to, brief=brief)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        say, status = refused.say, status_of(refused)
    except ProgramsRefused as refused:
        say, status = str(refused), 422
    else:
        messages.success(request, _("The circle is handed over. Thank you for holding it."))
        return see_other("places")
    context |= {"say": say, "brief": brief, "to": to}
    return render(request, "chat/hand_over.html", context, status=status)


def _do(
    request: SignedInRequest, circle: str, talk: str, verb: Callable[..., Any], **more: Any
) -> HttpResponse:
    try:
        check_tries(request)
        verb(by=request.user, check_in=talk, **more)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return _talk_page(request, circle, talk, say=refused.say, status=status_of(refused))
    return see_other("check_in", circle, talk)


def _talk_page(
    request: SignedInRequest, circle: str, talk: str, *, say: str = "", status: int = 200
) -> HttpResponse:
    seat = seat_or_404(request, circle)
    mine = CheckIn.objects.visible_to(request.user).filter(room=seat.membership.circle.room)
    found = mine.filter(public_id=talk).select_related("facilitator", "member", "ended_by").first()
    if found is None:
        raise Http404
    me, body = seat.membership, request.POST.get("body", "")
    context = {
        "circle": me.circle,
        "talk": found,
        "me": me,
        "other": found.member if found.facilitator_id == me.pk else found.facilitator,
        "lines": [
            {"by": line.by, "at": line.at, "html": to_html(line.words(circle=circle))}
            for line in found.lines.select_related("by").order_by("pk")
        ],
        "say": say,
        # Where the talk has ended meanwhile there's no field any more to give it back in.
        "written": body if found.ended_at else "",
        "body": body,
        "body_limit": BODY_LIMIT,
        "lease": settings.ROOM_LEASE_SECONDS,
    }
    return render(request, "chat/check_in.html", context, status=status)
