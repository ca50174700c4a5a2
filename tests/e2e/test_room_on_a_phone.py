"""The room on a small screen: nothing lies on the words, and nothing is out of reach."""

import pytest
from playwright.sync_api import expect

from tests.e2e.room import live, room_of, said

pytestmark = pytest.mark.e2e

_LIES_ON_WORDS = """(entry) => {
  const button = entry.querySelector("[data-menu]").getBoundingClientRect();
  const words = document.createRange();
  words.selectNodeContents(entry.querySelector(".body"));
  return [...words.getClientRects()].some((line) =>
    line.left < button.right && button.left < line.right &&
    line.top < button.bottom && button.top < line.bottom);
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
