"""The room in both themes and at every width; with the keyboard, and without script."""

import datetime
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat import editing
from chat.keeping import moderation
from chat.live import leading, rounds
from chat.models import LiveSession, Message
from programs.enrolment import remove
from programs.models import PromptDelivery
from programs.signals import prompt_due
from tests.e2e.conftest import BOTH_KINDS, PHONE
from tests.e2e.everyone import faults, fits
from tests.e2e.room import beside, do, live, message, room_of, said, writing

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def conversation(transactional_db, cast, nobody_waits):
    """Some of everything that may stand in a room."""
    delivery = PromptDelivery.objects.create(
        circle=cast.circle,
        week=99,
        due_at=timezone.now() - datetime.timedelta(hours=1),
        state=PromptDelivery.State.DELIVERED,
        theme="choosing a seed",
        question="Choose one small thing that still feels warm. Where did it turn up this week?",
    )
    prompt_due.send(PromptDelivery, delivery=delivery)
    circle = cast.circle.public_id
    first = said(cast, cast.ines, "The smell of rain on the platform.\n\nQuiet: every screen.")
    editing.respond(by=cast.noor, circle=circle, message=first.id, response="heard")
    editing.respond(by=cast.mina, circle=circle, message=first.id, response="with_you")
    editing.mark_read(by=cast.noor, circle=circle, seq=6)
    said(cast, cast.mina, "I set a place at the table.", note="grief, a parent’s death")
    said(cast, cast.ines, "The same, with screens. https://example.org/", reply_to=first.id)
    gone = said(cast, cast.ines, "Too soon.")
    editing.take_back(by=cast.ines, circle=circle, message=gone.id)
    aside = said(cast, cast.noor, "You should just stop.")
    moderation.set_aside(by=cast.mina, circle=circle, message=aside.id, why="It read as advice")
    said(cast, cast.noor, "Mine was a hand on my back.")


