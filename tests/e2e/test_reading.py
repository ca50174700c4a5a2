"""Reading in a browser: marks, older places, finding, naming, hush, and whom one doesn't read."""

import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from chat import editing, unread
from chat.keeping import moderation
from chat.models import Hiding, Seat
from chat.posting import Draft, post_batch
from community.models import User
from programs.models import Membership
from tests.e2e.conftest import BOTH_KINDS, PHONE
from tests.e2e.everyone import faults, faults_as_it_stands, fits
from tests.e2e.room import (
    beside,
    do,
    expect_posted,
    expect_words,
    faults_of,
    line_of,
    live,
    message,
    resting,
    room_of,
    said,
    said_and_heard,
    scroll_until,
    soon,
    words,
    write,
    writing,
)

pytestmark = pytest.mark.e2e

COUNT_WHAT_IS_ASKED = """() => {
  const { fetch } = window;
  window.asked = 0;
  window.fetch = (address, ...how) => {
    if (String(address).includes("/before/")) window.asked += 1;
    return fetch(address, ...how);
  };
}"""
A_SECOND_OF_FRAMES = """async () => {
  for (let n = 0; n < 60; n += 1) await new Promise(requestAnimationFrame);
}"""


@pytest.fixture
def long_talk(cast):
    drafts = [
        Draft(cast.ines.pk, cast.circle.public_id, uuid.uuid4(), f"Line {n:03}.")
        for n in range(200)
    ]
    posted = post_batch(drafts)
    editing.mark_read(by=cast.noor, circle=cast.circle.public_id, seq=posted[-1].seq)
    return posted


def test_what_waits_is_marked_everywhere_until_it_is_read(visit, cast):
    Membership.objects.create(
        circle=cast.next_door, user=cast.noor, role="peer", name="Noor", swatch=77
    )
    said(cast, cast.ines, "One.")
    seen = visit("/places/", cast.noor, viewport=PHONE)
    page = seen.page
    expect(page).to_have_title(re.compile(r"^\(1\) Your places"))

    last = said(cast, cast.mina, "Two.")
    expect(page).to_have_title(re.compile(r"^\(2\) Your places"))
    expect(page.locator(".tabs .fresh")).to_have_text(re.compile("2"))
    expect(page.locator(".ledger .fresh.worded:visible")).to_have_text(re.compile("2 new"))

    page.goto(room_of(cast))
    live(page)
    expect(page).to_have_title(re.compile("^Alder circle"))
    seat = Seat.objects.filter(membership=cast.member(cast.noor))
    soon(lambda: seat.get().read_seq >= last.seq)
    page.goto("/places/")
    expect(page).to_have_title(re.compile("^Your places"))
    assert faults_of(seen) == []


def test_another_circle_is_marked_while_one_reads_here(visit, cast):
    Membership.objects.create(
        circle=cast.next_door, user=cast.noor, role="peer", name="Noor", swatch=77
    )
    seen = visit(room_of(cast), cast.noor)
    page = live(seen.page)

    post_batch([Draft(cast.otto.pk, cast.next_door.public_id, uuid.uuid4(), "Next door.")])

    expect(page).to_have_title(re.compile(r"^\(1\) Alder circle"))
    expect(page.locator(".rail .textlink", has_text="Birch circle")).to_contain_text("1")
    assert words(page) == []
    assert faults_of(seen) == []


def test_what_cannot_be_loaded_is_not_asked_for_without_rest(visit, cast, long_talk):
    seen = visit(room_of(cast), cast.noor)
    page = live(seen.page)
    expect(message(page, "Line 199.")).to_be_visible()
    page.evaluate(COUNT_WHAT_IS_ASKED)
    page.context.set_offline(True)

    page.locator(".log").evaluate("log => log.scrollBy(0, -9999)")
    older = page.get_by_role("link", name="Older messages")
    expect(older).to_have_text("Older messages couldn’t be loaded. Try again")
    before = page.evaluate("window.asked")
    assert before < 4
    page.evaluate(A_SECOND_OF_FRAMES)
    assert page.evaluate("window.asked") <= before + 1
    older.click()
    assert page.evaluate("window.asked") > before
    page.context.set_offline(False)

    scroll_until(page, message(page, "Line 000."), by=-2000)
    assert faults_of(seen) == []


