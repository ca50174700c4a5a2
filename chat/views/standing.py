"""How a room stands, for the templates that say it and the script that keeps it true."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from chat.keeping import holding
from chat.keeping.standing import standing_of
from chat.keeping.until import ends
from chat.models import Seat
from chat.surroundings import Surroundings
from programs.models import Membership


def standing_context(seat: Seat, around: Surroundings) -> dict[str, Any]:
    """What chat/standing.html and chat/standing_data.html need, and the facilitators' dialogs."""
    standing = standing_of(seat, around.people)
    context = {
        "standing": standing,
        "standing_json": json.dumps(standing.as_frame()),
        "attended_json": json.dumps(standing.attended),
        "edit_minutes": settings.ROOM_EDIT_MINUTES,
    }
    if not seat.membership.is_facilitator:
        return context
    circle = seat.membership.circle
    return context | {
        "lease": settings.ROOM_LEASE_SECONDS,
        "muted": muted_among(around.people),
        "held_members": json.dumps([one.public_id for one in around.people if one.seat.held_at]),
        "waiting": json.dumps(holding.names_waiting(seat)),
        "needs": getattr(seat, "needs", None),
        "session_until": ends(circle, around.going_on_until),
    }


def muted_among(people: Iterable[Membership]) -> str:
    """Who is muted until when, for the facilitators' script; of people who bring that along."""
    until = {one.public_id: one.muted_until for one in people}  # type: ignore[attr-defined]
    return json.dumps({name: at.isoformat() for name, at in until.items() if at})
