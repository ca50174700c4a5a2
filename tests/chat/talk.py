"""Short ways to say things in the tests of the rooms."""

from __future__ import annotations

import datetime
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from chat import posting
from chat.models import Event, Message, Room
from chat.posting import Draft, Posted
from chat.reading.company import Company, companies
from chat.refusal import Refused
from community.models import User
from programs import enrolment
from programs.models import Circle, Membership, PromptDelivery
from tests.cast import Cast


def draft(by: User, body: str, *, circle: Circle, **more: Any) -> Draft:
    return Draft(
        user_id=by.pk,
        circle=circle.public_id,
        client_id=more.pop("client_id", None) or uuid.uuid4(),
        body=body,
        **more,
    )


def say(by: User, body: str, *, circle: Circle, **more: Any) -> Posted:
    """Someone says something; the house has taken it."""
    return posting.post(draft(by, body, circle=circle, **more))


def refusal_of(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Refused:
    """The refusal that `verb` ends in; nothing of the log may have changed by it."""
    before = list(Room.objects.order_by("pk").values_list("last_seq", flat=True))
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    assert list(Room.objects.order_by("pk").values_list("last_seq", flat=True)) == before
    refused = caught.value
    assert refused.say.endswith((".", "?"))
    return refused


@transaction.atomic
def put_back(circle: Circle, seq: int) -> None:
    """The database is an earlier copy, in which the room's log ends there."""
    Message.objects.filter(placed_seq__gt=seq, room__circle=circle).delete()
    Event.objects.filter(seq__gt=seq, room__circle=circle).delete()
    Room.objects.filter(circle=circle).update(last_seq=seq)


def row(posted: Posted) -> Message:
    return Message.objects.get(public_id=posted.id)


def log_of(circle: Circle) -> list[Event]:
    """The room's whole log; its places are gapless, and the room knows its end."""
    events = list(Event.objects.filter(room=circle.room).select_related("message").order_by("seq"))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert Room.objects.get(circle=circle).last_seq == len(events)
    return events


def company_of(cast: Cast, known: Company | None = None) -> Company:
    """Who may read the alder circle's room, as a process finds out that knows this much."""
    count = Room.objects.get(circle=cast.circle).company
    return companies({cast.circle.pk: count}, known={cast.circle.pk: known})[cast.circle.pk]


def join(name: str, circle: Circle, **more: Any) -> User:
    """Someone new comes into the circle now."""
    person = User.objects.create_user(f"{name}@example.org", time_zone="Europe/London")
    swatch = 100 + Membership.objects.count()
    Membership.objects.create(
        circle=circle, user=person, name=name.title(), swatch=swatch, **{"role": "peer"} | more
    )
    return person


def leave(user: User, circle: Circle) -> None:
    enrolment.leave(membership=circle.membership_of(user))


def remove(user: User, circle: Circle, *, by: User) -> None:
    enrolment.remove(membership=circle.membership_of(user), by=by, why="It was agreed.")


def set_room(circle: Circle, **fields: Any) -> None:
    Room.objects.filter(circle=circle).update(**fields)


def ask_the_question(circle: Circle, week: int = 1) -> PromptDelivery:
    """The week's question is asked in the circle's room."""
    delivery, _ = PromptDelivery.objects.update_or_create(
        circle=circle,
        week=week,
        defaults={
            "due_at": timezone.now(),
            "state": "delivered",
            "theme": f"Theme {week}",
            "question": f"Question {week}: what keeps returning?",
        },
    )
    posting.post_prompt(sender=PromptDelivery, delivery=delivery)
    return delivery


def in_an_hour() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=1)


def all_at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Runs each in a thread of its own, released together; the results in order."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=120)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def as_drawn(html: str) -> str:
    """Without the hash in the sprite's name: a test's own process may know no collected files."""
    return re.sub(r"icons\.[0-9a-f]{12}\.svg", "icons.svg", html)
