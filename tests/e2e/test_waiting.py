"""What waits on the device to be sent: it can be kept back, it is the same in all tabs of a circle,
and whoever asks for a try is told that there was one."""

import json

import pytest
from playwright.sync_api import Page, expect

from chat.keeping import pacing
from chat.models import Message
from tests.e2e.room import (
    beside,
    expect_kept,
    expect_posted,
    expect_words,
    kept,
    live,
    message,
    room_of,
    soon,
    take_ones_time,
    words,
    write,
    writing,
)

pytestmark = pytest.mark.e2e

HOLD_BACK = "Don’t send it"
KEPT_BACK = "You kept it back."


def go_offline(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.get_by_text("You’re offline.")).to_be_visible()


def another_tab(page: Page, cast) -> Page:
    tab = page.context.new_page()
    tab.goto(room_of(cast))
    return live(tab)


def refused(page: Page, cast) -> None:
    """One message was refused while another was being written."""
    go_offline(page)
    write(page, "Refused.")
    writing(page).fill("And more.")
    beside(pacing.pause, by=cast.mina, circle=cast.circle.public_id)
    page.context.set_offline(False)
    live(page)
    expect(message(page, "Refused.")).to_contain_text("Not sent")
    beside(pacing.resume, by=cast.mina, circle=cast.circle.public_id)
    expect(page.get_by_text("The room rests")).to_have_count(0)


def test_what_waits_is_kept_back_and_goes_to_where_it_was_written(noor):
    go_offline(noor)
    noor.get_by_role("button", name="Add a content note").click()
    noor.get_by_label("Content note", exact=True).fill("a birthday")
    write(noor, "I set a place at the table.")
    write(noor, "Good night.")

    message(noor, "I set a place").get_by_role("button", name=HOLD_BACK).press("Enter")

    expect(writing(noor)).to_have_value("I set a place at the table.")
    expect(writing(noor)).to_be_focused()
    expect(noor.get_by_label("Content note", exact=True)).to_have_value("a birthday")
    expect(noor.locator("[data-log] > .msg")).to_have_count(1)
    expect(noor.get_by_role("alert")).to_be_hidden()
    noor.context.set_offline(False)
    expect_posted(noor, "Good night.")
    noor.reload()
    live(noor)
    expect(writing(noor)).to_have_value("I set a place at the table.")
    assert words(noor) == ["Good night."]
    assert beside(Message.objects.count) == 1


def test_what_is_kept_back_while_more_is_written_stays_and_is_not_sent(noor):
    go_offline(noor)
    write(noor, "First.")
    writing(noor).fill("Second.")

    message(noor, "First.").get_by_role("button", name=HOLD_BACK).press("Enter")

    expect(message(noor, "First.")).to_contain_text(KEPT_BACK)
    expect(noor.locator("[data-aloud]")).to_contain_text(KEPT_BACK)
    expect(message(noor, "First.").get_by_role("button", name="Change it")).to_be_focused()
    expect(writing(noor)).to_have_value("Second.")
    expect_kept(noor, KEPT_BACK)
    noor.context.set_offline(False)
    live(noor)
    writing(noor).press("Enter")
    expect_posted(noor, "Second.")
    expect(message(noor, "First.")).to_contain_text(KEPT_BACK)
    message(noor, "First.").get_by_role("button", name="Send again").click()
    expect_posted(noor, "First.")
    assert beside(Message.objects.count) == 2


def test_of_what_may_have_arrived_it_is_not_said_that_it_has_not(visit, cast):
    page, is_broken = visit("/support/", cast.noor, fresh=True).page, []

    def break_when_posting(ws):
        if is_broken:
            ws.close()
            return
        house = ws.connect_to_server()

        def hear(frame):
            house.send(frame)
            if json.loads(frame)["do"] == "post":
                is_broken.append(True)
                page.context.set_offline(True)
                ws.close()

        ws.on_message(hear)

    page.route_web_socket("**/ws/", break_when_posting)
    page.goto(room_of(cast))
    live(page)
    write(page, "Perhaps there.")
    writing(page).fill("")

    message(page, "Perhaps there.").get_by_role("button", name=HOLD_BACK).click()

    expect(page.get_by_role("alert")).to_contain_text("It may have reached the circle")
    expect(writing(page)).to_have_value("Perhaps there.")


