"""Tests that have a hub in their own process, with threads and connections that others must not
find: each such file runs in a process of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chat import announcing
from chat.hub import Hub

HERE = Path(__file__).parent


def passes(name: str, var: Path) -> None:
    """Runs the tests in `name`, a file beside this one; `var` is theirs."""
    outer = ("PYTEST_", "DATABASE_URL", "REDIS_URL", "REWEAVE_VAR")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", HERE / name],
        cwd=HERE.parent.parent,
        env=environ | {"REWEAVE_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert " passed" in done.stdout and "skipped" not in done.stdout, done.stdout[-2000:]


@asynccontextmanager
async def hub_of_this_process() -> AsyncIterator[Hub]:
    hub = Hub.of_process()
    yield hub
    announcing.through(None)
    tasks = list(hub._tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # Before the next test opens the database anew: this one's connections are closed.
    for thread in (hub.scribe.thread, hub.reader):
        thread.close()
        thread._executor.shutdown(wait=True)
