"""What a screen reader is told of a room: what is new, once, and nothing that is gone."""

import re

import pytest
from playwright.sync_api import expect

from chat import editing, leases
from chat.keeping import moderation, pacing
from tests.chat.talk import ask_the_question
from tests.e2e.room import (
    beside,
    do,
    live,
    message,
    resting,
    room_of,
    said,
    soon,
    take_ones_time,
    write,
)

pytestmark = pytest.mark.e2e


# What comes into a part of the page that was there before, and is known for telling what comes.
HEAR = """() => {
  const tells = "[aria-live], [role=status], [role=alert], [role=log]";
  window.heard = [];
  new MutationObserver((changes) => {
    for (const { addedNodes, target } of changes) {
      if (!target.closest?.(tells)?.checkVisibility()) continue;
      for (const node of addedNodes) heard.push(node.textContent.trim().replace(/\\s+/g, " "));
    }
  }).observe(document, { subtree: true, childList: true });
}"""


def hears(page, words):
    """Once, in a moment."""
    heard = "words => window.heard.filter((one) => one.includes(words)).length"
    soon(lambda: page.evaluate(heard, words))
    assert page.evaluate(heard, words) == 1


def told(page):
    return page.locator("[data-aloud] p")


def take_back(cast, who, posted):
    beside(editing.take_back, by=who, circle=cast.circle.public_id, message=posted.id)


def test_what_is_new_is_told_also_where_someone_responds_to_it_at_once(noor, cast):
    first = said(cast, cast.ines, "I slept for once.")
    beside(
        editing.respond,
        by=cast.mina,
        circle=cast.circle.public_id,
        message=first.id,
        response="heard",
    )
    expect(told(noor)).to_have_text(["Ines: I slept for once."])

    said(cast, cast.ines, "And this.", note="A funeral")
    expect(told(noor).nth(1)).to_have_text("Ines left a content note: A funeral")


def test_of_many_that_come_together_the_last_is_named(noor, cast):
    noor.context.set_offline(True)
    expect(noor.get_by_text("You’re offline.")).to_be_visible()
    for n in range(3):
        said(cast, cast.ines, f"Line {n}.")
    said(cast, cast.mina, "And mine.")
    noor.context.set_offline(False)

    expect(told(noor)).to_have_text(["4 new messages, the last from Mina"])


def test_the_weeks_question_is_told_as_that(noor, cast):
    beside(ask_the_question, cast.circle)

    expect(told(noor)).to_have_text(
        ["This week’s question: Question 1: what keeps returning?"], use_inner_text=True
    )


def test_what_is_gone_when_its_reader_is_back_is_neither_told_nor_counted(noor, cast):
    for n in range(30):
        said(cast, cast.mina, f"Line {n}.")
    expect(message(noor, "Line 29.")).to_be_visible()
    noor.locator(".log").evaluate("log => log.scrollBy(0, -900)")
    resting(message(noor, "Line 10."))
    take_ones_time(noor)
    noor.context.set_offline(True)
    expect(noor.get_by_text("You’re offline.")).to_be_visible()
    said(cast, cast.ines, "This stays.")
    take_back(cast, cast.ines, said(cast, cast.ines, "This one goes."))
    aside = said(cast, cast.ines, "So does this one.")
    beside(
        moderation.set_aside,
        by=cast.mina,
        circle=cast.circle.public_id,
        message=aside.id,
        why="It names someone",
    )

    noor.context.set_offline(False)

    expect(noor.get_by_text("One message came while you were away.")).to_be_visible()
    expect(noor.get_by_role("button", name="One new below")).to_be_visible()


def test_at_the_end_only_what_stands_is_told(noor, cast):
    noor.context.set_offline(True)
    expect(noor.get_by_text("You’re offline.")).to_be_visible()
    said(cast, cast.mina, "This stays.")
    take_back(cast, cast.ines, said(cast, cast.ines, "This one goes."))
    noor.context.set_offline(False)

    expect(told(noor)).to_have_text(["Mina: This stays."])


def test_how_the_line_and_the_room_stand_is_told_as_it_changes(noor, cast):
    noor.evaluate(HEAR)
    here = {"by": cast.mina, "circle": cast.circle.public_id}
    beside(pacing.pace, **here, seconds=120)
    hears(noor, "Slow pace. Mina has asked for one message each 2 minutes.")
    beside(leases.here, **here)
    hears(noor, "Mina is here now.")
    beside(pacing.pace, **here, seconds=300)
    hears(noor, "one message each 5 minutes.")
    hears(noor, "Mina is here now.")

    noor.context.set_offline(True)

    hears(noor, "You’re offline.")
    write(noor, "Said to nobody yet.")
    hears(noor, "Kept here, not sent yet")


def test_what_one_did_and_how_to_undo_it_is_told(visit, cast):
    said(cast, cast.noor, "You should just stop.")
    mina = live(visit(room_of(cast), cast.mina).page)
    mina.evaluate(HEAR)

    do(mina, "You should just stop.", "Read first what they write")

    hears(mina, "What Noor writes waits for you now. They have been told.")


def test_what_an_act_means_is_told_with_the_question(visit, cast):
    said(cast, cast.noor, "You should just stop.")
    mina = live(visit(room_of(cast), cast.mina).page)
    question = mina.get_by_role("dialog")

    for what, meaning in [
        ("Set this message aside", "The circle sees that you did, and only its author reads why."),
        ("Mute for a while", "They’re told until when, by whom, and why."),
        ("Remove them from the circle", "For an hour you can let them back in"),
        ("Tell a program lead", "They won’t be told who said so."),
    ]:
        do(mina, "You should just stop.", what)
        expect(question).to_have_accessible_description(re.compile(meaning))
        expect(question).not_to_have_accessible_description(re.compile("No peer but its author"))
        mina.keyboard.press("Escape")
