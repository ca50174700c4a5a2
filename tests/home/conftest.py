import pytest
from django.core.cache import cache

from home.demo import plant
from tests.rehearsed import Rehearsal

_rehearsal = Rehearsal(plant)


@pytest.fixture(autouse=True)
def nothing_remembered():
    """The house remembers its name and its addresses for a while; a test must not."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def house(db):
    """The demo house's public pages."""
    _rehearsal.play()
