"""Telling in two taps, a card for who needs it, and a desk that shows it at once."""

import re

import pytest
from playwright.sync_api import expect

from chat import beside
from chat.care import concerns, settling
from chat.keeping import holding, pacing
from chat.live import leading, rounds
from chat.models import Concern
from programs.models import Membership
from tests.e2e.conftest import BOTH_KINDS, PHONE
from tests.e2e.everyone import faults, fits
from tests.e2e.room import answer_late, faults_of, live, message, room_of, said, soon, write

pytestmark = pytest.mark.e2e


def test_two_taps_reach_the_desk_while_it_stands_open(visit, cast, aside):
    aside(said, cast, cast.noor, "You should just stop seeing her.")
    mina = visit(f"{room_of(cast)}desk/", cast.mina)
    ines = visit(room_of(cast), cast.ines, viewport=PHONE)
    page = live(ines.page)
    expect(mina.page.locator(".qitem")).to_have_count(0)

    page.locator("[data-menu]").last.click()
    page.click(".sheet [data-do=tell]")
    expect(page.locator("#ask-tell")).to_be_visible()
    assert faults(page) == []
    page.click("#ask-tell [value=worried]")
    expect(page.locator("#told")).to_contain_text("Mina will look at it within 12 hours.")
    expect(page.locator("#told")).to_contain_text("Noor won’t be told who said so.")
    page.click("#told button")

    expect(mina.page.locator(".qitem")).to_have_count(1)
    expect(mina.page.locator(".qitem")).to_contain_text("You should just stop seeing her.")
    assert "Ines" not in mina.page.locator(".qitem").inner_text()
    assert faults(mina.page) == []
    item = mina.page.locator(".qitem")
    item.get_by_text("Settle it", exact=True).first.press("Enter")
    item.get_by_role("button", name="Settle it").press("Enter")
    expect(mina.page.locator("[data-undo]")).to_be_visible()
    expect(mina.page.locator(".qitem")).to_have_count(0)
    mina.page.locator("[data-undo] button").press("Enter")
    expect(mina.page.locator(".qitem")).to_have_count(1)
    assert faults_of(mina) == faults_of(ines) == []


def test_of_a_facilitator_it_is_said_that_only_program_leads_read_it(visit, cast, aside):
    aside(said, cast, cast.mina, "Do as I say.")
    ines = visit(room_of(cast), cast.ines)
    page = live(ines.page)

    page.locator("[data-menu]").last.click()
    expect(page.locator(".sheet [data-do=tell]")).to_contain_text("Tell a program lead")
    page.click(".sheet [data-do=tell]")

    dialog = page.locator("#ask-tell")
    expect(dialog.get_by_role("heading")).to_have_text("Tell a program lead")
    expect(dialog).to_contain_text("Mina doesn’t see it, nor that there is anything to see.")
    page.click("#ask-tell [value=unkind]")
    expect(page.locator("#told")).to_contain_text("A program lead will look at it.")
    assert aside(Concern.objects.get).to_leads
    assert faults_of(ines) == []


def test_a_note_that_did_not_reach_the_house_is_there_for_another_try(visit, cast, aside):
    aside(said, cast, cast.noor, "You should just stop seeing her.")
    ines = visit(room_of(cast), cast.ines, fresh=True)
    page = live(ines.page)

    def open_what_can_be_told():
        page.locator("[data-menu]").last.click()
        page.click(".sheet [data-do=tell]")
        return page.get_by_label("A few words with it")

    open_what_can_be_told().fill("It's the third time.")
    page.context.set_offline(True)
    expect(page.get_by_text("You’re offline.")).to_be_visible()
    page.click("#ask-tell [value=unkind]")
    expect(page.locator("#told")).to_be_hidden()
    page.context.set_offline(False)
    live(page)

    expect(open_what_can_be_told()).to_have_value("It's the third time.")
    page.click("#ask-tell [value=unkind]")
    expect(page.locator("#told")).to_be_visible()
    page.click("#told button")
    expect(open_what_can_be_told()).to_have_value("")


