"""What a screen reader is told of a room: what is new, once, and nothing that is gone."""

import pytest
from playwright.sync_api import expect

from chat import editing
from chat.keeping import moderation
from tests.chat.talk import ask_the_question
from tests.e2e.room import (
    beside,
    message,
    resting,
    said,
    take_ones_time,
)

pytestmark = pytest.mark.e2e


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
