"""What waits in a room longer than the house promises, as program leads see it, and what they do.

They read none of it: how much waits, since when, who holds the circle, and which of them is here.
They remind those, by a mail that says nothing; where nobody is there to be reminded, a lead
appoints someone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat import leases, log, refusal
from chat.care.settling import held_too_long
from chat.models import Event, Message, Reminder, Room
from chat.refusal import Refused
from community import audit, notices
from community.models import Notice, User
from programs.leads import is_lead
from programs.models import Circle, Membership


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits too long in one circle."""

    circle: Circle
    count: int
    since: datetime.datetime
    holders: list[Membership]
    here: list[Membership]
    reminded_at: datetime.datetime | None

    @property
    def may_be_reminded(self) -> bool:
        return bool(self.holders) and not _lately(self.reminded_at)


def waiting_too_long(lead: User) -> list[Waiting]:
    """Of each circle, the longest waiting first; nothing of what `lead` wrote themselves."""
    held: dict[Circle, list[Message]] = {}
    for message in _held_for(lead).order_by("posted_at"):
        held.setdefault(message.room.circle, []).append(message)
    if not held:
        return []
    holders = _holders(held, lead)
    attended = leases.attended([circle.public_id for circle in held])
    reminders = Reminder.objects.filter(room__circle__in=held)
    reminded = dict(reminders.values_list("room__circle", "at"))
    found = []
    for circle, messages in held.items():
        here = {one["member"] for one in attended[circle.public_id]}
        theirs = [holder for holder in holders if holder.circle_id == circle.pk]
        found.append(
            Waiting(
                circle=circle,
                count=len(messages),
                since=messages[0].posted_at,
                holders=theirs,
                here=[holder for holder in theirs if holder.public_id in here],
                reminded_at=reminded.get(circle.pk),
            )
        )
    return found


def remind(*, by: User, circle: str) -> None:
    """Tells those who hold this circle that something waits too long. Raises Refused.

    `conflict` where nothing does any more, or another lead reminded them already.
    """
    if not is_lead(by) or not by.is_active:
        raise refusal.not_member()
    try:
        with log.writing(circle) as room:
            _remind(room, by)
    except Room.DoesNotExist:
        raise refusal.not_member() from None


def reminded_at(room: Room) -> datetime.datetime | None:
    """When a lead last reminded those who hold it."""
    return Reminder.objects.filter(room=room).values_list("at", flat=True).first()


def _remind(room: Room, lead: User) -> None:
    if not _held_for(lead).filter(room=room).exists():
        raise Refused("conflict", _("Nothing waits too long in that circle any more."))
    if _lately(reminded_at(room)):
        said = ngettext(
            "They were reminded within the last hour. Give them that time.",
            "They were reminded within the last %(n)s hours. Give them that time.",
            settings.REPORT_HOURS,
        )
        raise Refused("conflict", said % {"n": settings.REPORT_HOURS})
    holders = _holders([room.circle], lead)
    if not holders:
        raise Refused(
            "closed", _("No other facilitator holds this circle. Appoint someone who does.")
        )
    now = timezone.now()
    Reminder.objects.update_or_create(room=room, defaults={"by": lead, "at": now})
    for holder in holders:
        about = f"remind:{room.circle.public_id}:{now:%y%m%d%H%M%S}"
        notices.tell(holder.user, kind=Notice.Kind.CARE, about=about)
    log.append(room, Event.Kind.DESK_CHANGED, audience=Event.Audience.FACILITATORS)
    audit.record(verb="remind", by=lead, circle=room.circle.public_id)


def _held_for(lead: User) -> QuerySet[Message]:
    return held_too_long().exclude(membership__user=lead)


def _holders(circles: Iterable[Circle], lead: User) -> list[Membership]:
    """Those of each circle who may look, `lead` apart, who knows already."""
    holders = Membership.objects.current().facilitators()
    holders = holders.filter(circle__in=circles, user__is_active=True).exclude(user=lead)
    return list(holders.select_related("user").order_by("name"))


def _lately(at: datetime.datetime | None) -> bool:
    hours = datetime.timedelta(hours=settings.REPORT_HOURS)
    return at is not None and timezone.now() - at < hours
