"""What people do in a room, as one would say it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections
from playwright.sync_api import APIResponse, Locator, Page, Route, WebSocket, expect

from chat.posting import Draft, Posted, post
from tests.cast import Cast
from tests.e2e.windows import Seen

_WORDS = "[data-log] > .msg .body"
_HAS_IN_SIGHT = """(log, place) => {
  const [around, own] = [log.getBoundingClientRect(), place.getBoundingClientRect()];
  return own.bottom > around.top && own.top < around.bottom;
}"""
_KEPT = """() => new Promise((told, failed) => {
  const opening = indexedDB.open("reweave-room");
  opening.onerror = () => failed(opening.error);
  opening.onsuccess = () => {
    const reading = opening.result.transaction("kept").objectStore("kept").getAll();
    reading.onerror = () => failed(reading.error);
    reading.onsuccess = () => {
      opening.result.close();
      told(JSON.stringify(reading.result));
    };
  };
})"""

# Whoever asked for the words makes of them what they will; then it is told.
_TELL_WHEN_READ = """() => {
  window.lateOneIsRead = new Promise((tell) => {
    const { text } = Response.prototype;
    Response.prototype.text = async function () {
      const words = await text.call(this);
      if (this.headers.has("x-late")) setTimeout(tell);
      return words;
    };
  });
}"""


def room_of(cast: Cast) -> str:
    return f"/circles/{cast.circle.public_id}/"


def live(page: Page) -> Page:
    """The page, once its line stands."""
    expect(page.locator("reweave-room")).to_have_attribute("data-line", "live")
    return page


def faults_of(seen: Seen) -> list[str]:
    """What the page's script stumbled over; a line that broke on purpose is none."""
    lines = ("net::ERR_", "WebSocket connection", "status of 404")
    return [said for said in seen.complaints if not any(line in said for line in lines)]


def said(cast: Cast, who, body: str, **more) -> Posted:
    """`who` has said something in the alder circle, by whatever way."""
    return beside(post, Draft(who.pk, cast.circle.public_id, uuid.uuid4(), body, **more))


def beside(function: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Runs a verb of the house beside the browser, which keeps a loop running in this thread: where
    there is one, no hint is sent, and the house finds out by itself only a second later."""

    def call() -> Any:
        try:
            return function(*args, **named)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(call).result()


def writing(page: Page) -> Locator:
    return page.get_by_label("Write to Alder circle")


def write(page: Page, text: str) -> None:
    writing(page).fill(text)
    writing(page).press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.locator(".msg", has_text=text)


def do(page: Page, text: str, what: str) -> None:
    """Opens what can be done with the message that says `text`, and does it: of the first, as
    those that answer it come after it."""
    message(page, text).first.hover()
    message(page, text).first.locator("[data-menu]").click()
    page.locator(".sheet").get_by_role("button", name=what).click()


def words(page: Page) -> list[str]:
    """What stands in the log, in its order."""
    return page.locator(_WORDS).all_inner_texts()


def expect_words(page: Page, *said: str) -> None:
    """This and nothing else stands in the log, in this order, or will in a moment."""
    expect(page.locator(_WORDS)).to_have_text(list(said), use_inner_text=True)


def expect_posted(page: Page, text: str) -> None:
    """The message that says `text` has reached the house."""
    expect(message(page, text)).to_have_attribute("data-state", "posted")


def soon(true: Callable[[], object], within: float = 60.0) -> None:
    """Waits for what no locator can be asked."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "It has not come about."
        time.sleep(0.05)


def take_ones_time(page: Page) -> None:
    """What this page shows or offers for some seconds, it does for a minute."""
    page.evaluate("""() => {
      const later = window.setTimeout;
      window.setTimeout = (act, wait, ...rest) =>
        later(act, [8000, 10_000].includes(wait) ? 60_000 : wait, ...rest);
    }""")


def scroll_until(page: Page, place: Locator, by: int) -> None:
    """Scrolls the log on as a reader does, while more is loaded, until that is in sight."""

    def in_sight() -> bool:
        if place.count() and page.locator(".log").evaluate(_HAS_IN_SIGHT, place.element_handle()):
            return True
        page.locator(".log").evaluate("(log, by) => log.scrollBy(0, by)", by)
        return False

    soon(in_sight)


def resting(place: Locator) -> float:
    """How far down the screen it stands, once nothing moves it any more."""
    seen = [_top(place)]
    while len(seen) < 4 or len(set(seen[-4:])) > 1:
        time.sleep(0.1)
        seen.append(_top(place))
    return seen[-1]


def _top(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def kept(page: Page) -> str:
    """All that the device has put for this browser where it outlives the page."""
    return page.evaluate(_KEPT)


def expect_kept(page: Page, words: str) -> None:
    soon(lambda: words in kept(page))


def line_of(page: Page, path: str) -> WebSocket:
    """The line of the page at `path`, which is opened here."""
    with page.expect_websocket() as opened:
        page.goto(path)
    return opened.value


def said_and_heard(line: WebSocket, cast: Cast, who, body: str) -> Posted:
    """`who` has said something, and this line has told its page of it."""

    def tells(frame: str | bytes) -> bool:
        told = json.loads(frame)
        same = told.get("circle") == cast.circle.public_id
        return told["is"] == "events" and same and told["upto"] >= posted.seq

    with line.expect_event("framereceived", tells):
        posted = said(cast, who, body)
    return posted


def answer_late(page: Page, route: Route, answer: APIResponse) -> None:
    """What this page had asked comes now, and the page has made of it what it will."""
    page.evaluate(_TELL_WHEN_READ)
    route.fulfill(response=answer, headers=answer.headers | {"x-late": "yes"})
    page.evaluate("window.lateOneIsRead")
