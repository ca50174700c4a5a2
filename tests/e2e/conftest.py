"""A browser, and people who walk in with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.cast import Cast
from tests.e2e.room import beside, faults_of, live, room_of
from tests.e2e.windows import Seen, Windows
from tests.live import LiveHouse

# Each theme once and each width once: what a page shows in one it shows in the other.
BOTH_KINDS = [("dark", 320), ("light", 1280)]
PHONE = {"width": 390, "height": 844}
# The first is the same browser without windows: it takes a third less of the processor.
_CHROMIUM = ["chromium-headless-shell", "chromium", "chromium-browser"]
_SILENT = [
    *["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    *["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"],
]
# A machine that is busy may take its time: what is waited for is whether, not how soon.
expect.set_options(timeout=60_000)


@pytest.fixture(autouse=True)
def nobody_waits(settings) -> None:
    """What is said beside a browser is said at leisure."""
    settings.ROOM_POSTS_PER_10S = 100_000


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. For these tests, not for the session: Playwright keeps a loop running that
    asynchronous tests of other packages could not bear."""
    chromium = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    assert chromium, "There is no Chromium here (on Debian and Ubuntu: chromium)."
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=chromium, args=_SILENT)
        try:
            yield started
        finally:
            started.close()


@pytest.fixture
def aside() -> Callable[..., Any]:
    """`aside(function, …)`: what tests do beside the browser."""
    return beside


@pytest.fixture(scope="package")
def windows_of(browser: Browser) -> Callable[[str], Windows]:
    """`windows_of(url)`: those onto the house there."""
    return cache(lambda house: Windows(browser, house))


@pytest.fixture
def windows(windows_of: Callable[[str], Windows], live_house: LiveHouse) -> Windows:
    return windows_of(live_house.url)


@pytest.fixture
def visit(windows: Windows, live_house: LiveHouse, transactional_db: None) -> Iterator[Callable]:
    """`visit(path, user=None, **named)`: a browser of their own, at `path`, signed in.

    The names are Playwright's for a context: viewport, color_scheme, java_script_enabled; and
    `fresh` for who does more to the browser than to use it. What it complained about, and which
    other hosts it asked for something, is in what returns.
    """
    opened = []

    def visit(path: str = "/", user=None, *, fresh: bool = False, **named) -> Seen:
        window = windows.open(fresh=fresh, **named)
        opened.append(window)
        if user is not None:
            name, value = live_house.sign_in(user)
            window.page.context.add_cookies([{"name": name, "value": value, "url": live_house.url}])
        seen = window.watched_by(Seen(window.page))
        window.page.goto(path)
        return seen

    yield visit
    for window in opened:
        windows.close(window)


@pytest.fixture
def noor(visit: Callable[..., Seen], cast: Cast) -> Iterator[Page]:
    """Noor's page of the alder circle's room, whose script may stumble over nothing."""
    seen = visit(room_of(cast), cast.noor)
    yield live(seen.page)
    assert faults_of(seen) == []
