"""What every test may ask for: the cast, the broker, a house that runs."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path

import django.test.client
import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import TransactionTestCase
from django.test.utils import ContextList

from chat.hub import allowance
from community.house.throwaway import ThrowawayValkey
from tests.cast import Cast, gather
from tests.ground import Ground
from tests.live import LiveHouse

# What takes longest comes first, so that no worker is left alone with it at the end; and what is
# seen in a browser together, so that each worker starts but one.
LONGEST = [
    *["e2e/test_live.py", "e2e/test_keeping.py", "e2e/test_reading.py", "e2e/test_room.py"],
    *["e2e/test_room_for_everyone.py", "e2e/test_drafts.py", "e2e/test_desk.py"],
    *["e2e/test_room_line.py", "e2e/test_sign_in.py", "e2e/test_room_truth.py"],
    *["e2e/test_left_open.py", "e2e/test_waiting.py"],
    *[
        "e2e/test_who_may_write.py",
        "e2e/test_front_door.py",
        "e2e/test_listening.py",
        "e2e/test_clock.py",
        "e2e/test_aloud.py",
        "e2e/test_keyboard.py",
    ],
    "e2e/test_room_on_a_phone.py",
    *["e2e/test_idle.py", "house/test_up.py", "house/test_kills.py", "access/test_access.py"],
    *["chat/test_letterbox.py", "house/test_trial.py", "chat/test_socket.py"],
    *["house/test_bootstrap.py", "bench/test_bench_smoke.py", "chat/test_admission.py"],
    *["chat/test_away.py", "chat/test_live_any_order.py", "chat/test_replay.py"],
    *["chat/test_junk.py", "chat/test_keeping_line.py", "chat/test_stalled.py"],
    *["chat/test_live_socket.py", "chat/test_posting.py", "programs/test_together.py"],
    *["chat/test_races.py", "chat/test_once.py", "chat/test_concerns.py", "chat/test_desk.py"],
]


def pytest_itemcollected(item: pytest.Item) -> None:
    """What asks for no database depends on none."""
    asks = {"db", "transactional_db"} & set(getattr(item, "fixturenames", []))
    if not asks and item.get_closest_marker("django_db") is None:
        item.add_marker("once")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {str(Path(__file__).parent / name): place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(str(item.path), len(rank)))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """After a test that committed, the database is as the migrations left it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        ground = Ground()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: ground.restore())
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test sees what another has left in the cache, or has used of what one person may."""
    cache.clear()
    allowance.TRIES.forget()
    allowance.VERBS.forget()
    allowance.STRETCHES.forget()


@pytest.fixture(scope="session", autouse=True)
def _little_is_kept_of_templates() -> Iterator[None]:
    """Django's client copies the context of each template that a page includes, which is half
    of the time; what tests ask for is in the first."""

    def keep_the_first(store, signal, sender, template, context, **_) -> None:
        if "context" not in store:
            store["context"] = ContextList([copy(context)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django.test.client, "store_rendered_templates", keep_the_first)
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """Mina, Noor, Ines and Otto, Bela, Sade and Edda, and the circles they know."""
    return gather()


@pytest.fixture
def valkey() -> Iterator[ThrowawayValkey]:
    """The broker of this run; a test may kill it, and the next has it back."""
    yield settings.VALKEY
    settings.VALKEY.start()


@pytest.fixture(scope="session")
def live_house(django_db_setup: None) -> Iterator[LiveHouse]:
    """The web process as it runs in production, on the database of the tests.

    It sees only what is committed: ask for `transactional_db` beside it.
    """
    house = LiveHouse(settings.VAR_DIR, settings.VALKEY.url)
    try:
        house.start()
        yield house
    finally:
        house.close()
