"""Who was present at a circle's sessions, for those who hold it. Present or not, nothing finer."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.models import Attendance, LiveSession
from chat.views.seats import facilitators_seat_or_404
from community.people import SignedInRequest, signed_in
from programs.models import Membership

_NEWEST = 60


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session, and those who belonged to the circle then. Of hundreds only how many came."""

    session: LiveSession
    present: list[Membership]
    absent: list[Membership]
    listeners: int


@signed_in
@never_cache
@require_safe
def attendance(request: SignedInRequest, circle: str) -> HttpResponse:
    seat = facilitators_seat_or_404(request, circle)
    room = seat.membership.circle.room
    sessions = list(LiveSession.objects.filter(room=room).order_by("-opened_at")[:_NEWEST])
    there = set(
        Attendance.objects.filter(session__in=sessions).values_list("session_id", "member_id")
    )
    people = list(Membership.objects.filter(circle=room.circle_id).order_by("role", "name"))
    context = {
        "circle": seat.membership.circle,
        "meetings": [_meeting(session, people, there) for session in sessions],
    }
    return render(request, "chat/attendance.html", context)


def _meeting(
    session: LiveSession, people: list[Membership], there: set[tuple[int, int]]
) -> Meeting:
    came = [person for person in people if (session.pk, person.pk) in there]
    present = [person for person in came if person.role != Membership.Role.LISTENER]
    absent = [
        person
        for person in people
        if person.role != Membership.Role.LISTENER
        and person not in present
        and _belonged(person, session)
    ]
    return Meeting(session, present, absent, listeners=len(came) - len(present))


def _belonged(person: Membership, session: LiveSession) -> bool:
    joined = person.joined_at <= session.opened_at
    return joined and (person.left_at is None or person.left_at > session.opened_at)
