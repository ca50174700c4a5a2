"""What every test may ask for: the cast, the broker, a house that runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import TransactionTestCase

from community.house.throwaway import ThrowawayValkey
from tests.cast import Cast, gather
from tests.ground import Ground
from tests.live import LiveHouse


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """After a test that committed, the database is as the migrations left it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        ground = Ground()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: ground.restore())
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No test sees what another has left in the cache."""
    cache.clear()


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
