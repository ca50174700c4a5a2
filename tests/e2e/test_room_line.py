"""The line breaks and comes back; nothing is lost, nothing comes twice, and the page says so."""

import json
import time
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat import editing, hiding, hush
from chat.keeping import moderation
from chat.models import Message
from chat.posting import Draft, post
from tests.chat.talk import put_back
from tests.e2e.room import (
    beside,
    expect_kept,
    expect_posted,
    expect_words,
    faults_of,
    kept,
    live,
    message,
    room_of,
    said,
    scroll_until,
    soon,
    take_ones_time,
    words,
    write,
    writing,
)

pytestmark = pytest.mark.e2e

WAITS = "Kept here, not sent yet"


def test_what_is_written_offline_leaves_in_order_once(noor, visit, cast):
    noor.context.set_offline(True)
    expect(noor.get_by_text("You’re offline.")).to_be_visible()
    for text in ("First.", "Second.", "Third."):
        write(noor, text)
    expect(noor.locator("[data-log]").get_by_text(WAITS)).to_have_count(3)
    said(cast, cast.ines, "Meanwhile.")

    noor.context.set_offline(False)

    live(noor)
    expect(noor.locator("[data-log]").get_by_text(WAITS)).to_have_count(0)
    expect_posted(noor, "Third.")
    expect_words(noor, "Meanwhile.", "First.", "Second.", "Third.")
    assert Message.objects.count() == 4
    page = live(visit(room_of(cast), cast.ines).page)
    expect_words(page, "Meanwhile.", "First.", "Second.", "Third.")


def test_what_waits_outlives_the_page(noor, cast):
    noor.context.set_offline(True)
    write(noor, "Kept through a reload.")
    expect(noor.locator("[data-log]").get_by_text(WAITS)).to_be_visible()
    expect_kept(noor, "Kept through a reload.")
    noor.goto("about:blank")
    noor.context.set_offline(False)
    noor.goto(room_of(cast))
    live(noor)

    expect_posted(noor, "Kept through a reload.")
    expect(noor.locator("[data-log]").get_by_text(WAITS)).to_have_count(0)
    assert Message.objects.count() == 1


def test_what_arrived_unanswered_long_ago_is_not_shown_again_at_the_end(noor, cast):
    noor.context.set_offline(True)
    write(noor, "It was there all along.")
    expect_kept(noor, "It was there all along.")
    (waits,) = [one for one in json.loads(kept(noor)) if "at" in one]
    draft = Draft(cast.noor.pk, cast.circle.public_id, uuid.UUID(waits["id"]), waits["body"])
    beside(post, draft)
    for n in range(120):
        said(cast, cast.ines, f"Line {n}.")
    noor.goto("about:blank")
    noor.context.set_offline(False)
    noor.goto(room_of(cast))
    live(noor)

    soon(lambda: "all along" not in kept(noor))
    expect(noor.locator("[data-log]").get_by_text(WAITS)).to_have_count(0)
    soon(lambda: words(noor)[-1] == "Line 119.")
    scroll_until(noor, message(noor, "Line 0."), by=-400)
    expect_words(noor, "It was there all along.", *[f"Line {n}." for n in range(120)])


def test_a_killed_house_comes_back_with_all_that_changed(noor, live_house, cast):
    kept = said(cast, cast.ines, "This one will be taken back.")
    aside = said(cast, cast.ines, "This one will be set aside.")
    expect(message(noor, "set aside.")).to_be_visible()
    take_ones_time(noor)

    live_house.kill()
    try:
        expect(noor.get_by_text("Looking for the circle.")).to_be_visible()
        circle = cast.circle.public_id
        editing.take_back(by=cast.ines, circle=circle, message=kept.id)
        moderation.set_aside(by=cast.mina, circle=circle, message=aside.id, why="Not now")
        said(cast, cast.mina, "Said while the house was away.")
        write(noor, "Written while it was away.")
    finally:
        live_house.start()

    live(noor)
    expect(noor.get_by_text("You’re back.")).to_be_visible()
    expect(noor.get_by_text("One message came while you were away.")).to_be_visible()
    expect(noor.get_by_text("Ines took this message back.")).to_be_visible()
    expect(noor.get_by_text("Mina set this message aside.")).to_be_visible()
    expect(noor.get_by_text("will be")).to_have_count(0)
    expect_posted(noor, "Written while")
    expect(noor.get_by_text("Sending")).to_have_count(0)


