"""Who is called by mail to what was told, and when.

Of a care flag in a live session whoever holds the circle and is at it is called also in the
evening. The first one calls at once. What follows within ten minutes calls together, when these are
over: whoever does not come for one mail comes for no ten. Where something was looked at since, the
next one calls at once again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from chat.models import Concern, LiveSession
from community import notices
from community.models import Notice, User
from programs.models import Membership

APART = datetime.timedelta(minutes=10)


def call(people: Iterable[User], concern: Concern) -> None:
    """Has them told that there is something; the lock of its room is held."""
    session = _session_of(concern)
    on_duty = _on_duty(concern, session) if session else set()
    before = _told_before(concern, session) if session else Concern.objects.none()
    for person in people:
        kind = Notice.Kind.ON_DUTY if person.pk in on_duty else Notice.Kind.CARE
        when = _when(person, kind, list(before)) if session else None
        notices.tell(person, kind=kind, about=_name(concern), not_before=when)


def _session_of(concern: Concern) -> LiveSession | None:
    """The session that goes on, where this is a care flag raised in it."""
    if concern.kind != Concern.Kind.CARE:
        return None
    return LiveSession.objects.going_on().filter(room=concern.room_id).first()


def _on_duty(concern: Concern, session: LiveSession) -> set[int]:
    """Theirs is a clock of minutes. Nobody else is on call at night, nor whoever has gone home and
    left the session open."""
    over = session.planned_until is not None and session.planned_until < timezone.now()
    if concern.to_leads or (session.unattended_at is not None and over):
        return set()
    holders = Membership.objects.current().facilitators()
    at_it = holders.filter(circle=concern.room.circle_id, attendances__session=session)
    return set(at_it.values_list("user", flat=True))


def _told_before(concern: Concern, session: LiveSession) -> QuerySet[Concern]:
    """The other care flags of the session that are for the same people."""
    flags = Concern.objects.filter(room=concern.room_id, kind=concern.kind)
    flags = flags.filter(at__gte=session.opened_at, to_leads=concern.to_leads)
    return flags.exclude(pk=concern.pk)


def _when(person: User, kind: str, before: list[Concern]) -> datetime.datetime:
    now = timezone.now()
    theirs = Notice.objects.filter(person=person, about__in=[_name(flag) for flag in before])
    # Of what waits for the morning, whoever is at it now was not told.
    theirs = theirs.filter(not_before__gt=now - APART, not_before__lte=now + APART)
    if kind == Notice.Kind.ON_DUTY:
        theirs = theirs.filter(kind=kind)
    calls = list(theirs.values_list("not_before", flat=True))
    if not calls:
        return now
    since = max((at for at in calls if at <= now), default=None)
    if since is not None and any(_looked_at(flag, since) for flag in before):
        theirs.filter(sent_at=None).update(not_before=now)
        return now
    last = max(calls)
    return last if last > now else last + APART


def _looked_at(flag: Concern, since: datetime.datetime) -> bool:
    return any(at is not None and at >= since for at in (flag.taken_at, flag.settled_at))


def _name(concern: Concern) -> str:
    return f"concern:{concern.public_id}"
