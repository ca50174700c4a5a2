"""What everyone is told of a session: the whole of it, the same for all, without words."""

from __future__ import annotations

import datetime
from typing import Any

from chat.live import order
from chat.models import LiveSession, Place, Room

# What a part leaves each holder, before a facilitator gives more. Nobody is cut off.
_SOFT_SECONDS = {LiveSession.Phase.CHECK_IN: 120, LiveSession.Phase.SHARING: 240}


def going_on(room: Room) -> LiveSession | None:
    """The session that is open in `room` now."""
    return (
        LiveSession.objects.going_on()
        .filter(room=room)
        .select_related("leader", "agreement")
        .first()
    )


def places_of(session: LiveSession) -> list[Place]:
    """Everyone's place, those who stepped out at the end."""
    return list(session.places.select_related("member").order_by("position", "pk"))


def state_of(session: LiveSession, room: Room, places: list[Place]) -> dict[str, Any]:
    """The state as events and the page carry it; docs/protocol.md says what each part means."""
    people = {place.member_id: place.member.public_id for place in places}
    leader = session.leader
    return {
        "id": session.public_id,
        "open": room.circle.is_open,
        "phase": str(session.phase),
        "step": session.step,
        "round": session.round,
        "opened_at": _iso(session.opened_at),
        "phase_at": _iso(session.phase_at),
        "planned_until": _iso(session.planned_until),
        "ended_at": _iso(session.ended_at),
        "floor": str(room.floor),
        "holder": people.get(room.holder_id) if room.holder_id else None,
        "holder_at": _iso(session.holder_at),
        "soft_seconds": soft_seconds(session),
        "order": [
            _shown(place, room.holder_id) for place in places if place.state != order.State.OUT
        ],
        "breath_until": _iso(session.breath_until),
        "facilitator": leader.public_id if leader and leader.left_at is None else None,
        "attended": session.unattended_at is None,
    }


def soft_seconds(session: LiveSession) -> int:
    """How long the present holder may take before the screens remind, gently."""
    phase = LiveSession.Phase(session.phase)
    return _SOFT_SECONDS.get(phase, 0) + session.given_seconds


def _shown(place: Place, holder: int | None) -> dict[str, Any]:
    return {
        "member": place.member.public_id,
        "state": "holding" if place.member_id == holder else str(place.state),
        "hand": place.hand_at is not None,
        "before": place.spoke_in > 0,
    }


def _iso(at: datetime.datetime | None) -> str | None:
    return at.astimezone(datetime.UTC).isoformat() if at else None
