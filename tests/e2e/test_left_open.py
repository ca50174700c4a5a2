"""A page that is left open, and whoever comes to the same device after its owner: they see nothing
of what the other had written, and it is there when the other is back."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from chat.models import Message
from community.models import User
from programs.models import Membership
from tests.e2e.room import (
    beside,
    expect_kept,
    expect_posted,
    faults_of,
    kept,
    live,
    message,
    room_of,
    said,
    soon,
    words,
    write,
    writing,
)

pytestmark = pytest.mark.e2e

OFFLINE = "You’re offline."


@pytest.fixture
def come(live_house):
    """`come(page, person)`: in the browser of this page someone else is signed in from now on."""

    def come(page: Page, person: User) -> None:
        name, value = live_house.sign_in(person)
        page.context.add_cookies([{"name": name, "value": value, "url": live_house.url}])

    return come


def left_unsent(page: Page) -> None:
    """Some words wait to be sent, and some stand in the composer."""
    page.context.set_offline(True)
    expect(page.get_by_text(OFFLINE)).to_be_visible()
    write(page, "Nobody else’s words.")
    writing(page).fill("Nor is this.")
    expect_kept(page, "Nor is this.")


def look_at(page: Page) -> None:
    """Someone comes to this page, and it has learned who."""
    with page.expect_response(lambda answer: answer.request.method == "HEAD"):
        page.evaluate("dispatchEvent(new Event('focus'))")


def expect_nothing_of_it(page: Page) -> None:
    shown = page.evaluate(
        "document.body.innerText + [...document.querySelectorAll('textarea')].map((t) => t.value)"
    )
    assert "Nobody else’s words" not in shown and "Nor is this" not in shown


@pytest.mark.parametrize("way", ["by socket", "by HTTP"])
def test_whoever_belongs_nowhere_here_finds_nothing_of_whoever_had_the_page(visit, cast, come, way):
    seen = visit("/support/", cast.noor, fresh=True)
    page = seen.page
    if way == "by HTTP":
        page.route_web_socket("**/ws/", lambda ws: ws.close())
    page.goto(room_of(cast))
    if way == "by socket":
        live(page)
    left_unsent(page)
    come(page, cast.otto)

    page.context.set_offline(False)

    expect(page.get_by_role("heading", name="This thread ends here")).to_be_visible()
    expect_nothing_of_it(page)
    page.wait_for_timeout(0)
    assert not beside(Message.objects.exists)
    assert faults_of(seen) == []
    # It is where its author finds it.
    come(page, cast.noor)
    page.goto(room_of(cast))
    expect(writing(page)).to_have_value("Nor is this.")
    if way == "by socket":
        expect_posted(page, "Nobody else’s words.")
    else:
        expect(message(page, "Nobody else’s words.")).to_be_visible()


def test_whoever_was_removed_meanwhile_may_still_take_their_words(noor, cast):
    noor.context.set_offline(True)
    expect(noor.get_by_text(OFFLINE)).to_be_visible()
    writing(noor).fill("I was about to say")
    beside(Membership.objects.filter(user=cast.noor, circle=cast.circle).delete)

    noor.context.set_offline(False)

    expect(noor.get_by_role("heading", name="This circle is closed to you")).to_be_visible()
    expect(noor.get_by_label("What you were writing")).to_have_value("I was about to say")


def test_words_handed_back_are_put_away_while_someone_else_is_signed_in(visit, cast, come):
    page = live(visit(room_of(cast), cast.noor, fresh=True).page)
    writing(page).fill("Not yet said")
    expect_kept(page, "Not yet said")
    beside(Session.objects.all().delete)
    handed = page.get_by_label("What you were writing")
    expect(handed).to_have_value("Not yet said")
    for person in (cast.otto, cast.ines):
        come(page, person)

        look_at(page)

        expect(handed).to_be_hidden()
        assert "Not yet said" not in page.evaluate("document.querySelector('textarea').value")

    come(page, cast.noor)
    look_at(page)

    expect(handed).to_have_value("Not yet said")


def test_what_a_page_left_open_goes_on_to_keep_is_neither_shown_to_the_next_nor_sent_by_them(
    visit, cast, come
):
    seen = visit("/support/", cast.noor, fresh=True)
    page = seen.page
    page.goto(room_of(cast))
    live(page)
    # It hears nothing any more of who is signed in.
    page.route_web_socket("**/ws/", lambda ws: None)
    page.route("**/circles/**", lambda route: route.abort())
    page.evaluate("dispatchEvent(new Event('offline'))")
    come(page, cast.ines)
    ines = page.context.new_page()
    ines.goto(room_of(cast))
    live(ines)

    write(page, "Nobody else’s words.")
    writing(page).fill("Nor is this.")
    expect_kept(page, "Nobody else’s words.")
    expect_kept(page, "Nor is this.")
    page.close()
    ines.reload()
    live(ines)

    expect(writing(ines)).to_have_value("")
    assert words(ines) == []
    soon(lambda: "Nobody else" not in kept(ines))
    assert not beside(Message.objects.exists)


def test_a_page_gives_way_once_however_many_answers_say_whose_it_is(visit, cast):
    seen = visit(room_of(cast), cast.noor, fresh=True)
    page = live(seen.page)

    with page.expect_navigation():
        page.evaluate(
            """() => {
              const room = document.querySelector("reweave-room");
              room.anothers();
              room.anothers();
              room.hear({ is: "events", after: 0, upto: 1, events: [] });
            }"""
        )

    live(page)
    assert faults_of(seen) == []


@pytest.mark.parametrize("who", ["otto", "ines"])
def test_where_the_browser_keeps_nothing_the_page_holds_them_for_whoever_wrote_them(
    visit, cast, come, who
):
    page = visit("/support/", cast.noor, fresh=True).page
    page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('No.'); }")
    page.goto(room_of(cast))
    live(page)
    page.context.set_offline(True)
    expect(page.get_by_text(OFFLINE)).to_be_visible()
    write(page, "Nobody else’s words.")
    writing(page).fill("Nor is this.")
    come(page, getattr(cast, who))

    page.context.set_offline(False)

    expect(page.get_by_role("heading", name="Someone else is signed in here")).to_be_visible()
    expect_nothing_of_it(page)
    assert not beside(Message.objects.exists)
    come(page, cast.noor)
    look_at(page)
    expect(page.get_by_label("What you were writing")).to_have_value(
        "Nobody else’s words.\n\nNor is this."
    )


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_whoever_goes_back_finds_their_own_words_in_a_form_and_nobody_elses(
    visit, cast, come, script
):
    reply = f"{room_of(cast)}messages/{said(cast, cast.ines, 'How are you?').id}/"
    page = visit("/support/", cast.noor, fresh=True, java_script_enabled=script).page
    for path, label in (("/journal/new/", "Your reflection"), (reply, "Reply to the circle")):
        page.goto(path)
        page.get_by_label(label).fill("Nobody else’s words.")
        page.goto("/support/")
        page.go_back()
        expect(page.get_by_label(label)).to_have_value("Nobody else’s words.")
        page.goto("/support/")
        come(page, cast.ines)

        page.go_back()

        expect(page.get_by_role("main")).to_be_visible()
        expect(page.get_by_label(label)).to_have_value("")
        come(page, cast.noor)
