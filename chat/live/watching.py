"""What happens to a session by itself: members who leave, rooms that nobody holds any more."""

from __future__ import annotations

import datetime
import logging

from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone

from chat import log
from chat.keeping import moderation
from chat.live.leading import close
from chat.live.rounds import leave_the_order
from chat.live.state import going_on
from chat.live.steps import Step, look_for_facilitators
from chat.models import Event, LiveSession
from community.signals import tick
from programs.models import Membership
from programs.signals import membership_ended

# A session that was left open, and that nobody has held for long, must not keep the room shut.
_LEFT_OPEN = datetime.timedelta(hours=2)
logger = logging.getLogger(__name__)


def someone_is_back(circle: str) -> None:
    """A facilitator's lease was renewed: where the room was unattended, everyone is told."""
    unattended = LiveSession.objects.going_on().exclude(unattended_at=None)
    if unattended.filter(room__circle__public_id=circle).exists():
        look_at(circle)


@receiver(tick)
def look_at_all(**kwargs: object) -> None:
    """Looks at each session that goes on, once a minute; one's trouble keeps no other from it."""
    going = LiveSession.objects.going_on()
    for circle in going.values_list("room__circle__public_id", flat=True):
        try:
            look_at(circle)
        except Exception as error:
            logger.error("session_not_looked_at: %s", type(error).__name__)


def look_at(circle: str) -> None:
    """Tells everyone where the room is held no longer, or again; ends what was left open, and lets
    what waits for the end of a session that runs over wait on."""
    with log.writing(circle) as room:
        session = going_on(room)
        if session is None:
            return
        step = Step.of(room, session)
        changed = look_for_facilitators(step)
        since = session.unattended_at
        if since and max(since, session.planned_until) + _LEFT_OPEN <= timezone.now():
            close(step, by=None)
            return
        if changed:
            step.tell(Event.Kind.SESSION_UNATTENDED if since else Event.Kind.SESSION_ATTENDED)
        moderation.the_session_goes_on(room)


@receiver(membership_ended)
def leave_the_session(sender: type, membership: Membership, **kwargs: object) -> None:
    """Whoever left or was removed is in no order, holds no piece and leads nothing."""
    concerned = LiveSession.objects.going_on().filter(room__circle=membership.circle_id)
    concerned = concerned.filter(Q(leader=membership) | Q(places__member=membership))
    if not concerned.exists():
        return
    with log.writing(membership.circle.public_id) as room:
        session = going_on(room)
        if session is None:
            return
        step = Step.of(room, session)
        kind = Event.Kind.SESSION_LEFT
        if place := step.place_of(membership):
            leave_the_order(step, place)
        if session.leader_id == membership.pk:
            session.leader = _another_leader(session, membership)
            step.settle()
            kind = Event.Kind.SESSION_LED
        step.tell(kind)


def _another_leader(session: LiveSession, gone: Membership) -> Membership | None:
    """A facilitator who took a seat; else nobody leads until someone takes over."""
    others = Membership.objects.current().facilitators().exclude(pk=gone.pk)
    return others.filter(attendances__session=session).order_by("pk").first()
