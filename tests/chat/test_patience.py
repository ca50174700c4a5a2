"""A room whose lock somebody keeps: what is said there waits, in order, and nobody else does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.test import Client

from chat import posting
from chat.hub import patience
from chat.hub.patience import Patience
from chat.models import Message, Room
from chat.posting import LATER, Commit, Draft, Posted, post_batch
from chat.refusal import Refused
from programs.models import Circle
from tests.cast import Cast
from tests.chat.talk import draft, say
from tests.chat.wire import Wire
from tests.live import LiveHouse

pytestmark = pytest.mark.django_db(transaction=True)
has_locks = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one lock for all"
)


@contextmanager
def kept(circle: Circle) -> Iterator[None]:
    """Somebody holds the room's lock meanwhile."""
    locked, done = threading.Event(), threading.Event()

    def keep() -> None:
        try:
            with transaction.atomic():
                Room.objects.select_for_update().get(circle=circle)
                locked.set()
                done.wait(60)
        finally:
            connection.close()

    holder = threading.Thread(target=keep)
    holder.start()
    assert locked.wait(10)
    try:
        yield
    finally:
        done.set()
        holder.join()


@has_locks
def test_nobody_waits_for_a_lock_for_ever_and_of_many_for_one_only_once(cast: Cast):
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("5s",)
        cursor.execute("SET lock_timeout = '300ms'")
    drafts = [draft(cast.noor, f"It is kept here {n}", circle=cast.circle) for n in range(10)]
    try:
        with kept(cast.circle):
            began = time.monotonic()
            *there, elsewhere = post_batch(
                [*drafts, draft(cast.otto, "It is said", circle=cast.next_door)]
            )
            took = time.monotonic() - began
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")

    assert isinstance(elsewhere, Posted) and took < 2
    assert all(isinstance(one, Refused) and one.code == "closed" for one in there)
    assert all(isinstance(one, Posted) for one in post_batch(drafts))


@has_locks
@pytest.mark.parametrize(
    ("who", "verb", "words"), [("noor", "edit", "body"), ("mina", "set-aside", "why")]
)
def test_a_form_comes_back_with_its_words_where_a_room_is_held_for_long(
    cast: Cast, client: Client, who: str, verb: str, words: str
):
    said = say(cast.noor, "As it is", circle=cast.circle)
    client.force_login(getattr(cast, who))
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    try:
        with kept(cast.circle):
            address = f"/circles/{cast.circle.public_id}/messages/{said.id}/{verb}/"
            answer = client.post(address, {words: "As it should be"})
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "As it should be" in page and "Try again in a moment." in page
    assert Message.objects.get(public_id=said.id).edited_at is None


@has_locks
def test_without_waiting_a_held_room_is_for_later_and_a_strangers_is_none(cast: Cast):
    with kept(cast.circle):
        drafts = [
            draft(cast.noor, "Later", circle=cast.circle),
            draft(cast.otto, "Now", circle=cast.next_door),
            draft(cast.otto, "Not mine", circle=cast.circle),
            draft(cast.noor, "Nowhere", circle=cast.circle)._replace(circle="x" * 16),
        ]
        outcomes = posting.commit(drafts, wait=False).outcomes

    assert outcomes[0] is outcomes[2] is LATER
    assert isinstance(outcomes[1], Posted)
    assert isinstance(outcomes[3], Refused) and outcomes[3].code == "not_member"
    assert [m.placed_seq for m in Message.objects.filter(room__circle=cast.circle)] == []


@has_locks
async def test_others_are_heard_meanwhile_and_what_waited_comes_in_order(
    cast: Cast, live_house: LiveHouse
):
    cookies = [await sync_to_async(live_house.sign_in)(user) for user in (cast.noor, cast.otto)]
    noor, otto = [await Wire.open(live_house, cookie) for cookie in cookies]
    await noor.enter(cast.circle)
    await otto.enter(cast.next_door)
    said = await noor.post(cast.circle, "Before it")
    keeping = kept(cast.circle)
    await sync_to_async(keeping.__enter__)()
    try:
        waiting = [asyncio.create_task(noor.post(cast.circle, f"Mine {n}")) for n in range(3)]
        for n in range(4):
            assert (await otto.post(cast.next_door, f"Heard {n}"))["is"] == "ack"
        waiting += [asyncio.create_task(noor.post(cast.circle, "Mine 3"))]
        await otto.hear_words("Heard 3")
        at = {"circle": cast.circle.public_id, "message": said["message"]}
        assert (await noor.ask("edit", body="Changed", **at))["code"] == "closed"
        assert not any(one.done() for one in waiting)
    finally:
        await sync_to_async(keeping.__exit__)(None, None, None)

    places = [answer["seq"] for answer in await asyncio.gather(*waiting)]
    assert places == list(range(said["seq"] + 1, said["seq"] + 5))
    await noor.hear_words("Mine 3")
    await noor.leave()
    await otto.leave()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Circles whose rooms are held."""
    circles: set[str] = set()

    def commit(drafts: list[Draft], *, wait: bool = True) -> Commit:
        waits.append(wait)
        return Commit(
            [LATER if d.circle in circles else Posted("", d.client_id, 1, "posted") for d in drafts]
        )

    waits: list[bool] = []
    monkeypatch.setattr(posting, "commit", commit)
    return circles


@pytest.fixture
def pass_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`pass_by(seconds)`: so much time, on the clock that whoever is patient looks at."""
    clock = SimpleNamespace(now=1000.0)

    def pass_by(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr(patience, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return pass_by


def test_what_waited_too_long_is_refused_and_the_next_waits_anew(
    cast: Cast, held: set[str], pass_by: Callable[[float], None]
):
    patient = Patience()
    here = [draft(cast.noor, "Hello", circle=cast.circle)]
    held.add(cast.circle.public_id)

    for _ in range(6):
        assert patient.commit(here).outcomes == [LATER]
        pass_by(0.9)
    assert isinstance(patient.commit(here).outcomes[0], Refused)
    pass_by(0.9)
    assert isinstance(patient.commit(here).outcomes[0], Refused)
    pass_by(1.1)
    assert patient.commit(here).outcomes == [LATER]  # another trouble
    held.clear()
    assert isinstance(patient.commit(here).outcomes[0], Posted)
    held.add(cast.circle.public_id)
    assert patient.commit(here).outcomes == [LATER]