def test_what_left_the_room_out_of_sight_waits_for_nobody(visit, cast, long_talk):
    seen = visit(room_of(cast), cast.noor)
    page = live(seen.page)
    expect(message(page, "Line 199.")).to_be_visible()
    page.locator(".log").evaluate("log => log.scrollBy(0, -900)")
    new = page.get_by_role("button", name="new below")
    gone = [said(cast, cast.ines, f"Not for long {n}.") for n in range(2)]
    expect(page).to_have_title(re.compile(r"^\(2\) Alder circle"))
    expect(new).to_be_visible()
    here = {"circle": cast.circle.public_id}

    beside(editing.take_back, by=cast.ines, message=gone[0].id, **here)
    expect(page).to_have_title(re.compile(r"^\(1\) Alder circle"))
    beside(moderation.set_aside, by=cast.mina, message=gone[1].id, why="It names someone", **here)

    expect(page).to_have_title(re.compile("^Alder circle"))
    expect(new).to_have_count(0)
    assert faults_of(seen) == []


def test_the_room_opens_at_an_older_place_and_reads_on_both_ways(visit, cast, long_talk):
    seen = visit(f"{room_of(cast)}#m-{long_talk[60].id}", cast.noor, viewport=PHONE)
    page = live(seen.page)
    expect(message(page, "Line 060.")).to_be_in_viewport()
    before = resting(message(page, "Line 060."))

    said(cast, cast.ines, "Meanwhile, at the end.")
    expect(page.get_by_role("button", name="One new below")).to_be_visible()
    expect(message(page, "Meanwhile")).to_have_count(0)
    soon(lambda: abs(resting(message(page, "Line 060.")) - before) < 1)

    scroll_until(page, message(page, "Meanwhile"), by=1200)
    expect(message(page, "Meanwhile")).to_have_count(1)
    shown = words(page)
    assert shown == [*sorted(shown[:-1]), "Meanwhile, at the end."]
    assert shown[-140:-1] == [f"Line {n:03}." for n in range(61, 200)]
    assert faults_of(seen) == []


@pytest.mark.parametrize(("asked", "found"), [("?at={}", "Line 050."), ("", "Line 170.")])
def test_who_signs_in_again_is_where_they_were_reading(
    visit, cast, live_house, long_talk, asked, found
):
    Seat.objects.update(read_seq=long_talk[169].seq)
    page = live(visit(room_of(cast) + asked.format(long_talk[50].seq), cast.noor).page)
    expect(message(page, found)).to_be_in_viewport()
    Session.objects.all().delete()
    expect(page.get_by_role("heading", name="You’re signed out")).to_be_visible()

    name, value = live_house.sign_in(cast.noor)
    page.context.add_cookies([{"name": name, "value": value, "url": live_house.url}])
    page.get_by_role("link", name="Sign in").click()

    expect(message(live(page), found)).to_be_in_viewport()
    expect(page.locator(".unread")).to_have_count(0 if asked else 1)


def test_writing_from_an_older_place_leads_to_the_newest(visit, cast, long_talk):
    seen = visit(f"{room_of(cast)}?at={long_talk[20].seq}", cast.noor)
    page = live(seen.page)
    expect(message(page, "Line 020.")).to_be_in_viewport()

    write(page, "From far back.")

    expect(message(page, "From far back.")).to_be_in_viewport()
    expect(message(page, "Line 199.")).to_be_visible()
    expect(page.locator("[data-newer]")).to_have_count(0)
    soon(lambda: words(page)[-1] == "From far back.")
    expect(page).to_have_url(re.compile(f"{room_of(cast)}$"))
    assert faults_of(seen) == []


def test_six_names_are_offered_without_scrolling(visit, cast):
    for n, name in enumerate(("Ash", "Birch", "Cedar", "Dale", "Ember")):
        someone = User.objects.create_user(f"{name}@example.org")
        Membership.objects.create(
            circle=cast.circle, user=someone, role="peer", name=name, swatch=80 + n
        )
    page = live(visit(room_of(cast), cast.noor, viewport=PHONE).page)
    writing(page).press_sequentially("Thank you, @")
    expect(page.get_by_role("option")).to_have_count(6)
    names = page.get_by_role("listbox", name="Names in this circle")
    assert names.evaluate("(list) => list.scrollHeight <= list.clientHeight")
    assert faults_as_it_stands(page) == []


def test_someone_is_named_with_the_keyboard_alone(visit, cast):
    seen = visit(room_of(cast), cast.noor)
    page = live(seen.page)
    writing(page).press_sequentially("Thank you, @")
    expect(page.get_by_role("option")).to_have_count(2)
    assert faults(page) == []
    page.keyboard.type("i")
    expect(page.get_by_role("option")).to_have_text(["Ines"])
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.type("m")
    page.keyboard.press("Enter")
    expect(writing(page)).to_have_value("Thank you, @Mina ")
    page.keyboard.press("Enter")
    expect(message(page, "Thank you, @Mina")).to_be_visible()
    page.keyboard.type("me@example")
    expect(page.get_by_role("option")).to_have_count(0)
    assert faults_of(seen) == []


