"""The door of the room's socket; what is tried at it stands in `at_the_door.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

HERE = Path(__file__).parent


def test_no_session_that_ends_at_the_door_gets_in(tmp_path):
    outer = ("PYTEST_", "DATABASE_URL", "REDIS_URL", "REWEAVE_VAR")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", HERE / "at_the_door.py"],
        cwd=HERE.parent.parent,
        env=environ | {"REWEAVE_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout and "skipped" not in done.stdout, done.stdout[-2000:]
