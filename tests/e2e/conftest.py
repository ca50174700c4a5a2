"""A browser, and people who walk in with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from tests.live import LiveHouse

# Each theme and each width once: what a page shows in one it shows in the other.
EVERY_KIND = [("light", 320), ("dark", 390), ("light", 1280)]
BOTH_KINDS = [("dark", 320), ("light", 1280)]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
_SILENT = [
    *["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    *["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"],
]


@dataclass
class Seen:
    """What one person's browser met, beside what it shows."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. For a module, not for the session: Playwright keeps a loop running that
    asynchronous tests of other modules could not bear."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "There is no Chromium here (on Debian and Ubuntu: chromium)."
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = playwright.chromium.launch(executable_path=chromium, args=_SILENT)
        try:
            yield started
        finally:
            started.close()


@pytest.fixture
def aside() -> Iterator[Callable[..., Any]]:
    """`aside(function, …)`: run a verb of the house beside the browser, which keeps a loop
    running in this thread that verbs which send hints could not bear."""

    def call(function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        yield lambda function, *args, **named: pool.submit(call, function, *args, **named).result()


@pytest.fixture
def visit(browser: Browser, live_house: LiveHouse, transactional_db: None) -> Iterator[Callable]:
    """`visit(path, user=None, **context)`: a browser of their own, at `path`, signed in.

    Further names are Playwright's for a context: viewport, color_scheme, java_script_enabled.
    What it complained about, and which other hosts it asked for something, is in what returns.
    """
    contexts = []

    def visit(path: str = "/", user=None, **named) -> Seen:
        context = browser.new_context(
            base_url=live_house.url, **{"viewport": DESK, "reduced_motion": "reduce"} | named
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user is not None:
            name, value = live_house.sign_in(user)
            context.add_cookies([{"name": name, "value": value, "url": live_house.url}])
        seen = Seen(context.new_page())
        seen.page.on(
            "console", lambda said: said.type == "error" and seen.complaints.append(said.text)
        )
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        context.on("request", lambda asked: _note_strangers(asked.url, live_house, seen))
        seen.page.goto(path)
        return seen

    yield visit
    for context in contexts:
        context.close()


def _note_strangers(url: str, house: LiveHouse, seen: Seen) -> None:
    own = (house.url, house.url.replace("http", "ws", 1), "data:", "blob:", "about:")
    if not url.startswith(own):
        seen.strangers.append(url)