def test_after_any_absence_the_page_is_as_if_freshly_loaded(noor, visit, cast):
    circle = cast.circle.public_id
    first = said(cast, cast.ines, "One.")
    expect(message(noor, "One.")).to_be_visible()
    noor.context.set_offline(True)
    expect(noor.get_by_text("You’re offline.")).to_be_visible()
    for n in range(20):
        one = said(cast, [cast.ines, cast.mina][n % 2], f"Line {n}.", reply_to=first.id)
        by = [cast.ines, cast.mina][n % 2]
        if n % 4 == 0:
            editing.respond(by=cast.noor, circle=circle, message=one.id, response="heard")
        if n % 5 == 0:
            editing.edit(by=by, circle=circle, message=one.id, body=f"Changed {n}.")
        if n % 7 == 0:
            editing.take_back(by=by, circle=circle, message=one.id)
    editing.edit(by=cast.ines, circle=circle, message=first.id, body="One, changed.")

    noor.context.set_offline(False)
    expect(message(noor, "Line 19.")).to_be_visible()

    fresh = live(visit(room_of(cast), cast.noor).page)
    soon(lambda: log_of(noor) == log_of(fresh))


def test_away_for_too_long_the_page_is_fetched_and_drafts_stay(noor, cast, visit):
    said(cast, cast.ines, "Before.")
    expect(message(noor, "Before.")).to_be_visible()
    noor.context.set_offline(True)
    write(noor, "Mine, not sent yet.")
    for n in range(60):
        said(cast, cast.ines, f"Line {n}.")
    # To the server, a place beyond the log is as unknown as one too far back: it says "reload".
    noor.evaluate("document.querySelector('reweave-room').log.cursor = 10 ** 6")
    noor.context.set_offline(False)

    expect(message(noor, "Line 59.")).to_be_visible()
    expect_posted(noor, "Mine, not sent yet.")
    soon(lambda: words(noor)[-1] == "Mine, not sent yet.")
    fresh = live(visit(room_of(cast), cast.noor).page)
    expect(message(fresh, "Mine, not sent yet.")).to_be_visible()
    soon(lambda: words(noor)[-50:] == words(fresh)[-50:])


@pytest.mark.parametrize("by_http", [False, True])
def test_a_page_knows_a_log_that_was_put_back_and_has_grown_since(visit, cast, by_http):
    """What stood there then is gone, and what stands in its places now is read."""
    page = live(visit(room_of(cast), cast.noor, fresh=True).page)
    kept = said(cast, cast.ines, "Kept.")
    said(cast, cast.ines, "Lost.")
    expect(message(page, "Lost.")).to_be_visible()
    missed: list[str] = []

    def miss_it_once(route):
        if route.request.method == "GET" and not missed:
            missed.append(route.request.url)
            route.fulfill(status=503)
        else:
            route.continue_()

    if by_http:
        page.route_web_socket("**/ws/", lambda socket: socket.close())
        page.route(f"**{room_of(cast)}", miss_it_once)
    page.context.set_offline(True)
    write(page, "Mine, not sent yet.")
    beside(put_back, cast.circle, kept.seq)
    for n in range(3):
        said(cast, cast.ines, f"Said anew {n}.")
    page.context.set_offline(False)

    expect(message(page, "Said anew 0.")).to_be_visible()
    expect_posted(page, "Mine, not sent yet.")
    expect(message(page, "Lost.")).to_have_count(0)
    soon(
        lambda: words(page)[-4:] == [*[f"Said anew {n}." for n in range(3)], "Mine, not sent yet."]
    )
    assert bool(missed) is by_http


def test_a_message_of_many_in_a_hurry_waits_its_turn(noor, cast):
    for n in range(10):
        said(cast, cast.noor, f"Line {n}.")
    expect(message(noor, "Line 9.")).to_be_visible()
    # However long that took: it was in a hurry.
    Message.objects.update(posted_at=timezone.now())
    for n in range(10, 12):
        write(noor, f"Line {n}.")

    expect(noor.get_by_text("Waiting its turn").first).to_be_visible()
    expect(noor.locator("[data-aloud]")).to_contain_text("Your message waits its turn.")
    expect_posted(noor, "Line 11.")
    expect_words(noor, *[f"Line {n}." for n in range(12)])
    expect(writing(noor)).to_have_value("")


def log_of(page):
    """The log's markup, without what only this visit knows."""
    return page.evaluate(
        """() => {
          const log = document.querySelector("[data-log]").cloneNode(true);
          log.querySelectorAll(".unread").forEach((line) => line.remove());
          log.querySelectorAll(".same").forEach((entry) => entry.classList.remove("same"));
          return log.innerHTML.replace(/>\\s+</g, "><").trim();
        }"""
    )


