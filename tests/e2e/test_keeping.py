"""A facilitator keeps a room, and everyone else sees truthfully how it stands."""

import contextlib
import datetime
import os

import pytest
from django.conf import settings as house_settings
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from chat import announcing, leases, log
from chat.keeping import holding, hours, pacing
from chat.models import Event, Seat
from tests.chat.talk import join
from tests.e2e.conftest import BOTH_KINDS, PHONE
from tests.e2e.everyone import faults, fits
from tests.e2e.room import (
    beside,
    do,
    expect_words,
    faults_of,
    live,
    message,
    room_of,
    said,
    soon,
    take_ones_time,
    words,
    write,
    writing,
)
from tests.live import LiveHouse

pytestmark = pytest.mark.e2e

# How long a facilitator is believed to be here, in this house; a browser says it four times
# in nine of it.
LEASE = 4
# Until a screen that counts down has drawn it. A page that believed in a lease for twice its time
# would still be found out.
SLACK = 3
# How long a page needs until nobody is said to be here, in seconds; -1 where it needs longer. Only
# the time counts in which the page had its turn: a machine that is busy may keep it from that.
UNTIL_NOBODY = """async (within) => {
  const nobody = [
    "Nobody is holding the room right now.",
    "Who holds the room isn’t known now.",
  ];
  const isOver = () => {
    const watch = document.querySelector("[data-watch]");
    return nobody.includes(watch.textContent.trim()) && watch.dataset.held === "no";
  };
  for (let waited = 0; waited <= within; waited += 0.1) {
    if (isOver()) return waited;
    await new Promise((rested) => setTimeout(rested, 100));
  }
  return -1;
}"""


@pytest.fixture(scope="module")
def live_house(django_db_setup):
    """A house where leases are short, so that their end can be waited for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "ROOM_LEASE_SECONDS", str(LEASE))
        house = LiveHouse(house_settings.VAR_DIR, house_settings.VALKEY.url)
    try:
        house.start()
        yield house
    finally:
        house.close()


@pytest.fixture
def enter(visit, cast):
    """`enter(user)`: their page of the alder circle's room, live; it stumbles over nothing."""
    met = []

    def enter(user, **named):
        met.append(visit(room_of(cast), user, **named))
        return live(met[-1].page)

    yield enter
    for seen in met:
        assert faults_of(seen) == []


def watch(page):
    return page.locator("[data-watch]")


def bar(page, name):
    return page.locator(f"[data-bar={name}]")


# Holding ------------------------------------------------------------------------------


def test_a_held_message_is_let_through_and_its_author_knew_all_along(cast, enter):
    mina, noor, ines = enter(cast.mina), enter(cast.noor), enter(cast.ines)
    for page in (mina, noor):
        take_ones_time(page)
    write(noor, "Good evening.")
    do(mina, "Good evening.", "Read first what they write")
    expect(bar(mina, "done")).to_contain_text("What Noor writes waits for you now.")
    expect(bar(noor, "held")).to_contain_text("reads what you write before the others do")

    write(noor, "My old street, number 14.")

    mine = message(noor, "number 14")
    expect(mine.locator(".tag.held")).to_contain_text("Held for")
    expect(mine).to_contain_text("Nobody else sees it yet.")
    expect(noor.locator("[data-aloud]")).to_contain_text("held for a facilitator to read")
    expect(bar(mina, "waiting")).to_contain_text("One message waits for you to read: Noor")
    write(ines, "How was your day?")
    expect(message(mina, "How was your day?")).to_be_visible()
    assert "My old street, number 14." not in words(ines)

    message(mina, "number 14").get_by_role("button", name="Let it through").click()

    expect(message(ines, "number 14")).to_be_visible()
    expect(bar(noor, "done")).to_contain_text("Everyone can read it now.")
    expect(bar(mina, "waiting")).to_have_count(0)
    for page in (mina, noor, ines):
        expect_words(page, "Good evening.", "How was your day?", "My old street, number 14.")
        page.reload()
        live(page)
        expect_words(page, "Good evening.", "How was your day?", "My old street, number 14.")