@pytest.mark.parametrize("place", ["", "live/"])
def test_of_a_person_one_tells_without_leaving_the_page(visit, cast, aside, place):
    """In a session, too, of someone who says nothing."""
    circle = cast.circle.public_id
    aside(leading.begin, by=cast.mina, circle=circle)
    for person in (cast.noor, cast.ines):
        aside(rounds.seat, by=person, circle=circle, agreed=True)
    ines = visit(f"{room_of(cast)}{place}", cast.ines)
    page = ines.page
    tag = "reweave-live" if place else "reweave-room"
    expect(page.locator(tag)).to_have_attribute("data-line", "live")
    among = page.locator("[data-order]" if place else "aside .people")
    expect(among.locator("a.tell")).to_have_count(1 if place else 2)

    among.get_by_role("link", name="Tell the facilitator about Noor").click()
    expect(page.locator("#ask-tell").get_by_role("heading")).to_have_text("Tell the facilitator")
    page.click("#ask-tell [value=worried]")

    expect(page.locator("#told")).to_contain_text("Mina will look at it within 5 minutes.")
    concern = aside(Concern.objects.select_related("about").get)
    assert (concern.about.name, concern.message_id) == ("Noor", None)
    assert faults(page) == []
    assert faults_of(ines) == []


def test_words_about_a_crisis_arrive_at_once_and_bring_a_card_to_their_author_alone(
    visit, cast, aside
):
    noor = visit(room_of(cast), cast.noor, viewport=PHONE)
    ines = visit(room_of(cast), cast.ines)
    mina = visit(f"{room_of(cast)}desk/", cast.mina, viewport=PHONE)
    for one in (noor, ines):
        live(one.page)

    write(noor.page, "Some nights I want to die.")

    expect(ines.page.locator(".msg").last).to_contain_text("Some nights I want to die.")
    card = noor.page.locator("[data-card]")
    expect(card).to_contain_text("Only you see this.")
    expect(noor.page.locator("[data-aloud] p")).to_contain_text(["Only you see this."])
    assert faults(noor.page) == []
    assert fits(noor.page)
    expect(mina.page.locator(".qitem")).to_contain_text("Care first")
    assert faults(mina.page) == []
    assert fits(mina.page)
    expect(ines.page.locator("[data-card]")).to_have_count(0)
    card.get_by_role("button").press("Enter")
    expect(card).to_have_count(0)
    expect(noor.page.get_by_role("region", name="Messages in Alder circle")).to_be_focused()
    noor.page.reload()
    live(noor.page)
    expect(noor.page.locator("[data-card]")).to_have_count(0)
    assert aside(Concern.objects.count) == 1
    for one in (noor, ines, mina):
        assert faults_of(one) == []


@pytest.mark.parametrize("place", ["", "live/"])
def test_whoever_leads_or_reads_the_room_learns_at_once_that_someone_may_need_care(
    visit, cast, aside, place
):
    """Nobody who holds a session has the desk open as well."""
    aside(leading.begin, by=cast.mina, circle=cast.circle.public_id)
    mina = visit(f"{room_of(cast)}{place}", cast.mina, viewport=PHONE)
    ines = visit(f"{room_of(cast)}{place}", cast.ines)
    tag = "reweave-live" if place else "reweave-room"
    for one in (mina, ines):
        expect(one.page.locator(tag)).to_have_attribute("data-line", "live")
    expect(mina.page.locator("[data-bar=needs]")).to_have_count(0)

    aside(
        concerns.tell,
        by=cast.ines,
        circle=cast.circle.public_id,
        member=aside(cast.member, cast.noor).public_id,
        reason="worried",
    )

    bar = mina.page.locator("[data-bar=needs]")
    expect(bar).to_contain_text("Someone may need care.")
    assert "Noor" not in bar.inner_text()
    expect(ines.page.locator("[data-bar=needs]")).to_have_count(0)
    assert faults(mina.page) == []
    assert fits(mina.page)
    aside(settling.take, by=cast.mina, concern=aside(Concern.objects.get).public_id)
    expect(bar).to_have_count(0)
    assert faults_of(mina) == faults_of(ines) == []


def test_an_older_answer_of_the_desk_takes_nothing_back_that_a_newer_one_said(visit, cast, aside):
    mina = visit(room_of(cast), cast.mina)
    page, held = live(mina.page), []

    def answer(route):
        if held:
            return route.continue_()
        return held.append((route, route.fetch()))

    page.route(f"**{room_of(cast)}desk/", answer)
    here = {"circle": cast.circle.public_id}
    noors, ines = (aside(cast.member, who).public_id for who in (cast.noor, cast.ines))
    aside(beside.check_in, by=cast.mina, member=ines, body="Hello", **here)
    soon(lambda: page.title() and held)
    aside(concerns.tell, by=cast.ines, reason="worried", member=noors, **here)
    bar = page.locator("[data-bar=needs]")
    expect(bar).to_contain_text("Someone may need care.")

    [(route, earlier)] = held
    answer_late(page, route, earlier)

    expect(bar).to_contain_text("Someone may need care.", timeout=1)
    page.unroute_all()
    assert faults_of(mina) == []


