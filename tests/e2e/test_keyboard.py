"""With the keyboard alone: where one is, is seen, and what was pressed leaves one somewhere."""

import pytest
from playwright.sync_api import expect

from tests.e2e.everyone import too_small
from tests.e2e.room import do, live, room_of, said, writing

pytestmark = pytest.mark.e2e

# Of what has the focus: what lies over its middle, if anything does.
COVER = """() => {
  const held = document.activeElement;
  const { left, top, width, height } = held.getBoundingClientRect();
  const over = document.elementFromPoint(left + width / 2, top + height / 2);
  return over && (held.contains(over) || over.contains(held)) ? "" : over?.outerHTML ?? "beyond";
}"""

# A bar's ten seconds are over when the test says so.
IN_ONES_OWN_TIME = """() => {
  const later = window.setTimeout;
  window.setTimeout = (act, wait, ...rest) => {
    if (wait !== 10_000) return later(act, wait, ...rest);
    window.tenSecondsLater = act;
    return 0;
  };
}"""


@pytest.mark.parametrize("height", [450, 568])
def test_what_has_the_focus_is_not_behind_the_way_to_the_newest(visit, cast, height):
    for number in range(24):
        said(cast, cast.ines if number % 2 else cast.mina, f"Line {number}.")
    view = {"viewport": {"width": 320, "height": height}}
    page = live(visit(room_of(cast), cast.noor, **view).page)
    page.locator(".msg .at").first.focus()
    expect(page.get_by_role("button", name="To the newest")).to_be_visible()

    for _ in range(30):
        assert page.evaluate(COVER) == ""
        page.keyboard.press("Tab")


def test_a_way_back_stays_while_someone_is_at_it(visit, cast):
    said(cast, cast.noor, "You should just stop.")
    page = live(visit(room_of(cast), cast.mina).page)
    page.evaluate(IN_ONES_OWN_TIME)
    undo = page.get_by_role("button", name="Undo")
    do(page, "You should just stop.", "Read first what they write")

    undo.focus()
    page.evaluate("window.tenSecondsLater()")
    expect(undo).to_be_focused()

    writing(page).focus()
    page.evaluate("window.tenSecondsLater()")
    expect(undo).to_have_count(0)


def test_who_took_the_way_back_is_at_the_words(visit, cast):
    said(cast, cast.noor, "You should just stop.")
    page = live(visit(room_of(cast), cast.mina).page)
    do(page, "You should just stop.", "Read first what they write")

    page.get_by_role("button", name="Undo").press("Enter")

    expect(page.get_by_role("region", name="Messages in Alder circle")).to_be_focused()


def test_the_way_to_all_sessions_is_large_enough(visit, cast):
    page = visit("/places/", cast.noor).page

    expect(page.get_by_role("link", name="Next session")).to_be_visible()
    assert too_small(page) == []


@pytest.mark.parametrize(("page_of", "field"), [("keeping/", "From"), ("sessions/", "New day")])
def test_a_day_or_a_time_that_has_the_focus_shows_it(visit, cast, page_of, field):
    page = visit(f"{room_of(cast)}{page_of}", cast.mina).page

    page.get_by_label(field).first.focus()

    expect(page.get_by_label(field).first).to_have_css("outline-style", "solid")


@pytest.mark.parametrize(("height", "opens_note"), [(450, True), (450, False), (256, True)])
def test_on_a_low_screen_what_one_writes_in_hides_nothing_that_has_the_focus(
    visit, cast, height, opens_note
):
    """A phone at 200 %, a desk at 400 %."""
    for number in range(6):
        said(cast, cast.ines, f"Line {number}.")
    view = {"viewport": {"width": 320, "height": height}}
    page = live(visit(room_of(cast), cast.noor, **view).page)
    writing(page).fill("One\nline\nand\nanother")
    if opens_note:
        page.get_by_role("button", name="Add a content note").press("Enter")
        assert page.evaluate(COVER) == ""
    else:
        writing(page).focus()

    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(COVER) == ""


def test_without_colours_of_ones_own_the_page_one_is_on_is_marked(visit, cast):
    page = visit("/journal/", cast.noor, fresh=True, forced_colors="active").page

    here = page.get_by_role("navigation", name="Main").get_by_role("link", name="Journal")
    expect(here).to_have_css("text-decoration-line", "underline")
