"""A facilitator's page that nobody touches any more."""

import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.e2e.room import expect_kept, live, message, room_of, said, writing

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