def test_what_nobody_has_seen_is_not_said_to_be_missed(cast, enter):
    beside(holding.hold_all, by=cast.mina, circle=cast.circle.public_id)
    said(cast, cast.noor, "My old street.")
    noor, mina = enter(cast.noor), enter(cast.mina)

    message(noor, "My old street.").locator("[data-menu]").click()

    expect(noor.locator(".sheet").get_by_text("No other peer has seen it")).to_be_visible()
    expect(noor.locator(".sheet").get_by_text("The circle sees that you did")).to_be_hidden()
    do(mina, "My old street.", "Set this message aside")
    expect(mina.get_by_text("No peer but its author has seen it")).to_be_visible()
    expect(mina.get_by_text("The circle sees that you did")).to_be_hidden()


def test_who_is_asked_for_a_change_reads_why_and_changes_it(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor)
    write(noor, "Good evening.")
    do(mina, "Good evening.", "Read first what they write")
    expect(bar(noor, "held")).to_be_visible()
    write(noor, "My old street, number 14.")

    do(mina, "number 14", "Ask for a change")
    mina.get_by_role("dialog").get_by_label("Why, in a sentence").fill("It holds an address")
    mina.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()

    told = noor.locator(".told")
    expect(told).to_contain_text("Mina asks you to change this before others read it")
    expect(noor.locator("[data-aloud]")).to_contain_text("Mina asks you to change this")
    message(noor, "number 14").get_by_role("button", name="Change it").click()
    expect(writing(noor)).to_have_value("My old street, number 14.")
    writing(noor).fill("My old street.")
    writing(noor).press("Enter")
    expect(message(mina, "My old street.")).to_contain_text("changed")
    expect(message(noor, "My old street.").locator(".tag.held")).to_be_visible()


def test_what_was_done_can_be_undone_for_a_while(cast, enter):
    mina, ines = enter(cast.mina), enter(cast.ines)
    take_ones_time(mina)
    said(cast, cast.noor, "About my neighbour.")
    expect(message(ines, "About my neighbour.")).to_be_visible()
    do(mina, "About my neighbour.", "Set this message aside")
    mina.get_by_role("dialog").get_by_label("Why, in a sentence").fill("A mistake")
    mina.get_by_role("dialog").get_by_role("button", name="Set it aside").click()
    expect(ines.locator(".gone-line")).to_have_text("Mina set this message aside.")

    bar(mina, "done").get_by_role("button", name="Undo").click()

    expect(message(ines, "About my neighbour.")).to_be_visible()
    expect(bar(mina, "done")).to_have_count(0)


def test_what_one_has_set_aside_is_told_as_ones_own_doing(cast, enter):
    mina, ines = enter(cast.mina), enter(cast.ines)
    said(cast, cast.noor, "About my neighbour.")
    do(mina, "About my neighbour.", "Set this message aside")
    mina.get_by_role("dialog").get_by_label("Why, in a sentence").fill("A mistake")
    mina.get_by_role("dialog").get_by_role("button", name="Set it aside").click()

    expect(mina.locator(".gone-line")).to_have_text("You set this message aside.")
    expect(ines.locator(".gone-line")).to_have_text("Mina set this message aside.")
    for page, who in ((mina, "You"), (ines, "Mina")):
        page.reload()
        expect(page.locator(".gone-line")).to_have_text(f"{who} set this message aside.")


def test_a_removal_can_be_undone_for_a_while(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor)
    take_ones_time(mina)
    write(noor, "Good evening.")
    do(mina, "Good evening.", "Remove them from the circle")
    expect(mina.get_by_role("dialog", name="Remove Noor from the circle")).to_be_visible()
    mina.get_by_role("dialog").get_by_label("Why, in a sentence").fill("A slip")
    mina.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(writing(noor)).to_have_count(0)

    bar(mina, "done").get_by_role("button", name="Undo").click()

    expect(bar(mina, "done")).to_have_count(0)
    again = enter(cast.noor)
    expect(message(again, "Good evening.")).to_be_visible()
    expect(writing(again)).to_be_visible()


