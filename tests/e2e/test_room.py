"""People in a room, each with a browser of their own."""

import datetime
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from chat import editing
from chat.keeping import moderation
from chat.posting import Draft, post_batch
from programs.enrolment import remove
from programs.models import Membership
from tests.e2e.conftest import PHONE
from tests.e2e.everyone import faults
from tests.e2e.room import (
    beside,
    do,
    expect_kept,
    expect_posted,
    expect_words,
    faults_of,
    live,
    message,
    resting,
    room_of,
    said,
    scroll_until,
    soon,
    words,
    write,
    writing,
)

pytestmark = pytest.mark.e2e


@pytest.fixture
def ines(visit, cast):
    seen = visit(room_of(cast), cast.ines)
    yield live(seen.page)
    assert faults_of(seen) == []


@pytest.fixture
def mina(visit, cast):
    seen = visit(room_of(cast), cast.mina)
    yield live(seen.page)
    assert faults_of(seen) == []


def test_two_people_talk_without_reloading(noor, mina):
    write(noor, "The washing line, again.")
    expect(message(mina, "The washing line, again.")).to_be_visible()
    write(mina, "Stay with that one.")

    expect(message(noor, "Stay with that one.").locator(".role")).to_have_text("Facilitator")
    for page in (noor, mina):
        expect_words(page, "The washing line, again.", "Stay with that one.")
    expect(message(noor, "The washing line, again.").locator(".who")).to_have_text("You")
    expect(message(mina, "The washing line, again.").locator(".who")).to_have_text("Noor")
    expect(noor.locator(".tag")).to_have_count(0)


def test_what_was_said_while_one_looked_away_is_counted_not_scrolled_to(noor, ines, cast):
    for n in range(30):
        said(cast, cast.mina, f"Line {n}.")
    expect(message(noor, "Line 29.")).to_be_visible()
    noor.locator(".log").evaluate("log => log.scrollBy(0, -900)")
    before = resting(message(noor, "Line 10."))

    write(ines, "And one more.")

    expect(noor.get_by_role("button", name="One new below")).to_be_visible()
    soon(lambda: abs(resting(message(noor, "Line 10.")) - before) < 1)
    noor.get_by_role("button", name="One new below").click()
    expect(message(noor, "And one more.")).to_be_in_viewport()


def test_a_message_set_aside_leaves_every_browser_and_its_author_reads_why(noor, ines, mina):
    write(noor, "You should just stop seeing her.")
    expect(message(ines, "You should just stop")).to_be_visible()

    do(mina, "You should just stop", "Set this message aside")
    mina.get_by_role("dialog").get_by_label("Why, in a sentence").fill("It read as advice")
    mina.get_by_role("button", name="Set it aside").click()

    for page, who in ((noor, "Mina"), (ines, "Mina"), (mina, "You")):
        expect(page.get_by_text(f"{who} set this message aside.")).to_be_visible()
        expect(page.get_by_text("You should just stop")).to_have_count(0)
    expect(noor.locator(".told").get_by_text("It read as advice")).to_be_visible()
    expect(ines.get_by_text("It read as advice")).to_have_count(0)
    live(noor.reload() and noor)
    expect(noor.get_by_text("It read as advice")).to_be_visible()


def test_a_muted_peer_is_told_plainly_and_keeps_their_words(noor, mina):
    write(noor, "I keep coming back to it.")
    do(mina, "I keep coming back", "Mute for a while")
    mina.get_by_role("dialog").get_by_label("Why, in a sentence").fill("Let others come in")
    mina.get_by_role("dialog").get_by_role("button", name="Mute").click()
    expect(noor.locator("[data-bar=muted]")).to_contain_text("Let others come in")

    write(noor, "One more thing.")

    expect(noor.get_by_role("alert")).to_contain_text("You can read and respond until")
    expect(writing(noor)).to_have_value("One more thing.")
    expect(message(mina, "One more thing.")).to_have_count(0)
    do(mina, "I keep coming back", "Let them write again")
    expect(noor.locator("[data-bar=muted]")).to_have_count(0)
    writing(noor).press("Enter")
    expect(message(mina, "One more thing.")).to_be_visible()


def test_a_peer_is_muted_before_they_come(visit, cast):
    until = timezone.now() + datetime.timedelta(hours=1)
    circle = cast.circle.public_id
    member = cast.member(cast.noor).public_id
    moderation.mute(by=cast.mina, circle=circle, member=member, until=until, why="A pause")

    page = live(visit(room_of(cast), cast.noor).page)

    expect(page.locator("[data-bar=muted]")).to_contain_text("A pause")
    expect(page.locator("[data-bar=muted]")).to_have_count(1)


