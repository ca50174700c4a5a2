"""Where one writes is open exactly while what one writes would be taken, without a reload."""

import itertools

import pytest
from playwright.sync_api import expect

from chat.keeping import hours, pacing, writing
from chat.models import Room
from programs.models import Membership
from tests.chat.circle_live import in_round
from tests.e2e.room import beside, expect_posted, faults_of, live, room_of, write
from tests.e2e.room import writing as field

pytestmark = pytest.mark.e2e

ASK = """async (ways) => {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const address = loaded.find((name) => /chat\\/writing\\/writing[.\\w]*\\.js/.test(name));
  const { whatForbids } = await import(address);
  return ways.map((way) => whatForbids(way));
}"""


def every_way() -> list[dict]:
    yes_and_no = [False, True]
    names = ["role", "floor", "hours", "muted", "piece", "paused", "attended"]
    return [
        dict(zip(names, way, strict=True))
        for way in itertools.product(
            Membership.Role.values, Room.Floor.values, Room.Hours.values, *[yes_and_no] * 4
        )
    ]


def test_the_browser_judges_as_the_house_does(visit, cast):
    page = live(visit(room_of(cast), cast.noor).page)
    ways = every_way()
    house = [
        writing.what_forbids(
            has_piece=way["piece"], **{k: v for k, v in way.items() if k != "piece"}
        )
        for way in ways
    ]
    assert page.evaluate(ASK, ways) == house


def closed(page, name: str) -> None:
    """It says why nothing can be sent now, and sends nothing."""
    expect(page.locator("[data-sub]")).to_have_text(str(writing.SENTENCES[name]))
    expect(page.locator("[data-send]")).to_have_attribute("aria-disabled", "true")


def opened(page) -> None:
    expect(page.locator("[data-send]")).not_to_have_attribute("aria-disabled", "true")


def test_on_the_rooms_page_one_waits_for_ones_turn(visit, cast):
    seen = visit(room_of(cast), cast.ines)
    ines = live(seen.page)
    opened(ines)
    session = beside(in_round, cast.circle, cast.mina, cast.noor, cast.ines)
    closed(ines, "turn")
    field(ines).fill("When it’s my turn.")
    field(ines).press("Enter")
    expect(ines.locator("[data-refusal]")).to_have_text(str(writing.SENTENCES["turn"]))
    ines.reload()
    closed(live(ines), "turn")

    beside(session.do, "noor", "done")

    opened(ines)
    expect(field(ines)).to_have_value("When it’s my turn.")
    field(ines).press("Enter")
    expect_posted(ines, "When it’s my turn.")
    beside(session.do, "mina", "phase", phase="opening")
    closed(ines, "gathering")
    beside(session.do, "mina", "phase", phase="closing")
    opened(ines)
    write(ines, "Good night.")
    expect_posted(ines, "Good night.")
    assert faults_of(seen) == []


def test_in_a_session_a_room_that_rests_takes_nothing_and_one_for_reading_the_turns(visit, cast):
    session = beside(in_round, cast.circle, cast.mina, cast.noor, cast.ines)
    seen = visit(f"{room_of(cast)}live/", cast.noor)
    noor, circle = seen.page, cast.circle.public_id
    expect(noor.locator("reweave-live")).to_have_attribute("data-line", "live")
    say = noor.get_by_label("What would you like to say?")
    opened(noor)

    beside(pacing.pause, by=cast.mina, circle=circle)
    closed(noor, "paused")
    noor.reload()
    closed(noor, "paused")
    expect(say).to_be_visible()
    beside(pacing.resume, by=cast.mina, circle=circle)
    opened(noor)
    beside(hours.keep, by=cast.mina, circle=circle, hours="reading")
    bar = noor.locator("[data-bar=reading]")
    expect(bar).to_contain_text("The round goes on")
    opened(noor)
    noor.reload()
    expect(bar).to_contain_text("The round goes on")
    say.fill("I was not done.")
    noor.get_by_role("button", name="Say this").press("Enter")
    expect(noor.locator(".msg[data-state=posted]", has_text="I was not done.")).to_be_visible()
    beside(session.do, "noor", "done")
    expect(say).to_be_hidden()
    beside(session.do, "mina", "phase", phase="closing")
    closed(noor, "reading")
    expect(say).to_be_visible()
    expect(bar).to_contain_text("The room is for reading now.")
    expect(bar).not_to_contain_text("The round goes on")
    beside(hours.keep, by=cast.mina, circle=circle, hours="open")
    opened(noor)
    assert faults_of(seen) == []
