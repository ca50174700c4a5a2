"""Once a day: what the house need not keep goes."""

from __future__ import annotations

import datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from community import notices, sessions, vault
from community.models import SignInLink, Tick, User
from community.signals import tick

_UNANSWERED = datetime.timedelta(days=3)
_RECORDS = datetime.timedelta(days=730)


@receiver(tick)
def tidy_once_a_day(sender: object, **kwargs: object) -> None:
    if Tick.claims_today():
        tidy()


@receiver(post_delete, sender=User)
def take_their_key_along(sender: object, instance: User, **kwargs: object) -> None:
    """Whoever is deleted leaves no words that could be opened."""
    vault.erase(vault.person_owner(instance.public_id))


def tidy() -> None:
    """Ended sessions, accounts nobody ever came in with, old notices and records."""
    now = timezone.now()
    sessions.forget_ended()
    notices.forget_old(now)
    SignInLink.objects.filter(printed_at__lt=now - _RECORDS).delete()
    for person in _never_came(now - _UNANSWERED):
        try:
            person.delete()
        except ProtectedError:
            continue  # someone gave them a place all the same


def _never_came(before: datetime.datetime) -> QuerySet[User]:
    """Accounts opened with an address whose owner never entered the code."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(addresses.filter(verified=False)),
        ~Exists(addresses.filter(verified=True)),
        last_login=None,
        is_superuser=False,
        groups=None,
        date_joined__lt=before,
    )
