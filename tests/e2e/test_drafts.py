"""What one is writing, as an answer and through a reload."""

import pytest
from playwright.sync_api import Page, expect

from chat import editing
from tests.e2e.room import (
    _KEPT,
    beside,
    do,
    expect_kept,
    faults_of,
    live,
    message,
    room_of,
    said,
    write,
    writing,
)

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def nobody_waits(settings):
    settings.ROOM_POSTS_PER_10S = 1000


@pytest.fixture
def noor(visit, cast):
    seen = visit(room_of(cast), cast.noor)
    yield live(seen.page)
    assert faults_of(seen) == []


def kept(page: Page) -> str:
    """All that the device holds for this browser."""
    return page.evaluate(_KEPT)


def again(page: Page) -> Page:
    page.reload()
    return live(page)


def answering(page: Page):
    return page.locator("[data-answering] .quote")


def test_no_words_of_others_lie_on_the_device(noor, cast):
    said(cast, cast.ines, "The bread bin it is.")
    do(noor, "The bread bin", "Reply")
    expect(answering(noor)).to_contain_text("The bread bin it is.")
    writing(noor).fill("Until nine?")
    expect_kept(noor, "Until nine?")
    assert "The bread bin" not in kept(noor)
    again(noor)
    expect(answering(noor)).to_contain_text("The bread bin it is.")

    noor.context.set_offline(True)
    expect(noor.get_by_text("You’re offline.")).to_be_visible()
    write(noor, "Until ten?")

    expect(message(noor, "Until ten?").locator(".quote")).to_contain_text("The bread bin it is.")
    expect_kept(noor, "Until ten?")
    assert "The bread bin" not in kept(noor)


def test_what_was_taken_back_meanwhile_is_not_quoted_by_what_comes_back(visit, cast):
    page = live(visit(room_of(cast), cast.noor, fresh=True).page)
    quoted = [said(cast, cast.ines, words) for words in ("The bread bin.", "The kettle.")]
    do(page, "The bread bin.", "Reply")
    page.context.set_offline(True)
    expect(page.get_by_text("You’re offline.")).to_be_visible()
    write(page, "Waiting to be sent.")
    do(page, "The kettle.", "Reply")
    writing(page).fill("Still being written.")
    expect_kept(page, "Waiting to be sent.")
    expect_kept(page, "Still being written.")
    page.goto("about:blank")
    for one in quoted:
        beside(editing.take_back, by=cast.ines, circle=cast.circle.public_id, message=one.id)
    page.context.set_offline(False)
    # Nothing is heard of the house, so that what waits stands there as the device has it.
    page.route_web_socket("**/ws/", lambda socket: None)

    page.goto(room_of(cast))

    expect(writing(page)).to_have_value("Still being written.")
    expect(answering(page)).to_have_text("Answering Ines: …")
    expect(message(page, "Waiting to be sent.").locator(".quote")).to_have_text("Ines: …")
    for words in ("The bread bin.", "The kettle."):
        expect(page.get_by_text(words)).to_have_count(0)


def test_whom_one_rather_does_not_read_is_quoted_no_more(noor, cast):
    said(cast, cast.ines, "The bread bin it is.")
    said(cast, cast.ines, "And the kettle.")
    do(noor, "The bread bin", "Reply")
    expect(answering(noor)).to_contain_text("The bread bin it is.")

    do(noor, "And the kettle.", "I’d rather not read them")
    noor.get_by_role("button", name="Don’t read them").click()

    expect(answering(noor)).to_contain_text("…")
    expect(noor.get_by_text("The bread bin")).to_have_count(0)


def test_a_message_taken_back_or_gone_from_the_log_leaves_the_answer_to_it(noor, cast):
    first = said(cast, cast.ines, "The bread bin it is.")
    do(noor, "The bread bin", "Reply")
    writing(noor).fill("Until nine?")

    beside(editing.take_back, by=cast.ines, circle=cast.circle.public_id, message=first.id)

    expect(answering(noor)).to_contain_text("Answering Ines: …")
    second = said(cast, cast.ines, "Then the kettle.")
    do(noor, "Then the kettle.", "Reply")
    expect(answering(noor)).to_contain_text("Then the kettle.")
    noor.evaluate(
        """(id) => {
          const { log } = document.querySelector("reweave-room");
          const seq = log.cursor + 1;
          log.hear({ after: log.cursor, upto: seq, events: [{ seq, id, remove: true }] });
        }""",
        second.id,
    )
    expect(answering(noor)).to_contain_text("Answering Ines: …")
    expect(writing(noor)).to_have_value("Until nine?")
