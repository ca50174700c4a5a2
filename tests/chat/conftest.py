"""What the tests of the rooms share."""

from __future__ import annotations

import pytest
from hypothesis import settings

from chat.care import lists

# The same examples on every machine, however slow it is, and no folder of them.
settings.register_profile("rooms", deadline=None, derandomize=True, database=None)
settings.load_profile("rooms")


@pytest.fixture(autouse=True)
def _lists_as_the_house_has_them() -> None:
    """What a test made of the house's words went with its transaction; the process forgets it."""
    lists.forget()