def test_responses_have_words_and_counts_and_no_names(noor, ines):
    write(noor, "She put the kettle on.")

    do(ines, "She put the kettle on.", "Heard")

    mark = message(ines, "She put").get_by_role("button", name=re.compile("Heard"))
    expect(mark).to_have_attribute("aria-pressed", "true")
    expect(mark).to_have_accessible_name(re.compile("Heard ?, 1 person, you among them"))
    theirs = message(noor, "She put").get_by_role("button", name=re.compile("Heard"))
    expect(theirs).to_have_attribute("aria-pressed", "false")
    theirs.click()
    expect(mark).to_have_accessible_name(re.compile("Heard ?, 2 people, you among them"))
    mark.click()
    expect(theirs).to_have_accessible_name(re.compile("Heard ?, 1 person, you among them"))


def test_a_reply_quotes_and_what_is_taken_back_is_quoted_no_more(noor, ines):
    write(noor, "The bread bin it is.")
    do(ines, "The bread bin", "Reply")
    write(ines, "Until nine?")

    quote = message(noor, "Until nine?").locator(".quote")
    expect(quote).to_have_text("You: The bread bin it is.")
    expect(message(ines, "Until nine?").locator(".quote")).to_have_text(
        "Noor: The bread bin it is."
    )

    do(noor, "The bread bin", "Change it")
    expect(writing(noor)).to_have_value("The bread bin it is.")
    write(noor, "The kettle it is.")
    expect(quote).to_have_text("You: The kettle it is.")

    do(noor, "The kettle", "Take it back")
    for page, who in ((noor, "You"), (ines, "Noor")):
        expect(page.get_by_text(f"{who} took this message back.")).to_be_visible()
        expect(page.get_by_text("The kettle it is.")).to_have_count(0)


def test_a_message_is_changed_with_its_own_words_and_marked(noor, ines):
    write(noor, "It was a *warm* hand.")
    writing(noor).fill("half a thought")
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a *warm* hand.")

    write(noor, "It was a cold hand.")

    expect(message(ines, "It was a cold hand.")).to_contain_text("changed")
    expect(message(ines, "warm")).to_have_count(0)
    expect(writing(noor)).to_have_value("half a thought")


def test_that_it_was_changed_is_seen_of_a_follow_on_too(noor, ines):
    write(noor, "One thing.")
    write(noor, "Another.")
    follow_on = re.compile(r"\bsame\b")
    expect(message(ines, "Another.")).to_have_class(follow_on)
    do(noor, "Another.", "Change it")
    expect(writing(noor)).to_have_value("Another.")

    write(noor, "A third.")

    expect(message(ines, "A third.")).not_to_have_class(follow_on)
    seen = message(ines, "A third.").get_by_text("changed").bounding_box()
    assert seen and seen["height"] > 8 and seen["width"] > 20


def test_a_content_note_folds_the_words(noor, ines):
    noor.get_by_role("button", name="Add a content note").click()
    noor.get_by_label("Content note", exact=True).fill("a birthday")
    write(noor, "I set a place at the table.")

    expect(ines.get_by_text("Noor left a content note:")).to_be_visible()
    expect(noor.get_by_text("You left a content note:")).to_be_visible()
    expect_posted(noor, "a birthday")
    expect(noor.get_by_text("You left a content note:")).to_be_visible()
    expect(ines.get_by_text("I set a place")).to_be_hidden()
    ines.get_by_text("Open when you’re ready").click()
    expect(ines.get_by_text("I set a place")).to_be_visible()
    # What they had opened stays open when the message is drawn anew.
    do(noor, "a birthday", "Heard")
    expect(message(ines, "I set a place").locator(".num")).to_have_text("1")
    expect(ines.get_by_text("I set a place")).to_be_visible()


def test_too_long_a_message_stays_where_it_was_written(noor):
    write(noor, "👍🏽" * 4001)

    expect(noor.get_by_role("alert")).to_contain_text("longer than 4,000 characters")
    expect(writing(noor)).to_have_accessible_description(re.compile("longer than 4,000"))
    expect(noor.get_by_text("One character too many")).to_be_visible()
    assert len(writing(noor).input_value()) > 4000
    assert words(noor) == []


def test_pictures_that_take_more_room_than_a_message_has_are_counted_too(noor):
    family = "👩‍👩‍👧"
    write(noor, family * 3800)

    expect(noor.get_by_role("alert")).to_contain_text("too long to send at once")
    over = noor.locator("[data-left]")
    expect(over).to_have_text(re.compile("characters too many"))
    assert words(noor) == []

    n = int(over.inner_text().split()[0])
    write(noor, family * (3800 - n))
    expect_posted(noor, family)


