"""How long someone stays signed in, and the news when they no longer are.

A session ends twelve hours after it was last used, or when the browser closes, where the
person didn't ask to stay.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa_signals
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from community.models import User
from community.signals import access_changed

RENEWED = "renewed_at"
_RENEW_AFTER = 600  # seconds: a write to the database now and then, not with every request


class RenewSessionMiddleware:
    """Starts the twelve hours anew while a session is in use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if session.session_key and request.user.is_authenticated:
            now = int(time.time())
            if is_to_be_renewed(session, now):
                session[RENEWED] = now
        return self.get_response(request)


def is_to_be_renewed(session: SessionBase | Mapping[str, Any], now: int) -> bool:
    return now - session.get(RENEWED, 0) > _RENEW_AFTER


def forget_ended() -> None:
    """Delete sessions that are over, and with them the addresses they were used from."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    standing = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(standing)).delete()


@receiver(user_logged_out)
def _signed_out(sender: object, request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    if user is None:
        return
    if request is not None and request.session.session_key:
        # Django ends the session after this signal; whoever hears the news must find it ended.
        request.session.delete()
    _tell(user.pk)


@receiver(post_delete, sender=UserSession)
def _session_revoked(sender: object, instance: UserSession, **kwargs: object) -> None:
    _tell(instance.user_id)


@receiver(post_save, sender=User)
def _account_changed(
    sender: object, instance: User, created: bool, raw: bool, **kwargs: object
) -> None:
    # `_password` is set while a new password is being saved, by whichever way it came.
    if not created and (not instance.is_active or getattr(instance, "_password", None)):
        _tell(instance.pk)


@receiver(post_delete, sender=User)
def _account_gone(sender: object, instance: User, **kwargs: object) -> None:
    _tell(instance.pk)


def _keys_changed(sender: object, user: User, **kwargs: object) -> None:
    _tell(user.pk)


for _signal in (
    account_signals.password_changed,
    account_signals.password_set,
    account_signals.password_reset,
    mfa_signals.authenticator_added,
    mfa_signals.authenticator_removed,
):
    _signal.connect(_keys_changed)


@receiver(mfa_signals.authenticator_added)
def _proven_just_now(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    # They held it in their hand to add it: the page that follows need not ask again.
    record_authentication(request, user, method="mfa", reauthenticated=True)


def _tell(person_id: int) -> None:
    """After commit: whoever keeps a line open to this person looks whether they may stay."""

    def tell() -> None:
        # Robust: they are signed out, whether or not everyone could be told.
        access_changed.send_robust(sender=None, person_id=person_id)

    transaction.on_commit(tell)
