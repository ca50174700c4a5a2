"""A letter when someone's way in was changed, so that a change they didn't make is noticed."""

from __future__ import annotations

import structlog
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.dispatch import receiver

from community import letters
from community.models import User

logger = structlog.get_logger(__name__)


@receiver(email_changed)
def to_the_old_address(
    sender: object,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **kwargs: object,
) -> None:
    if from_email_address is not None:
        _write(user, from_email_address.email)


@receiver([authenticator_added, authenticator_removed])
def to_whoever_holds_the_keys(
    sender: object, user: User, authenticator: Authenticator, **kwargs: object
) -> None:
    # Recovery codes come and go with the others.
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _write(user, user.email)


def _write(person: User, address: str) -> None:
    try:
        letters.send("community/mail/changed", to=address, language=person.language)
    except letters.NotSent:
        # What they did is done; a mailer that is away must not undo it.
        logger.warning("alert_not_sent", person=person.public_id)
