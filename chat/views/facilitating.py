"""The facilitators' verbs as plain forms. Peers find nothing here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chat.keeping import holding, hours, moderation, pacing, undoing
from chat.keeping.until import chosen
from chat.models import Room
from chat.refusal import Refused
from chat.views import forms
from chat.views.answers import check_tries, let_strangers_find_nothing, number_in, status_of
from chat.views.keeping import keeping_page
from chat.views.seats import facilitators_seat_or_404, seat_or_404
from community.models import PUBLIC_ID
from community.people import SignedInRequest, signed_in
from programs.models import Membership

_OPENS: dict[str, Promise] = {
    Room.Hours.OPEN: gettext_lazy("Peers can write at all hours."),
    Room.Hours.ATTENDED: gettext_lazy("The room opens when a facilitator is here, and says so."),
    Room.Hours.READING: gettext_lazy("The room is for reading now, and says so."),
}


# Messages ------------------------------------------------------------------------------


@signed_in
@require_POST
def set_aside(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    return _at_message(request, circle, message, moderation.set_aside, why=True)


@signed_in
@require_POST
def put_back(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    return _at_message(request, circle, message, moderation.put_back)


@signed_in
@require_POST
def let_through(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    done = _("Everyone can read it now. Was it a slip? You can still set it aside where it stands.")
    return _at_message(request, circle, message, holding.let_through, done=done)


@signed_in
@require_POST
def ask_to_change(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    done = _("Its author has been asked.")
    return _at_message(request, circle, message, holding.ask_to_change, why=True, done=done)


# Members -------------------------------------------------------------------------------


@signed_in
@require_POST
def mute(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    why, length = request.POST.get("why", ""), request.POST.get("for", "")
    done = _("%(name)s can read and respond, and has been told why and until when.")
    if length == "session":
        verb = moderation.mute_for_the_session
        return _at_member(request, circle, member, verb, done, why=why)
    until = chosen(length, seat_or_404(request, circle).membership.circle)
    return _at_member(request, circle, member, moderation.mute, done, until=until, why=why)


@signed_in
@require_POST
def unmute(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    return _at_member(request, circle, member, moderation.unmute, _("%(name)s can write again."))


@signed_in
@require_POST
def hold_member(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    done = _("What %(name)s writes waits for you now. They have been told.")
    return _at_member(request, circle, member, holding.hold, done)


@signed_in
@require_POST
def unhold_member(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    done = _("What %(name)s writes is posted at once again.")
    return _at_member(request, circle, member, holding.unhold, done)


@signed_in
@require_POST
def remove_member(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    why = request.POST.get("why", "")
    done = _("%(name)s’s place in the circle has ended. For an hour you can let them back in.")
    return _at_member(request, circle, member, moderation.remove, done, why=why)


@signed_in
@require_POST
def let_back_in(request: SignedInRequest, circle: str, member: str) -> HttpResponse:
    done = _("%(name)s’s place is theirs again, as it was.")
    return _at_member(request, circle, member, moderation.let_back_in, done)


# The room ------------------------------------------------------------------------------


@signed_in
@require_POST
def hold_room(request: SignedInRequest, circle: str) -> HttpResponse:
    done = _("What peers write waits for you now. The room says so.")
    return _at_room(request, circle, holding.hold_all, done)


@signed_in
@require_POST
def unhold_room(request: SignedInRequest, circle: str) -> HttpResponse:
    done = _("What peers write is posted at once again.")
    return _at_room(request, circle, holding.unhold_all, done)


@signed_in
@require_POST
def pace(request: SignedInRequest, circle: str) -> HttpResponse:
    seconds = number_in(request.POST.get("seconds", ""))
    done = _("Peers can write as they like.")
    if seconds:
        done = _("%(pace)s The room says so.") % {"pace": pacing.in_words(seconds)}
    wanted = -1 if seconds is None else seconds
    return _at_room(request, circle, pacing.pace, done, seconds=wanted)


@signed_in
@require_POST
def pause(request: SignedInRequest, circle: str) -> HttpResponse:
    return _at_room(request, circle, pacing.pause, _("The room is resting, and says so."))


@signed_in
@require_POST
def resume(request: SignedInRequest, circle: str) -> HttpResponse:
    return _at_room(request, circle, pacing.resume, _("The room goes on."))


@signed_in
@require_POST
def keep_hours(request: SignedInRequest, circle: str) -> HttpResponse:
    wanted = request.POST.get("hours", "")
    return _at_room(request, circle, hours.keep, str(_OPENS.get(wanted, "")), hours=wanted)


@signed_in
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


@signed_in
@require_POST
def undo(request: SignedInRequest, circle: str, seq: int) -> HttpResponse:
    """Takes back a pace or hours, where nothing else was set since."""
    return _at_room(request, circle, undoing.undo, _("It is again as it was before."), seq=seq)


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
    """`done` names them: whoever meant another sees it at once."""
    them = Membership.objects.filter(circle__public_id=circle, public_id=member).first()
    return _act(
        request,
        circle,
        lambda: verb(by=request.user, circle=circle, member=member, **more),
        message=_named(request.POST.get("message", "")),
        done=done % {"name": them.name if them else ""},
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
        return keeping_page(request, seat, say=refused.say, status=status)
    if done:
        messages.success(request, done)
    return back(request, circle, message)


def _named(message: str) -> str:
    """The message a form came from; nothing for what is no name of one."""
    return message if PUBLIC_ID.fullmatch(message) else ""


def back(request: HttpRequest, circle: str, message: str = "") -> HttpResponse:
    """Where the form asked to be led, within this house; otherwise to the room."""
    wanted = request.POST.get("next", "")
    # A place in this house, from its root: `redirect` would take other words for a view's name.
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, None):
        return forms.back_to(circle, message)
    return HttpResponseRedirect(wanted, status=303)
