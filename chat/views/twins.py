"""The socket's HTTP twins, for clients without one: post a message, ask what happened."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from chat import frames, refusal
from chat.frames import Frame
from chat.hiding import hidden_from
from chat.hub import Hub, allowance
from chat.posting import Outcome, Posted
from chat.reading import replay
from chat.refusal import Refused
from chat.seats import Viewer, seat_of
from chat.views.answers import number_in, status_of


def post_message(request: HttpRequest, circle: str) -> JsonResponse:
    """Posts the JSON message in the body; answers as the socket would."""
    if request.user.pk is None:
        raise Http404
    frame = Frame("post", {})
    try:
        frame = frame_in(request.body)
        frame.check_size()
        draft = frame.draft(person=request.user.pk, circle=circle, language=get_language() or "")
        outcome: Outcome = Hub.post_from_thread(draft)
    except Refused as refused:
        # Strangers find nothing here, whatever they send.
        if seat_of(request.user, circle, with_all_beside=False) is None:
            raise Http404 from None
        outcome = refused
    status, fields = answer_to(frame, outcome)
    return JsonResponse(fields, status=status)


def frame_in(body: bytes) -> Frame:
    """The message that was sent. Raises Refused (`bad_frame`)."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise refusal.bad_frame() from None
    return frames.parse_fields(text, verb="post")


def answer_to(frame: Frame, outcome: Outcome) -> tuple[int, dict[str, Any]]:
    """Status and fields for whoever sent it, by whichever way it came (see chat/letterbox.py).

    Raises Http404 for strangers.
    """
    if isinstance(outcome, Refused):
        if outcome.code == "not_member":
            raise Http404
        return status_of(outcome), outcome.as_frame() | frame.echo
    return 201, _ack(outcome) | frame.echo


@require_GET
@never_cache
def room_events(request: HttpRequest, circle: str) -> JsonResponse:
    """What happened after `since`, as much as one answer holds; ask again from `upto`. Where
    `newest`, the newest message they have, is not there any more, the page is to be loaded anew."""
    seat = seat_of(request.user, circle, with_all_beside=False)
    if seat is None:
        raise Http404
    try:
        allowance.check_stretch(seat.membership.user_id)
        fields = {"since": number_in(request.GET.get("since", "0"))}
        asked = Frame("", fields | {"newest": request.GET.get("newest")})
        since, newest = asked.seq("since"), asked.public_id_or_none("newest")
    except Refused as refused:
        return JsonResponse(refused.as_frame(), status=status_of(refused))
    stretch = replay.read(seat.membership.circle, after=since)
    # Asked anew after the events, as the feeds do: whoever was removed before one of them was
    # written belongs no more, and whoever was hidden before it is.
    seat = seat_of(request.user, circle, with_all_beside=False)
    if seat is None:
        raise Http404
    viewer = Viewer.of(seat, hidden=hidden_from(seat.membership))
    is_theirs = not newest or bool(replay.still_there({(circle, newest)}))
    return JsonResponse(
        {
            **({} if is_theirs else {"reload": True}),
            "circle": circle,
            "after": since,
            "upto": stretch.upto,
            "head": stretch.head,
            "sight": viewer.sight,
            "events": stretch.events_for(viewer),
        }
    )


def _ack(posted: Posted) -> dict:
    return {"is": "ack", "seq": posted.seq, "state": posted.state, "message": posted.id}
