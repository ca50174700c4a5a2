"""Single-use sign-in links that an operator prints on the machine the house runs on."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone

from community.models import SignInLink

if TYPE_CHECKING:
    from community.models import User

GOOD_FOR = datetime.timedelta(minutes=15)

logger = structlog.get_logger(__name__)


def issue(*, person: User, printed_by: str) -> str:
    """The token of a fresh link for `person`. Only its hash is kept, with who printed it."""
    token = secrets.token_urlsafe(32)
    link = SignInLink.objects.create(
        person=person,
        token_hash=_hash(token),
        printed_by=printed_by[:64],
        expires_at=timezone.now() + GOOD_FOR,
    )
    logger.info("signin_link_printed", link=link.pk, person=person.public_id)
    return token


def is_good(token: str) -> bool:
    """Whether `token` could be used now; looking does not use it up."""
    return _unused(token).exists()


@transaction.atomic
def use(token: str) -> User | None:
    """The person the link is for, once; None where it was used, has expired, or never was."""
    if _unused(token).update(used_at=timezone.now()) != 1:
        return None
    link = SignInLink.objects.select_related("person").get(token_hash=_hash(token))
    logger.info("signin_link_used", link=link.pk, person=link.person.public_id)
    return link.person


def _unused(token: str):
    return SignInLink.objects.filter(
        token_hash=_hash(token),
        used_at=None,
        expires_at__gt=timezone.now(),
        person__is_active=True,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
