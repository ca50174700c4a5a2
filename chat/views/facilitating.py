"""The facilitators' verbs as plain forms, and the page they stand on. Peers find nothing here."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chat import leases
from chat.keeping import holding, hours, moderation, pacing, undoing
from chat.keeping.standing import standing_of
from chat.keeping.until import chosen, session_ends
from chat.live import watching
from chat.models import Mute, Room, Seat
from chat.reading import history
from chat.reading.drawing import for_drawing
from chat.refusal import Refused
from chat.views import forms
from chat.views.answers import check_tries, let_strangers_find_nothing, number_in, status_of
from chat.views.seats import facilitators_seat_or_404, seat_or_404
from community.models import PUBLIC_ID, User
from community.people import SignedInRequest

_ROWS_OF_A_DAY = 3
_OPENS: dict[str, Promise] = {
    Room.Hours.OPEN: gettext_lazy("Peers can write at all hours."),
    Room.Hours.ATTENDED: gettext_lazy("The room opens when a facilitator is here, and says so."),
    Room.Hours.READING: gettext_lazy("The room is for reading now, and says so."),
}


@login_required
@never_cache
@require_safe
def keeping(request: SignedInRequest, circle: str) -> HttpResponse:
    """How the room goes, what waits in it, and its people: all that a facilitator sets here."""
    return _page(request, facilitators_seat_or_404(request, circle))


# Messages ------------------------------------------------------------------------------


@login_required
@require_POST
def set_aside(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    return _at_message(request, circle, message, moderation.set_aside, why=True)


@login_required
@require_POST
def put_back(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    return _at_message(request, circle, message, moderation.put_back)


@login_required
@require_POST
def let_through(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    done = _("Everyone can read it now. Was it a slip? You can still set it aside where it stands.")
    return _at_message(request, circle, message, holding.let_through, done=done)


@login_required
@require_POST
def ask_to_change(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    return _at_message(request, circle, message, holding.ask_to_change, why=True)


# Members -------------------------------------------------------------------------------


@login_required
@require_POST
def mute(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    why, length = request.POST.get("why", ""), request.POST.get("for", "")
    done = _("They can read and respond, and have been told why and until when.")
    if length == "session":
        verb = moderation.mute_for_the_session
        return _at_member(request, circle, member, verb, done, why=why)
    until = chosen(length, seat_or_404(request, circle).membership.circle)
    return _at_member(request, circle, member, moderation.mute, done, until=until, why=why)


@login_required
@require_POST
def unmute(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    return _at_member(request, circle, member, moderation.unmute, _("They can write again."))


@login_required
@require_POST
def hold_member(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    done = _("What they write waits for you now. They have been told.")
    return _at_member(request, circle, member, holding.hold, done)


@login_required
@require_POST
def unhold_member(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    done = _("What they write is posted at once again.")
    return _at_member(request, circle, member, holding.unhold, done)


@login_required
@require_POST
def remove_member(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    why = request.POST.get("why", "")
    done = _("Their place in the circle has ended. For an hour you can let them back in.")
    return _at_member(request, circle, member, moderation.remove, done, why=why)


@login_required
@require_POST
def let_back_in(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    done = _("Their place is theirs again, as it was.")
    return _at_member(request, circle, member, moderation.let_back_in, done)


# The room ------------------------------------------------------------------------------


@login_required
@require_POST
def hold_room(request: SignedInRequest, circle: str) -> HttpResponse:
    done = _("What peers write waits for you now. The room says so.")
    return _at_room(request, circle, holding.hold_all, done)


@login_required
@require_POST
def unhold_room(request: SignedInRequest, circle: str) -> HttpResponse:
    done = _("What peers write is posted at once again.")
    return _at_room(request, circle, holding.unhold_all, done)


@login_required
@require_POST
def pace(request: SignedInRequest, circle: str) -> HttpResponse:
    seconds = number_in(request.POST.get("seconds", ""))
    done = _("Peers can write as they like.")
    if seconds:
        done = _("%(pace)s The room says so.") % {"pace": pacing.in_words(seconds)}
    wanted = -1 if seconds is None else seconds
    return _at_room(request, circle, pacing.pace, done, seconds=wanted)


@login_required
@require_POST
def pause(request: SignedInRequest, circle: str) -> HttpResponse:
    return _at_room(request, circle, pacing.pause, _("The room is resting, and says so."))


@login_required
@require_POST
def resume(request: SignedInRequest, circle: str) -> HttpResponse:
    return _at_room(request, circle, pacing.resume, _("The room goes on."))


@login_required
@require_POST
def keep_hours(request: SignedInRequest, circle: str) -> HttpResponse:
    wanted = request.POST.get("hours", "")
    return _at_room(request, circle, hours.keep, str(_OPENS.get(wanted, "")), hours=wanted)


@login_required
@require_POST
def keep_daily_hours(request: SignedInRequest, circle: str) -> HttpResponse:
    rows = zip(request.POST.getlist("at"), request.POST.getlist("hours"), strict=False)

    def keep(**fields: Any) -> None:
        changes = [(hours.time_of_day(at), wanted) for at, wanted in rows if at]
        hours.keep_daily(changes=changes, **fields)

    done = _("The room keeps these hours every day.")
    if not any(request.POST.getlist("at")):
        done = _("Nothing changes by the day any more; the room stays as it is now.")
    return _at_room(request, circle, keep, done)


@login_required
@require_POST
def undo(request: SignedInRequest, circle: str, seq: int) -> HttpResponse:
    """Takes back a pace or hours, where nothing else was set since."""
    return _at_room(request, circle, undoing.undo, _("It is again as it was before."), seq=seq)


@login_required
@require_POST
def here(request: SignedInRequest, circle: str) -> HttpResponse:
    """Says that this facilitator is here; for scripts, until when that is believed."""
    return _leased(request, circle, _here)


@login_required
@require_POST
def away(request: SignedInRequest, circle: str) -> HttpResponse:
    return _leased(request, circle, leases.away)


# What they share -----------------------------------------------------------------------


def _at_message(
    request: SignedInRequest,
    circle: str,
    message: str,
    verb: Callable[..., None],
    *,
    why: bool = False,
    done: str = "",
) -> HttpResponse:
    more = {"why": request.POST.get("why", "")} if why else {}
    return _act(
        request,
        circle,
        lambda: verb(by=request.user, circle=circle, message=message, **more),
        message=message,
        done=done,
    )


def _at_member(
    request: SignedInRequest,
    circle: str,
    member: str,
    verb: Callable[..., None],
    done: str,
    **more: Any,
) -> HttpResponse:
    return _act(
        request,
        circle,
        lambda: verb(by=request.user, circle=circle, member=member, **more),
        message=_named(request.POST.get("message", "")),
        done=done,
    )


def _at_room(
    request: SignedInRequest, circle: str, verb: Callable[..., Any], done: str, **more: Any
) -> HttpResponse:
    return _act(request, circle, lambda: verb(by=request.user, circle=circle, **more), done=done)


def _act(
    request: SignedInRequest,
    circle: str,
    verb: Callable[[], Any],
    *,
    message: str = "",
    done: str = "",
) -> HttpResponse:
    """Does it and leads back; what may not be is said where it was asked, nothing of it lost."""
    seat = facilitators_seat_or_404(request, circle)
    try:
        check_tries(request)
        verb()
    except Refused as refused:
        let_strangers_find_nothing(refused)
        status = status_of(refused)
        if message:
            return forms.message_page(request, seat, message, say=refused.say, status=status)
        return _page(request, seat, say=refused.say, status=status)
    if done:
        messages.success(request, done)
    return _back(request, circle, message)


def _named(message: str) -> str:
    """The message a form came from; nothing for what is no name of one."""
    return message if PUBLIC_ID.fullmatch(message) else ""


def _back(request: HttpRequest, circle: str, message: str) -> HttpResponse:
    wanted = request.POST.get("next", "")
    # A place in this house, from its root: `redirect` would take other words for a view's name.
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, None):
        return forms.back_to(circle, message)
    return HttpResponseRedirect(wanted, status=303)


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
        return _page(request, seat, say=refused.say, status=status)
    if for_script:
        return JsonResponse({"until": until.isoformat() if until else None})
    return _back(request, circle, "")


def _page(
    request: SignedInRequest, seat: Seat, *, say: str = "", status: int = 200
) -> HttpResponse:
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
        "peers": _peers(seat),
        "removed": moderation.removed_from(circle.room),
        "daily": _daily_as_sent(request) or _daily(circle.room),
        "session_until": session_ends(circle),
        "say": say,
        "written": forms.what_was_written(request) if say else "",
    }
    return render(request, "chat/keeping.html", context, status=status)


def _peers(seat: Seat) -> list[dict[str, Any]]:
    """Everyone whom a facilitator may hold, mute or remove, with what stands now."""
    circle = seat.membership.circle
    mutes = {mute.member_id: mute for mute in Mute.objects.in_force().filter(member__circle=circle)}
    peers = circle.memberships.current().led().select_related("seat")
    return [
        {"member": peer, "mute": mutes.get(peer.pk), "held": peer.seat.held_at is not None}
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
