"""The public pages in a browser: for everyone, from no other host, without a trace."""

import re

import pytest
from playwright.sync_api import expect

from community.models import User
from home.demo import plant
from tests.e2e.conftest import BOTH_KINDS
from tests.e2e.everyone import faults, fits
from tests.e2e.room import soon

pytestmark = pytest.mark.e2e

PAGES = ["/", "/support/", "/how-it-works/", "/nowhere/"]


@pytest.fixture(autouse=True)
def house(transactional_db):
    plant()


@pytest.mark.parametrize(("theme", "width"), BOTH_KINDS)
def test_public_pages_are_for_everyone(visit, theme, width):
    seen = visit("/", viewport={"width": width, "height": 844}, color_scheme=theme)

    for path in PAGES:
        seen.page.goto(path)
        assert faults(seen.page) == [], path
        assert fits(seen.page), path

    assert seen.strangers == []
    assert seen.page.context.cookies() == []
    assert [said for said in seen.complaints if not said.endswith("/nowhere/")] == []


def test_whoever_edits_skips_to_the_content_as_all_do(visit, aside):
    edda = aside(User.objects.create_superuser, "edda@example.org")
    page = visit("/", edda).page
    expect(page.locator("wagtail-userbar")).to_be_attached()

    assert faults(page) == []
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()


def test_marks_are_drawn_from_the_sprite(visit):
    page = visit("/support/").page

    # A symbol that could not be fetched, or that the policy refused, has no extent.
    width = "document.querySelector('.support .icon use').getBBox().width"
    soon(lambda: page.evaluate(width) > 0)


def test_light_and_dark_are_chosen_without_script(visit):
    page = visit("/privacy/", java_script_enabled=False, color_scheme="light").page

    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page).to_have_url(re.compile("/privacy/$"))
    page.get_by_role("button", name="As my device").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", re.compile(""))
    assert page.context.cookies() == []


def test_help_is_found_by_country_without_script(visit):
    page = visit("/", java_script_enabled=False).page

    page.get_by_role("link", name="Support now").first.click()
    page.get_by_role("link", name="Ireland", exact=True).click()

    expect(page.get_by_text("988 Lifeline")).to_have_count(0)
    expect(page.get_by_role("link", name="116 123")).to_have_attribute("href", "tel:116123")


def test_the_keyboard_reaches_the_words_first(visit):
    page = visit("/", viewport={"width": 1280, "height": 800}).page

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
