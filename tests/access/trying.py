"""Trying a cell against the running system: a request, or a frame, that leaves nothing behind."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver

from chat import frames, posting, refusal, verbs
from chat.hub.admission import standing
from chat.hub.opening import Asked, open_circles
from chat.refusal import Refused
from community.admin_door import CMS
from community.models import PUBLIC_ID, User
from tests.access.roles import GET, NO_LINE, SIGN_IN, TURNED_AWAY, Row
from tests.access.world import World

OURS = ("chat", "programs", "community", "home")
# What the consumer does itself, without the table of verbs.
OF_THE_LINE = ("open", "close", "typing", "post")
_ASKED_TO_SIGN_IN = 'href="/accounts/login/'
SAID_OF_VERBS = OF_THE_LINE + tuple(verbs.VERBS)


def routes(of: Collection[str] = OURS) -> set[str]:
    """Every address whose view is the house's own, without the converters in it."""
    return {
        re.sub(r"<\w+:(\w+)>", r"<\1>", address)
        for address, module in _walk(get_resolver(), "")
        if module.split(".")[0] in of
    }


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, address)
        else:
            yield address, getattr(pattern.callback, "view_class", pattern.callback).__module__


class House:
    """The world, with everyone in it signed in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys: dict[str, str] = {}
        for role, person in world.people.items():
            client = Client()
            client.force_login(person)
            self.keys[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
        # Django's client without what it keeps of every template: that is half the time.
        self.requests = RequestFactory(headers={"origin": "http://testserver"})
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def ask(self, row: Row, role: str, things: dict[str, Any]) -> str:
        """What comes of a request, in the words of the table."""
        return outcome_of(self._response(row, role, things))

    def ask_all(self, row: Row, role: str, things: dict[str, Any]) -> str:
        """All that comes of it, but for the names of the things and what is never the same."""
        response = self._response(row, role, things)
        return f"{outcome_of(response)} {without_names(response.text, things)}"

    def _response(self, row: Row, role: str, things: dict[str, Any]) -> HttpResponse:
        address = "/" + re.sub(r"<(\w+)>", lambda found: _at(row, found[1], things), row.name)
        fields = filled(row.fields, things)
        cache.clear()  # where someone is asked to come less often, this isn't why
        self.requests.cookies.clear()
        if role in self.keys:
            self.requests.cookies[settings.SESSION_COOKIE_NAME] = self.keys[role]
        if row.method == GET:
            request = self.requests.get(address, fields)
        elif row.as_json:
            request = self.requests.post(address, fields, "application/json")
        else:
            request = self.requests.post(address, fields)
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        with undone():
            return cast(HttpResponse, self.handler.get_response(request))

    def do(self, row: Row, role: str, things: dict[str, Any]) -> str:
        """What comes of a verb: `ack`, or the code of its refusal."""
        return self.do_all(row, role, things).partition(" ")[0]

    def do_all(self, row: Row, role: str, things: dict[str, Any]) -> str:
        """The same with its sentence."""
        if role not in self.world.people:
            return NO_LINE if standing([""]) == [None] else "a line"
        fields = {"do": row.name, "circle": things["circle"], **filled(row.fields, things)}
        try:
            with undone():
                return _say(self.world.people[role], json.dumps(fields))
        except Refused as refused:
            return f"{refused.code} {without_names(refused.say, things)}"


def _say(person: User, text: str) -> str:
    """As chat/consumers.py does it, without the socket around it."""
    frame = frames.parse(text)
    frame.check_size()
    if frame.verb == "post":
        posting.post(frame.draft(person=person.pk, circle=frame.public_id("circle")))
    elif frame.verb == "open":
        if open_circles([Asked(person.pk, frame.public_id("circle"), None)]) == [None]:
            raise refusal.not_member()
    elif frame.verb not in OF_THE_LINE:
        # Closing and typing are about what a line has open: for a stranger there is nothing.
        verbs.act(person.pk, frame)
    return "ack"


def filled(fields: Any, things: dict[str, Any]) -> Any:
    """`fields` with the things that are named in them."""
    if isinstance(fields, list):
        return [filled(one, things) for one in fields]
    if isinstance(fields, Mapping):
        return {name: filled(one, things) for name, one in fields.items()}
    if isinstance(fields, str) and fields.startswith("{"):
        return things[fields.strip("{}")]
    return fields


def outcome_of(response: HttpResponseBase) -> str:
    to = response.headers.get("Location", "")
    if to.startswith("/accounts/login/"):
        return SIGN_IN
    if response.status_code == 401 and _ASKED_TO_SIGN_IN in cast(HttpResponse, response).text:
        return SIGN_IN
    if to.startswith(CMS):
        return TURNED_AWAY
    return str(response.status_code)


def without_names(text: str, things: dict[str, Any]) -> str:
    """Without the names of `things`, and without tokens, times and what else is new each time."""
    for name in filter(is_name, things.values()):
        text = text.replace(name, "…")
    return _EACH_TIME.sub("…", text)


def is_name(thing: Any) -> bool:
    """Whether it is the random name of something."""
    return isinstance(thing, str) and PUBLIC_ID.fullmatch(thing) is not None


_EACH_TIME = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|[\da-f]{8}-[\da-f-]{27}|\d+T\d+:\d+:[\d.]+'
    r"|request [\da-f]+|data-sight=.\w+"
)


@contextmanager
def undone() -> Iterator[None]:
    """Nothing that was changed within stays."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def _at(row: Row, name: str, things: dict[str, Any]) -> str:
    named = row.at.get(name, name)
    return str(things.get(named, named))
