"""The outbox: telling people, outside the house, that there is something for them inside.

A notice is a row, so that it is told once, whoever asks for it and however often. It leaves
by mail when its time has come and it is day where the person is; to whoever is on duty, at any
hour, while it is new. The mail never says what there is, and several notices make one mail.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from community import letters
from community.models import Notice, User
from community.signals import tick

NIGHT_FROM = datetime.time(21, 0)
NIGHT_UNTIL = datetime.time(8, 0)
# What is older, for the worker or the mailer was away, finds nobody at a session any more.
_ON_DUTY_FOR = datetime.timedelta(hours=1)
_MOST_TRIES = 8
_AT_ONCE = 500  # people a sweep; the next one comes within a minute

logger = structlog.get_logger(__name__)

_spoken_to: Callable[[User], str] | None = None


def worded_by(spoken_to: Callable[[User], str]) -> None:
    """From now on `spoken_to` says in which language whoever has chosen none is told; "" is the
    house's own. Those who know what is spoken in a circle say so when they start."""
    global _spoken_to
    _spoken_to = spoken_to


def tell(
    person: User,
    *,
    kind: str,
    about: str,
    not_before: datetime.datetime | None = None,
) -> None:
    """Have `person` told once of `about`, a name such as `prompt:<id>` of at most 64 letters.

    To say it again changes nothing. It stands or falls with the transaction it is said in.
    """
    notice = Notice(person=person, kind=kind, about=about, not_before=not_before or timezone.now())
    Notice.objects.bulk_create([notice], ignore_conflicts=True)


def send_due(now: datetime.datetime | None = None) -> int:
    """Send what is due, and say how many mails left. Safe beside others that do the same."""
    now = now or timezone.now()
    waiting = _due(now).order_by("person").values_list("person", flat=True).distinct()
    people = User.objects.in_bulk(list(waiting[:_AT_ONCE]))
    return sum(_send_to(person, now) for person in people.values())


@receiver(tick)
def sweep(sender: object, **kwargs: object) -> None:
    send_due()


def _due(now: datetime.datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(sent_at=None, not_before__lte=now, tries__lt=_MOST_TRIES)


def _send_to(person: User, now: datetime.datetime) -> bool:
    due = _due(now).filter(person=person)
    if not person.is_active or not person.mail_updates:
        due.update(sent_at=now)  # they are not told, and not told later either
        return False
    morning = end_of_night(person, now)
    if morning is not None:
        on_duty = Q(kind=Notice.Kind.ON_DUTY, made_at__gt=now - _ON_DUTY_FOR)
        due.exclude(on_duty).update(not_before=morning)
        due = due.filter(on_duty)
    claimed = _claim(list(due.values_list("pk", flat=True)), now)
    if not claimed:
        return False
    try:
        letters.send(
            "community/mail/notice",
            to=person.email,
            language=person.language or (_spoken_to(person) if _spoken_to else ""),
            about={
                "open_url": settings.ORIGIN + settings.LOGIN_REDIRECT_URL,
                "support_url": settings.ORIGIN + "/support/",
                "account_url": settings.ORIGIN + reverse("account"),
            },
        )
    except letters.NotSent:
        _put_back(claimed, now)
        logger.warning("notice_not_sent", person=person.public_id, count=len(claimed))
        return False
    return True


def _claim(notices: list[int], now: datetime.datetime) -> list[int]:
    """Those of `notices` that nobody else is sending: compare and set, one by one.

    Whoever dies between this and the mail leaves someone untold of something that is
    waiting inside anyway; the other way round they would be told twice.
    """
    return [
        pk
        for pk in notices
        if Notice.objects.filter(pk=pk, sent_at=None).update(sent_at=now, tries=F("tries") + 1)
    ]


def _put_back(notices: list[int], now: datetime.datetime) -> None:
    """Try again, later each time: after 2, 4, 8 minutes and so on."""
    for notice in Notice.objects.filter(pk__in=notices):
        later = now + datetime.timedelta(minutes=2**notice.tries)
        Notice.objects.filter(pk=notice.pk).update(sent_at=None, not_before=later)


def end_of_night(person: User, now: datetime.datetime) -> datetime.datetime | None:
    """When the night ends where the person is; None by day."""
    local = now.astimezone(zoneinfo.ZoneInfo(person.time_zone or settings.TIME_ZONE))
    if NIGHT_UNTIL <= local.time() < NIGHT_FROM:
        return None
    day = local.date() + datetime.timedelta(days=local.time() >= NIGHT_FROM)
    return datetime.datetime.combine(day, NIGHT_UNTIL, local.tzinfo)


def forget_old(now: datetime.datetime | None = None) -> None:
    """Drop notices of which nobody needs to know any more that they were sent."""
    long_ago = (now or timezone.now()) - datetime.timedelta(days=180)
    Notice.objects.filter(Q(sent_at__lt=long_ago) | Q(made_at__lt=long_ago)).delete()
