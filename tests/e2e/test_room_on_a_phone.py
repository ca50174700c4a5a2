"""The room on a small screen: nothing lies on the words, and nothing is out of reach."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat.care import concerns
from chat.keeping import holding, moderation, pacing
from chat.live import leading
from chat.words import WHY_LIMIT
from programs import names
from tests.chat.circle_live import in_round
from tests.chat.talk import join
from tests.e2e.conftest import PHONE
from tests.e2e.everyone import faults_as_it_stands, fits, spills, too_small
from tests.e2e.room import live, message, room_of, said, writing

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


@pytest.fixture
def longest(cast):
    """Names as long as they may be, in one piece, in everything that says one."""
    here = cast.circle.public_id
    for user, letter in ((cast.mina, "M"), (cast.noor, "W"), (cast.ines, "ש")):
        member = cast.member(user)
        member.name = letter * names.LONGEST
        member.save()
    cast.circle.name = "Donaudampfschifffahrtsgesellschaftskapitän"
    cast.circle.save()
    first = said(cast, cast.noor, f"Hello, @{'ש' * names.LONGEST}")
    said(cast, cast.ines, "Rindfleischetikettierungsgesetz" * 3, reply_to=first.id)
    held = cast.member(cast.ines).public_id
    holding.hold(by=cast.mina, circle=here, member=held)
    said(cast, cast.ines, "Held.")
    in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    until = timezone.now() + datetime.timedelta(hours=1)
    muted = cast.member(cast.noor).public_id
    moderation.mute(by=cast.mina, circle=here, member=muted, until=until, why="W" * WHY_LIMIT)
    pacing.pace(by=cast.mina, circle=here, seconds=120)


@pytest.mark.parametrize("width", [320, 1280])
def test_no_name_and_no_word_is_longer_than_the_screen(visit, cast, longest, width):
    view = {"width": width, "height": 844}
    for user, pages in (
        (cast.mina, ("", "live/", "desk/", "keeping/")),
        (cast.noor, ("", "live/")),
    ):
        page = visit(room_of(cast), user, viewport=view).page
        for path in pages:
            page.goto(room_of(cast) + path)
            expect(page.locator("main").first).to_be_visible()
            if path in ("", "live/"):
                expect(page.locator("[data-line=live]")).to_have_count(1)
            assert spills(page) == [], path
            assert fits(page)


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


def test_what_stands_in_the_fold_is_named_and_begins_at_one_line(visit, cast):
    page = live(visit(room_of(cast), cast.noor, viewport=PHONE).page)
    page.locator(".thisweek summary").click()
    entries = [
        page.locator(".thisweek").get_by_text(name)
        for name in ("Find in this circle", "Hush until morning", "What reaches you")
    ]
    entries.append(page.locator(".thisweek").get_by_role("link", name="All sessions"))
    for entry in entries:
        expect(entry).to_be_visible()
        expect(entry).to_have_class("btn quiet")
    starts = {entry.bounding_box()["x"] for entry in entries}
    assert len(starts) <= 2  # a second column beside the first
    assert min(starts) == page.locator(".thisweek .row").first.bounding_box()["x"]
    assert faults_as_it_stands(page) == []


def test_all_that_lies_folded_is_within_reach_and_so_are_the_words(visit, cast):
    for n in range(9):
        join(f"peer{n}", cast.circle)
    said(cast, cast.ines, "The bread bin it is.")
    page = live(visit(room_of(cast), cast.noor, viewport=PHONE | {"height": 664}).page)
    page.locator(".thisweek summary").click()
    last = page.locator(".thisweek [data-person]").last
    expect(last).not_to_be_in_viewport()

    page.locator(".thisweek .btn").first.hover()
    page.mouse.wheel(0, 2000)

    expect(last).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="Support now")).to_be_in_viewport(ratio=1)
    expect(writing(page)).to_be_in_viewport(ratio=1)
    expect(message(page, "The bread bin")).to_be_in_viewport()


def test_on_the_smallest_screens_support_stands_beside_the_name(visit, cast):
    page = live(visit(room_of(cast), cast.noor, viewport={"width": 320, "height": 568}).page)
    name = page.get_by_role("heading", name="Alder circle").bounding_box()
    support = page.locator(".room-head .support").bounding_box()
    assert support["y"] < name["y"] + name["height"]
    assert page.locator(".room-head").bounding_box()["height"] <= 72
    assert faults_as_it_stands(page) == []


def test_at_200_percent_on_a_phone_the_circle_keeps_its_name_and_the_log_its_room(visit, cast):
    page = live(visit(room_of(cast), cast.noor, viewport={"width": 195, "height": 422}).page)
    name = page.get_by_role("heading", name="Alder circle").bounding_box()
    support = page.locator(".room-head .support").bounding_box()
    assert name["width"] > 80
    assert support["x"] + support["width"] <= 195
    assert support["y"] < name["y"] + name["height"]
    assert page.get_by_label("Write to Alder circle").bounding_box()["height"] < 60
    assert faults_as_it_stands(page) == []


def test_beside_the_room_links_begin_where_the_words_do(visit, cast):
    page = live(visit(room_of(cast), cast.noor).page)
    aside = page.locator(".aside")
    begins = {aside.get_by_role("heading").first.bounding_box()["x"]}
    for name in ("All sessions", "What reaches you"):
        begins.add(
            aside.get_by_role("link", name=name).evaluate(
                """(link) => {
                  const words = document.createRange();
                  words.selectNodeContents(link);
                  return words.getBoundingClientRect().left;
                }"""
            )
        )
    assert len(begins) == 1


def test_the_line_that_says_who_holds_the_room_stands_above_all_bars(visit, cast):
    leading.begin(by=cast.mina, circle=cast.circle.public_id)
    page = live(visit(room_of(cast), cast.noor, viewport=PHONE).page)
    door, watch = page.locator("[data-door]"), page.locator("[data-watch]")
    expect(door).to_be_visible()
    assert watch.bounding_box()["y"] < door.bounding_box()["y"]


def test_without_a_line_nothing_is_claimed_of_who_is_here(visit, cast):
    page = live(visit(room_of(cast), cast.noor).page)
    me = page.locator(".aside [data-person]", has_text="Noor").locator("[data-doing]")
    expect(me).to_have_text("here now")
    expect(page.locator("[data-watch]")).to_have_text("Nobody is holding the room right now.")

    page.context.set_offline(True)
    expect(page.locator("[data-watch]")).to_contain_text("isn’t known now")
    expect(me).to_have_text("")
    assert faults_as_it_stands(page) == []
    page.context.set_offline(False)
    expect(page.locator(".statusbar.steady")).to_contain_text("You’re back.")
    expect(me).to_have_text("here now")
    expect(page.locator("[data-watch]")).to_have_text("Nobody is holding the room right now.")
    assert faults_as_it_stands(page) == []


@pytest.mark.parametrize("view", [PHONE, {"width": 1280, "height": 800}])
def test_fields_that_stand_one_below_the_other_end_at_the_same_place(visit, cast, view):
    page = visit(f"{room_of(cast)}keeping/", cast.mina, viewport=view).page
    ends = [
        round(select.bounding_box()["x"] + select.bounding_box()["width"])
        for select in page.locator("[name=seconds], [data-do=hours] [name=hours]").all()
    ]
    assert len(ends) == 2
    assert len(set(ends)) == 1


@pytest.fixture
def busy(cast):
    """A room and a session with all that can be pressed in them."""
    here = cast.circle.public_id
    first = said(cast, cast.noor, "Hello.")
    said(cast, cast.ines, "Good evening.", reply_to=first.id)
    concerns.tell(by=cast.ines, circle=here, reason="advice", message=first.id)
    holding.hold(by=cast.mina, circle=here, member=cast.member(cast.ines).public_id)
    said(cast, cast.ines, "Held.")
    in_round(cast.circle, cast.mina, cast.noor, cast.ines)
    pacing.pace(by=cast.mina, circle=here, seconds=120)


def test_all_that_can_be_pressed_is_large_enough_for_a_thumb(visit, cast, busy):
    for user, paths in (
        (cast.noor, ("", "live/", "reaching/")),
        (cast.mina, ("", "live/", "desk/", "keeping/")),
    ):
        page = visit(room_of(cast), user, viewport=PHONE).page
        for path in paths:
            page.goto(room_of(cast) + path)
            if path in ("", "live/"):
                expect(page.locator("[data-line=live]")).to_have_count(1)
            page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
            assert too_small(page) == [], path


def test_on_a_desk_the_names_keep_their_rows_beside_what_is_pressed(visit, cast, busy):
    for path, rows, least in (("", ".aside .people li", 44), ("live/", ".order li", 44)):
        page = visit(room_of(cast) + path, cast.noor, viewport={"width": 1280, "height": 800}).page
        expect(page.locator("[data-line=live]")).to_have_count(1)
        heights = {round(row.bounding_box()["height"]) for row in page.locator(rows).all()}
        assert heights <= {least, least + 1}
        assert too_small(page) == []