def test_a_page_drawn_before_there_was_a_line_learns_whom_its_reader_reads_no_more(visit, cast):
    said(cast, cast.ines, "Hers.")
    page, is_away = visit("/support/", cast.noor, fresh=True).page, [True]
    page.route_web_socket("**/ws/", lambda ws: ws.close() if is_away[0] else ws.connect_to_server())
    page.goto(room_of(cast))
    expect(page.get_by_text("Looking for the circle.")).to_be_visible()
    expect(message(page, "Hers.")).to_be_visible()
    here = {"circle": cast.circle.public_id}

    beside(hiding.hide, by=cast.noor, member=cast.member(cast.ines).public_id, **here)
    expect(message(page, "Hers.")).to_have_count(0)  # by HTTP
    beside(hiding.unhide, by=cast.noor, member=cast.member(cast.ines).public_id, **here)
    is_away[0] = False

    live(page)
    expect(message(page, "Hers.")).to_be_visible()


def test_where_no_socket_can_be_had_the_room_works_by_http(visit, cast):
    seen = visit("/support/", cast.noor, fresh=True)
    seen.page.route_web_socket("**/ws/", lambda socket: socket.close())
    page = seen.page
    page.goto(room_of(cast))
    expect(page.get_by_text("Looking for the circle.")).to_be_visible()

    write(page, "By another way.")
    said(cast, cast.ines, "Heard you.")

    expect(message(page, "Heard you.")).to_be_visible()
    expect_posted(page, "By another way.")
    expect(page.locator("[data-log]").get_by_text(WAITS)).to_have_count(0)


def test_who_is_asked_to_wait_asks_no_sooner_and_misses_nothing(visit, cast):
    page, asked, again_in = visit("/support/", cast.noor, fresh=True).page, [], 4
    page.route_web_socket("**/ws/", lambda socket: socket.close())

    def ask_to_wait(route):
        asked.append(time.monotonic())
        if len(asked) > 2:
            return route.continue_()
        refusal = {"is": "refused", "code": "too_fast", "say": "Wait.", "again_in": again_in}
        return route.fulfill(status=429, json=refusal)

    page.route("**/events?*", ask_to_wait)
    page.goto(room_of(cast))
    expect(page.get_by_text("Looking for the circle.")).to_be_visible()
    for n in range(3):
        said(cast, cast.ines, f"Line {n}.")

    expect(message(page, "Line 2.")).to_be_visible()
    expect(page.locator("[data-log] > .msg")).to_have_count(3)
    assert min(asked[1] - asked[0], asked[2] - asked[1]) >= again_in


def test_where_no_socket_can_be_had_a_hushed_circle_is_heard_again(visit, cast):
    hush.hush(by=cast.noor, circle=cast.circle.public_id)
    page = visit("/support/", cast.noor, fresh=True).page
    page.route_web_socket("**/ws/", lambda socket: socket.close())
    page.goto(room_of(cast))
    expect(page.get_by_text("Looking for the circle.")).to_be_visible()

    with page.expect_navigation():
        page.get_by_role("button", name="Hear it again").click()

    expect(page.locator("[data-bar=hush]")).to_have_count(0)
    expect(
        page.locator(".only-desk").get_by_role("button", name="Hush until morning")
    ).to_be_visible()


@pytest.mark.parametrize("has_socket", [True, False], ids=["by socket", "by HTTP"])
def test_what_one_left_unsent_is_neither_shown_to_the_next_nor_sent_by_them(
    visit, live_house, cast, has_socket
):
    seen = visit("/support/", cast.noor, fresh=True)
    page = seen.page
    if not has_socket:
        page.route_web_socket("**/ws/", lambda ws: ws.close())
    page.goto(room_of(cast))
    if has_socket:
        live(page)
    page.context.set_offline(True)
    expect(page.get_by_text("You’re offline.")).to_be_visible()
    write(page, "Nobody else's words.")
    writing(page).fill("Nor is this.")
    expect_kept(page, "Nor is this.")
    name, value = live_house.sign_in(cast.ines)
    page.context.add_cookies([{"name": name, "value": value, "url": live_house.url}])

    page.context.set_offline(False)

    ines = cast.member(cast.ines).public_id
    expect(page.locator("reweave-room")).to_have_attribute("data-me", ines)
    expect(writing(page)).to_have_value("")
    expect(page.get_by_text("Nobody else's words.")).to_have_count(0)
    assert "Nobody else" not in kept(page)
    assert not beside(Message.objects.filter(membership__isnull=False).exists)
    assert faults_of(seen) == []
