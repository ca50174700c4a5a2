"""A session of someone who holds a circle locks when nobody has touched it for a while: what it
shows are others' words. Peers stay signed in for as long as sessions last.

What counts is a person's hand: opening a page, sending a form, or a touch that the page's script
tells of. What scripts fetch by themselves doesn't.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from community.admin_door import CMS
from community.models import User
from community.signals import access_changed, tick
from programs.models import Membership

TOUCHED, HOLDS = "touched_at", "holds_a_circle"
AWAKE = "/awake/"
# In seconds: how exactly it is remembered of those who hold a circle, and of all others.
_NOTED_EVERY = {True: 60, False: 600}


class IdleLockMiddleware:
    """Ends the idle session of a facilitator before anything is shown or done in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if not session.session_key or not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        if is_idle(session, now):
            return self._lock(request)
        if is_to_be_noted(request, session, now):
            session[TOUCHED] = now
            # In minutes, for the page's script; 0 for whoever holds none.
            holding = _holds_a_circle(request.user)
            session[HOLDS] = settings.FACILITATOR_IDLE_MINUTES if holding else 0
        return self.get_response(request)

    def _lock(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        if request.method not in ("GET", "HEAD"):
            # Whoever takes words from strangers gives them back; nothing else is done.
            return self.get_response(request)
        messages.info(
            request,
            _("Nobody was here for a while, so the house signed you out. Your drafts are kept."),
        )
        query = urlencode({"next": request.get_full_path()})
        return HttpResponse(
            status=302, headers={"Location": f"{resolve_url(settings.LOGIN_URL)}?{query}"}
        )


@csrf_exempt  # it changes nothing, and a stranger's page sends no cookie along
@require_POST
def awake(request: HttpRequest) -> HttpResponse:
    """The page's script says that someone is there; the middleware has noted it."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


@receiver(tick)
def lock_idle(**kwargs: object) -> None:
    """Ends idle sessions where no request comes any more, so that their lines end, too."""
    holders = Membership.objects.current().facilitators().values("user")
    known = dict(UserSession.objects.filter(user__in=holders).values_list("session_key", "user"))
    now = int(time.time())
    for row in Session.objects.filter(session_key__in=known):
        if is_idle(SessionStore().decode(row.session_data), now):
            person = known[row.session_key]
            # Whoever hears the news must find it ended.
            row.delete()
            _tell(person)


def _tell(person_id: int) -> None:
    transaction.on_commit(lambda: access_changed.send_robust(sender=None, person_id=person_id))


def is_idle(session: SessionBase | Mapping[str, Any], now: int) -> bool:
    """Whether it is one that locks, and nobody has touched it for too long."""
    idle = settings.FACILITATOR_IDLE_MINUTES * 60
    return bool(session.get(HOLDS)) and now - session.get(TOUCHED, now) > idle


def is_to_be_noted(
    request: HttpRequest, session: SessionBase | Mapping[str, Any], now: int
) -> bool:
    """Whether this request is a touch, and the last that was noted is long enough ago."""
    holds = bool(session.get(HOLDS))
    return now - session.get(TOUCHED, 0) >= _NOTED_EVERY[holds] and _is_by_hand(request)


def _is_by_hand(request: HttpRequest) -> bool:
    if request.path == AWAKE or request.path.startswith(CMS):
        return True
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _holds_a_circle(person: User) -> bool:
    return Membership.objects.current().facilitators().filter(user=person).exists()