def test_who_is_removed_reads_nothing_more_and_may_take_their_words(noor, mina, cast):
    write(mina, "Something that stays here.")
    expect(message(noor, "Something that stays here.")).to_be_visible()
    writing(noor).fill("I was about to say")

    remove(membership=cast.member(cast.noor), by=cast.mina, why="It was time")

    expect(noor.get_by_role("heading", name="This circle is closed to you")).to_be_visible()
    expect(noor.get_by_text("Something that stays here.")).to_have_count(0)
    expect(noor.get_by_label("What you were writing")).to_have_value("I was about to say")
    assert not Membership.objects.current().filter(user=cast.noor).exists()


def test_who_signs_out_in_another_tab_finds_their_own_words_there_and_nobody_elses(visit, cast):
    page = live(visit(room_of(cast), cast.noor, fresh=True).page)
    said(cast, cast.ines, "The bread bin it is.")
    expect(message(page, "The bread bin")).to_be_visible()
    page.get_by_role("button", name="Add a content note").click()
    page.get_by_label("Content note", exact=True).fill("a birthday")
    writing(page).fill("Not yet said")
    expect_kept(page, "Not yet said")
    tab = page.context.new_page()
    tab.goto("/accounts/logout/")
    tab.get_by_role("main").get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="You’re signed out")).to_be_visible()
    expect(page.get_by_label("What you were writing")).to_have_value(
        "Content note: a birthday\nNot yet said"
    )
    shown = page.evaluate("document.body.innerText + document.title")
    assert not any(word in shown for word in ("bread", "Ines", "Alder", "Kept here"))
    assert faults(page) == []
    expect(page.get_by_role("link", name="Sign in")).to_have_attribute(
        "href", f"/accounts/login/?next={room_of(cast)}"
    )


def test_whose_session_ends_finds_their_draft_in_the_room_again(noor, live_house, cast):
    writing(noor).fill("Not yet said")
    expect_kept(noor, "Not yet said")
    writing(noor).press("Shift")
    Session.objects.all().delete()
    expect(noor.get_by_label("What you were writing")).to_have_value("Not yet said")
    expect(noor.locator("main")).to_be_focused()
    expect(noor.locator("main")).to_have_css("outline-style", "none")

    name, value = live_house.sign_in(cast.noor)
    noor.context.add_cookies([{"name": name, "value": value, "url": live_house.url}])
    noor.get_by_role("link", name="Sign in").click()

    expect(writing(live(noor))).to_have_value("Not yet said")


def test_a_draft_outlives_a_reload(noor):
    writing(noor).fill("Half a thought")
    expect_kept(noor, "Half a thought")

    live(noor.reload() and noor)

    expect(writing(noor)).to_have_value("Half a thought")


def test_older_messages_come_before_they_are_needed(visit, cast):
    people = [cast.noor, cast.ines, cast.mina]
    post_batch(
        [
            Draft(people[n % 3].pk, cast.circle.public_id, uuid.uuid4(), f"Line {n:03}.")
            for n in range(140)
        ]
    )
    page = live(visit(room_of(cast), cast.mina).page)
    # From the link before them, the keyboard reads on where they end.
    page.locator("[data-older]").focus()
    expect(message(page, "Line 089.")).to_be_focused()
    place = message(page, "Line 100.")

    place.scroll_into_view_if_needed()
    scroll_until(page, message(page, "Line 000."), by=-1000)

    expect(message(page, "Line 000.")).to_be_in_viewport()
    expect_words(page, *[f"Line {n:03}." for n in range(140)])
    expect(page.get_by_role("link", name="Older messages")).to_have_count(0)


def test_the_keyboard_does_it_all(noor, ines):
    write(noor, "She put the kettle on.")
    message(ines, "She put").locator("[data-menu]").focus()
    ines.keyboard.press("Enter")
    expect(ines.get_by_role("button", name="With you")).to_be_focused()
    ines.keyboard.press("Escape")
    expect(message(ines, "She put").locator("[data-menu]")).to_be_focused()
    expect(ines.locator(".sheet")).to_have_count(0)
    ines.keyboard.press("Enter")
    expect(ines.get_by_role("button", name="With you")).to_be_focused()
    ines.keyboard.press("ArrowDown")
    ines.keyboard.press("Enter")

    expect(message(ines, "She put").get_by_role("button", name=re.compile("Heard"))).to_be_visible()