def test_whose_name_begins_anothers_is_the_one_who_is_named(visit, cast):
    for n, name in enumerate(("Ana Ines", "Ines Maria")):
        someone = User.objects.create_user(f"{n}@example.org")
        Membership.objects.create(
            circle=cast.circle, user=someone, role="peer", name=name, swatch=80 + n
        )
    # In Turkish a capital I has another small letter than in English.
    page = live(visit(room_of(cast), cast.noor, locale="tr-TR").page)

    writing(page).press_sequentially("„@i")
    expect(page.get_by_role("option")).to_have_text(["Ines", "Ines Maria", "Ana Ines"])
    page.keyboard.type("nes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Enter")

    expect_posted(page, "„@Ines")
    ines = cast.member(cast.ines).public_id
    expect(page.locator(".mention")).to_have_attribute("data-member", ines)


def test_hush_until_morning_and_back(visit, cast):
    seen = visit(room_of(cast), cast.noor)
    page = live(seen.page)
    page.get_by_role("button", name="Hush until morning").click()
    expect(page.get_by_text("No marks and no mail from this circle until")).to_be_visible()
    expect(page.get_by_role("button", name="Hear it again")).to_be_focused()
    assert faults(page) == []
    line = line_of(page, "/places/")
    said_and_heard(line, cast, cast.ines, "One.")
    assert page.title().startswith("Your places")
    expect(page.locator(".fresh:visible")).to_have_count(0)

    page.goto(room_of(cast))
    live(page).get_by_role("button", name="Hear it again").click()
    expect(page.get_by_role("button", name="Hush until morning")).to_be_focused()
    seat = Seat.objects.filter(membership=cast.member(cast.noor))
    soon(lambda: seat.get().hushed_until is None)
    assert faults_of(seen) == []


def test_someone_one_would_rather_not_read_leaves_the_page(visit, cast):
    said(cast, cast.ines, "From Ines.")
    said(cast, cast.mina, "From Mina.")
    seen = visit(room_of(cast), cast.noor, viewport=PHONE)
    page = live(seen.page)

    do(page, "From Ines.", "I’d rather not read them")
    assert faults(page) == []
    page.get_by_role("button", name="Don’t read them").click()

    expect(message(page, "From Ines.")).to_have_count(0)
    expect(message(page, "From Mina.")).to_be_visible()
    soon(lambda: Hiding.objects.count() == 1)
    page.goto(f"{room_of(cast)}reaching/")
    page.get_by_role("button", name="Read them again").click()
    expect(page.get_by_text("You read everyone.")).to_be_visible()
    page.goto(room_of(cast))
    expect(message(live(page), "From Ines.")).to_be_visible()
    assert faults_of(seen) == []


@pytest.mark.parametrize("script", [True, False])
def test_words_are_found_and_read_where_they_were_said(visit, cast, long_talk, script):
    seen = visit(f"{room_of(cast)}find/", cast.noor, java_script_enabled=script, viewport=PHONE)
    page = seen.page
    expect(page.get_by_label("Words to look for")).to_be_focused()
    page.get_by_label("Words to look for").fill("LINE 031")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One message")).to_be_visible()
    assert "031" not in page.url
    page.get_by_role("link", name="Read it where it was said").click()

    expect(message(page, "Line 031.")).to_be_in_viewport()
    expect(message(page, "Line 031.")).to_have_css("outline-width", "3px")
    if script:
        expect(message(page, "Line 031.")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="One message")).to_be_visible()
    page.get_by_label("Words to look for").fill("Line 032")
    page.keyboard.press("Enter")
    expect(page.locator(".msg")).to_contain_text("Line 032.")
    page.go_back()
    expect(page.locator(".msg")).to_contain_text("Line 031.")


def test_content_notes_stand_open_for_who_wants_them_so(visit, cast):
    said(cast, cast.ines, "Behind the note.", note="grief")
    seen = visit("/accounts/", cast.noor)
    page = seen.page
    page.get_by_label("Show messages with a content note open").check()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Kept.", exact=True)).to_be_visible()
    page.goto(room_of(cast))
    expect(live(page).get_by_text("Behind the note.")).to_be_visible()
    said(cast, cast.ines, "Another one.", note="grief")
    expect(page.get_by_text("Another one.")).to_be_visible()
    assert faults_of(seen) == []


def test_the_support_page_opens_without_a_signal_and_nothing_else_does(visit, cast):
    page = visit(room_of(cast), cast.noor, fresh=True).page
    live(page)
    worker = "navigator.serviceWorker.getRegistration('/support/').then((it) => it?.active?.state)"
    soon(lambda: page.evaluate(worker) == "activated")
    page.context.set_offline(True)

    page.goto("/support/")
    expect(page.get_by_role("heading", name="Support now")).to_be_visible()
    expect(page.get_by_role("link", name="Your places")).to_have_count(0)
    kept = page.evaluate(
        "async () => (await (await caches.open('support')).keys())"
        ".map(({ url }) => new URL(url).pathname).filter((path) => !path.startsWith('/static/'))"
    )
    assert kept == ["/support/"]
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto("/places/")


