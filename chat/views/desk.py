"""The facilitator's desk: what needs them, the room, its people. Peers find nothing here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chat import beside, leases
from chat.care import desk, settling
from chat.keeping import acts
from chat.keeping.standing import standing_of
from chat.keeping.until import session_ends
from chat.models import Concern, ModerationAction, Seat
from chat.refusal import Refused
from chat.views.answers import check_tries, let_strangers_find_nothing, see_other, status_of
from chat.views.forms import what_was_written
from chat.views.leads import leads_page
from chat.views.seats import facilitators_seat_or_404
from community import help
from community.models import PUBLIC_ID
from community.people import SignedInRequest, signed_in
from programs.leads import is_lead
from programs.models import Circle

_AT_A_GLANCE = 8
# Where something is done on the desk: the end of the queue, the room. All else is named by its id.
_PLACES = {"end", "stage"}
# The addresses of acts that don't have the name of their verb.
_ADDRESSES = {
    "unhold": "unhold_member",
    "unhold_all": "unhold_room",
    "put_pace_back": "undo_setting",
    "put_hours_back": "undo_setting",
}


@signed_in
@never_cache
@require_safe
def all_circles(request: SignedInRequest) -> HttpResponse:
    """What needs someone in all the circles they hold."""
    return _all(request)


@signed_in
@never_cache
@require_safe
def one_circle(request: SignedInRequest, circle: str) -> HttpResponse:
    """What needs them in one circle, how its room goes, and its people."""
    return _one(request, facilitators_seat_or_404(request, circle))


@signed_in
@require_POST
def take_up(request: SignedInRequest, concern: str) -> HttpResponse:
    return _at_concern(
        request, concern, settling.take, done=_("You’re looking at it. Nobody else is asked to.")
    )


@signed_in
@require_POST
def give_back(request: SignedInRequest, concern: str) -> HttpResponse:
    return _at_concern(
        request, concern, settling.give_back, done=_("It waits again for someone to look.")
    )


@signed_in
@require_POST
def settle(request: SignedInRequest, concern: str) -> HttpResponse:
    outcome, answer = request.POST.get("outcome", ""), request.POST.get("answer", "")
    return _at_concern(request, concern, settling.settle, outcome=outcome, answer=answer)


@signed_in
@require_POST
def reopen(request: SignedInRequest, concern: str) -> HttpResponse:
    return _at_concern(request, concern, settling.reopen, done=_("It waits again."))


@signed_in
@require_POST
def set_aside_held(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    why = request.POST.get("why", "")
    done = _("It’s set aside. Its author reads why.")
    return _in_circle(request, circle, desk.set_aside_held, done, message=message, why=why)


@signed_in
@require_POST
def note(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    body = request.POST.get("body", "")
    return _in_circle(request, circle, beside.note, _("Kept."), member=member, body=body)


@signed_in
@require_POST
def forget_note(request: SignedInRequest, circle: str, note: str) -> HttpResponse:
    return _in_circle(request, circle, beside.forget_note, _("Dropped."), note=note)


def _all(request: SignedInRequest, *, say: str = "", status: int = 200) -> HttpResponse:
    circles = list(
        Circle.objects.facilitated_by(request.user)
        .select_related("cohort", "room")
        .order_by("-cohort__starts_on", "name")
    )
    leads = is_lead(request.user)
    if not circles and not leads:
        raise Http404
    items = desk.waiting_for(request.user)
    context = _shared(request, items, say) | {
        "circles": [(one, sum(item.circle.pk == one.pk for item in items)) for one in circles],
        "names_circles": len(circles) > 1,
        "talks": desk.open_talks(request.user),
        "leads": leads,
        "here_url": reverse("desk"),
    }
    return render(request, "chat/desk_all.html", context, status=status)


def _one(request: SignedInRequest, seat: Seat, *, say: str = "", status: int = 200) -> HttpResponse:
    circle = seat.membership.circle
    circle.room.refresh_from_db()
    facilitators = circle.memberships.current().facilitators().order_by("name")
    here = leases.attended([circle.public_id]).get(circle.public_id, [])
    present = {one["member"] for one in here}
    people = desk.people_of(circle)
    ids = [one.member.public_id for one in people]
    context = _shared(request, desk.waiting_for(request.user, circle), say, ids) | {
        "circle": circle,
        "circles": [(circle, 0)],
        "member": seat.membership,
        "room": circle.room,
        "standing": standing_of(seat),
        "people": people,
        "lately": _with_undo(desk.lately(circle), circle),
        "talks": desk.open_talks(request.user, circle),
        "briefs": desk.briefs_for(request.user, circle),
        "others": [one for one in facilitators if one.pk != seat.membership.pk],
        "others_here": [
            one for one in facilitators if one.public_id in present and one.pk != seat.membership.pk
        ],
        "session_until": session_ends(circle),
        "lease_seconds": settings.ROOM_LEASE_SECONDS,
        "here_url": reverse("desk_of", args=[circle.public_id]),
    }
    return render(request, "chat/desk.html", context, status=status)


def _with_undo(
    lately: list[ModerationAction], circle: Circle
) -> list[tuple[ModerationAction, str, str]]:
    """Each act with the address that undoes it, for the newest of its kind alone, or with the
    message to set aside where nothing does."""
    seen: set[tuple[str, int | None, int | None]] = set()
    rows = []
    for act in lately:
        # What one act undoes is of one kind, and so is that act: what it undid is not undone again.
        what = (acts.of(act.verb).undone_by or act.verb, act.member_id, act.message_id)
        undo = desk.undone_by(act) if what not in seen else None
        seen.add(what)
        rows.append((act, _address(*undo, circle) if undo else "", desk.regretted(act)))
    return rows


def _address(verb: str, named: str, circle: Circle) -> str:
    return reverse(_ADDRESSES.get(verb, verb), args=[circle.public_id, *filter(None, [named])])


def _shared(
    request: SignedInRequest, items: list[desk.Item], say: str, people: Collection[str] = ()
) -> dict[str, Any]:
    return {
        "items": items,
        "queue": _queue(items),
        "kinds": _kinds(items),
        # What came of it stands where it was done; a refusal opens the page, at its top.
        "noted": "" if say else _place_in(request, {item.id for item in items} | {*people}),
        "say": say,
        "written": what_was_written(request) if say else "",
        "undo": desk.just_settled(request.user),
        "outcomes": Concern.Outcome,
        "help_lines": help.lines_near(request.user),
    }


def _queue(items: list[desk.Item]) -> list[tuple[desk.Item, str]]:
    """Each thing with what comes after it, where whoever settled it goes on."""
    after = [item.id for item in items[1:]] + ["end"]
    return list(zip(items, after, strict=True)) if items else []


def _place_in(request: SignedInRequest, there: Collection[str]) -> str:
    """The place that the desk's address names; nothing for what is not `there`."""
    place = request.GET.get("at", "")
    return place if place in _PLACES or place in there else ""