def test_keeping_back_what_waits_its_turn_lets_the_next_go(noor, cast):
    beside(pacing.pace, by=cast.mina, circle=cast.circle.public_id, seconds=600)
    expect(noor.get_by_text("Slow pace.")).to_be_visible()
    write(noor, "First.")
    expect_posted(noor, "First.")
    write(noor, "Second.")
    button = message(noor, "Second.").get_by_role("button", name=HOLD_BACK)
    expect(message(noor, "Second.")).to_contain_text("minutes")

    button.press("Enter")

    expect(writing(noor)).to_have_value("Second.")
    expect(message(noor, "Second.")).to_have_count(0)
    beside(pacing.pace, by=cast.mina, circle=cast.circle.public_id, seconds=0)
    writing(noor).fill("Third.")
    writing(noor).press("Enter")
    expect_posted(noor, "Third.")
    expect_words(noor, "First.", "Third.")


@pytest.mark.parametrize("way", ["sent", "taken up"])
def test_what_was_not_sent_leaves_every_tab_once_it_is_sent_or_taken_up(noor, cast, way):
    refused(noor, cast)
    tab = another_tab(noor, cast)
    expect(message(tab, "Refused.")).to_contain_text("Not sent")

    if way == "sent":
        message(noor, "Refused.").get_by_role("button", name="Send again").click()
        expect_posted(noor, "Refused.")
        expect_posted(tab, "Refused.")
    else:
        writing(noor).fill("")
        message(noor, "Refused.").get_by_role("button", name="Change it").click()
        expect(writing(noor)).to_have_value("Refused.")
        expect(message(tab, "Refused.")).to_have_count(0)

    assert beside(Message.objects.count) == (1 if way == "sent" else 0)
    tab.close()


def test_what_another_tab_has_kept_back_is_sent_from_none(noor, cast):
    tab = another_tab(noor, cast)
    go_offline(noor)
    write(noor, "First.")
    expect(message(tab, "First.")).to_contain_text("Kept here, not sent yet")
    # It hears nothing of the other tab any more.
    tab.evaluate("BroadcastChannel.prototype.dispatchEvent = () => true")
    tab.evaluate("""() => {
      const { get } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data");
      Object.defineProperty(MessageEvent.prototype, "data", {
        get() {
          const data = get.call(this);
          return this.target instanceof BroadcastChannel ? { id: "none of these" } : data;
        },
      });
    }""")

    message(noor, "First.").get_by_role("button", name=HOLD_BACK).click()
    expect(writing(noor)).to_have_value("First.")
    assert message(tab, "First.").count() == 1
    noor.context.set_offline(False)

    live(tab)
    expect(message(tab, "First.")).to_have_count(0)
    assert not beside(Message.objects.exists)
    tab.close()


def test_what_waits_in_a_tab_that_is_closed_is_sent_from_another(noor, cast):
    tab = another_tab(noor, cast)
    go_offline(tab)
    for text in ("First.", "Second."):
        write(tab, text)
    expect(noor.locator("[data-log]").get_by_text("Kept here, not sent yet")).to_have_count(2)
    tab.close()

    noor.context.set_offline(False)

    expect_posted(noor, "Second.")
    expect_words(noor, "First.", "Second.")
    assert beside(Message.objects.count) == 2
    soon(lambda: "First." not in kept(noor))


def test_whoever_asks_for_a_try_is_told_that_there_was_one(noor):
    take_ones_time(noor)
    go_offline(noor)
    bar = noor.locator(".statusbar", has_text="You’re offline.")

    bar.get_by_role("button", name="Try now").press("Enter")

    expect(bar).to_contain_text("Trying now.")
    expect(bar).to_contain_text("no answer yet.")
    expect(bar.get_by_role("button", name="Try now")).to_be_focused()
    noor.context.set_offline(False)
    live(noor)
    expect(noor.get_by_text("no answer yet.")).to_have_count(0)