@pytest.mark.parametrize(("theme", "width"), BOTH_KINDS)
def test_the_room_is_for_everyone(visit, cast, theme, width):
    view = {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
    seen = visit(room_of(cast), cast.mina, **view)
    page = live(seen.page)

    assert faults(page) == []
    do(page, "Mine was a hand", "Mute for a while")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    message(page, "Mine was a hand").locator("[data-menu]").press("Enter")
    page.get_by_role("button", name="Add a content note").click()
    page.context.set_offline(True)
    writing(page).fill("Kept. " * 700)
    writing(page).press("Enter")
    expect(page.get_by_text("You’re offline.")).to_be_visible()
    assert faults(page) == []
    assert fits(page)

    page.context.set_offline(False)
    live(page)
    for path in (f"{room_of(cast)}before/8/", message(page, "Mine was a hand").locator(".at")):
        page.goto(path if isinstance(path, str) else path.get_attribute("href"))
        assert faults(page) == []
        assert fits(page)
        page.go_back()
        live(page)
    assert seen.strangers == []
    assert [one for one in seen.complaints if "ERR_INTERNET_DISCONNECTED" not in one] == []


@pytest.mark.parametrize("width", [320, 640])
def test_at_twice_the_size_support_and_the_line_stay_in_sight_behind_a_long_talk(
    visit, cast, width
):
    page = live(visit(room_of(cast), cast.noor, viewport={"width": width, "height": 450}).page)
    for number in range(8):
        said(cast, cast.ines, f"Line {number}.")
    message(page, "Line 7.").scroll_into_view_if_needed()
    page.context.set_offline(True)

    expect(page.get_by_text("You’re offline.")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Support now")).to_be_in_viewport()
    expect(message(page, "Line 7.")).to_be_in_viewport()
    assert faults(page) == []
    assert fits(page)


@pytest.mark.parametrize("width", [320, 1280])
def test_someone_muted_and_removed_finds_a_page_that_is_for_everyone(visit, cast, width):
    member = cast.member(cast.noor)
    until = timezone.now() + datetime.timedelta(hours=1)
    names = {"circle": cast.circle.public_id, "member": member.public_id}
    moderation.mute(by=cast.mina, until=until, why="A pause", **names)
    seen = visit(room_of(cast), cast.noor, viewport={"width": width, "height": 844})
    page = live(seen.page)
    assert faults(page) == []

    writing(page).fill("Not yet said")
    remove(membership=member, by=cast.mina, why="It was time")

    expect(page.get_by_role("heading", name="This circle is closed")).to_be_visible()
    assert faults(page) == []
    assert fits(page)


def test_without_script_one_reads_posts_responds_and_changes(visit, cast):
    page = visit(room_of(cast), cast.noor, java_script_enabled=False, viewport=PHONE).page

    page.get_by_role("textbox", name="Content note").fill("a small one")
    writing(page).fill("Said without script.")
    page.get_by_role("button", name="Send").click()
    assert page.url.partition("#")[0].endswith(room_of(cast))
    expect(page.get_by_text("Noor left a content note:")).to_be_in_viewport()

    mark = message(page, "The smell of rain").get_by_role("button", name="Heard")
    mark.click()
    expect(mark).to_have_count(0)
    assert not Message.objects.get(placed_seq=5).responses.filter(kind="heard").exists()

    message(page, "Mine was a hand").locator("[data-menu]").click()
    page.get_by_label("Change it").fill("Mine was a cold hand.")
    page.get_by_role("button", name="Keep the change").click()
    expect(message(page, "Mine was a cold hand.")).to_contain_text("changed")


def test_without_script_a_refused_message_comes_back(visit, cast):
    page = visit(room_of(cast), cast.noor, java_script_enabled=False).page

    writing(page).fill("x" * 4001)
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("alert")).to_contain_text("longer than 4000 characters")
    expect(writing(page)).to_have_accessible_description(re.compile("longer than 4000"))
    expect(writing(page)).to_have_value("x" * 4001)


def test_nothing_is_fetched_from_anyone_else(visit, cast):
    seen = visit(room_of(cast), cast.noor)
    live(seen.page)
    seen.page.wait_for_load_state("networkidle")

    assert seen.strangers == []
    assert seen.complaints == []
    assert seen.page.evaluate("document.querySelectorAll('script:not([src]), [style]').length") == 0


# Of the house's own words those that stand on most pages. None of it is said in the conversation.
ENGLISH = re.compile(
    r"\b(Support|Journal|Circles|Facilitator|Heard|Thank you|With you|Reply|Respond|Responses|Send"
    r"|Sign (in|out)|Account|Week|Messages?|Nothing|Nobody|Yours?|Today|Yesterday|Sessions?|Keep"
    r"|Read|Write|Room|Change|until|peers?|London time)\b"
)


def test_in_german_every_page_is_for_everyone_and_german(visit, cast):
    """German words are long, and a phone is narrow."""
    beside(speak_german, cast)
    view = {"viewport": {"width": 320, "height": 844}, "locale": "de-DE"}
    here = room_of(cast)
    pages = {
        None: ["/accounts/login/", "/accounts/signup/", "/support/", "/nowhere/"],
        cast.noor: [
            *[here, f"{here}live/", f"{here}sessions/", f"{here}find/", f"{here}reaching/"],
            *[f"{here}leave/", "/places/", "/places/record/", "/journal/", "/journal/new/"],
            *["/told/", "/accounts/", "/accounts/2fa/"],
        ],
        cast.mina: [
            *[here, f"{here}live/", f"{here}desk/", f"{here}keeping/", f"{here}applications/"],
            *[f"{here}attendance/", f"{here}hand-over/", "/desk/", "/accounts/"],
        ],
    }

    for who, paths in pages.items():
        seen = visit("/accounts/login/", who, **view)
        for path in paths:
            seen.page.goto(path)
            if path == here:
                live(seen.page)
            assert seen.page.locator("html").get_attribute("lang") == "de", path
            assert fits(seen.page), path
            assert ENGLISH.findall(seen.page.inner_text("body")) == [], path
            assert faults(seen.page) == [], path


def speak_german(cast) -> None:
    """The cohort, one by her account and one by her browser; and a round has begun, of which one
    has a name as long as such words."""
    type(cast.cohort).objects.filter(pk=cast.cohort.pk).update(language="de")
    type(cast.mina).objects.filter(pk=cast.mina.pk).update(language="de")
    type(cast.member(cast.ines)).objects.filter(user=cast.ines).update(name="Wilhelmine")
    circle = cast.circle.public_id
    leading.begin(by=cast.mina, circle=circle)
    step = LiveSession.objects.get(room__circle=cast.circle).step
    leading.phase(by=cast.mina, circle=circle, phase="check_in", seen=step)
    for peer in (cast.noor, cast.ines):
        rounds.seat(by=peer, circle=circle, agreed=True)
    rounds.last(by=cast.ines, circle=circle)
