"""Windows of a browser, used again: to open one takes longer than most of what is done in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page
from playwright.sync_api import Error as PlaywrightError

DESK = {"width": 1280, "height": 800}
_AS_USUAL = {"viewport": DESK, "color_scheme": "light", "reduced_motion": "reduce"}
# A page of the house with nothing on it: who waits there keeps their process for the next.
_NOWHERE = "/healthz/live"


@dataclass
class Seen:
    """What one person's browser met, beside what it shows."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


class Window:
    """A page in a context of its own, and who is looking at it."""

    def __init__(self, page: Page, house: str) -> None:
        self.page = page
        self.house = house
        self.seen: Seen | None = None
        page.on("console", self._complains)
        page.on("pageerror", lambda error: self._note(f"{error} {page.url}"))
        page.context.on("request", lambda asked: self._asks(asked.url))

    def watched_by(self, seen: Seen) -> Seen:
        self.seen = seen
        return seen

    def empty(self) -> None:
        """As if nobody had ever been here, but for the house's own files in the cache."""
        self.seen = None
        context = self.page.context
        context.set_offline(False)
        context.clear_cookies()
        self.page.goto(_NOWHERE)
        devtools = context.new_cdp_session(self.page)
        devtools.send("Storage.clearDataForOrigin", {"origin": self.house, "storageTypes": "all"})
        devtools.detach()

    def _complains(self, said: ConsoleMessage) -> None:
        """With the address of what answered badly, or of the script that stumbled."""
        if said.type == "error":
            self._note(f"{said.text} {said.location.get('url', '')}")

    def _note(self, complaint: str) -> None:
        if self.seen is not None:
            self.seen.complaints.append(complaint)

    def _asks(self, url: str) -> None:
        own = (self.house, self.house.replace("http", "ws", 1), "data:", "blob:", "about:")
        if self.seen is not None and not url.startswith(own):
            self.seen.strangers.append(url)


class Windows:
    """Those of one browser onto one house."""

    def __init__(self, browser: Browser, house: str) -> None:
        self.browser = browser
        self.house = house
        self._free: list[Window] = []
        self._fresh: list[Window] = []

    def open(self, *, fresh: bool, **named: Any) -> Window:
        """An empty window; a new one where it is asked for, or must be another kind of browser."""
        if fresh or not named.keys() <= _AS_USUAL.keys():
            self._fresh.append(self._another(**named))
            return self._fresh[-1]
        window = self._free.pop() if self._free else self._another()
        wanted = _AS_USUAL | named
        window.page.set_viewport_size(wanted.pop("viewport"))
        window.page.emulate_media(**wanted)
        return window

    def close(self, window: Window) -> None:
        if window not in self._fresh:
            try:
                window.empty()
            except PlaywrightError:
                pass  # it is broken: the next gets another
            else:
                self._free.append(window)
                return
        window.page.context.close()

    def _another(self, **named: Any) -> Window:
        context = self.browser.new_context(base_url=self.house, **_AS_USUAL | named)
        # A machine that is busy may take its time: what is waited for is whether, not how soon.
        context.set_default_timeout(90_000)
        return Window(context.new_page(), self.house)
