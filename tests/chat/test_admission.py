"""The door of the room's socket; what is tried at it stands in `at_the_door.py`."""

from __future__ import annotations

import pytest

from tests.chat import own_process

pytestmark = pytest.mark.once


def test_no_session_that_ends_at_the_door_gets_in(tmp_path):
    own_process.passes("at_the_door.py", tmp_path)