def test_two_who_talk_alone_read_each_other_without_reloading(visit, cast, aside):
    noors = aside(cast.member, cast.noor).public_id
    talk = aside(
        beside.check_in, by=cast.mina, circle=cast.circle.public_id, member=noors, body="Hello"
    ).public_id
    noor, mina = (
        visit(f"{room_of(cast)}check-ins/{talk}/", person, viewport=PHONE)
        for person in (cast.noor, cast.mina)
    )
    room = visit(room_of(cast), cast.mina)
    live(room.page)
    mina.page.get_by_label("Write to Noor").fill("Are you")

    noor.page.get_by_label("Write to Mina").fill("Not well.")
    noor.page.get_by_role("button", name="Send").click()
    expect(mina.page.locator("[data-lines]")).to_contain_text("Not well.")
    expect(mina.page.get_by_label("Write to Noor")).to_have_value("Are you")
    expect(room.page.locator("[data-bar=needs]")).to_contain_text("Someone has answered you")
    noor.page.get_by_role("button", name="End this talk").click()
    expect(mina.page.locator("[data-ended]")).to_contain_text("Noor ended this talk")
    expect(mina.page.get_by_label("Write to Noor")).to_have_value("Are you")
    for one in (noor, mina):
        assert faults(one.page) == []
        assert fits(one.page)
        assert faults_of(one) == []


@pytest.mark.parametrize(("scheme", "width"), BOTH_KINDS)
def test_the_desk_is_for_everyone(visit, cast, aside, width, scheme):
    aside(said, cast, cast.noor, "A line")
    aside(pacing.pace, by=cast.mina, circle=cast.circle.public_id, seconds=60)
    viewport = {"width": width, "height": 800}
    mina = visit(f"{room_of(cast)}desk/", cast.mina, viewport=viewport, color_scheme=scheme)
    for summary in mina.page.locator("details > summary").all():
        summary.click()

    expect(mina.page.locator(".ledger").get_by_role("button", name="Undo")).to_be_visible()
    assert faults(mina.page) == []
    assert fits(mina.page)
    assert faults_of(mina) == []


def test_what_was_begun_while_the_desk_asked_the_house_is_not_swept_away(visit, cast, aside):
    mina = visit(f"{room_of(cast)}desk/", cast.mina)
    page, asked = mina.page, []
    page.route(f"**{room_of(cast)}desk/", lambda route: asked.append(route))
    one = aside(said, cast, cast.noor, "You should just stop seeing her.")
    names = {"circle": cast.circle.public_id, "message": one.id}
    aside(concerns.tell, by=cast.ines, reason="worried", **names)
    soon(lambda: page.title() and asked)

    page.locator("details.care > summary").first.click()
    note = page.locator("details.care textarea").first
    note.fill("Half a sentence")
    answer_late(page, asked[0], asked[0].fetch())

    expect(note).to_have_value("Half a sentence")
    page.unroute_all()
    note.fill("")
    page.locator("details.care > summary").first.click()
    page.evaluate("document.activeElement.blur()")
    expect(page.locator(".qitem")).to_have_count(1)
    assert faults_of(mina) == []


def test_what_comes_while_something_is_open_on_the_desk_is_not_kept_back(visit, cast, aside):
    def worry(about, by):
        here = {"circle": cast.circle.public_id, "member": aside(cast.member, about).public_id}
        aside(concerns.tell, by=by, reason="worried", **here)

    mina = visit(f"{room_of(cast)}desk/", cast.mina, viewport=PHONE)
    page = mina.page
    items, more = page.locator(".qitem"), page.locator("[data-more]")
    menu, jump = page.locator("details.care").first, page.locator(".jump a").first
    menu.locator("> summary").click()
    worry(cast.noor, by=cast.ines)
    expect(items).to_have_count(1)
    expect(menu).to_have_attribute("open", "")
    expect(jump).to_have_text("Needs you, 1")

    settling_it = items.first.locator("details.more").last
    settling_it.locator("summary").click()
    aside(pacing.pause, by=cast.mina, circle=cast.circle.public_id)
    expect(page.locator(".phasebar")).to_contain_text("The room is resting.")
    expect(more).to_be_hidden()
    worry(cast.ines, by=cast.noor)

    expect(more).to_contain_text("Someone may need care.")
    expect(jump).to_have_text("Needs you, 2")
    assert faults(page) == []
    more.get_by_role("button", name="Show it").click()
    expect(items).to_have_count(2)
    expect(items.last).to_contain_text("Ines")
    expect(items.last).to_be_focused()
    expect(page.locator("#h-q")).to_contain_text("2")
    expect(settling_it).to_have_attribute("open", "")
    expect(more).to_be_hidden()
    assert faults_of(mina) == []


