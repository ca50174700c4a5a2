"""The room's verbs as plain forms, for use without script. What was written is never lost."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any, cast

from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chat import editing, frames, posting, refusal
from chat.care import concerns
from chat.hub import allowance
from chat.keeping import moderation
from chat.keeping.until import session_ends
from chat.models import Message, Response, Seat
from chat.posting import Draft, Posted
from chat.reading import history, telling
from chat.reading.entries import Entry
from chat.refusal import Refused
from chat.views import twins
from chat.views.answers import let_strangers_find_nothing, see_other, status_of
from chat.views.room import room_page
from chat.views.seats import seat_or_404
from chat.words import BODY_LIMIT, NOTE_LIMIT
from community import refusals, vault
from community.models import User
from community.people import SignedInRequest, signed_in

logger = logging.getLogger(__name__)


@never_cache
@require_POST
def post_message(request: HttpRequest, circle: str) -> HttpResponse:
    """Posts what the form holds and leads back to it; JSON goes to the socket's twin.

    Most JSON is answered before it comes here, by chat/letterbox.py, which keeps to what is asked
    of a request on its way to this view: what is added here is added there.
    """
    if request.content_type == "application/json":
        return twins.post_message(request, circle)
    if not request.user.is_authenticated:
        return refusals.signed_out(request)
    return _post_form(cast(SignedInRequest, request), circle)


def _post_form(request: SignedInRequest, circle: str) -> HttpResponse:
    seat = seat_or_404(request, circle)
    written = {name: request.POST.get(name, "") for name in ("id", "body", "note", "reply_to")}
    written["id"] = written["id"] or str(uuid.uuid4())
    try:
        posted = post(draft_in(written, by=request.user, circle=circle))
        editing.mark_read(by=request.user, circle=circle, seq=posted.seq)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        if refused.code == "conflict":
            # The page was sent before, and its words were changed since: they are a new message.
            written["id"] = str(uuid.uuid4())
        return room_page(
            request, seat, written=written | {"say": refused.say}, status=status_of(refused)
        )
    return back_to(circle, posted.id)


def post(draft: Draft) -> Posted:
    """Posts it. Raises Refused, also where the database can't just now: the page that gives the
    words back mostly needs less of it."""
    try:
        return posting.post(draft)
    except (InterfaceError, OperationalError) as error:
        logger.error("post_failed: %s", type(error).__name__)
        if not connection.is_usable():
            connection.close()
        raise refusal.not_kept() from error


def draft_in(written: dict[str, str], *, by: User, circle: str) -> Draft:
    """The message that a form holds. Raises Refused for what can't be one, and for whoever has
    sent too many that could not."""
    frame = frames.of_form(dict(written), verb="post")
    allowance.check_words(by.pk, written["body"], written["note"])
    frame.check_size()
    return frame.draft(person=by.pk, circle=circle)


@signed_in
@never_cache
@require_safe
def message(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    """One message, with what its reader may do about it."""
    seat = seat_or_404(request, circle)
    return message_page(request, seat, message)


@signed_in
@require_POST
def respond(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    response = request.POST.get("response", "")
    return _act(
        request,
        circle,
        message,
        lambda: editing.respond(by=request.user, circle=circle, message=message, response=response),
    )


@signed_in
@require_POST
def edit(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    said = {name: request.POST.get(name, "") for name in ("body", "note")}
    as_of = request.POST.get("as_of")
    return _act(
        request,
        circle,
        message,
        lambda: editing.edit(by=request.user, circle=circle, message=message, as_of=as_of, **said),
        said,
    )


@signed_in
@require_POST
def take_back(request: SignedInRequest, circle: str, message: str) -> HttpResponse:
    return _act(
        request,
        circle,
        message,
        lambda: editing.take_back(by=request.user, circle=circle, message=message),
    )


def _act(
    request: SignedInRequest,
    circle: str,
    message: str,
    verb: Callable[[], Any],
    said: dict[str, str] | None = None,
) -> HttpResponse:
    """Does it, with what is `said` by it, and leads back to the room; what may not be is said on
    the message's own page."""
    seat = seat_or_404(request, circle)
    try:
        if said is None:
            allowance.check_verb(request.user.pk)
        else:
            allowance.check_words(request.user.pk, *said.values())
            frames.of_form(dict(said), verb="edit").check_size()
        verb()
    except Refused as refused:
        let_strangers_find_nothing(refused)
        status = status_of(refused)
        return message_page(request, seat, message, say=refused.say, status=status)
    return back_to(circle, message)


def message_page(
    request: SignedInRequest, seat: Seat, message: str, *, say: str = "", status: int = 200
) -> HttpResponse:
    """One message with what may be done about it; `say` is why something was not."""
    found = history.entry_of(seat, message)
    if found is None:
        raise Http404
    row, entry = found
    circle, me = seat.membership.circle, seat.membership
    context = {
        "circle": circle,
        "entry": entry,
        "zone": timezone.get_current_timezone(),
        "say": say,
        "kinds": _kinds(seat, entry),
        "is_own": row.membership_id == me.pk,
        "is_mine": row.membership_id == me.pk and entry.state in ("posted", "held"),
        "may_hold": me.is_facilitator and entry.kind == "message",
        "author": row.membership,
        "to_leads": row.membership and concerns.goes_to_leads(row.membership, by=me),
        "author_is_peer": row.membership is not None and not row.membership.is_facilitator,
        "mute": moderation.mute_in_force(row.membership) if row.membership else None,
        "session_until": session_ends(circle) if me.is_facilitator else None,
        "is_held": bool(row.membership and row.membership.seat.held_at),
        "told": telling.told([row], to=me).get(row.public_id, ""),
        "written": _written(request, seat, row),
        "version": editing.version(row),
        # What was just sent and refused is given back all the same.
        "may_change": request.method == "POST" or not editing.is_too_old(row, timezone.now()),
        "body_limit": BODY_LIMIT,
        "note_limit": NOTE_LIMIT,
    }
    return render(request, "chat/message.html", context, status=status)


def _kinds(seat: Seat, entry: Entry) -> list[dict[str, Any]]:
    if entry.state != Message.State.POSTED:
        return []
    given = {kind for kind, by in entry.given if by == seat.membership.pk}
    return [
        {"kind": kind.value, "label": kind.label, "given": kind.value in given}
        for kind in Response.Kind
    ]


def _written(request: SignedInRequest, seat: Seat, row: Message) -> dict[str, str]:
    """What stands in the page's fields: what was just sent, or else the author's own words."""
    if request.method == "POST":
        return {name: request.POST.get(name, "") for name in ("body", "note", "why", "for")}
    if row.membership_id != seat.membership.pk or row.state not in ("posted", "held"):
        return {}
    try:
        said = row.words(owner=vault.circle_owner(seat.membership.circle.public_id))
    except vault.Unopenable:
        return {}
    return {"body": said.body, "note": said.note}


def what_was_written(request: HttpRequest) -> str:
    """The words of a form that was refused, to be given back where its field may be gone."""
    sent = (request.POST.get(name, "") for name in ("body", "why", "answer", "note"))
    return next((words for words in sent if words.strip()), "")


def back_to(circle: str, message: str) -> HttpResponse:
    """Leads back to the room, where there is one to the message."""
    address = reverse("room", args=[circle])
    return see_other(f"{address}#m-{message}" if message else address)
