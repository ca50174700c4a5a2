"""The page of a live session: the whole state at first sight, with script or without."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.care import cards, concerns
from chat.keeping import holding
from chat.keeping.standing import standing_of
from chat.keeping.until import ends
from chat.live.state import places_of, state_of
from chat.models import Attendance, Event, LiveSession, Mute, Seat
from chat.reading import history
from chat.seats import verbs_of
from chat.views.seats import seat_or_404, still_theirs_or_404
from chat.views.standing import muted_among
from chat.words import BODY_LIMIT, NOTE_LIMIT
from community.people import SignedInRequest, signed_in
from programs import calendar
from programs.models import Membership

# What was said lately: enough for a turn, and for whoever comes in late.
_LATELY = 30
_TO_COME = ("waiting", "last")


@signed_in
@never_cache
@require_safe
def live(request: SignedInRequest, circle: str) -> HttpResponse:
    return live_page(request, seat_or_404(request, circle))


def live_page(
    request: SignedInRequest,
    seat: Seat,
    *,
    say: str = "",
    written: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The session; `say` is why something could not be, `written` what was not posted."""
    member, circle = seat.membership, seat.membership.circle
    # The log's end was read with the seat, before the session: a step that comes between is
    # told once more, and never missed.
    session = _session(seat)
    began = session.began if session else 0  # type: ignore[attr-defined]
    page = history.latest_page(seat, _LATELY, after=began)
    still_theirs_or_404(seat)
    context = _of_session(session, seat) | {
        "session": session,
        "began": began,
        "circle": circle,
        "room": circle.room,
        "member": member,
        "seat": seat,
        "page": page,
        "zone": circle.cohort.time_zone,
        "mine": json.dumps(page.mine),
        "told": json.dumps(page.told),
        "person": request.user.public_id,
        "can": json.dumps(verbs_of(is_facilitator=seat.membership.is_facilitator)),
        "reasons": concerns.REASONS,
        "say": say,
        "written": written or {"id": uuid.uuid4()},
        # Whom they asked onto the stage, where that could not be.
        "asked": request.POST.get("stage", ""),
        "body_limit": BODY_LIMIT,
        "note_limit": NOTE_LIMIT,
    }
    if lying := cards.known(seat):
        context |= cards.shown(lying, to=request.user, circle=circle)
    return render(request, "chat/live.html", context, status=status)


def _session(seat: Seat) -> LiveSession | None:
    """The session that goes on: whether they took a seat, and where in the log it began."""
    mine = Attendance.objects.filter(session=OuterRef("pk"), member=seat.membership)
    # Of one that goes on alone: back to where an ended one began can be a long way in the log.
    sessions = LiveSession.objects.filter(room=seat.membership.circle.room, ended_at=None)
    opened = Event.objects.filter(room=OuterRef("room"), kind=Event.Kind.SESSION_OPENED)
    # What was said before has its place in the room: here one hears the session.
    began = Subquery(opened.order_by("-seq").values("seq")[:1])
    sessions = sessions.select_related("leader", "agreement")
    sessions = sessions.annotate(seated=Exists(mine), began=Coalesce(began, 0))
    return sessions.order_by("-opened_at", "-pk").first()


def _of_session(session: LiveSession | None, seat: Seat) -> dict[str, Any]:
    """What the page says of a session that goes on; where none does, when the next one is."""
    if session is None:
        return _of_none(seat)
    member, circle = seat.membership, seat.membership.circle
    room = circle.room
    people = list(_people(seat, session))
    phases = _phases(session)
    state = state_of(session, room, places_of(session))
    return {
        "state": state,
        "state_json": json.dumps(state),
        "in_round": session.in_round,
        **_standing(seat, people),
        "people_now": people,
        "facilitators": [person for person in people if person.is_facilitator],
        **_round(state, people, member, goes_round=session.in_round),
        "agreement": session.agreement,
        "clauses": session.agreement.each_clause() if session.agreement else [],
        "seated": session.seated,  # type: ignore[attr-defined]
        "accepted": session.seated,  # type: ignore[attr-defined]
        "phases": phases,
        "next_phase": next((part for part in phases if part["state"] == "todo"), None),
        "attendance": _attendance(people) if member.is_facilitator else [],
        "session_until": ends(circle, session.planned_until),
    }


