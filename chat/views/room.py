"""The room's page, its older pages, and the page of one message. Strangers find nothing there."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from markupsafe import Markup

from chat import surroundings
from chat.care import cards, concerns
from chat.hush import hushed_until
from chat.models import Seat
from chat.reading import history
from chat.reading.history import Page
from chat.seats import verbs_of
from chat.unread import marks_of
from chat.views.answers import number_in
from chat.views.seats import seat_or_404, still_theirs_or_404
from chat.views.standing import standing_context
from chat.views.wording import in_words, session_in_words
from chat.words import BODY_LIMIT, NOTE_LIMIT
from community.models import PUBLIC_ID
from community.people import SignedInRequest, signed_in


@signed_in
@never_cache
@require_safe
def room(request: SignedInRequest, circle: str) -> HttpResponse:
    """The newest of the room; with `at`, a place in its log or a message, what stands there."""
    seat = seat_or_404(request, circle)
    return room_page(request, seat, at=_place_in(request.GET.get("at", "")))


@signed_in
@never_cache
@require_safe
def room_before(request: SignedInRequest, circle: str, seq: int) -> HttpResponse:
    """Older messages: the bare list for the room's script, a whole page for everyone else."""
    seat = seat_or_404(request, circle)
    return _stretch(request, seat, history.page_before(seat, seq))


@signed_in
@never_cache
@require_safe
def room_after(request: SignedInRequest, circle: str, seq: int) -> HttpResponse:
    """Newer messages, in the same two forms."""
    seat = seat_or_404(request, circle)
    return _stretch(request, seat, history.page_after(seat, seq))


def _stretch(request: SignedInRequest, seat: Seat, page: Page) -> HttpResponse:
    context, circle = _log(request, seat, page), seat.membership.circle
    if request.headers.get("X-Fragment"):
        still_theirs_or_404(seat)
        return render(request, "chat/older.html", context)
    # The frame of a page asks for all circles of theirs: the same question, after the log too.
    marks = marks_of(request, at=circle.public_id)
    if all(mark.circle.public_id != circle.public_id for mark in marks):
        raise Http404
    return render(request, "chat/before.html", context | {"circle": circle})


def _place_in(address: str) -> int | str | None:
    """Where to open the room, by a place in its log or by a message; None for what is neither."""
    return address if PUBLIC_ID.fullmatch(address) else number_in(address)


def room_page(
    request: SignedInRequest,
    seat: Seat,
    *,
    at: int | str | None = None,
    written: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The room; `written` is what someone without script sent and why it was not posted."""
    member, circle = seat.membership, seat.membership.circle
    page = history.latest_page(seat) if at is None else history.page_around(seat, at)
    around = surroundings.around(circle)
    # Asked after the log was read: whoever was removed before some of it was written is not there.
    if member not in around.people:
        raise Http404
    context = _log(request, seat, page) | {
        "circle": circle,
        "member": member,
        "seat": seat,
        # In the room of its newest the end is where it opens; elsewhere it opens here.
        "at": page.at if page.has_newer else None,
        "hushed_until": hushed_until(seat),
        "around": around,
        # Nobody else holds the circle: what they tell goes to the program leads.
        "alone": not [one for one in around.facilitators if one.pk != member.pk],
        "peers_in_words": in_words(len(around.peers)),
        "people_in_words": in_words(len(around.people)),
        "session": session_in_words(around.session.begins_at, around.session.ends_at)
        if around.session
        else None,
        # Drafts on a shared device are kept for one person and cleared when another comes.
        "person": request.user.public_id,
        "can": json.dumps(verbs_of(is_facilitator=seat.membership.is_facilitator)),
        "reasons": concerns.REASONS,
        **standing_context(seat, around),
        "written": written or {"id": uuid.uuid4()},
        "body_limit": BODY_LIMIT,
        "note_limit": NOTE_LIMIT,
    }
    if lying := cards.known(seat):
        context |= cards.shown(lying, to=request.user, circle=circle)
    return render(request, "chat/room.html", context, status=status)


def _log(request: SignedInRequest, seat: Seat, page: Page) -> dict[str, Any]:
    circle = seat.membership.circle
    return {
        "page": page,
        "rows": list(_rows(page, seat, opens_notes=request.user.opens_notes)),
        "room": circle.room,
        "zone": timezone.get_current_timezone(),
        "mine": json.dumps(page.mine),
        "told": json.dumps(page.told),
    }


def _rows(page: Page, seat: Seat, *, opens_notes: bool) -> Iterator[dict[str, Any]]:
    """The entries with a line before each day, and one before what is new to this reader.

    Days are those of the clocks that the times in the entries are told by; where there is script,
    it draws both again by the reader's own.
    """
    me = seat.membership.public_id
    day: datetime.date | None = None
    line_drawn = seat.read_seq <= seat.from_seq
    for place, entry in enumerate(page.entries):
        today = timezone.localtime(entry.at).date()
        if today != day:
            day = today
            yield {"day": today}
        if not line_drawn and entry.seq > seat.read_seq and entry.member != me:
            line_drawn = True
            # Where all of the page is new, a line over the whole of it would say nothing.
            if place:
                yield {"unread": True}
        yield {"html": _unfolded(entry.html) if opens_notes else entry.html}
        if entry.id in page.told:
            yield {"told": page.told[entry.id], "about": entry.id}


def _unfolded(html: Markup) -> Markup:
    """For whoever chose that content notes always stand open; drawings don't know who reads."""
    return Markup(str(html).replace('<details class="veil">', '<details class="veil" open>'))  # noqa: S704