def test_whoever_holds_a_circle_alone_is_offered_the_leads_and_not_themselves(visit, cast):
    told = said(cast, cast.noor, "The kettle sang.")
    page = live(visit(room_of(cast), cast.mina).page)
    expect(page.locator("[data-composer]")).to_contain_text("Three people can read this.")
    expect(page.locator("[data-composer]")).not_to_contain_text("may hold a message")

    message(page, "The kettle").locator("[data-menu]").click()
    expect(page.locator(".sheet [data-do=tell]")).to_contain_text("Tell a program lead")
    page.locator(".sheet [data-do=tell]").click()
    asked = page.locator("#ask-tell")
    expect(asked.get_by_role("heading")).to_have_text("Tell a program lead")
    expect(asked).to_contain_text("They won’t be told who said so.")
    asked.get_by_role("button", name="I’m worried").click()
    expect(page.locator("#told")).to_contain_text("A program lead will look at it")
    for path in (f"messages/{told.id}/", f"messages/{told.id}/tell/"):
        page.goto(f"{room_of(cast)}{path}")
        expect(page.get_by_text("Tell a program lead")).to_be_visible()

    Membership.objects.create(
        circle=cast.circle, user=cast.bela, role="facilitator", name="Bela", swatch=90
    )
    page.goto(room_of(cast))
    message(live(page), "The kettle").locator("[data-menu]").click()
    expect(page.locator(".sheet [data-do=tell]")).to_contain_text("Tell the facilitator")


def worried(cast, about, by, *, note=""):
    here = {"circle": cast.circle.public_id, "member": cast.member(about).public_id}
    return concerns.tell(by=by, reason="worried", note=note, **here)


def long_queue(cast) -> list[str]:
    """Nine held messages of Noor's, oldest first, by their ids."""
    holding.hold(
        by=cast.mina, circle=cast.circle.public_id, member=cast.member(cast.noor).public_id
    )
    return [said(cast, cast.noor, f"Line {n}.").id for n in range(9)]


def top_of(locator) -> float:
    return locator.bounding_box()["y"]


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 720}])
def test_what_is_done_far_down_a_long_queue_moves_nothing(visit, cast, aside, viewport):
    ids = aside(long_queue, cast)
    mina = visit(f"{room_of(cast)}desk/", cast.mina, viewport=viewport)
    page = mina.page
    sixth, seventh = (page.locator(f"#i-{ids[n]}") for n in (5, 6))
    sixth.scroll_into_view_if_needed()
    before = top_of(sixth)

    sixth.get_by_role("button", name="Let it through").press("Enter")

    noted = page.locator("#noted")
    expect(noted).to_be_focused()
    expect(noted).to_contain_text("Everyone can read it now.")
    expect(page.locator("[data-said]")).to_contain_text("Everyone can read it now.")
    expect(sixth).to_have_count(0)
    expect(page.locator("#h-q")).to_contain_text("8")
    assert abs(top_of(noted) - before) < 2
    assert noted.evaluate("one => one.nextElementSibling.id") == f"i-{ids[6]}"
    page.keyboard.press("Tab")
    expect(seventh.get_by_role("button", name="Let it through")).to_be_focused()
    assert faults(page) == []
    assert fits(page)

    # What waits further down, the same; and of the last, the end.
    for n in (7, 8):
        page.locator(f"#i-{ids[n]}").get_by_role("button", name="Let it through").press("Enter")
        expect(page.locator(f"#i-{ids[n]}")).to_have_count(0)
        expect(noted).to_be_focused()
        expect(noted).to_be_in_viewport()
    assert faults_of(mina) == []


def test_what_leads_to_another_page_is_done_once(visit, cast, aside):
    [first, *_] = aside(long_queue, cast)
    page = visit(f"{room_of(cast)}desk/", cast.mina, viewport=PHONE).page
    item, sent = page.locator(f"#i-{first}"), []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    item.locator("[name=next]").first.evaluate("field => { field.value = '/places/'; }")

    item.get_by_role("button", name="Let it through").press("Enter")

    expect(page).to_have_url(re.compile(r"/places/$"))
    assert len([url for url in sent if first in url]) == 1


