"""What the tests of the rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings as house_settings

from chat.care import lists
from tests.live import LiveHouse

# What a page kept up to date differs in from a fresh one is told as a test tells it.
pytest.register_assert_rewrite("tests.chat.reader")

# The same examples on every machine, however slow it is, and no folder of them.
hypothesis.settings.register_profile("rooms", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("rooms")


@pytest.fixture(autouse=True)
def _lists_as_the_house_has_them() -> None:
    """What a test made of the house's words went with its transaction; the process forgets it."""
    lists.forget()


@pytest.fixture
def nobody_waits(settings) -> None:
    """Each says as much as a test likes."""
    settings.ROOM_POSTS_PER_10S = 100_000


@pytest.fixture(scope="module")
def house_of_its_own(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[LiveHouse]:
    """For one module, set up as its HOUSE says, and with a log of its own."""
    named = getattr(request.module, "HOUSE", {})
    house = LiveHouse(house_settings.VAR_DIR, house_settings.VALKEY.url, **named)
    house.log = house_settings.VAR_DIR / f"{request.module.__name__}.log"
    try:
        house.start()
        yield house
    finally:
        house.close()


@pytest.fixture
def house(house_of_its_own: LiveHouse, transactional_db: None) -> LiveHouse:
    """It runs, whatever the test before did to it, and sees what is committed."""
    house_of_its_own.start()
    return house_of_its_own