@pytest.mark.parametrize(("theme", "width"), BOTH_KINDS)
def test_the_pages_around_reading_are_for_everyone(visit, cast, theme, width):
    one = said(cast, cast.noor, "Mine.")
    said(cast, cast.ines, "Theirs.")
    circle = cast.circle.public_id
    editing.respond(by=cast.ines, circle=circle, message=one.id, response="heard")
    assert unread.marks(cast.noor)[0].count == 1
    view = {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
    seen = visit(room_of(cast), cast.noor, **view)
    page = seen.page
    for path in ("find/", "reaching/", f"messages/{one.id}/who/", "?at=3"):
        page.goto(f"{room_of(cast)}{path}")
        assert faults(page) == [], path
        assert fits(page)
    page.goto(f"{room_of(cast)}messages/{one.id}/who/")
    expect(page.get_by_role("heading", name="Heard")).to_be_visible()
    page.goto(f"{room_of(cast)}find/")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#looked-for-error")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Words to look for").fill("mine")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One message")).to_be_visible()
    assert faults(page) == []
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/places/")
    # As it stands, with the foot bar over it.
    assert faults_as_it_stands(page) == []
    assert faults(page) == []
    assert fits(page)


def test_two_who_do_not_read_each_other_are_apart_on_every_screen(visit, cast):
    said(cast, cast.noor, "From Noor, before.")
    pages = {who: live(visit(room_of(cast), who).page) for who in (cast.noor, cast.ines, cast.mina)}
    noor, ines, mina = pages.values()
    expect(message(ines, "From Noor, before.")).to_be_visible()
    said(cast, cast.ines, "From Ines.")
    do(noor, "From Ines.", "I’d rather not read them")
    noor.get_by_role("button", name="Don’t read them").click()
    expect(message(noor, "From Ines.")).to_have_count(0)
    expect(message(ines, "From Noor, before.")).to_have_count(0)

    writing(noor).press_sequentially("Not")
    for page, text in [(noor, "Not for Ines."), (ines, "Not for Noor."), (mina, "For all.")]:
        write(page, text)
        expect_posted(page, text)

    for page in pages.values():
        expect(message(page, "For all.")).to_be_visible()
    soon(lambda: words(mina)[-3:] == ["Not for Ines.", "Not for Noor.", "For all."])
    expect_words(noor, "From Noor, before.", "Not for Ines.", "For all.")
    expect_words(ines, "From Ines.", "Not for Noor.", "For all.")
    expect(ines.locator("[data-typing]")).to_be_hidden()


def test_what_is_read_or_hushed_on_one_device_is_so_on_the_others(visit, cast, long_talk):
    phone = live(visit(room_of(cast), cast.noor, viewport=PHONE).page)
    laptop = live(visit(room_of(cast), cast.noor).page)
    places = visit("/places/", cast.noor).page
    other = visit("/places/", cast.ines).page
    laptop.locator(".log").evaluate("(log) => log.scrollTo(0, -2000)")
    phone.locator(".log").evaluate("(log) => log.scrollTo(0, -2000)")

    said(cast, cast.mina, "The kettle sang.")
    for page in (phone, laptop):
        expect(page.locator("[data-below]")).to_have_text("One new below")
    for page in (phone, laptop, places, other):
        expect(page).to_have_title(re.compile(r"^\(1\) "))

    phone.locator("[data-below]").click()
    expect(laptop.locator("[data-below]")).not_to_have_text("One new below")
    for page in (phone, laptop, places):
        expect(page).not_to_have_title(re.compile(r"^\("))
    expect(other).to_have_title(re.compile(r"^\(1\) "))

    laptop.locator(".only-desk").get_by_role("button", name="Hush until morning").click()
    expect(phone.locator("[data-bar=hush]")).to_be_visible()
    phone.locator(".log").evaluate("(log) => log.scrollTo(0, -2000)")
    expect(phone.locator("[data-below]")).to_have_text("To the newest")
    said(cast, cast.mina, "And again.")
    expect(other).to_have_title(re.compile(r"^\(2\) "))
    expect(places).to_have_title(re.compile("^Your places"))
    phone.get_by_role("button", name="Hear it again").click()
    expect(laptop.locator("[data-bar=hush]")).to_have_count(0)
    expect(places).to_have_title(re.compile(r"^\(1\) Your places"))