def test_what_is_done_with_one_member_is_said_there_and_keeps_what_is_written(visit, cast, aside):
    mina = visit(f"{room_of(cast)}desk/", cast.mina, viewport=PHONE)
    page = mina.page
    menu = page.locator("#members details.care", has_text="Noor")
    menu.locator("> summary").click()
    note = menu.get_by_label("Private note")
    note.fill("Half a sentence")

    menu.get_by_role("button", name="Read first what they write").press("Enter")

    expect(page.locator("#members li #noted")).to_contain_text(
        "What Noor writes waits for you now."
    )
    expect(page.locator("#noted")).to_be_focused()
    expect(menu).to_have_attribute("open", "")
    expect(menu.get_by_role("button", name="Post at once again")).to_be_visible()
    expect(note).to_have_value("Half a sentence")
    menu.get_by_role("button", name="Keep the note").press("Enter")
    expect(menu.locator(".note")).to_contain_text("Half a sentence")
    expect(note).to_have_value("")
    menu.get_by_role("button", name="Drop it").press("Enter")
    expect(menu.locator(".note")).to_have_count(0)
    expect(menu).to_have_attribute("open", "")
    assert faults(page) == []
    assert faults_of(mina) == []


def test_of_what_another_settled_first_it_is_said_where_one_was_and_nothing_is_lost(
    visit, cast, aside
):
    aside(long_queue, cast)
    told = aside(worried, cast, cast.noor, cast.ines)
    mina = visit(f"{room_of(cast)}desk/", cast.mina)
    page = mina.page
    item = page.locator(f"#i-{told.public_id}")
    item.get_by_text("Settle it", exact=True).first.press("Enter")
    item.get_by_label("A few words to whoever told").fill("I have written to them.")
    item.get_by_role("button", name="I’m looking at it").press("Enter")
    expect(item).to_contain_text("Mina is looking at it.")
    expect(item.get_by_label("A few words to whoever told")).to_have_value(
        "I have written to them."
    )
    expect(page.locator("#noted")).to_contain_text("You’re looking at it.")
    aside(settling.settle, by=cast.mina, concern=told.public_id, outcome="talked", answer="")

    item.get_by_role("button", name="Settle it").press("Enter")

    expect(page.locator("#noted")).to_be_focused()
    expect(page.locator("#noted [role=alert]")).to_contain_text("I have written to them.")
    assert all("409" in fault for fault in faults_of(mina))


def test_the_desk_says_that_the_house_was_not_reached_and_tries_again(visit, cast, aside):
    ids = aside(long_queue, cast)
    mina = visit(f"{room_of(cast)}desk/", cast.mina, fresh=True)
    page = mina.page
    page.context.set_offline(True)
    through = page.locator(f"#i-{ids[3]}").get_by_role("button", name="Let it through")
    through.press("Enter")
    expect(page.locator("#noted")).to_contain_text("That didn’t reach the circle.")
    page.context.set_offline(False)
    through.press("Enter")
    expect(page.locator(f"#i-{ids[3]}")).to_have_count(0)
    expect(page.locator("#noted")).to_contain_text("Everyone can read it now.")


def test_whoever_is_signed_out_meanwhile_is_led_to_the_door(visit, cast, aside):
    ids = aside(long_queue, cast)
    mina = visit(f"{room_of(cast)}desk/", cast.mina, fresh=True)
    mina.page.context.clear_cookies(name="reweave")
    mina.page.locator(f"#i-{ids[3]}").get_by_role("button", name="Let it through").press("Enter")
    expect(mina.page.get_by_role("link", name="Sign in").first).to_be_visible()
    expect(mina.page.locator("reweave-desk")).to_have_count(0)


def test_without_script_the_desk_opens_where_it_was_left(visit, cast, aside):
    ids = aside(long_queue, cast)
    mina = visit(f"{room_of(cast)}desk/", cast.mina, viewport=PHONE, java_script_enabled=False)
    page = mina.page
    page.locator(f"#i-{ids[5]}").get_by_role("button", name="Let it through").click()
    expect(page.locator("#noted")).to_contain_text("Everyone can read it now.")
    expect(page.locator("#noted")).to_be_in_viewport()
    expect(page.locator(f"#i-{ids[6]}")).to_be_in_viewport()
    expect(page.locator(f"#i-{ids[0]}")).not_to_be_in_viewport()


def test_what_one_tells_of_is_there_to_be_read_and_nothing_is_to_be_done_with_it(visit, cast):
    told = said(cast, cast.ines, "The kettle sang.", note="A kitchen")
    path = f"{room_of(cast)}messages/{told.id}/tell/"
    page = visit(path, cast.noor, java_script_enabled=False).page

    spoken = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    names = [node["name"]["value"] for node in spoken if node.get("name")]
    assert any("A kitchen" in name for name in names)
    page.get_by_text("Open when you’re ready").click()
    expect(page.get_by_text("The kettle sang.")).to_be_visible()
    expect(page.get_by_role("button", name="Respond to")).to_have_count(0)
