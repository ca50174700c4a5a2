"""What the page says of the line, of what is sent and of what waits is so, whatever breaks."""

import re

import pytest
from playwright.sync_api import Page, expect

from chat import editing
from chat.keeping import pacing
from chat.models import Message
from tests.chat.talk import ask_the_question, join, leave
from tests.e2e.room import (
    beside,
    do,
    expect_kept,
    expect_posted,
    expect_words,
    faults_of,
    kept,
    live,
    message,
    resting,
    room_of,
    said,
    scroll_until,
    soon,
    write,
    writing,
)
from tests.live import LiveHouse

pytestmark = pytest.mark.e2e

LOW = {"width": 390, "height": 470}
# What the page waits ten seconds for by HTTP, it waits a moment for.
IN_A_HURRY = "AbortSignal.timeout = ((of) => () => of(2000))(AbortSignal.timeout)"
# Here it waits a tenth of what it asks for, and what it asks for is noted.
TEN_TIMES_AS_FAST = """(() => {
  const give = AbortSignal.timeout.bind(AbortSignal);
  window.limits = [];
  AbortSignal.timeout = (limit) => {
    window.limits.push(limit);
    return give(limit / 10);
  };
})()"""
WATCH_THE_LAST = """() => {
  window.seen = new Set();
  window.looks = 0;
  const look = () => {
    const last = document.querySelector("[data-log] > .msg:last-child");
    const { top, height } = last.getBoundingClientRect();
    if (last.textContent.includes("Steady")) window.seen.add(`${top} ${height}`);
    window.looks += 1;
    requestAnimationFrame(look);
  };
  look();
}"""

# What the page sends from now on leaves only once `letGo` is called.
HOLD_BACK = """() => {
  const { send } = WebSocket.prototype;
  const held = [];
  WebSocket.prototype.send = function (data) { held.push(() => send.call(this, data)); };
  window.letGo = () => {
    WebSocket.prototype.send = send;
    held.forEach((one) => one());
  };
}"""

# A page notes where its reader is once nothing has been scrolled for as long: before this is told.
AT_REST = "() => new Promise((at) => requestAnimationFrame(() => setTimeout(at, 150)))"


def test_what_is_never_answered_keeps_neither_the_line_away_nor_the_words(visit, cast):
    page = visit("/support/", cast.noor, fresh=True).page
    is_dead, asked = [True], []
    page.add_init_script(IN_A_HURRY)
    page.route_web_socket("**/ws/", lambda ws: ws.close() if is_dead[0] else ws.connect_to_server())

    def answer(route):
        if route.request.method == "HEAD" and is_dead[0]:
            asked.append(route)
        else:
            route.continue_()

    page.route(lambda url: room_of(cast) in url, answer)
    page.goto(room_of(cast))
    expect(page.get_by_text("Looking for the circle.")).to_be_visible()
    write(page, "First.")
    write(page, "Second.")
    soon(lambda: page.evaluate("1") and asked)
    is_dead[0] = False

    live(page)
    expect_posted(page, "Second.")
    expect_words(page, "First.", "Second.")
    page.unroute_all(behavior="ignoreErrors")


def test_where_the_browser_keeps_nothing_no_more_is_promised(visit, cast):
    page = visit("/support/", cast.noor, fresh=True).page
    page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('No.'); }")
    page.goto(room_of(cast))
    live(page)
    page.context.set_offline(True)
    expect(page.get_by_text("You’re offline.")).to_be_visible()

    write(page, "Still to be sent.")

    expect(message(page, "Still to be sent.")).to_contain_text("Not sent yet: keep this page open")
    expect(page.get_by_text("this browser keeps nothing")).to_be_visible()
    expect(page.get_by_text("kept here")).to_have_count(0)
    page.context.set_offline(False)
    expect_posted(page, "Still to be sent.")