def _kinds(items: list[desk.Item]) -> list[tuple[str, int, str]]:
    """Of a long queue how many there are of each kind, and the first; of a short one nothing."""
    firsts: dict[str, str] = {}
    for item in items:
        firsts.setdefault(item.kind, item.id)
    if len(items) <= _AT_A_GLANCE or len(firsts) < 2:
        return []
    count = Counter(item.kind for item in items)
    return [(kind, count[kind], first) for kind, first in firsts.items()]


def _at_concern(
    request: SignedInRequest,
    concern: str,
    verb: Callable[..., None],
    *,
    done: str = "",
    **more: Any,
) -> HttpResponse:
    """Does it, and leads back to the desk it was asked on; who was too late is told who it was."""
    try:
        check_tries(request)
        verb(by=request.user, concern=concern, **more)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return _back_with(request, refused)
    if done:
        messages.success(request, done)
    return _back(request)


def _in_circle(
    request: SignedInRequest, circle: str, verb: Callable[..., Any], done: str = "", **more: Any
) -> HttpResponse:
    seat = facilitators_seat_or_404(request, circle)
    try:
        check_tries(request)
        verb(by=request.user, circle=circle, **more)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return _one(request, seat, say=refused.say, status=status_of(refused))
    if done:
        messages.success(request, done)
    return _back(request, circle)


def _back_with(request: SignedInRequest, refused: Refused) -> HttpResponse:
    circle, status = request.POST.get("circle", ""), status_of(refused)
    if request.POST.get("from") == "leads":
        return leads_page(request, say=refused.say, status=status)
    if PUBLIC_ID.fullmatch(circle):
        seat = facilitators_seat_or_404(request, circle)
        return _one(request, seat, say=refused.say, status=status)
    return _all(request, say=refused.say, status=status)


def _back(request: SignedInRequest, circle: str = "") -> HttpResponse:
    circle = circle or request.POST.get("circle", "")
    address = reverse("desk_of", args=[circle]) if PUBLIC_ID.fullmatch(circle) else reverse("desk")
    if request.POST.get("from") == "leads":
        return see_other("leads")
    place = request.POST.get("at", "")
    named = place in _PLACES or PUBLIC_ID.fullmatch(place)
    return see_other(f"{address}?at={place}#noted" if named else address)
