"""A live session, each with a browser of their own: everyone sees the same, all the way."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from chat import editing
from chat.keeping import writing
from chat.live import leading, rounds
from chat.models import LiveSession
from community.models import User
from programs.models import Circle, Membership
from tests.chat.talk import ask_the_question, join
from tests.e2e.conftest import BOTH_KINDS, PHONE
from tests.e2e.everyone import faults, fits
from tests.e2e.room import beside, do, expect_kept, faults_of, said, soon

pytestmark = pytest.mark.e2e

# What a screen says of the session, whoever looks at it.
SHOWN = """() => ({
  part: document.querySelector("[data-part][aria-current]")?.dataset.part,
  order: [...document.querySelectorAll("[data-order] li")].map((li) =>
    [li.dataset.member, li.querySelector("[data-doing]").textContent,
     !li.querySelector("[data-hand]").hidden].join(" ")),
  held: document.querySelector("[data-unheld]")?.hidden,
  step: document.getElementById("do")?.elements.step.value,
})"""


@pytest.fixture
def lark(cast) -> User:
    """A third peer, and a second facilitator beside Mina: Bela."""
    lark = User.objects.create_user("lark@example.org", time_zone="Europe/London")
    Membership.objects.create(circle=cast.circle, user=lark, role="peer", name="Lark", swatch=70)
    Membership.objects.create(
        circle=cast.circle, user=cast.bela, role="facilitator", name="Bela", swatch=90
    )
    return lark


@pytest.fixture
def page_of(cast) -> str:
    return f"/circles/{cast.circle.public_id}/live/"


def press(page: Page, name: str, exact: bool = True) -> None:
    page.get_by_role("button", name=name, exact=exact).first.click()


def step(pages: list[Page], page: Page, name: str) -> dict:
    """Presses what makes a step, and gives what all screens show a moment after it."""
    before = newest()
    press(page, name)
    soon(lambda: newest() != before)
    return alike(pages)


def newest() -> int:
    return LiveSession.objects.latest("pk").step


def alike(pages: list[Page]) -> dict:
    """What all screens show, soon after the newest step: the same."""
    told = newest()
    shown = []

    def are_alike() -> bool:
        shown[:] = [page.evaluate(SHOWN) for page in pages]
        return all(one == shown[0] for one in shown) and int(shown[0]["step"] or 0) >= told

    soon(are_alike)
    return shown[0]


def has_piece(pages: dict[str, Page], name: str) -> None:
    for whose, page in pages.items():
        words = "The talking piece is yours" if whose == name else f"{name} has the talking piece"
        expect(page.locator(".holder").get_by_text(words, exact=True)).to_be_visible()
        expect(page.get_by_label("What would you like to say?")).to_be_visible(
            visible=whose == name
        )


def say_this(page: Page, words: str) -> None:
    page.get_by_label("What would you like to say?").fill(words)
    press(page, "Say this")


def test_the_weeks_question_and_whoever_comes_disturb_no_session(visit, cast, page_of):
    beside(leading.begin, by=cast.mina, circle=cast.circle.public_id)
    seen = visit(page_of, cast.noor)
    beside(ask_the_question, cast.circle)
    beside(join, "hana", cast.circle)
    said(cast, cast.mina, "Good evening.")

    expect(seen.page.get_by_text("Question 1: what keeps returning?")).to_be_visible()
    expect(seen.page.get_by_text("Good evening.")).to_be_visible()
    assert faults_of(seen) == []


def test_a_session_from_its_door_to_its_end(visit, live_house, cast, lark, page_of):
    people = {"Mina": cast.mina, "Bela": cast.bela}
    people |= {"Noor": cast.noor, "Ines": cast.ines, "Lark": lark}
    seen = {
        name: visit(page_of, person, **({"viewport": PHONE} if name == "Noor" else {}))
        for name, person in people.items()
    }
    pages = {name: one.page for name, one in seen.items()}
    everyone = list(pages.values())
    mina, bela, noor, ines, larks = everyone

    # The door: whoever waits is let in when it opens.
    expect(noor.get_by_role("heading", name="No session just now")).to_be_visible()
    press(mina, "Open the session")
    for page in everyone:
        expect(page.locator("[data-heading]")).to_have_text("Opening")
    for page in (noor, ines, larks, bela):
        press(page, "I agree, and take a seat")
        expect(page.locator("[data-agreement]")).to_have_count(0)
    assert len(alike(everyone)["order"]) == 3
    say_this(mina, "Welcome, all.")
    expect(noor.get_by_text("Welcome, all.")).to_be_visible()
    expect(noor.get_by_label("What would you like to say?")).to_be_hidden()

    # Grounding: threads for everyone.
    assert step(everyone, mina, "Move to: Grounding")["part"] == "grounding"
    for page in everyone:
        expect(page.get_by_text("In for four, out for six")).to_be_visible()

    # Check-in: from hand to hand, with a pass.
    step(everyone, mina, "Move to: Check-in")
    step(everyone, mina, "Give the piece to Noor")
    has_piece(pages, "Noor")
    say_this(noor, "Rain on the platform.")
    for page in everyone:
        expect(page.locator(".msg.turn", has_text="Rain on the platform.")).to_be_visible()
    press(ines, "Heard")
    expect(ines.locator("[data-give=heard]")).to_have_attribute("aria-pressed", "true")
    step(everyone, noor, "Hand on the piece")
    has_piece(pages, "Ines")
    step(everyone, ines, "Pass this time")
    has_piece(pages, "Lark")
    over = step(everyone, larks, "Hand on the piece")
    assert [line.split(" ", 1)[1] for line in over["order"]] == [
        "has spoken false",
        "passed false",
        "has spoken false",
    ]

    # Sharing: who passed comes first; the order is changed, and the house falls over in it.
    first = step(everyone, mina, "Move to: Sharing")["order"]
    ids = {name: cast.member(people[name]).public_id for name in ("Noor", "Ines")}
    ids["Lark"] = Membership.objects.get(user=lark).public_id
    assert first[0].split()[0] == ids["Ines"]
    step(everyone, mina, "Lark sooner")
    assert step(everyone, mina, "Lark sooner")["order"][0].split()[0] == ids["Lark"]
    assert any("true" in line for line in step(everyone, ines, "Raise a hand")["order"])
    before = step(everyone, mina, "Give the piece to Lark")
    has_piece(pages, "Lark")
    larks.get_by_label("What would you like to say?").fill("It was the washing line.")
    live_house.kill()
    try:
        for page in everyone:
            expect(page.locator("reweave-live")).to_have_attribute("data-line", "reconnecting")
    finally:
        live_house.start()
    for page in everyone:
        expect(page.locator("reweave-live")).to_have_attribute("data-line", "live")
    soon(lambda: alike(everyone) == before)
    press(larks, "Say this")
    for page in everyone:
        expect(page.locator(".msg.turn", has_text="It was the washing line.")).to_be_visible()

    # The other facilitator leads from here.
    step(everyone, bela, "Lead from here")
    expect(mina.get_by_text("Bela is leading.")).to_be_visible()
    step(everyone, bela, "Give two more minutes")
    expect(noor.get_by_text("Room for about six more minutes.")).to_be_visible()
    noor.reload()  # and a phone that was away is where the others are
    alike(everyone)
    has_piece(pages, "Lark")
    step(everyone, bela, "Give the piece to Ines")
    has_piece(pages, "Ines")

    # Closing: a last word each, and the end.
    closing = step(everyone, bela, "Move to: Closing")
    assert not any("next" in line for line in closing["order"])
    say_this(noor, "Thank you, all of you.")
    expect(ines.get_by_text("Thank you, all of you.")).to_be_visible()
    bela.get_by_text("End the session").click()
    press(bela, "End it for everyone")
    for page in everyone:
        expect(page.get_by_role("heading", name="The session has ended")).to_be_visible()
    assert [fault for one in seen.values() for fault in faults_of(one)] == []
    assert [one.strangers for one in seen.values()] == [[]] * 5


# For everyone -------------------------------------------------------------------
@pytest.fixture
def session(cast, lark, aside):
    """A round in the middle: Ines has said something, Noor is next, Lark asked to be last."""

    class Session:
        circle = cast.circle.public_id

        @property
        def step(self) -> int:
            return LiveSession.objects.latest("pk").step

        def lead(self, verb, **fields):
            aside(verb, by=cast.mina, circle=self.circle, seen=self.step, **fields)

        def do(self, verb, by, **fields):
            aside(verb, by=by, circle=self.circle, **fields)

    session = Session()
    aside(leading.begin, by=cast.mina, circle=session.circle)
    for person in (cast.ines, cast.noor, lark):
        session.do(rounds.seat, person, agreed=True)
    session.lead(leading.phase, phase="sharing")
    session.lead(leading.give_piece, member=None)
    session.do(rounds.last, lark)
    aside(said, cast, cast.ines, "I laid the table for four, and we are three now.")
    return session


def test_in_a_session_one_hears_the_session_and_finds_in_the_room_what_was_before(
    visit, cast, lark, aside, page_of
):
    before = said(cast, cast.ines, "Said in the afternoon.")
    aside(leading.begin, by=cast.mina, circle=cast.circle.public_id)
    aside(said, cast, cast.mina, "Welcome, all.")
    noor = visit(page_of, cast.noor, viewport=PHONE).page
    expect(noor.locator("reweave-live")).to_have_attribute("data-line", "live")
    expect(noor.locator("[data-log] > .msg .body")).to_have_text("Welcome, all.")

    # What happens to it meanwhile doesn't bring it in.
    at = {"circle": cast.circle.public_id, "message": before.id}
    aside(editing.respond, by=cast.mina, response="heard", **at)
    aside(said, cast, cast.mina, "We begin.")
    expect(noor.get_by_text("We begin.")).to_be_visible()
    expect(noor.locator("[data-log] > .msg .body")).to_have_text(["Welcome, all.", "We begin."])

    noor.get_by_role("link", name="What was said before is in the room").click()
    expect(noor.locator("reweave-room .msg", has_text="Said in the afternoon.")).to_contain_text(
        "Heard"
    )


@pytest.mark.parametrize("script", [True, False])
def test_what_is_said_begins_right_below_the_parts(visit, cast, aside, page_of, script):
    aside(leading.begin, by=cast.mina, circle=cast.circle.public_id)
    aside(rounds.seat, by=cast.noor, circle=cast.circle.public_id, agreed=True)
    page = visit(page_of, cast.noor, viewport=PHONE, java_script_enabled=script).page
    expect(page.get_by_role("heading", name="Opening")).to_be_visible()
    parts = page.locator("[data-phases]").bounding_box()
    assert page.locator("main").bounding_box()["y"] - parts["y"] - parts["height"] < 2
    assert page.locator("[data-foot]").bounding_box()["height"] > 44


@pytest.mark.parametrize(("scheme", "width"), BOTH_KINDS)
def test_every_part_is_for_everyone(visit, cast, session, page_of, width, scheme):
    named = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    for person in (cast.noor, cast.mina):
        page = visit(page_of, person, **named).page
        expect(page.locator("reweave-live")).to_have_attribute("data-line", "live")
        expect(page.locator(".msg.turn")).to_have_count(1)
        assert faults(page) == []
        assert fits(page)
    session.do(rounds.done, cast.ines)
    page = visit(page_of, cast.noor, **named).page
    expect(page.get_by_role("heading", name="The talking piece is yours")).to_be_visible()
    assert faults(page) == []
    assert fits(page)


@pytest.mark.parametrize("state", ["door", "opening", "grounding", "ended"])
def test_before_and_after_the_rounds_too(visit, cast, lark, aside, page_of, state):
    circle = cast.circle.public_id
    if state != "door":
        aside(leading.begin, by=cast.mina, circle=circle)
    if state == "grounding":
        aside(leading.phase, by=cast.mina, circle=circle, phase="grounding", seen=1)
    page = visit(page_of, cast.noor, viewport=PHONE).page
    if state == "ended":
        expect(page.locator("reweave-live")).to_have_attribute("data-line", "live")
        aside(leading.end, by=cast.mina, circle=circle, seen=1)
        expect(page.get_by_role("heading", name="The session has ended")).to_be_visible()
    expect(page.get_by_role("heading").first).to_be_attached()
    assert faults(page) == []
    assert fits(page)


def test_the_keyboard_is_enough_for_both_sides(visit, cast, session, page_of):
    mina = visit(page_of, cast.mina).page
    noor = visit(page_of, cast.noor, viewport=PHONE).page
    for page in (mina, noor):
        expect(page.locator("reweave-live")).to_have_attribute("data-line", "live")

    def by_key(page: Page, name: str) -> None:
        page.locator("h1").first.focus()
        for _ in range(60):
            page.keyboard.press("Tab")
            label = page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.textContent.trim()"
            )
            if label == name:
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"No way to {name!r} by the keyboard.")

    by_key(noor, "Raise a hand")
    expect(mina.locator("[data-order] li", has_text="Noor").locator("[data-hand]")).to_be_visible()
    by_key(mina, "Lark sooner")
    expect(mina.locator("[data-order] li").nth(1)).to_contain_text("Lark")
    by_key(mina, "Give the piece to Noor")
    expect(noor.get_by_role("heading", name="The talking piece is yours")).to_be_visible()
    noor.get_by_label("What would you like to say?").focus()
    noor.keyboard.type("The washing line.")
    noor.keyboard.press("Tab")
    noor.keyboard.press("Enter")
    expect(mina.locator(".msg.turn", has_text="The washing line.")).to_be_visible()
    by_key(noor, "Hand on the piece")
    expect(noor.locator("[data-holding]")).to_have_text("Lark has the talking piece")
    expect(noor.locator("[data-heading]")).to_be_focused()
    expect(mina.locator("[data-holding]")).to_have_text("Lark has the talking piece")
    by_key(mina, "Move to: Closing")
    expect(noor.locator("[data-heading]")).to_have_text("Closing")


def test_who_is_signed_out_finds_nobody_in_the_session_any_more(visit, cast, session, page_of):
    page = visit(page_of, cast.ines).page
    expect(page.locator("reweave-live")).to_have_attribute("data-line", "live")
    assert "Noor" in page.evaluate("document.body.innerText")
    Session.objects.all().delete()

    expect(page.get_by_role("heading", name="You’re signed out")).to_be_visible()
    shown = page.evaluate("document.body.innerText + document.title")
    assert not any(word in shown for word in ("Noor", "Mina", "Alder"))
    assert faults(page) == []


def test_a_step_is_announced_once_and_what_changes_nothing_is_not(visit, cast, session, page_of):
    noor = visit(page_of, cast.noor).page
    expect(noor.locator("reweave-live")).to_have_attribute("data-line", "live")
    noor.evaluate("""() => {
      window.announced = [];
      const place = document.querySelector("[data-announce]");
      new MutationObserver(() => window.announced.push(place.textContent))
        .observe(place, {childList: true, characterData: true, subtree: true});
    }""")
    session.do(rounds.hand, cast.noor)
    session.do(rounds.done, cast.ines)
    expect(noor.get_by_role("heading", name="The talking piece is yours")).to_be_visible()
    session.lead(leading.phase, phase="closing")
    expect(noor.locator("[data-heading]")).to_have_text("Closing")
    soon(lambda: noor.evaluate("window.announced.length") > 1)
    assert noor.evaluate("window.announced") == ["The talking piece is yours", "Now: Closing."]


def test_the_threads_move_with_the_breath_unless_someone_would_rather_not(
    visit, cast, session, page_of
):
    session.lead(leading.phase, phase="grounding")
    moving = "getComputedStyle(document.querySelector('.shed .open')).animationName"
    still = visit(page_of, cast.ines).page
    expect(still.get_by_text("Breathe in", exact=True)).to_be_visible()
    assert still.evaluate(moving) == "none"
    page = visit(page_of, cast.noor, reduced_motion="no-preference").page
    expect(page.get_by_role("button", name="Keep the threads still")).to_be_visible()
    soon(lambda: page.evaluate(moving) == "shed")
    press(page, "Keep the threads still")
    soon(lambda: page.evaluate(moving) == "none")
    press(page, "I’d rather just sit")
    expect(page.locator(".shed")).to_be_hidden()
    expect(page.get_by_text("In for four, out for six")).to_be_visible()


def test_without_script_one_speaks_and_hands_on_all_the_same(visit, cast, session, page_of):
    session.do(rounds.done, cast.ines)
    page = visit(page_of, cast.noor, viewport=PHONE, java_script_enabled=False).page
    say_this(page, "By a plain form.")
    expect(page.get_by_text("By a plain form.")).to_be_visible()
    press(page, "Hand on the piece")
    expect(page.get_by_text("Lark has the talking piece")).to_be_visible()
    expect(page.get_by_label("What would you like to say?")).to_be_hidden()
    press(page, "Step out quietly")
    expect(page.get_by_role("button", name="Take a seat")).to_be_visible()
    lead = visit(page_of, cast.mina, java_script_enabled=False).page
    press(lead, "Move to: Closing")
    expect(lead.locator("[data-heading]")).to_have_text("Closing")


def test_what_another_facilitator_settled_meanwhile_is_told_not_undone(
    visit, cast, session, page_of
):
    bela = visit(page_of, cast.bela).page
    expect(bela.locator("reweave-live")).to_have_attribute("data-line", "live")
    # The line holds back what Mina does until Bela has pressed.
    bela.evaluate("document.querySelector('reweave-live').hear = () => {}")
    session.lead(leading.phase, phase="closing")
    press(bela, "Give the piece to Noor")
    expect(bela.get_by_role("alert").filter(has_text="moved on")).to_be_visible()
    assert LiveSession.objects.latest("pk").phase == "closing"


def test_who_is_muted_until_the_session_ends_stands_so_in_the_round_of_those_who_hold_it(
    visit, cast, session, page_of
):
    mina, bela = (visit(page_of, one).page for one in (cast.mina, cast.bela))
    noor = visit(page_of, cast.noor, viewport=PHONE).page
    rows = [page.locator("[data-order] li", has_text="Ines") for page in (mina, bela, noor)]
    for page in (mina, bela, noor):
        expect(page.locator("reweave-live")).to_have_attribute("data-line", "live")
    do(mina, "I laid the table", "Mute for a while")
    dialog = mina.get_by_role("dialog", name="Mute Ines for a while")
    dialog.get_by_label("Until").select_option("session")
    dialog.get_by_label("Why, in a sentence").fill("A breath")
    dialog.get_by_role("button", name="Mute").click()

    for row in rows[:2]:
        expect(row).to_contain_text("muted")
    assert "muted" not in rows[2].inner_text()
    mina.reload()
    expect(mina.locator("reweave-live")).to_have_attribute("data-line", "live")
    expect(rows[0]).to_contain_text("muted")
    do(mina, "I laid the table", "Let them write again")
    for row in rows[:2]:
        expect(row).not_to_contain_text("muted")


def test_many_listen_and_one_of_them_is_asked_onto_the_stage(visit, cast, aside):
    circle = Circle.objects.create(cohort=cast.cohort, name="Open hall", swatch=8, is_open=True)
    for swatch, (person, role) in enumerate(
        [(cast.mina, "facilitator"), (cast.noor, "listener"), (cast.otto, "listener")]
    ):
        name = person.email.partition("@")[0].title()
        Membership.objects.create(
            circle=circle, user=person, role=role, name=name, swatch=100 + swatch
        )
    page_of = f"/circles/{circle.public_id}/live/"
    aside(leading.begin, by=cast.mina, circle=circle.public_id)
    mina, noor, otto = (visit(page_of, one).page for one in (cast.mina, cast.noor, cast.otto))
    for page in (noor, otto):
        press(page, "I agree, and take a seat")
        expect(page.get_by_text("You’re listening.")).to_be_visible()
    press(mina, "Check-in")
    expect(mina.locator("[data-part=check_in]")).to_have_attribute("aria-current", "step")
    mina.get_by_label("Ask someone onto the stage").fill("Otto")
    press(mina, "Onto the stage")
    for page in (mina, noor):
        expect(page.locator("[data-order] li")).to_have_count(1)
        expect(page.locator("[data-order] li")).to_contain_text("Otto")
    press(mina, "Give the piece to Otto")
    expect(otto.get_by_role("heading", name="The talking piece is yours")).to_be_visible()
    say_this(otto, "Hello, all of you.")
    expect(noor.locator(".msg.turn", has_text="Hello, all of you.")).to_be_visible()
    press(noor, "With you")
    expect(noor.locator("[data-give=with_you]")).to_have_attribute("aria-pressed", "true")
    for page in (mina, noor):
        assert faults(page) == []


def _bottom(place) -> float:
    box = place.bounding_box()
    return box["y"] + box["height"]


@pytest.mark.parametrize("height", [844, 664])
def test_in_closing_on_a_phone_the_field_and_support_stay_in_sight(
    visit, cast, session, page_of, aside, height
):
    session.do(rounds.done, cast.ines)
    session.lead(leading.phase, phase="closing")
    for n in range(12):
        aside(said, cast, cast.ines, f"A last word, and then one more: {n}.")
    view = PHONE | {"height": height}
    page = visit(page_of, cast.noor, viewport=view).page
    expect(page.locator("reweave-live")).to_have_attribute("data-line", "live")

    field = page.get_by_label("What would you like to say?")
    support = page.get_by_role("link", name="Support now")
    whole = {"ratio": 1}
    expect(field).to_be_in_viewport(**whole)
    expect(page.get_by_role("button", name="Say this")).to_be_in_viewport(**whole)
    expect(support).to_be_in_viewport(**whole)
    assert page.evaluate("scrollY") == 0
    form = page.locator("[data-composer]")
    soon(lambda: _bottom(page.locator(".msg").last) <= form.bounding_box()["y"])
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(support).to_be_in_viewport(**whole)
    expect(page.get_by_role("button", name="Step out quietly")).to_be_in_viewport(**whole)
    page.evaluate("scrollTo(0, 0)")
    say_this(page, "Mine, too.")
    expect(page.locator(".msg", has_text="Mine, too.")).to_be_in_viewport(**whole)
    assert faults(page) == []


def test_words_begun_when_the_piece_moves_on_stay_in_sight_and_go_later(
    visit, cast, session, page_of
):
    seen = visit(page_of, cast.ines)
    ines = seen.page
    expect(ines.locator("reweave-live")).to_have_attribute("data-line", "live")
    field = ines.get_by_label("What would you like to say?")
    field.click()
    ines.keyboard.type("I was about to")

    # The facilitator gives it to another, while Ines writes.
    session.lead(leading.give_piece, member=cast.member(cast.noor).public_id)

    why = str(writing.SENTENCES["turn"])
    expect(ines.locator("[data-holding]")).to_have_text("Noor has the talking piece")
    expect(ines.locator("[data-sub]")).to_have_text(why)
    expect(ines.locator("[data-announce]")).to_contain_text(why)
    expect(field).to_be_focused()
    ines.keyboard.type(" say")
    expect(field).to_have_value("I was about to say")
    field.press("Enter")
    expect(ines.locator("[data-refusal]")).to_have_text(why)
    expect_kept(ines, "I was about to say")
    ines.reload()
    expect(field).to_have_value("I was about to say")
    expect(field).to_be_visible()

    session.lead(leading.phase, phase="closing")
    press(ines, "Say this")
    expect(ines.locator(".msg[data-state=posted]", has_text="I was about to say")).to_be_visible()
    session.lead(leading.phase, phase="sharing")
    expect(field).to_be_hidden()
    assert faults_of(seen) == []


def test_only_a_round_that_nobody_holds_is_said_to_wait(visit, cast, session, page_of):
    page = visit(page_of, cast.noor).page
    bar = page.locator("[data-unheld]")
    expect(bar).to_contain_text("Nobody is holding the room right now.")
    expect(page.locator("[data-unheld-round]")).not_to_have_attribute("hidden", "")
    session.lead(leading.phase, phase="closing")
    expect(page.locator("[data-heading]")).to_have_text("Closing")
    expect(page.locator("[data-unheld-round]")).to_have_attribute("hidden", "")
    page.reload()
    expect(page.locator("[data-unheld-round]")).to_have_attribute("hidden", "")


def test_a_screen_says_by_itself_that_nobody_holds_the_room(
    visit, live_house, cast, session, page_of
):
    noor = visit("/support/", cast.noor, fresh=True).page
    noor.clock.install()
    noor.goto(page_of)
    expect(noor.locator("reweave-live")).to_have_attribute("data-line", "live")
    expect(noor.get_by_text("Mina is here now.")).to_be_visible()
    expect(noor.get_by_text("Nobody is holding the room right now.")).to_be_hidden()
    live_house.kill()
    try:
        # The house can't say it any more, nor can Mina: their lease runs out on this screen.
        noor.clock.fast_forward("02:30")
        expect(noor.get_by_text("Mina is here now.")).to_have_count(0)
        expect(noor.locator("[data-unheld]")).to_be_visible()
    finally:
        live_house.start()


def test_the_bar_that_leads_to_the_session_is_as_wide_as_the_room(visit, cast, aside):
    aside(leading.begin, by=cast.mina, circle=cast.circle.public_id)
    page = visit(f"/circles/{cast.circle.public_id}/", cast.noor).page

    bar, head = (page.locator(one).bounding_box() for one in ("[data-door]", ".room-head"))
    assert (bar["x"], bar["width"]) == (head["x"], head["width"])