def test_the_keyboard_stays_where_it_was_when_that_is_gone(noor, cast):
    at = {"circle": cast.circle.public_id, "message": said(cast, cast.ines, "The kettle.").id}
    message(noor, "The kettle.").locator("[data-menu]").press("Enter")
    noor.get_by_role("button", name="Heard").press("Enter")
    message(noor, "The kettle.").get_by_role("button", name=re.compile("^Heard")).press("Enter")
    expect(message(noor, "The kettle.").locator(".mark")).to_have_count(0)
    expect(message(noor, "The kettle.").locator("[data-menu]")).to_be_focused()

    noor.keyboard.press("Enter")
    expect(noor.get_by_role("button", name="With you")).to_be_focused()
    beside(editing.take_back, by=cast.ines, **at)
    expect(message(noor, "Ines took this message back.")).to_be_focused()

    write(noor, "The bread bin.")
    expect_posted(noor, "The bread bin.")
    message(noor, "The bread bin.").locator("[data-menu]").press("Enter")
    noor.get_by_role("button", name="Take it back").press("Enter")
    expect(message(noor, "You took this message back.")).to_be_focused()


def test_whoever_goes_on_with_the_keyboard_leaves_the_menu_behind(noor, cast):
    for line in ("The kettle.", "The bread bin."):
        said(cast, cast.ines, line)
    message(noor, "The bread bin.").locator("[data-menu]").press("Enter")
    expect(noor.get_by_role("button", name="With you")).to_be_focused()
    while noor.locator(".sheet:focus-within").count():
        noor.keyboard.press("Tab")

    expect(noor.locator(".sheet")).to_have_count(0)
    expect(message(noor, "The bread bin.").locator("[data-menu]")).to_have_attribute(
        "aria-expanded", "false"
    )


def test_whoever_is_at_a_message_is_there_still_when_all_of_the_log_is_drawn_anew(noor, cast):
    for line in ("The kettle.", "The bread bin."):
        said(cast, cast.ines, line)
    said(cast, cast.ines, "I set a place.", note="a birthday")
    message(noor, "I set a place.").locator("summary").press("Enter")
    menu = message(noor, "The kettle.").locator("[data-menu]")
    menu.focus()
    drawn_anew(noor)
    expect(menu).to_be_focused()
    expect(noor.get_by_text("I set a place.")).to_be_visible()

    menu.press("Enter")
    noor.keyboard.press("ArrowDown")
    drawn_anew(noor)
    expect(noor.get_by_role("button", name="Heard")).to_be_focused()
    noor.keyboard.press("Escape")
    expect(menu).to_be_focused()

    # What they are at is not in the room any more, and nobody has told this page.
    menu.evaluate("(menu) => menu.closest('.msg').dataset.id = 'gone'")
    drawn_anew(noor)
    expect(noor.locator(".log")).to_be_focused()


def drawn_anew(page):
    """As the house asks for it, where it can't tell each thing that changed."""
    page.evaluate("() => document.querySelector('reweave-room').log.reload().then(() => 0)")


def test_a_quote_cuts_no_character_in_two_and_no_word_runs_out_of_it(visit, cast):
    family = "👩‍👩‍👧‍👦"
    page = live(visit(room_of(cast), cast.noor, viewport=PHONE).page)
    said(cast, cast.ines, f"{'x' * 79}{family}{family}")
    do(page, "xxx", "Reply")

    expect(page.locator("[data-answering] .quote")).to_have_text(
        f"Answering Ines: {'x' * 79}{family}…"
    )
    bar = page.locator("[data-answering]").bounding_box()
    stop = page.get_by_role("button", name="Don’t answer this one").bounding_box()
    for place in ("[data-answering] .quote span", "[data-answering] .quote b + bdi"):
        box = page.locator(place).bounding_box()
        assert bar["x"] <= box["x"]
        assert box["x"] + box["width"] <= stop["x"]
    write(page, "Long indeed.")
    page.get_by_role("button", name="Send").click()
    expect_posted(page, "Long indeed.")
    around = message(page, "Long indeed.").bounding_box()
    box = message(page, "Long indeed.").locator(".quote b + bdi").bounding_box()
    assert box["x"] + box["width"] <= around["x"] + around["width"]


def test_on_a_phone_enter_makes_a_new_line(visit, cast):
    page = live(
        visit(room_of(cast), cast.noor, viewport=PHONE, has_touch=True, is_mobile=True).page
    )

    writing(page).press_sequentially("One\nTwo")
    assert words(page) == []
    page.get_by_role("button", name="Send").click()

    expect(page.locator("[data-log] > .msg[data-id]")).to_have_count(1)
    assert words(page) == ["One\nTwo"]
