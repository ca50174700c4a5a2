"""What people do in a room, as one would say it."""

from __future__ import annotations

import uuid

from playwright.sync_api import Locator, Page, expect

from chat.posting import Draft, Posted, post
from tests.cast import Cast
from tests.e2e.conftest import Seen


def room_of(cast: Cast) -> str:
    return f"/circles/{cast.circle.public_id}/"


def live(page: Page) -> Page:
    """The page, once its line stands."""
    expect(page.locator("reweave-room")).to_have_attribute("data-line", "live")
    return page


def faults_of(seen: Seen) -> list[str]:
    """What the page's script stumbled over; a line that broke on purpose is none."""
    lines = ("net::ERR_", "WebSocket connection", "404")
    return [said for said in seen.complaints if not any(line in said for line in lines)]


def said(cast: Cast, who, body: str, **more) -> Posted:
    """`who` has said something in the alder circle, by whatever way."""
    return post(Draft(who.pk, cast.circle.public_id, uuid.uuid4(), body, **more))


def writing(page: Page) -> Locator:
    return page.get_by_label("Write to Alder circle")


def write(page: Page, text: str) -> None:
    writing(page).fill(text)
    writing(page).press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.locator(".msg", has_text=text)


def do(page: Page, text: str, what: str) -> None:
    """Opens what can be done with the message that says `text`, and does it."""
    message(page, text).hover()
    message(page, text).locator("[data-menu]").click()
    page.locator(".sheet").get_by_role("button", name=what).click()


def words(page: Page) -> list[str]:
    """What stands in the log, in its order."""
    return page.locator("[data-log] > .msg .body").all_inner_texts()
