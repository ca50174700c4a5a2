"""What the world reads about a program, and what its editors are told."""

from __future__ import annotations

import datetime as dt
import html

import pytest
from django.test import RequestFactory
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction
from wagtail.test.utils import WagtailPageTestCase

from programs.blocks import ProgramBody
from programs.checks_panel import findings
from programs.models import (
    Circle,
    Cohort,
    FacilitatorProfile,
    ProgramFacilitator,
    ProgramIndexPage,
    ProgramPage,
    Realm,
)

pytestmark = pytest.mark.once


def text_of(response) -> str:
    return html.unescape(response.content.decode())


@pytest.fixture
def profile(cast) -> FacilitatorProfile:
    profile = FacilitatorProfile.objects.create(
        name="Mina", credentials="Nurse", ties="None.", complaints="Write to Sade."
    )
    ProgramFacilitator.objects.create(program=cast.program, profile=profile)
    return profile


def test_a_visitor_reads_what_a_program_is_and_where_to_apply(client, cast, profile):
    cast.program.suits, cast.program.cost = "you want company\nyou have time", "£0 to £100"
    cast.program.save()
    page = text_of(client.get(cast.program.url))
    assert "Four weeks, pick by pick" in page
    assert "you want company" in page
    assert "£0 to £100" in page
    assert "Write to Sade." in page
    assert f'href="/apply/{cast.circle.public_id}/"' in page
    assert "6 of 8 places left" in page


def test_help_stands_first_among_the_reasons_against_on_every_program(client, cast):
    page = text_of(client.get(cast.program.url))
    assert page.index("thinking of ending your life") < page.index("Upcoming circles")
    assert '<a href="/support/">please start here</a>' in page


def test_a_full_circle_offers_its_waiting_list(client, cast):
    Cohort.objects.update(largest=2, smallest=2)
    page = text_of(client.get(cast.program.url))
    assert "Full" in page
    assert "Join the waiting list" in page


def test_circles_that_no_longer_gather_are_not_listed(client, cast):
    Cohort.objects.update(roster_closes_on=timezone.localdate())
    assert "No circle is gathering just now." in text_of(client.get(cast.program.url))
    assert not Circle.objects.gathering().exists()


def test_a_cancelled_cohort_is_not_listed(client, cast):
    Cohort.objects.update(is_cancelled=True)
    assert "Alder circle" not in text_of(client.get(cast.program.url))


def test_questions_and_practices_are_for_members_and_for_the_weeks_they_came_to(client, cast):
    Cohort.objects.update(starts_on=timezone.localdate() - dt.timedelta(days=8))
    cast.program.weeks.update(practices="Sit for two minutes.")
    for reader in (None, cast.sade, cast.edda):
        client.logout()
        if reader:
            client.force_login(reader)
        page = text_of(client.get(cast.program.url))
        assert "Question 1" not in page
        assert "Sit for two minutes." not in page
    client.force_login(cast.noor)
    page = text_of(client.get(cast.program.url))
    assert "Question 2" in page
    assert "Question 3" not in page


def test_nobodys_name_is_on_the_page(client, cast):
    page = text_of(client.get(cast.program.url))
    assert "Noor" not in page
    assert "Ines" not in page


@pytest.mark.parametrize("which", ["program", "index"])
def test_a_visitor_gets_no_cookie_and_costs_at_most_eight_queries(
    client, cast, profile, which, django_assert_max_num_queries
):
    url = cast.program.url if which == "program" else cast.program.get_parent().url
    client.get(url)
    for number in range(3):
        Circle.objects.create(cohort=cast.cohort, name=f"Circle {number}")
    with django_assert_max_num_queries(8):
        response = client.get(url)
    assert not response.cookies
    assert response.status_code == 200


def test_a_page_that_was_closed_to_the_world_stays_closed(client, cast):
    index = cast.program.get_parent()
    PageViewRestriction.objects.create(page=index, restriction_type=PageViewRestriction.LOGIN)
    for url in (index.url, cast.program.url):
        assert client.get(url).status_code == 302
    client.force_login(cast.otto)
    assert client.get(cast.program.url).status_code == 200


def test_a_mirror_is_as_closed_as_what_it_mirrors(client, cast):
    alias = cast.program.create_alias(update_slug="mirror")
    PageViewRestriction.objects.create(page=cast.program, restriction_type="login")
    assert client.get(f"/programs/{alias.slug}/").status_code == 302


