"""Messages in JSON at the door; what is tried there stands in `at_the_letterbox.py`."""

from __future__ import annotations

import pytest

from chat.letterbox import Letterbox
from community.threshold import Threshold
from tests.chat import own_process

pytestmark = pytest.mark.once


def test_by_both_ways_the_same_comes_of_it(tmp_path):
    own_process.passes("at_the_letterbox.py", tmp_path)


async def _house(scope, receive, send) -> None:
    raise AssertionError("Nothing is asked of it.")


def test_the_threshold_knows_every_middleware_of_the_house():
    assert Letterbox(_house).threshold.is_open


@pytest.mark.parametrize(
    "other",
    [
        {"MIDDLEWARE": ["some.other.Middleware"]},
        {"CSRF_USE_SESSIONS": True},
        {"SESSION_SAVE_EVERY_REQUEST": True},
    ],
)
def test_what_nobody_has_thought_about_closes_it(settings, other):
    more = other.pop("MIDDLEWARE", [])
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *more]
    for name, value in other.items():
        setattr(settings, name, value)

    assert not Threshold(lambda request: None).is_open
