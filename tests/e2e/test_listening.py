"""Coming to an open session, and who was present: pages that people meet around the rounds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from programs import circles
from programs.models import Circle
from tests.chat.circle_live import Session
from tests.e2e.conftest import BOTH_KINDS, PHONE
from tests.e2e.everyone import faults, fits

pytestmark = pytest.mark.e2e


@pytest.fixture
def evening(cast, aside) -> Session:
    """Mina holds an open evening of the program, and has opened its session."""

    def begin() -> Session:
        circle = Circle.objects.create(cohort=cast.cohort, name="Open evening", is_open=True)
        circles.appoint(circle=circle, person=cast.mina, name="Mina")
        session = Session(circle, {"mina": cast.mina, "noor": cast.noor})
        session.do("mina", "begin")
        return session

    return aside(begin)


def test_someone_of_the_program_comes_in_listens_and_is_asked_onto_the_stage(
    visit, cast, evening, aside
):
    page = visit("/places/", cast.noor, viewport=PHONE).page
    page.get_by_role("link", name="Come and listen").click()
    assert faults(page) == []
    assert fits(page)
    expect(page.get_by_label("The name you go by in this circle")).to_have_value("Noor")
    page.get_by_role("button", name="Come and listen").click()

    expect(page).to_have_url(
        f"{page.url.split('/circles')[0]}/circles/{evening.circle.public_id}/live/"
    )
    page.get_by_role("button", name="Take a seat").first.click()
    expect(page.get_by_text("You’re listening.")).to_be_visible()
    aside(evening.do, "mina", "phase", phase="sharing")
    expect(page.get_by_role("textbox")).to_have_count(0)
    aside(evening.do, "mina", "give_piece", member="noor")
    expect(page.get_by_role("heading", name="The talking piece is yours")).to_be_visible()
    expect(page.get_by_role("textbox").first).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "width"), BOTH_KINDS)
def test_the_door_and_who_was_present_are_for_everyone(visit, cast, evening, width, scheme):
    view = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    circle = evening.circle.public_id
    for person, path in [(cast.noor, "listen"), (cast.mina, "attendance")]:
        seen = visit(f"/circles/{circle}/{path}/", person, **view)
        assert faults(seen.page) == []
        assert fits(seen.page)
        assert seen.complaints == []