def test_programs_are_found_wherever_an_editor_moved_their_list(client, cast):
    index = cast.program.get_parent().specific
    index.slug = "circles-we-hold"
    index.save_revision().publish()
    cast.program.refresh_from_db()
    assert client.get(f"/circles-we-hold/{cast.program.slug}/").status_code == 200
    assert client.get(f"/programs/{cast.program.slug}/").status_code == 404


def test_the_index_lists_programs_with_their_circles(client, cast):
    page = text_of(client.get(cast.program.get_parent().url))
    assert "Seed to Fruit" in page
    assert "Alder circle" in page


def test_drafts_are_not_there(client, cast):
    cast.program.unpublish()
    assert client.get(f"/programs/{cast.program.slug}/").status_code == 404
    assert "Seed to Fruit" not in text_of(client.get("/programs/"))
    assert client.get("/programs/no-such-program/").status_code == 404


def test_a_profile_that_was_taken_down_is_not_shown(client, cast, profile):
    profile.unpublish()
    assert "Write to Sade." not in text_of(client.get(cast.program.url))


@pytest.mark.parametrize(("mode", "sees"), [("visitor", False), ("member", True)])
def test_editors_look_at_a_draft_as_a_visitor_and_as_a_member(client, cast, mode, sees):
    draft = ProgramPage.objects.get(pk=cast.program.pk).get_latest_revision_as_object()
    draft.title = "A draft of something"
    response = draft.make_preview_request(preview_mode=mode)
    page = text_of(response)
    assert "A draft of something" in page
    assert ("Question 4" in page) is sees


def test_the_editor_may_frame_the_preview_and_nobody_may_frame_the_page(client, cast):
    cast.edda.is_superuser = True
    cast.edda.save()
    client.force_login(cast.edda)
    cast.program.specific.save_revision()
    drawn = client.get(f"/cms/pages/{cast.program.pk}/view_draft/")
    assert "Seed to Fruit" in text_of(drawn)
    frame = drawn.headers["Content-Security-Policy"]
    page = client.get(cast.program.url).headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in frame
    assert "frame-ancestors 'none'" in page


def test_a_profile_can_be_looked_at(cast, profile):
    assert "Write to Sade." in text_of(profile.make_preview_request())


@pytest.mark.parametrize("name", ["section", "questions", "poem"])
def test_each_block_can_be_looked_at_before_it_is_chosen(db, name):
    block = ProgramBody().child_blocks[name]
    value = block.normalize(block.get_preview_value())
    assert block.render(value, {"request": RequestFactory().get("/")}).strip()
    assert block.is_previewable
    assert block.meta.description


def test_editors_are_told_what_a_careful_reader_would_ask(cast, profile):
    said = " ".join(findings(cast.program))
    assert "cost" in said
    assert "whom it suits" in said
    assert "No facilitator" not in said
    cast.program.summary = "This is proven to heal you."
    assert "promises an outcome" in " ".join(findings(cast.program))


def test_a_complete_program_lacks_nothing(cast, profile):
    cast.program.cost = "Free"
    cast.program.suits = cast.program.suits_not = "you like it"
    cast.program.save()
    assert findings(cast.program) == []


def test_a_house_has_its_realms_and_an_agreement_from_the_first_day(db, agreement):
    dyes = dict(Realm.objects.values_list("slug", "dye"))
    assert dyes == {
        "mind": "woad",
        "body": "madder",
        "emotion": "elder",
        "spirit": "weld",
        "relationship": "birch",
        "work-and-play": "onion",
    }
    assert agreement.version == 1
    assert any("not therapy" in clause for clause in agreement.each_clause())


class ProgramsStandInTheirList(WagtailPageTestCase):
    def test_a_list_holds_programs_and_programs_hold_nothing(self):
        self.assertAllowedSubpageTypes(ProgramIndexPage, {ProgramPage})
        self.assertAllowedParentPageTypes(ProgramPage, {ProgramIndexPage})
        self.assertAllowedSubpageTypes(ProgramPage, set())


def test_there_is_one_list(cast):
    assert not ProgramIndexPage.can_create_at(Page.get_first_root_node().get_first_child())
