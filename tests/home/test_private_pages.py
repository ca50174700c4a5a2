"""A page that editors keep for some is named to nobody else, and its door is the house's own."""

from __future__ import annotations

import datetime as dt
import html
import json

import pytest
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from home.models import HomePage, StandardPage
from programs.models import Circle, Cohort, ProgramIndexPage, ProgramPage

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def keep_for_members(page: Page) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type="login")


def seen(client, path: str) -> str:
    return html.unescape(client.get(path).content.decode())


def test_no_frame_names_a_page_that_is_not_for_all(house, client):
    page = StandardPage.objects.get(slug="privacy")
    page.title = "How we left the hospital"
    page.show_in_menus = True
    page.save()
    assert "How we left the hospital" in seen(client, "/support/")
    kept = keep_for_members(page)
    for path in ("/", "/support/", "/accounts/login/", "/no-such-page/", "/sitemap.xml"):
        assert "hospital" not in seen(client, path), path
    kept.delete()
    assert "How we left the hospital" in seen(client, "/support/")


def test_it_leads_to_the_houses_own_door(house, client):
    keep_for_members(StandardPage.objects.get(slug="privacy"))
    answer = client.get("/privacy/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=%2Fprivacy%2F"


def test_what_is_below_it_is_not_named_either(house, client, django_user_model):
    keep_for_members(StandardPage.objects.get(slug="privacy"))
    below = StandardPage(title="What the hospital keeps", slug="keeps")
    StandardPage.objects.get(slug="privacy").add_child(instance=below)
    assert client.get("/privacy/keeps/").status_code == 302
    client.force_login(django_user_model.objects.create_user("noor@example.org"))
    answer = client.get("/privacy/keeps/")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"


def test_no_list_names_the_circles_of_a_program_that_is_not_for_all(house, client):
    front = HomePage.objects.get()
    body = [{"type": "circles", "value": {"heading": "Now", "nothing": "None."}}]
    HomePage.objects.update(body=json.dumps(body))
    index = front.add_child(instance=ProgramIndexPage(title="Programs", slug="programs"))
    program = index.add_child(instance=ProgramPage(title="After the ward", summary="For some."))
    soon = timezone.localdate() + dt.timedelta(days=9)
    cohort = Cohort.objects.create(program=program, name="Spring", starts_on=soon)
    Circle.objects.create(cohort=cohort, name="Yew circle")
    for path in ("/", index.url):
        assert "Yew circle" in seen(client, path), path
    keep_for_members(program)
    for path in ("/", index.url):
        assert "Yew circle" not in seen(client, path)
        assert "After the ward" not in seen(client, path)