def test_what_was_let_through_by_a_slip_can_be_set_aside_at_once(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor)
    take_ones_time(mina)
    write(noor, "Good evening.")
    do(mina, "Good evening.", "Read first what they write")
    expect(bar(noor, "held")).to_be_visible()
    write(noor, "My old street, number 14.")
    do(mina, "number 14", "Let it through")

    bar(mina, "done").get_by_role("button", name="Set it aside").click()
    mina.get_by_role("dialog").get_by_label("Why, in a sentence").fill("It holds an address")
    mina.get_by_role("dialog").get_by_role("button", name="Set it aside").click()

    expect(noor.locator(".told")).to_contain_text("Mina set your message aside")
    expect(bar(mina, "done").get_by_role("button", name="Undo")).to_be_visible()


# The room -----------------------------------------------------------------------------


def test_a_room_at_rest_says_so_and_keeps_what_is_written(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor, viewport=PHONE)
    take_ones_time(mina)
    writing(noor).fill("I was about to say")

    mina.get_by_role("link", name="Keep the room").click()
    mina.get_by_role("dialog").get_by_role("button", name="Pause the room").click()

    expect(bar(noor, "paused")).to_contain_text("The room is resting.")
    expect(noor.locator("[data-send]")).to_have_attribute("aria-disabled", "true")
    noor.locator("[data-send]").click(force=True)
    expect(noor.locator("[data-refusal]")).to_contain_text("Your words are kept here")
    expect(writing(noor)).to_have_value("I was about to say")
    bar(mina, "done").get_by_role("button", name="Undo").click()
    expect(bar(noor, "paused")).to_have_count(0)
    noor.locator("[data-send]").click()
    expect(message(mina, "I was about to say")).to_be_visible()


def test_pace_and_hours_are_told_to_a_page_that_is_open_and_to_one_that_opens(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor)
    for label, choice, button in [
        ("Pace", "one message each two minutes", "Set the pace"),
        ("Peers can write", "not now; it is for reading", "Set the hours"),
    ]:
        mina.get_by_role("link", name="Keep the room").click()
        mina.get_by_role("dialog").get_by_label(label).select_option(choice)
        mina.get_by_role("dialog").get_by_role("button", name=button).click()
        expect(bar(mina, "done")).to_be_visible()

    def expect_both(page):
        asked = "Mina has asked for one message each 2 minutes."
        expect(bar(page, "pace")).to_contain_text(asked)
        expect(bar(page, "reading")).to_contain_text("The room is for reading now.")
        expect(page.locator("[data-sub]")).to_contain_text("for reading now")

    expect_both(noor)
    noor.reload()
    expect_both(live(noor))

    # As an older house told of it, which named nobody.
    beside(paced_by_nobody, cast.circle, 300)
    expect(bar(noor, "pace")).to_have_text("Slow pace. Peers can send one message each 5 minutes.")


def paced_by_nobody(circle, seconds):
    with log.writing(circle.public_id) as room:
        log.append(room, Event.Kind.PACE, seconds=seconds)


def set_room(page, label, choice, button):
    """In the dialog, which on a phone is reached through what lies folded under the room's head."""
    link = page.get_by_role("link", name="Keep the room")
    if not link.is_visible():
        page.get_by_text("This week").click()
    link.click()
    page.get_by_role("dialog").get_by_label(label).select_option(choice)
    page.get_by_role("dialog").get_by_role("button", name=button).click()


def test_a_pace_and_hours_can_be_undone_by_the_keyboard_for_a_while(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor)
    take_ones_time(mina)
    undo = bar(mina, "done").get_by_role("button", name="Undo")
    for standing, *choice in [
        ("pace", "Pace", "one message each two minutes", "Set the pace"),
        ("reading", "Peers can write", "not now; it is for reading", "Set the hours"),
    ]:
        set_room(mina, *choice)
        expect(bar(noor, standing)).to_be_visible()

        undo.press("Enter")

        expect(bar(noor, standing)).to_have_count(0)
        expect(bar(mina, standing)).to_have_count(0)
        expect(undo).to_have_count(0)


def test_what_another_set_meanwhile_is_told_not_undone(cast, enter, aside):
    linden = join("linden", cast.circle, role="facilitator")
    mina = enter(cast.mina)
    take_ones_time(mina)
    set_room(mina, "Pace", "one message each two minutes", "Set the pace")
    expect(bar(mina, "pace")).to_contain_text("2 minutes")
    aside(pacing.pace, by=linden, circle=cast.circle.public_id, seconds=300)
    expect(bar(mina, "pace")).to_contain_text("5 minutes")

    bar(mina, "done").get_by_role("button", name="Undo").click()

    expect(mina.locator("[data-refusal]")).to_have_text(
        "Linden has changed it since. Look at how the room stands now."
    )
    expect(bar(mina, "pace")).to_contain_text("5 minutes")


