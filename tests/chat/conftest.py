"""What the tests of the rooms share."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every machine, however slow it is, and no folder of them.
settings.register_profile("rooms", deadline=None, derandomize=True, database=None)
settings.load_profile("rooms")
