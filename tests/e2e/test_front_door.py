"""The public pages in a browser: for everyone, from no other host, without a trace."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from home.demo import plant
from tests.e2e.conftest import EVERY_KIND

pytestmark = pytest.mark.e2e

PAGES = ["/", "/support/", "/how-it-works/", "/nowhere/"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(autouse=True)
def house(transactional_db):
    plant()


def faults(page):
    # Sticky bars cover a strip of a first screen, so axe sees the page at its full height.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(height, 6000)})
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found]


@pytest.mark.parametrize(("theme", "width"), EVERY_KIND)
def test_public_pages_are_for_everyone(visit, theme, width):
    seen = visit("/", viewport={"width": width, "height": 844}, color_scheme=theme)

    for path in PAGES:
        seen.page.goto(path)
        assert faults(seen.page) == [], path
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert seen.page.evaluate(sideways) <= 0, path

    assert seen.strangers == []
    assert seen.page.context.cookies() == []
    assert [said for said in seen.complaints if "404" not in said] == []


def test_marks_are_drawn_from_the_sprite(visit):
    page = visit("/support/").page

    # A symbol that could not be fetched, or that the policy refused, has no extent.
    box = page.evaluate("document.querySelector('.support .icon use').getBBox().width")
    assert box > 0


def test_light_and_dark_are_chosen_without_script(visit):
    page = visit("/privacy/", java_script_enabled=False, color_scheme="light").page

    page.get_by_role("button", name="Dark").click()

    assert page.url.endswith("/privacy/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("button", name="As my device").click()
    assert page.locator("html").get_attribute("data-theme") is None
    assert page.context.cookies() == []


def test_help_is_found_by_country_without_script(visit):
    page = visit("/", java_script_enabled=False).page

    page.get_by_role("link", name="Support now").first.click()
    page.get_by_role("link", name="Ireland", exact=True).click()

    assert page.get_by_role("link", name="116 123").get_attribute("href") == "tel:116123"
    assert page.get_by_text("988 Lifeline").count() == 0


def test_the_keyboard_reaches_the_words_first(visit):
    page = visit("/", viewport={"width": 1280, "height": 800}).page

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