def fill_up(page: Page, house: LiveHouse) -> None:
    """From now on the browser has no room for what this page would keep."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": house.url, "quotaSize": 1})


def test_where_the_browser_has_no_more_room_it_is_said_at_once_and_nothing_is_lost(
    visit, live_house, cast
):
    page = visit("/support/", cast.noor, fresh=True).page
    fill_up(page, live_house)
    page.goto(room_of(cast))
    live(page)
    for words in ("It was a warm hand.", "How are you?"):
        write(page, words)
        expect_posted(page, words)
    do(page, "It was a warm hand.", "Change it")
    expect(writing(page)).to_have_value("It was a warm hand.")
    writing(page).fill("It was a cold hand.")
    do(page, "How are you?", "Reply")
    writing(page).fill("Well enough.")
    do(page, "It was a warm hand.", "Change it")
    expect(writing(page)).to_have_value("It was a cold hand.")
    page.get_by_role("button", name="Leave it as it was").click()
    expect(writing(page)).to_have_value("Well enough.")
    page.context.set_offline(True)
    expect(page.get_by_text("You’re offline.")).to_be_visible()
    expect(page.get_by_text("this browser keeps nothing")).to_be_visible()

    writing(page).press("Enter")

    expect(message(page, "Well enough.")).to_contain_text("Not sent yet: keep this page open")
    expect(page.get_by_text("kept here")).to_have_count(0)
    page.context.set_offline(False)
    expect_posted(page, "Well enough.")


def test_what_fills_the_browser_up_is_not_said_to_be_kept(visit, live_house, cast):
    page = live(visit(room_of(cast), cast.noor, fresh=True).page)
    page.context.set_offline(True)
    expect(page.get_by_text("Keep writing; it’s kept here")).to_be_visible()
    fill_up(page, live_house)

    write(page, "Well enough.")

    expect(message(page, "Well enough.")).to_contain_text("Not sent yet: keep this page open")
    expect(page.get_by_text("this browser keeps nothing")).to_be_visible()


def test_what_was_refused_while_more_is_written_is_said_aloud(noor, cast):
    noor.context.set_offline(True)
    write(noor, "First.")
    writing(noor).fill("Second.")
    beside(pacing.pause, by=cast.mina, circle=cast.circle.public_id)
    noor.context.set_offline(False)

    expect(message(noor, "First.")).to_contain_text("Not sent")
    expect(noor.locator("[data-aloud]")).to_contain_text("Your message was not sent.")
    expect(writing(noor)).to_have_value("Second.")

    noor.get_by_role("button", name="Change it").click()

    expect(noor.get_by_role("alert")).to_contain_text("First send the words that stand here")
    writing(noor).fill("")
    noor.get_by_role("button", name="Change it").click()
    expect(writing(noor)).to_have_value("First.")
    expect(noor.locator("[data-log] > .msg")).to_have_count(0)


def test_what_is_refused_takes_no_content_note_from_what_is_begun(noor, cast):
    noor.context.set_offline(True)
    write(noor, "First.")
    noor.get_by_role("button", name="Add a content note").click()
    noor.get_by_label("Content note", exact=True).fill("a birthday")
    beside(pacing.pause, by=cast.mina, circle=cast.circle.public_id)
    noor.context.set_offline(False)

    expect(message(noor, "First.")).to_contain_text("Not sent")
    expect(noor.get_by_label("Content note", exact=True)).to_have_value("a birthday")


def test_what_waits_at_a_slow_pace_says_how_long_and_goes_when_the_pace_is_lifted(noor, cast):
    beside(pacing.pace, by=cast.mina, circle=cast.circle.public_id, seconds=100)
    expect(noor.get_by_text("Slow pace.")).to_be_visible()
    for words in ("First.", "Second.", "Third."):
        write(noor, words)
    expect_posted(noor, "First.")

    expect(message(noor, "Second.")).to_contain_text(re.compile("about (2 minutes|a minute)"))
    expect(message(noor, "Third.")).to_contain_text("It goes after the one before it.")
    expect(noor.get_by_text("Waiting its turn")).to_have_count(2)
    expect(noor.get_by_text("Kept here")).to_have_count(0)
    noor.evaluate("() => { const now = Date.now; Date.now = () => now() + 11_000; }")
    expect(message(noor, "Second.")).to_contain_text("It goes by itself in about a minute.")

    beside(pacing.pace, by=cast.mina, circle=cast.circle.public_id, seconds=0)

    expect_posted(noor, "Third.")
    expect_words(noor, "First.", "Second.", "Third.")


def test_what_is_posted_by_http_and_never_answered_is_given_up_and_kept(visit, cast):
    seen = visit("/support/", cast.noor, fresh=True)
    page, asked, given_up, is_dead = seen.page, [], [], [True]
    page.add_init_script(TEN_TIMES_AS_FAST)
    page.on("requestfailed", lambda request: given_up.append((request.method, request.failure)))
    page.route_web_socket("**/ws/", lambda ws: ws.close() if is_dead[0] else ws.connect_to_server())
    page.route(f"**{room_of(cast)}messages/", lambda route: asked.append(route))
    page.goto(room_of(cast))
    write(page, "Is anyone there?")

    soon(lambda: page.title() and ("POST", "net::ERR_ABORTED") in given_up)
    expect(message(page, "Is anyone there?")).to_have_attribute("data-state", "kept")
    expect_kept(page, "Is anyone there?")
    assert set(page.evaluate("limits")) == {10_000}
    # It is tried again, with the same name.
    soon(lambda: page.title() and len(asked) > 1)
    assert len({route.request.post_data for route in asked}) == 1

    is_dead[0] = False
    live(page)
    expect_posted(page, "Is anyone there?")
    soon(lambda: "Is anyone there?" not in kept(page))
    assert Message.objects.count() == 1
    assert faults_of(seen) == []
    page.unroute_all(behavior="ignoreErrors")


def test_a_line_that_is_silent_for_long_is_not_called_live(visit, cast):
    seen = visit("/support/", cast.noor, fresh=True)
    noor = seen.page
    noor.clock.install()
    noor.goto(room_of(cast))
    live(noor)
    states = noor.evaluate_handle(
        """() => {
          const states = [];
          const room = document.querySelector("reweave-room");
          room.line.addEventListener("state", () => states.push(room.line.state));
          return states;
        }"""
    )

    # It looks each second: each of these is a look.
    said(cast, cast.ines, "Just now.")
    expect(message(noor, "Just now.")).to_be_visible()
    noor.clock.fast_forward(12_000)
    assert states.json_value() == []

    noor.clock.fast_forward(17_000)

    soon(lambda: "reconnecting" in states.json_value())
    live(noor)
    assert faults_of(seen) == []


def test_what_is_sent_on_a_line_that_stands_does_not_move(noor, cast):
    write(noor, "Something before it.")
    expect_posted(noor, "Something before it.")
    noor.evaluate(WATCH_THE_LAST)

    write(noor, "Steady as it goes.")
    # As the house has drawn it, and for some looks after that.
    expect(message(noor, "Steady as it goes.").and_(noor.locator("[data-seq]"))).to_have_count(1)
    looks = noor.evaluate("window.looks")
    soon(lambda: noor.evaluate("window.looks") > looks + 10)

    assert len(noor.evaluate("[...window.seen]")) == 1


def test_on_a_slow_line_pressing_a_response_again_does_not_undo_it(noor, cast):
    said(cast, cast.ines, "The bread bin it is.")
    do(noor, "The bread bin", "With you")
    mark = message(noor, "The bread bin").locator("[data-response=with_you]")
    expect(mark).to_have_attribute("aria-pressed", "true")
    noor.evaluate(HOLD_BACK)

    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "false")
    mark.click()
    do(noor, "The bread bin", "Heard")
    do(noor, "The bread bin", "Heard")
    noor.evaluate("letGo()")

    expect(message(noor, "The bread bin").locator(".mark")).to_have_text(re.compile("^Heard"))
    expect(mark).to_have_count(0)


def test_on_a_slow_line_a_change_goes_once_and_what_is_written_meanwhile_stays(noor):
    write(noor, "The bread bin.")
    expect_posted(noor, "The bread bin.")
    do(noor, "The bread bin.", "Change it")
    expect(writing(noor)).to_have_value("The bread bin.")
    noor.evaluate(HOLD_BACK)
    write(noor, "The biscuit tin.")
    writing(noor).press("Enter")
    writing(noor).press("End")
    writing(noor).press_sequentially(" The blue one.")

    noor.evaluate("letGo()")

    expect(message(noor, "The biscuit tin.")).to_contain_text("changed")
    expect(noor.get_by_role("alert")).to_be_hidden()
    change = noor.get_by_role("button", name="Keep the change")
    expect(change).to_have_attribute("aria-busy", "false")
    expect(writing(noor)).to_have_value("The biscuit tin. The blue one.")
    writing(noor).press("Enter")
    expect(message(noor, "The biscuit tin. The blue one.")).to_be_visible()
    expect(writing(noor)).to_have_value("")


def test_a_change_right_after_another_waits_for_how_the_message_reads_since(noor):
    asked = []
    write(noor, "The bread bin.")
    expect_posted(noor, "The bread bin.")
    do(noor, "The bread bin.", "Change it")
    expect(writing(noor)).to_have_value("The bread bin.")
    is_slow = [True]
    noor.route(
        "**/messages/**", lambda route: asked.append(route) if is_slow else route.continue_()
    )
    noor.evaluate(HOLD_BACK)
    write(noor, "The biscuit tin.")
    writing(noor).fill("The biscuit tin. The blue one.")
    noor.evaluate("letGo()")
    expect(message(noor, "The biscuit tin.")).to_contain_text("changed")
    soon(lambda: noor.evaluate("1") and len(asked) > 1)

    writing(noor).press("Enter")
    is_slow.clear()
    for route in asked:
        route.continue_()

    expect(message(noor, "The biscuit tin. The blue one.")).to_be_visible()
    expect(noor.get_by_role("alert")).to_be_hidden()
    expect(writing(noor)).to_have_value("")


def test_what_was_taken_back_does_not_wait_below(noor, cast):
    for n in range(40):
        said(cast, cast.ines, f"Line {n}.\n\nAnd a second thought.")
    expect(message(noor, "Line 39.")).to_be_visible()
    noor.locator(".log").evaluate("(log) => log.scrollBy(0, -900)")
    resting(message(noor, "Line 20."))
    gone, *_ = [said(cast, cast.ines, f"New {n}.") for n in range(3)]
    expect(noor.get_by_role("button", name="3 new below")).to_be_visible()

    beside(editing.take_back, by=cast.ines, circle=cast.circle.public_id, message=gone.id)

    expect(noor.get_by_role("button", name="2 new below")).to_be_visible()


def test_whoever_was_named_and_is_no_more_is_not_told_so(visit, cast):
    page = visit("/places/", cast.noor).page
    mark = page.locator("[data-fresh].named").first
    expect(page.locator("reweave-marks")).to_be_attached()
    named = said(cast, cast.ines, "Good morning, @Noor.")
    said(cast, cast.ines, "And to all.")
    expect(mark).to_be_visible()

    beside(editing.take_back, by=cast.ines, circle=cast.circle.public_id, message=named.id)

    expect(page.locator("[data-fresh].named")).to_have_count(0)
    expect(page.locator("[data-fresh]").first).to_be_visible()


def test_without_a_line_hushing_stays_in_the_room(noor):
    noor.context.set_offline(True)
    expect(noor.get_by_text("You’re offline.")).to_be_visible()
    write(noor, "Kept meanwhile.")
    noor.locator("[data-hush] button").first.evaluate("(button) => button.click()")

    expect(noor.get_by_text("That didn’t reach the circle")).to_be_visible()
    noor.context.set_offline(False)
    expect_posted(noor, "Kept meanwhile.")


def test_a_place_in_the_log_outlives_a_screen_that_becomes_low_and_high_again(visit, cast):
    for n in range(90):
        said(cast, cast.ines, f"Line {n}.")
    page = live(visit(room_of(cast), cast.noor, viewport={"width": 390, "height": 844}).page)
    place = message(page, "Line 60.")
    scroll_until(page, place, -150)
    place.evaluate("(entry) => entry.scrollIntoView({ block: 'start' })")
    resting(place)
    page.evaluate(AT_REST)

    for size in (LOW, {"width": 844, "height": 390}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        resting(place)
        expect(place).to_be_in_viewport()


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_who_can_read_what_one_writes_is_said_as_people_come_and_go(visit, cast, locale):
    page = live(visit(room_of(cast), cast.noor, fresh=True, locale=locale).page)
    plain = visit(room_of(cast), cast.noor, fresh=True, locale=locale, java_script_enabled=False)

    def expect_as_on_a_fresh_page(words: str) -> None:
        plain.page.reload()
        expect(plain.page.locator("[data-sub]")).to_contain_text(words)
        for place in ("[data-sub]", "[data-peers]"):
            said_there = plain.page.locator(place).text_content().strip()
            expect(page.locator(place)).to_have_text(said_there)

    numbers = {"en-GB": ("Two", "Three", "Four"), "de-DE": ("Zwei", "Drei", "Vier")}
    two, three, four = numbers[locale]
    expect_as_on_a_fresh_page(three)
    hana = beside(join, "hana", cast.circle)
    expect_as_on_a_fresh_page(four)
    page.context.set_offline(True)
    beside(leave, hana, cast.circle)
    beside(leave, cast.ines, cast.circle)
    page.context.set_offline(False)
    expect_as_on_a_fresh_page(two)


def test_the_weeks_question_stands_beside_the_log_once_it_is_asked(noor, visit, cast):
    beside_it = noor.locator("aside [data-question]")
    expect(beside_it).to_have_count(0)
    for away in (False, True):
        noor.context.set_offline(away)
        week = 2 if away else 1
        delivery = beside(ask_the_question, cast.circle, week)
        noor.context.set_offline(False)

        expect(beside_it).to_contain_text(f"Question {week}: what keeps returning?")
        link = beside_it.get_by_role("link", name="Reflect in private")
        expect(link).to_have_attribute("href", f"/reflect/{delivery.public_id}/")
    noor.set_viewport_size(LOW)
    noor.locator(".thisweek summary").click()
    expect(noor.locator(".thisweek [data-question]")).to_contain_text("Question 2")
    fresh = live(visit(room_of(cast), cast.noor).page)
    for place in ("aside", ".thisweek"):
        now, there = (
            re.sub(r">\s+<", "><", page.locator(f"{place} [data-question]").inner_html().strip())
            for page in (noor, fresh)
        )
        assert now == there


def test_a_page_that_is_loaded_anew_brings_the_weeks_question(noor, cast):
    noor.context.set_offline(True)
    beside(ask_the_question, cast.circle)
    # To the server, a place beyond the log is as unknown as one too far back: it says "reload".
    noor.evaluate("document.querySelector('reweave-room').log.cursor = 10 ** 6")
    noor.context.set_offline(False)

    expect(noor.locator("aside [data-question]")).to_contain_text("Question 1: what keeps")
