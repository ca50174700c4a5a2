"""What editors can do with pages and lines, and what the CMS asks of them."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from wagtail import blocks
from wagtail.models import Page
from wagtail.test.utils import WagtailPageTestCase

from community.tasks import tick
from home.blocks import HomeBody
from home.models import HelpLine, HomePage, StandardPage, SupportPage
from programs.models import ProgramIndexPage

pytestmark = pytest.mark.once


@pytest.fixture
def edda(db, client, django_user_model):
    """Edda edits pages and help lines, and is signed in."""
    edda = django_user_model.objects.create_user("edda@example.org")
    edda.user_permissions.set(
        Permission.objects.filter(
            codename__in=["access_admin", "change_helpline", "add_helpline", "view_helpline"]
        )
    )
    client.force_login(edda)
    return edda


class PagesStandWhereTheyBelong(WagtailPageTestCase):
    def test_the_front_door_holds_pages_help_and_programs(self):
        self.assertAllowedSubpageTypes(HomePage, {StandardPage, SupportPage, ProgramIndexPage})

    def test_pages_of_words_hold_pages_of_words(self):
        self.assertAllowedSubpageTypes(StandardPage, {StandardPage})
        self.assertAllowedParentPageTypes(StandardPage, {HomePage, StandardPage})

    def test_the_support_page_stands_under_the_front_door_alone(self):
        self.assertAllowedParentPageTypes(SupportPage, {HomePage})
        self.assertAllowedSubpageTypes(SupportPage, set())


def test_there_is_one_front_door_and_one_support_page(house):
    root, home = Page.objects.get(depth=1), HomePage.objects.get()

    assert not HomePage.can_create_at(root)
    assert not SupportPage.can_create_at(home)


@pytest.mark.parametrize("name", [name for name in HomeBody.base_blocks if name != "picture"])
def test_each_block_can_be_looked_at_before_it_is_chosen(house, name):
    block = HomeBody().child_blocks[name]
    value = block.normalize(block.get_preview_value())

    drawn = block.render(value, {"request": RequestFactory().get("/")})

    assert block.is_previewable
    assert block.meta.description
    words = (
        value
        if isinstance(value, str)
        else value.get("heading", "")
        if isinstance(value, blocks.StructValue)
        else ""
    )
    assert words in drawn
    assert drawn.strip()


def test_a_draft_of_the_front_door_can_be_looked_at(house):
    home = HomePage.objects.get()
    home.title = "A new headline"

    seen = home.make_preview_request(preview_mode=home.default_preview_mode)

    assert seen.status_code == 200
    assert "A new headline" in seen.content.decode()


def test_a_page_goes_live_and_leaves_at_the_times_its_editor_has_set(house, client, time_machine):
    noon = timezone.now().replace(microsecond=0) + dt.timedelta(hours=2)
    page = StandardPage(title="Open evening", live=False)
    HomePage.objects.get().add_child(instance=page)
    page.go_live_at, page.expire_at = noon, noon + dt.timedelta(hours=8)
    page.save_revision().publish()

    def is_there(at):
        time_machine.move_to(at)
        tick()
        return client.get(page.url).status_code == 200

    minute = dt.timedelta(minutes=1)
    assert not is_there(noon - minute)
    assert is_there(noon + minute)
    assert is_there(page.expire_at - minute)
    assert not is_there(page.expire_at + minute)


def test_the_dashboard_asks_for_old_numbers_to_be_checked(house, edda, client):
    assert "Support numbers to check" not in client.get("/cms/").content.decode()

    HelpLine.objects.filter(name="Shout").update(
        checked_on=timezone.localdate() - dt.timedelta(days=91)
    )

    dashboard = client.get("/cms/").content.decode()
    assert "Support numbers to check" in dashboard
    assert "Shout" in dashboard
    assert "Samaritans" not in dashboard


def test_an_editor_lists_the_lines_and_an_outsider_does_not(house, edda, client, django_user_model):
    listing = reverse("wagtailsnippets_home_helpline:list")
    assert "Samaritans" in client.get(listing).content.decode()

    client.force_login(django_user_model.objects.create_user("otto@example.org"))
    answer = client.get(listing)
    assert answer.status_code in {302, 403, 404}
    assert "Samaritans" not in answer.content.decode()


def test_an_editors_page_is_checked_for_its_way_to_support(house, edda, client):
    page = client.get("/privacy/").content.decode()

    assert "leads-to-support" in page
    assert "check-image-alt-text" in page


def test_a_visitors_page_carries_no_checks(house, client):
    assert "leads-to-support" not in client.get("/privacy/").content.decode()


def test_a_block_is_previewed_in_the_clothes_of_the_house(house, edda, client):
    block = HomePage.body.field.stream_block.child_blocks["week"]

    seen = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    assert "A week, roughly" in seen.content.decode()
    assert "reweave/css/tokens" in seen.content.decode()
