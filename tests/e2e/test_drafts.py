"""What one is writing: as an answer, as a change, in two tabs, and through a reload."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from chat import editing
from chat.keeping import moderation
from chat.models import Message
from tests.e2e.everyone import faults
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
    room_of,
    said,
    soon,
    write,
    writing,
)

pytestmark = pytest.mark.e2e

# What is kept a moment after it was written, this page keeps when it must, or a minute later.
_KEEP_LATE = """() => {
  const later = window.setTimeout;
  window.setTimeout = (act, wait, ...rest) => later(act, wait === 300 ? 60_000 : wait, ...rest);
}"""
_GO_OUT_OF_SIGHT = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def noor(visit, cast):
    seen = visit(room_of(cast), cast.noor)
    yield live(seen.page)
    for tab in seen.page.context.pages:
        if tab != seen.page:
            tab.close()
    assert faults_of(seen) == []


def another_tab(page: Page, cast) -> Page:
    """One more in the same browser, as an address typed there opens it."""
    tab = page.context.new_page()
    tab.goto(room_of(cast))
    return live(tab)


def duplicated(page: Page) -> Page:
    """One more, with all that this one remembers for as long as it is open."""
    with page.expect_popup() as opened:
        page.evaluate("window.open(location.href)")
    return live(opened.value)


def again(page: Page) -> Page:
    page.reload()
    return live(page)


def answering(page: Page):
    return page.locator("[data-answering] .quote")


def meanwhile(page: Page):
    """What became of the message that is answered or changed."""
    return page.locator("[data-answering]").get_by_role("status")


def posted(page: Page, text: str) -> str:
    """Says that, and gives the name it has in the house."""
    write(page, text)
    expect_posted(page, text)
    return Message.objects.latest("pk").public_id


def test_a_reply_while_a_message_is_changed_leaves_that_as_it_was(noor, cast):
    write(noor, "It was a warm hand.")
    expect_posted(noor, "It was a warm hand.")
    said(cast, cast.ines, "How are you?")
    writing(noor).fill("half a thought")
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a warm hand.")
    writing(noor).fill("It was a cold hand.")

    do(noor, "How are you?", "Reply")

    expect(writing(noor)).to_have_value("half a thought")
    expect(answering(noor)).to_contain_text("Answering Ines")
    write(noor, "Well enough.")
    expect_posted(noor, "Well enough.")
    expect_words(noor, "It was a warm hand.", "How are you?", "Well enough.")
    expect(message(noor, "Well enough.").locator(".quote")).to_contain_text("How are you?")
    # What had been made of the change is there when its author comes back to it.
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a cold hand.")


def test_of_two_messages_each_is_changed_by_itself(noor):
    for words in ("The first.", "The second."):
        write(noor, words)
        expect_posted(noor, words)
    writing(noor).fill("half a thought")
    do(noor, "The first.", "Change it")
    expect(writing(noor)).to_have_value("The first.")
    writing(noor).fill("The first, changed.")

    do(noor, "The second.", "Change it")
    expect(writing(noor)).to_have_value("The second.")
    write(noor, "The second, changed.")

    expect(writing(noor)).to_have_value("half a thought")
    expect_words(noor, "The first.", "The second, changed.")
    do(noor, "The first.", "Change it")
    expect(writing(noor)).to_have_value("The first, changed.")
    writing(noor).press("Enter")
    expect_words(noor, "The first, changed.", "The second, changed.")
    expect(writing(noor)).to_have_value("half a thought")


def test_a_change_outlives_a_reload_until_it_is_sent(noor):
    write(noor, "It was a warm hand.")
    expect_posted(noor, "It was a warm hand.")
    writing(noor).fill("half a thought")
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a warm hand.")
    writing(noor).fill("It was a cold hand.")
    expect_kept(noor, "It was a cold hand.")

    again(noor)

    expect(writing(noor)).to_have_value("It was a cold hand.")
    expect(answering(noor)).to_contain_text("Changing your message")
    writing(noor).press("Enter")
    expect_words(noor, "It was a cold hand.")
    expect(writing(noor)).to_have_value("half a thought")
    soon(lambda: "It was a cold hand." not in kept(noor))
    again(noor)
    expect(writing(noor)).to_have_value("half a thought")
    expect(answering(noor)).to_be_hidden()


def test_a_change_that_was_stopped_does_not_come_back(noor):
    write(noor, "It was a warm hand.")
    expect_posted(noor, "It was a warm hand.")
    for stop in ("Escape", "Leave it as it was"):
        do(noor, "It was a warm hand.", "Change it")
        expect(writing(noor)).to_have_value("It was a warm hand.")
        writing(noor).fill("It was a cold hand.")
        expect_kept(noor, "It was a cold hand.")
        if stop == "Escape":
            writing(noor).press(stop)
        else:
            noor.get_by_role("button", name=stop).click()
        expect(writing(noor)).to_have_value("")
        soon(lambda: "It was a cold hand." not in kept(noor))

    again(noor)

    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a warm hand.")


def test_new_words_for_a_message_that_is_set_aside_meanwhile_stay_and_can_be_sent(noor, cast):
    said(cast, cast.ines, "How are you?")
    name = posted(noor, "You should just stop.")
    writing(noor).fill("half a thought")
    do(noor, "You should just stop.", "Change it")
    expect(writing(noor)).to_have_value("You should just stop.")
    writing(noor).fill("I had to stop, once.")

    at = {"circle": cast.circle.public_id, "message": name}
    beside(moderation.set_aside, by=cast.mina, why="It read as advice", **at)

    for _ in range(2):
        expect(meanwhile(noor)).to_contain_text("Mina set this message aside. Your new words are")
        expect(writing(noor)).to_have_value("I had to stop, once.")
        expect_kept(noor, "I had to stop, once.")
        again(noor)
    expect(meanwhile(noor)).to_contain_text("Mina set this message aside.")
    assert faults(noor) == []
    do(noor, "How are you?", "Reply")
    expect(writing(noor)).to_have_value("I had to stop, once.")
    noor.get_by_role("button", name="Don’t answer this one").click()
    expect(meanwhile(noor)).to_contain_text("Mina set this message aside.")
    expect(writing(noor)).to_have_value("I had to stop, once.")
    noor.get_by_role("button", name="Send").click()
    expect_posted(noor, "I had to stop, once.")
    expect(writing(noor)).to_have_value("half a thought")
    expect(meanwhile(noor)).to_be_hidden()
    soon(lambda: "I had to stop" not in kept(noor))


def test_new_words_for_a_message_taken_back_in_another_tab_stay_and_can_be_sent(noor, cast):
    posted(noor, "It was a warm hand.")
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a warm hand.")
    writing(noor).fill("It was a cold hand.")
    expect_kept(noor, "It was a cold hand.")

    do(another_tab(noor, cast), "It was a warm hand.", "Take it back")

    expect(meanwhile(noor)).to_contain_text("You took this message back. Your new words are")
    again(noor)
    expect(meanwhile(noor)).to_contain_text("You took this message back. Your new words are")
    expect(writing(noor)).to_have_value("It was a cold hand.")
    writing(noor).press("Enter")
    expect_posted(noor, "It was a cold hand.")
    expect(writing(noor)).to_have_value("")


def test_a_change_never_replaces_a_newer_one_unseen(noor, cast):
    at = {"circle": cast.circle.public_id, "message": posted(noor, "It was a warm hand.")}
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a warm hand.")
    writing(noor).fill("It was a cold hand.")
    expect_kept(noor, "It was a cold hand.")
    noor.goto("about:blank")
    beside(editing.edit, by=cast.noor, body="It was my mother’s hand.", **at)

    noor.goto(room_of(cast))

    expect(answering(noor)).to_have_text("It reads now: It was my mother’s hand.")
    expect(meanwhile(noor)).to_contain_text("It was changed since you began.")
    expect(writing(noor)).to_have_value("It was a cold hand.")
    beside(editing.edit, by=cast.noor, body="It was my sister’s hand.", **at)
    expect(answering(noor)).to_have_text("It reads now: It was my sister’s hand.")
    assert faults(noor) == []
    expect(writing(noor)).to_have_value("It was a cold hand.")
    writing(noor).press("Enter")
    expect_words(noor, "It was a cold hand.")
    expect(writing(noor)).to_have_value("")


def test_the_house_refuses_a_change_of_what_its_author_has_not_seen(noor, cast):
    at = {"circle": cast.circle.public_id, "message": posted(noor, "It was a warm hand.")}
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a warm hand.")
    # How the message stands now this page does not learn.
    noor.route("**/messages/**", lambda route: route.abort())
    beside(editing.edit, by=cast.noor, body="It was my mother’s hand.", **at)
    expect_words(noor, "It was my mother’s hand.")

    write(noor, "It was a cold hand.")

    expect(noor.get_by_role("alert")).to_contain_text("It has been changed since you began.")
    expect_words(noor, "It was my mother’s hand.")
    noor.unroute("**/messages/**")
    writing(noor).press("Enter")
    expect(meanwhile(noor)).to_contain_text("It was changed since you began.")
    writing(noor).press("Enter")
    expect_words(noor, "It was a cold hand.")


def test_what_is_too_old_to_change_is_not_offered_to_be(noor, settings):
    posted(noor, "It was a warm hand.")
    long_ago = timezone.now() - datetime.timedelta(minutes=settings.ROOM_EDIT_MINUTES, seconds=1)
    Message.objects.update(posted_at=long_ago)
    again(noor)

    message(noor, "It was a warm hand.").locator("[data-menu]").press("Enter")

    expect(noor.get_by_role("button", name="Take it back")).to_be_visible()
    expect(noor.get_by_role("button", name="Change it")).to_have_count(0)


def test_where_the_time_runs_out_a_change_goes_as_a_new_message(noor):
    posted(noor, "It was a warm hand.")
    do(noor, "It was a warm hand.", "Change it")
    expect(writing(noor)).to_have_value("It was a warm hand.")
    writing(noor).fill("It was a cold hand.")
    Message.objects.update(posted_at=timezone.now() - datetime.timedelta(days=1))

    writing(noor).press("Enter")

    expect(noor.get_by_role("alert")).to_contain_text("This message is too old to change.")
    expect(meanwhile(noor)).to_contain_text("Sent now, they go as a new message.")
    expect(writing(noor)).to_have_value("It was a cold hand.")
    again(noor)
    expect(meanwhile(noor)).to_contain_text("The time to change this message is over.")
    writing(noor).press("Enter")
    expect_words(noor, "It was a warm hand.", "It was a cold hand.")
    expect(writing(noor)).to_have_value("")


def test_a_content_note_is_left_out_only_as_its_author_says(noor):
    note = noor.get_by_label("Content note", exact=True)
    noor.get_by_role("button", name="Add a content note").click()
    note.press_sequentially("a birthday\n")
    expect(writing(noor)).to_be_focused()
    expect(noor.locator(".msg")).to_have_count(0)
    writing(noor).fill("I set a place at the table.")
    expect_kept(noor, "I set a place")

    noor.get_by_role("button", name="Leave the content note out").click()

    expect(note).to_be_hidden()
    soon(lambda: "a birthday" not in kept(noor))
    expect(noor.get_by_text("The content note is left out.")).to_be_visible()
    noor.get_by_role("button", name="Undo").click()
    expect(note).to_have_value("a birthday")
    expect_kept(noor, "a birthday")
    note.press("Escape")
    expect(writing(noor)).to_be_focused()
    expect(note).to_be_hidden()
    noor.get_by_role("button", name="Add a content note").click()
    expect(note).to_have_value("a birthday")
    writing(noor).press("Enter")
    expect(message(noor, "I set a place")).to_contain_text("left a content note: a birthday")
    # It went with those words, and not with others.
    noor.get_by_role("button", name="Add a content note").click()
    expect(note).to_have_value("")


def test_a_content_note_is_as_long_as_people_see_it(noor):
    family = "👩‍👩‍👧‍👦"
    note = noor.get_by_label("Content note", exact=True)
    noor.get_by_role("button", name="Add a content note").click()
    noor.keyboard.insert_text(family * 81)
    expect(noor.get_by_text("One character too many")).to_be_visible()
    writing(noor).fill("I set a place at the table.")
    writing(noor).press("Enter")
    expect(noor.get_by_role("alert")).to_contain_text("The content note is longer than 80")
    expect(noor.locator(".msg")).to_have_count(0)

    note.press("End")
    note.press("Backspace")
    expect(noor.get_by_text("0 characters left")).to_be_visible()
    note.press("ControlOrMeta+Enter")

    expect(message(noor, "I set a place")).to_contain_text(family * 80)


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
    expect(meanwhile(noor)).to_have_text("Ines took it back. Your words will stand by themselves.")
    writing(noor).press("Enter")
    expect_posted(noor, "Until nine?")
    expect(message(noor, "Until nine?").locator(".quote")).to_have_count(0)
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


def test_an_answer_says_that_what_it_answers_was_set_aside_until_it_is_back(noor, cast):
    at = {"circle": cast.circle.public_id, "message": said(cast, cast.ines, "The kettle.").id}
    do(noor, "The kettle.", "Reply")
    writing(noor).fill("Until nine?")
    expect_kept(noor, "Until nine?")

    beside(moderation.set_aside, by=cast.mina, why="Not now", **at)

    gone = "Mina set this message aside. Your words will stand by themselves."
    expect(meanwhile(noor)).to_have_text(gone)
    again(noor)
    expect(meanwhile(noor)).to_have_text(gone)
    beside(moderation.put_back, by=cast.mina, **at)
    expect(meanwhile(noor)).to_be_empty()
    writing(noor).press("Enter")
    expect(message(noor, "Until nine?").locator(".quote")).to_contain_text("The kettle.")


def test_words_begun_before_the_script_has_come_take_no_drafts_place(noor):
    writing(noor).fill("An older thought.")
    expect_kept(noor, "An older thought.")
    late = []
    noor.route("**/room*.js", lambda route: late.append(route))
    noor.reload(wait_until="commit")
    writing(noor).fill("On a slow line.")
    soon(lambda: noor.evaluate("1") and late)
    late[0].continue_()
    live(noor)
    noor.unroute_all()

    expect_kept(noor, "On a slow line.")
    writing(noor).press("Enter")
    expect_posted(noor, "On a slow line.")
    expect(writing(noor)).to_have_value("An older thought.")


def test_two_tabs_keep_a_draft_each(noor, cast):
    writing(noor).fill("Here.")
    expect_kept(noor, "Here.")
    for tab, words in ((another_tab(noor, cast), "There."), (duplicated(noor), "And there.")):
        expect(writing(tab)).to_have_value("")
        write(tab, words)
        expect_posted(tab, words)
        expect_kept(tab, "Here.")

    again(noor)

    expect(writing(noor)).to_have_value("Here.")


def test_a_draft_outlives_its_tab_until_it_is_sent(noor, cast):
    tab = another_tab(noor, cast)
    writing(tab).fill("Half a thought")
    expect_kept(tab, "Half a thought")
    tab.close()

    tab = another_tab(noor, cast)
    expect(writing(tab)).to_have_value("Half a thought")
    # It is this tab's now, and no other's.
    third = another_tab(noor, cast)
    expect(writing(third)).to_have_value("")
    writing(tab).press("Enter")
    expect_posted(tab, "Half a thought")
    soon(lambda: "Half a thought" not in kept(tab))
    tab.close()
    third.close()

    again(noor)

    expect(message(noor, "Half a thought")).to_be_visible()
    expect(writing(noor)).to_have_value("")


def test_where_tabs_cannot_be_told_apart_a_draft_still_outlives_its_own(visit, cast):
    page = visit(room_of(cast), cast.noor, fresh=True).page
    page.context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"
    )
    tab = another_tab(page, cast)
    writing(tab).fill("Half a thought")
    expect_kept(tab, "Half a thought")
    again(tab)
    expect(writing(tab)).to_have_value("Half a thought")
    tab.close()

    expect(writing(another_tab(page, cast))).to_have_value("Half a thought")


def test_the_last_words_before_a_reload_are_kept(noor):
    writing(noor).fill("An older thought")
    expect_kept(noor, "An older thought")
    noor.evaluate(_KEEP_LATE)
    writing(noor).fill("A newer thought")

    again(noor)

    expect(writing(noor)).to_have_value("A newer thought")


def test_what_is_written_is_kept_when_the_page_is_out_of_sight(noor):
    noor.evaluate(_KEEP_LATE)
    writing(noor).fill("Half a thought")

    noor.evaluate(_GO_OUT_OF_SIGHT)

    expect_kept(noor, "Half a thought")
