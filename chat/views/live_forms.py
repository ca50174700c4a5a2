"""What is done in a live session, as plain forms: each leads back to the page of the session."""

from __future__ import annotations

import re
import uuid

from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat import refusal
from chat.frames import Frame
from chat.hub import allowance
from chat.live.state import going_on, places_of, state_of
from chat.models import Seat
from chat.refusal import Refused
from chat.verbs.live import VERBS
from chat.views.answers import let_strangers_find_nothing, number_in, see_other, status_of
from chat.views.forms import draft_in, post
from chat.views.live import live_page
from chat.views.room import room_page
from chat.views.seats import seat_or_404
from community.people import SignedInRequest, signed_in
from programs.models import name_key


@signed_in
@require_POST
def live_do(request: SignedInRequest, circle: str, verb: str) -> HttpResponse:
    """Does `verb` with the fields of the form. What may not be is said on the page."""
    seat = seat_or_404(request, circle)
    if verb == "say":
        return _say(request, seat)
    if verb not in VERBS:
        raise Http404
    try:
        allowance.check_verb(request.user.pk)
        VERBS[verb](request.user, Frame(verb, _fields(verb, request.POST, seat)))
    except Refused as refused:
        return _refused(request, seat, refused)
    return _back_to(circle)


def _say(request: SignedInRequest, seat: Seat) -> HttpResponse:
    """Posts, as the form of the room does; whoever holds the piece stays on this page."""
    circle = seat.membership.circle.public_id
    written = {name: request.POST.get(name, "") for name in ("id", "body", "note", "reply_to")}
    written["id"] = written["id"] or str(uuid.uuid4())
    try:
        post(draft_in(written, by=request.user, circle=circle))
    except Refused as refused:
        if refused.code == "conflict":
            # The page was sent before, and its words were changed since: they are a new message.
            written["id"] = str(uuid.uuid4())
        if going_on(seat.membership.circle.room) is None:
            # Its page has no field any more; the room's has.
            let_strangers_find_nothing(refused)
            said = written | {"say": refused.say}
            return room_page(request, seat, written=said, status=status_of(refused))
        return _refused(request, seat, refused, written)
    return _back_to(circle)


def _fields(verb: str, form: QueryDict, seat: Seat) -> dict[str, object]:
    """The form's fields as the socket has them. Raises Refused where a number is none."""
    fields: dict[str, object] = {name: form[name] for name in ("phase", "member") if form.get(name)}
    fields["circle"] = seat.membership.circle.public_id
    for name in ("step", "seconds"):
        if form.get(name):
            fields[name] = _number(form.get(name, ""))
    fields["agreed"] = bool(form.get("agreed"))
    if verb == "order":
        fields["members"] = _order(form, seat)
    return fields


def _order(form: QueryDict, seat: Seat) -> list[str]:
    """Whom the form names, in its order; those to come with one moved up or down, or with one more
    of those who listen. Raises Refused."""
    if "stage" in form:
        asked = _called(form.get("stage", ""), seat)
        return [*(name for name in _to_come(seat) if name != asked), asked]
    if not form.get("up") and not form.get("down"):
        return [name for name in re.split(r"[\s,]+", form.get("order", "")) if name]
    coming = _to_come(seat)
    moved = form.get("up") or form.get("down") or ""
    if moved not in coming:
        raise refusal.bad_frame()
    at = coming.index(moved)
    to = max(0, at - 1) if form.get("up") else at + 1
    coming.insert(to, coming.pop(at))
    return coming


def _called(name: str, seat: Seat) -> str:
    """Who goes by this name in the circle now. Raises Refused where nobody does."""
    # What no database takes is nobody's name.
    key = name_key(name.replace("\0", ""))
    people = seat.membership.circle.memberships.current().filter(name_key=key)
    found = people.values_list("public_id", flat=True).first()
    if found is None:
        raise Refused("bad_frame", _("Nobody goes by that name in this circle now."))
    return found


def _to_come(seat: Seat) -> list[str]:
    room = seat.membership.circle.room
    session = going_on(room)
    if session is None:
        return []
    order = state_of(session, room, places_of(session))["order"]
    return [one["member"] for one in order if one["state"] in ("waiting", "last")]


def _number(text: str) -> int:
    number = number_in(text)
    if number is None:
        raise refusal.bad_frame()
    return number


def _refused(
    request: SignedInRequest, seat: Seat, refused: Refused, written: dict | None = None
) -> HttpResponse:
    let_strangers_find_nothing(refused)
    # As it is now, not as it was when the form was sent.
    seat = seat_or_404(request, seat.membership.circle.public_id)
    return live_page(request, seat, say=refused.say, written=written, status=status_of(refused))


def _back_to(circle: str) -> HttpResponse:
    return see_other("live", circle)
