"""Where someone belongs, and what they are waiting for."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community.people import SignedInRequest, signed_in
from programs import calendar, enrolment
from programs.models import (
    Application,
    Break,
    Circle,
    Membership,
    PromptDelivery,
    Reflection,
    Removal,
)
from programs.refusal import Refused

_LATELY = datetime.timedelta(days=30)


@signed_in
@require_GET
def places(request: SignedInRequest) -> HttpResponse:
    """The circles of a person, their applications, and the way to their journal."""
    mine = (
        Membership.objects.current()
        .filter(user=request.user)
        .select_related("circle__cohort__program")
        .prefetch_related("circle__cohort__pauses", "circle__cohort__session_changes")
        .order_by("-circle__cohort__starts_on", "pk")
    )
    places = [_place(membership) for membership in mine]
    _add_questions(places)
    _add_waiting_applications(places, request)
    context = {
        "places": places,
        "applications": _applications(request),
        "open_circles": Circle.objects.open_to(request.user)
        .exclude(pk__in=[place["circle"].pk for place in places])
        .select_related("cohort__program"),
        # Why, they read in their record.
        "ended": Removal.objects.of(request.user).filter(at__gt=timezone.now() - _LATELY),
        "has_pages": Reflection.objects.visible_to(request.user).exists(),
    }
    return render(request, "programs/places.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, circle: str) -> HttpResponse:
    """The way out: what happens is said once, and it is one step."""
    if request.method == "POST" and _has_left(request, circle):  # pressed twice
        messages.success(request, _("You have left. Your journal stays yours, with all its pages."))
        return redirect("places")
    membership = _membership(request, circle)
    if request.method == "GET":
        return render(request, "programs/leave.html", {"membership": membership})
    try:
        enrolment.leave(membership=membership)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("places")
    messages.success(request, _("You have left. Your journal stays yours, with all its pages."))
    return redirect("places")


@signed_in
@require_POST
def rest(request: SignedInRequest, circle: str) -> HttpResponse:
    """Begin or end a break."""
    membership = _membership(request, circle)
    if request.POST.get("back"):
        enrolment.come_back(membership=membership)
        messages.success(request, _("Welcome back. The next question finds you again."))
    else:
        enrolment.rest(membership=membership)
        messages.success(request, _("You’re resting. No question and no mail until you’re back."))
    return redirect("places")


def _has_left(request: SignedInRequest, circle: str) -> bool:
    """Of their own will; of whoever was removed the circle knows nothing any more."""
    mine = Membership.objects.filter(user=request.user, circle__public_id=circle)
    left = mine.filter(left_at__isnull=False, removal=None)
    return left.exists() and not mine.current().exists()


def _membership(request: SignedInRequest, circle: str) -> Membership:
    mine = Membership.objects.current().filter(user=request.user)
    return get_object_or_404(mine.select_related("circle"), circle__public_id=circle)


def _place(membership: Membership) -> dict:
    cohort = membership.circle.cohort
    today = timezone.localdate(timezone=cohort.zone)
    return {
        "membership": membership,
        "circle": membership.circle,
        "cohort": cohort,
        "week": cohort.week_on(today),
        "session": (session := calendar.next_session(cohort, membership.circle)),
        "door_is_open": session is not None and session.door_at <= timezone.now(),
        "is_over": today > cohort.ends_on,
    }


def _add_questions(places: list[dict]) -> None:
    """The newest question of each circle, and whether its member rests: two queries for all."""
    circles = [place["circle"].pk for place in places]
    newest: dict[int, PromptDelivery] = {}
    asked = PromptDelivery.objects.asked().filter(circle__in=circles).select_related("realm")
    for delivery in asked.order_by("circle", "week"):
        newest[delivery.circle_id] = delivery
    members = [place["membership"].pk for place in places]
    resting = set(
        Break.objects.filter(membership__in=members, ended_at=None).values_list(
            "membership", flat=True
        )
    )
    for place in places:
        place["question"] = newest.get(place["circle"].pk)
        place["rests"] = place["membership"].pk in resting


def _add_waiting_applications(places: list[dict], request: SignedInRequest) -> None:
    if not any(place["membership"].is_facilitator for place in places):
        return
    held = Application.objects.held_by(request.user).filter(state=Application.State.SENT)
    waiting = list(held.values_list("circle", flat=True))
    for place in places:
        place["to_read"] = waiting.count(place["circle"].pk)


def _applications(request: SignedInRequest) -> list[Application]:
    """Those that lead somewhere, and what was declined lately, so that its words can be read."""
    mine = Application.objects.filter(person=request.user).select_related(
        "circle__cohort__program", "person"
    )
    open_ones = list(mine.open().order_by("-began_at"))
    lately = timezone.now() - datetime.timedelta(days=60)
    declined = mine.filter(state=Application.State.DECLINED, decided_at__gt=lately)
    return open_ones + list(declined.order_by("-decided_at"))
