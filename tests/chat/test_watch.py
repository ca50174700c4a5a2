"""When the hub looks for itself. What it then does is tested where it is seen, over sockets."""

from __future__ import annotations

import pytest

from chat.hub.watch import _is_due

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("messages", "new", "due"),
    [
        (499, 0, False),
        (500, 0, True),
        (500, 100, True),
        (500, 101, False),
        (799, 400, False),
        (800, 400, True),
    ],
)
def test_the_log_waits_for_a_lull_but_not_for_ever(messages, new, due):
    assert _is_due(messages, new=new) is due
