"""The room on a small screen: nothing lies on the words, and nothing is out of reach."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE
from tests.e2e.room import live, message, room_of, said

pytestmark = pytest.mark.e2e

_LIES_ON_WORDS = """(entry) => {
  const button = entry.querySelector("[data-menu]").getBoundingClientRect();
  const words = document.createRange();
  words.selectNodeContents(entry.querySelector(".body"));
  return [...words.getClientRects()].some((line) =>
    line.left < button.right && button.left < line.right &&
    line.top < button.bottom && button.top < line.bottom);
}"""

_OUT_OF_SIGHT = """(sheet) => {
  const [log, own, item] = [sheet.closest(".log"), sheet, document.activeElement].map((one) =>
    one.getBoundingClientRect());
  const within = (one) => one.top >= log.top - 1 && one.bottom <= log.bottom + 1;
  const seen = { sheet: within(own), item: sheet.contains(document.activeElement) && within(item) };
  return Object.keys(seen).filter((one) => !seen[one]);
}"""


@pytest.fixture(autouse=True)
def nobody_waits(settings):
    settings.ROOM_POSTS_PER_10S = 1000


@pytest.mark.parametrize("width", [390, 320])
def test_no_button_lies_on_the_words_of_a_follow_on(visit, cast, width):
    said(cast, cast.ines, "The first of several.")
    said(cast, cast.ines, "WWW " * 40)
    said(cast, cast.ines, "שלום לכולם, זה היה יום ארוך. " * 6)
    view = {"width": width, "height": 844}
    page = live(visit(room_of(cast), cast.noor, viewport=view).page)

    expect(page.locator(".msg.same")).to_have_count(2)
    for entry in page.locator(".msg.same").all():
        assert not entry.evaluate(_LIES_ON_WORDS)


@pytest.mark.parametrize("height", [844, 664])
def test_all_of_a_messages_menu_is_within_reach(visit, cast, height):
    for n in range(12):
        said(cast, cast.noor if n % 2 else cast.ines, f"Line {n}.")
    view = PHONE | {"height": height}
    page = live(visit(room_of(cast), cast.mina, viewport=view).page)

    for n in (11, 6):
        message(page, f"Line {n}.").locator("[data-menu]").click()
        sheet = page.locator(".sheet")
        assert sheet.evaluate(_OUT_OF_SIGHT) == []
        for _ in range(sheet.locator("button:visible").count()):
            page.keyboard.press("ArrowDown")
            assert sheet.evaluate(_OUT_OF_SIGHT) == []
        page.keyboard.press("Escape")