def test_on_a_phone_undo_and_what_is_said_against_it_come_into_sight(cast, enter, aside):
    """What is folded under the room's head is long in a circle of many."""
    linden = join("linden", cast.circle, role="facilitator")
    for number in range(12):
        join(f"peer{number}", cast.circle)
    mina = enter(cast.mina, viewport=PHONE)
    take_ones_time(mina)
    undo = bar(mina, "done").get_by_role("button", name="Undo")

    set_room(mina, "Pace", "one message each two minutes", "Set the pace")
    expect(undo).to_be_in_viewport(ratio=0.9)
    aside(pacing.pace, by=linden, circle=cast.circle.public_id, seconds=300)
    expect(bar(mina, "pace")).to_contain_text("5 minutes")
    undo.evaluate("button => button.click()")  # nothing is scrolled for it

    expect(mina.locator("[data-refusal]")).to_contain_text("Linden has changed it since.")
    expect(mina.locator("[data-refusal]")).to_be_in_viewport(ratio=0.9)


def test_where_it_was_so_already_there_is_nothing_to_undo(cast, enter):
    mina = enter(cast.mina)
    take_ones_time(mina)

    set_room(mina, "Pace", "as they like", "Set the pace")

    expect(bar(mina, "done")).to_contain_text("Peers can write as they like.")
    expect(bar(mina, "done").get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize(("theme", "width"), BOTH_KINDS)
def test_what_facilitators_set_is_for_everyone(cast, visit, aside, theme, width):
    circle, noor = cast.circle.public_id, cast.member(cast.noor).public_id
    aside(holding.hold, by=cast.mina, circle=circle, member=noor)
    aside(holding.hold_all, by=cast.mina, circle=circle)
    aside(pacing.pace, by=cast.mina, circle=circle, seconds=120)
    aside(hours.keep, by=cast.mina, circle=circle, hours="reading")
    view = {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
    page = live(visit(room_of(cast), cast.noor, **view).page)
    assert faults(page) == []
    assert fits(page)
    page = visit(f"{room_of(cast)}keeping/", cast.mina, **view).page
    page.locator("details.fold").last.evaluate("fold => (fold.open = true)")
    assert faults(page) == []
    assert fits(page)
    page.goto(room_of(cast))
    if width < 1000:
        live(page).get_by_text("This week").click()
    live(page).get_by_role("link", name="Keep the room").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


# Who is here --------------------------------------------------------------------------


def expect_nobody(page, within):
    assert page.evaluate(UNTIL_NOBODY, within) >= 0, watch(page).inner_text()


def outlive_a_lease(cast):
    """The lease that runs is over since long enough for a screen to say so, and was said again."""
    seat = Seat.objects.filter(membership=cast.member(cast.mina))
    enough = datetime.timedelta(seconds=LEASE * 1.5)
    soon(lambda: seat.get().here_until)
    first = seat.get().here_until
    soon(lambda: seat.get().here_until >= first + enough)


def stay(page, cast):
    """The facilitator at this page is here for a minute, and the page needs to say nothing."""
    page.evaluate("for (let timer = 1; timer < 10_000; timer++) clearInterval(timer)")
    until = timezone.now() + datetime.timedelta(minutes=1)
    Seat.objects.filter(membership=cast.member(cast.mina)).update(here_until=until)
    beside(announcing.attended_changed, cast.circle.public_id)


def test_a_page_without_script_claims_no_more_than_it_knew(cast, visit, aside):
    aside(leases.here, by=cast.mina, circle=cast.circle.public_id)

    page = visit(room_of(cast), cast.noor, java_script_enabled=False).page

    expect(watch(page)).to_contain_text("was here at")
    expect(watch(page)).to_contain_text("when this page was opened")


def test_a_facilitator_at_their_page_is_here_and_no_more_once_they_leave(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor)
    expect(watch(mina)).to_have_text("You’re here, and the room says so.")
    expect(watch(noor)).to_have_text("Mina is here now.")
    outlive_a_lease(cast)
    expect(watch(noor)).to_have_text("Mina is here now.")
    stay(mina, cast)

    mina.goto("/places/")

    expect(watch(noor)).to_have_text("Nobody is holding the room right now.")
    seat = Seat.objects.get(membership=cast.member(cast.mina))
    assert seat.here_until <= timezone.now()  # it was ended, not left to run out


def test_whoever_sets_the_room_on_its_own_page_is_still_here(cast, visit, enter):
    visit(f"{room_of(cast)}keeping/", cast.mina)
    noor = enter(cast.noor)

    outlive_a_lease(cast)

    expect(watch(noor)).to_have_text("Mina is here now.")


def test_whoever_writes_to_one_alone_has_not_left_the_others(cast, visit, enter):
    visit(f"{room_of(cast)}members/{cast.member(cast.ines).public_id}/check-in/", cast.mina)
    noor = enter(cast.noor)

    outlive_a_lease(cast)

    expect(watch(noor)).to_have_text("Mina is here now.")


def test_nobody_is_said_to_be_here_once_the_facilitators_browser_is_cut_off(cast, enter):
    mina, noor = enter(cast.mina), enter(cast.noor)
    expect(watch(noor)).to_have_text("Mina is here now.")

    mina.context.set_offline(True)

    expect_nobody(noor, within=LEASE + SLACK)


def test_nobody_is_said_to_be_here_once_the_facilitators_browser_is_killed(cast, visit, enter):
    mina = live(visit(room_of(cast), cast.mina, fresh=True).page)
    noor = enter(cast.noor)
    expect(watch(noor)).to_have_text("Mina is here now.")

    # Its process ends at once, without a word to the page or to anyone.
    with mina.expect_event("crash"), contextlib.suppress(PlaywrightError):
        mina.goto("chrome://crash", timeout=2000)

    expect_nobody(noor, within=LEASE + SLACK)


def test_nobody_is_said_to_be_here_once_the_house_is_dead(cast, enter, live_house):
    enter(cast.mina)
    noor = enter(cast.noor)
    expect(watch(noor)).to_have_text("Mina is here now.")

    live_house.kill()
    try:
        expect_nobody(noor, within=LEASE + SLACK)
    finally:
        live_house.start()


def test_nobody_is_said_to_be_here_once_the_readers_own_line_is_cut(cast, enter):
    enter(cast.mina)
    noor = enter(cast.noor)
    expect(watch(noor)).to_have_text("Mina is here now.")

    noor.context.set_offline(True)

    expect_nobody(noor, within=LEASE + SLACK)


def test_a_clock_that_is_put_back_does_not_lengthen_a_lease(cast, enter, aside):
    noor = enter(cast.noor)
    seat = Seat.objects.filter(membership=cast.member(cast.mina))

    def is_said_to_be_here():
        seat.update(here_until=timezone.now() + datetime.timedelta(seconds=6))
        aside(announcing.attended_changed, cast.circle.public_id)
        with contextlib.suppress(AssertionError):
            expect(watch(noor)).to_have_text("Mina is here now.", timeout=3000)
            return True

    soon(is_said_to_be_here)

    noor.evaluate("() => { const now = Date.now; Date.now = () => now() - 3600_000; }")

    expect_nobody(noor, within=6 + SLACK)


def test_a_room_for_when_a_facilitator_is_here_opens_and_closes_with_them(cast, enter, aside):
    noor = enter(cast.noor)
    aside(_attended_hours, cast)
    expect(bar(noor, "unattended")).to_contain_text("opens when a facilitator is here")
    write(noor, "Is anyone there?")
    expect(noor.locator("[data-refusal]")).to_contain_text("your words are kept here")

    mina = enter(cast.mina)

    expect(bar(noor, "unattended")).to_have_count(0)
    stay(mina, cast)
    write(noor, "Is anyone there?")
    expect(message(mina, "Is anyone there?")).to_be_visible()


def _attended_hours(cast):
    hours.keep(by=cast.mina, circle=cast.circle.public_id, hours="attended")
    pacing.pace(by=cast.mina, circle=cast.circle.public_id, seconds=0)
