"""A facilitator's page that nobody touches any more."""

import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.e2e.everyone import faults_as_it_stands
from tests.e2e.room import expect_kept, live, message, room_of, said, soon, writing

pytestmark = pytest.mark.e2e


def age_sessions(seconds):
    """As if nobody had touched any page for so long."""
    for row in Session.objects.all():
        store = SessionStore(row.session_key)
        if "touched_at" in store:
            store["touched_at"] -= seconds
            store.save()


def test_a_page_that_nobody_touches_is_locked_with_its_words(visit, cast):
    said(cast, cast.noor, "Mine was a hand on my back.")
    page = visit("/places/", cast.mina, fresh=True).page
    page.clock.install()
    page.goto(room_of(cast))
    writing(live(page)).fill("Half a thought")
    expect_kept(page, "Half a thought")

    page.clock.fast_forward("02:00")
    with page.expect_request("**/awake/") as told:
        page.mouse.move(300, 300)
    assert told.value.response().status == 204

    age_sessions(31 * 60)
    page.clock.fast_forward("32:00")

    expect(page).to_have_url(re.compile("/accounts/login/"))
    expect(page.get_by_text("Nobody was here for a while")).to_be_visible()
    expect(message(page, "Mine was a hand")).to_have_count(0)


def test_whoever_is_still_there_is_asked_before_and_says_so(visit, cast):
    page = visit("/places/", cast.mina, fresh=True).page
    page.clock.install()
    page.goto(room_of(cast))
    writing(live(page)).focus()
    question = page.get_by_role("alertdialog", name="Are you still here?")

    page.clock.fast_forward("26:00")
    expect(question).to_have_count(0)
    page.clock.fast_forward("01:30")
    expect(question).to_have_accessible_description(re.compile("In about two minutes"))
    expect(question.get_by_role("button", name="I’m here")).to_be_focused()
    assert faults_as_it_stands(page) == []

    with page.expect_request("**/awake/"):
        page.keyboard.press("Enter")
    expect(writing(page)).to_be_focused()
    page.clock.fast_forward("26:00")
    expect(question).to_have_count(0)


def test_the_question_asked_in_two_tabs_is_answered_once(visit, cast):
    page = visit("/places/", cast.mina, fresh=True).page
    other = page.context.new_page()
    for tab in (page, other):
        tab.clock.install()
        tab.goto("/places/")
        tab.clock.fast_forward("27:30")
        expect(tab.get_by_role("alertdialog")).to_be_visible()

    other.get_by_role("button", name="I’m here").click()
    page.clock.fast_forward("00:15")

    expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_peers_are_asked_nothing(visit, cast):
    page = visit(room_of(cast), cast.noor, fresh=True).page
    expect(page.locator("#awake")).to_have_count(0)


def test_whoever_has_the_page_read_to_them_is_here_with_what_they_press(visit, cast):
    """Of the keys of a screen reader a page hears nothing."""
    page = visit("/places/", cast.mina, fresh=True).page
    said_so = []

    def listen(line):
        line.on("framesent", lambda frame: said_so.append('"here"' in str(frame)))

    page.on("websocket", listen)
    page.clock.install()
    page.goto(room_of(cast))
    live(page)
    soon(lambda: any(said_so))
    page.clock.fast_forward("16:00")
    live(page)
    said_so.clear()

    page.get_by_role("button", name="Add a content note").dispatch_event("click")

    soon(lambda: page.evaluate("true") and any(said_so))