def _round(
    state: dict[str, Any], people: list[Membership], member: Membership, *, goes_round: bool
) -> dict[str, Any]:
    """Whose turn it is, was and will be, as this member reads it."""
    order, me = state["order"], member.public_id
    known = {person.public_id: person for person in people}
    mine = next((one for one in order if one["member"] == me), None)
    to_come = [one for one in order if one["state"] in _TO_COME]
    coming = to_come[0] if to_come and state["phase"] != LiveSession.Phase.CLOSING else None
    return {
        "turn": [
            one
            | {
                "member": known[one["member"]],
                "is_me": one["member"] == me,
                "next": one is coming,
            }
            for one in order
            if one["member"] in known
        ],
        "me_in_order": mine,
        "waits": goes_round and mine is not None and mine["state"] in _TO_COME,
        "holder": known.get(state["holder"] or ""),
        "i_hold": state["holder"] == me,
    }


def _standing(seat: Seat, people: list[Membership]) -> dict[str, Any]:
    """How the room stands and who holds it, as the room's page says it."""
    standing = standing_of(seat, people)
    context: dict[str, Any] = {
        "standing": standing,
        "standing_json": json.dumps(standing.as_frame()),
        "attended_json": json.dumps(standing.attended),
        "edit_minutes": settings.ROOM_EDIT_MINUTES,
    }
    if not seat.membership.is_facilitator:
        return context
    return context | {
        "lease": settings.ROOM_LEASE_SECONDS,
        "needs": getattr(seat, "needs", None),
        "muted": muted_among(people),
        "held_members": json.dumps([one.public_id for one in people if one.seat.held_at]),
        "waiting": json.dumps(holding.names_waiting(seat)),
    }


def _of_none(seat: Seat) -> dict[str, Any]:
    circle = seat.membership.circle
    prefetch_related_objects([circle.cohort], "pauses", "session_changes")
    door = calendar.next_session(circle.cohort, circle)
    people = list(_people(seat, None))
    return {
        "state": None,
        "people_now": people,
        "facilitators": [person for person in people if person.is_facilitator],
        "door": door,
        "door_is_open": door is not None and door.door_at <= timezone.now(),
        "may_begin": seat.membership.is_facilitator,
    }


def _people(seat: Seat, session: LiveSession | None) -> QuerySet[Membership]:
    """Those the page names; of an open circle's hundreds only who is on its stage."""
    circle = seat.membership.circle
    people = circle.memberships.current()
    if circle.is_open:
        on_stage = Q(role=Membership.Role.FACILITATOR) | Q(pk=seat.membership.pk)
        if session is not None:
            on_stage |= Q(pk__in=session.places.values("member"))
        people = people.filter(on_stage)
    there = Attendance.objects.filter(session=session, member=OuterRef("pk"))
    muted = Mute.objects.in_force().filter(member=OuterRef("pk"))
    people = people.select_related("seat", "user").annotate(
        was_present=Exists(there), muted_until=Subquery(muted.values("until")[:1])
    )
    return people.order_by("role", "name")


def _attendance(people: list[Membership]) -> list[tuple[Membership, bool]]:
    return [(person, person.was_present) for person in people]  # type: ignore[attr-defined]


def _phases(session: LiveSession) -> list[dict[str, str]]:
    """The parts in order, each done, now, or to come."""
    *parts, _ended = LiveSession.Phase.choices
    now = [phase for phase, _label in parts].index(session.phase)
    return [
        {
            "phase": phase,
            "label": str(label),
            "state": "done" if index < now else "now" if index == now else "todo",
        }
        for index, (phase, label) in enumerate(parts)
    ]
