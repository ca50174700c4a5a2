"""What a visitor meets: pages without cookies, without other hosts, and few questions asked."""

import re
import subprocess
import sys

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.models import Locale

from home.models import HomePage, HouseSettings, StandardPage, SupportPage

pytestmark = pytest.mark.once

PUBLIC = ["/", "/support/", "/support/?country=IE", "/how-it-works/", "/agreement/", "/privacy/"]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_visitor_is_given_no_cookie(house, client, path):
    answer = client.get(path)

    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize("path", PUBLIC)
def test_what_editors_wrote_says_in_which_language_where_the_house_speaks_another(
    house, client, path
):
    german = client.get(path, headers={"Accept-Language": "de-CH,de;q=0.9"})
    english = client.get(path)

    assert '<html lang="de"' in german.content.decode()
    assert "Zum Inhalt springen" in german.content.decode()
    assert ' lang="en"' in german.content.decode()
    assert english.content.decode().count(' lang="') == 1
    assert "Accept-Language" in german.headers["Vary"]


def test_what_is_translated_is_given_in_the_readers_language(house, client):
    german = Locale.objects.create(language_code="de")
    for kind, slug, title in (
        (HomePage, "", "Nach der Reise das Weben"),
        (SupportPage, "support", "Hilfe jetzt, auf Deutsch"),
        (StandardPage, "how-it-works", "Wie es geht"),
    ):
        page = kind.objects.get(slug=slug) if slug else kind.objects.get()
        translated = page.copy_for_translation(german)
        translated.title = title
        translated.save_revision().publish()

    def seen(path: str, language: str) -> str:
        return client.get(path, headers={"Accept-Language": language}).content.decode()

    assert "<h1>Nach der Reise das Weben" in seen("/", "de")
    assert "<h1>After the journey" in seen("/", "en")
    assert ">Hilfe jetzt, auf Deutsch</h1>" in seen("/support/", "de")
    assert "Hilfe jetzt, auf Deutsch" not in seen("/support/", "en")
    for path in ("/", "/accounts/login/"):
        assert ">Wie es geht</a>" in seen(path, "de") and ">How it works<" not in seen(path, "de")
        assert ">How it works</a>" in seen(path, "en") and "Wie es geht" not in seen(path, "en")


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_asks_the_database_at_most_eight_times(
    house, client, django_assert_max_num_queries, path
):
    client.get("/accessibility/")  # the house remembers its name and where its site begins

    with django_assert_max_num_queries(8):
        client.get(path)


@pytest.mark.parametrize("path", [*PUBLIC, "/nowhere/"])
def test_a_page_loads_nothing_from_another_host_and_styles_nothing_inline(house, client, path):
    page = client.get(path).content.decode()

    loaded = re.findall(r'<(?:link|script|img|iframe|source|use)[^>]*(?:href|src)="([^"]+)"', page)
    assert loaded
    assert all(
        address.startswith(("/static/", "/media/", "#")) or 'rel="canonical"' in page
        for address in loaded
        if not address.startswith("http://localhost")
    )
    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r"\son[a-z]+=", page)


@pytest.mark.parametrize("path", [*PUBLIC, "/nowhere/", "/accessibility/"])
def test_every_page_leads_to_support(house, client, path):
    assert 'href="/support/"' in client.get(path).content.decode()


def test_every_page_carries_its_policy(house, client):
    policy = client.get("/")["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


def test_the_home_page_shows_a_week_and_its_cloth(house, client):
    page = client.get("/").content.decode()

    assert "A week, roughly" in page
    assert 'class="hang cloth"' in page
    assert "Sign in" in page


def test_someone_signed_in_is_led_to_their_places(house, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("noor@example.org"))

    page = client.get("/").content.decode()

    assert "Your places" in page
    assert ">Sign in<" not in page


def test_a_page_nobody_made_is_told_plainly(db, client):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert "This thread ends here" in answer.content.decode()
    assert not answer.cookies


def test_fault_pages_need_neither_database_nor_request():
    # Without the db fixture any question to the database is an error.
    assert "This thread ends here" in render_to_string("404.html")
    assert "Something snapped on our side" in render_to_string("500.html")


def test_a_visitor_cannot_enter_the_editors_rooms(house, client):
    answer = client.get("/cms/", follow=True)

    assert reverse("account_login") in answer.request["PATH_INFO"]


def test_the_house_says_its_own_name_at_once(house, client, rf):
    assert " · Reweave</title>" in client.get("/").content.decode()

    settings = HouseSettings.objects.get()
    settings.name = "Alder House"
    settings.save()

    assert " · Alder House</title>" in client.get("/").content.decode()


def test_only_pages_of_the_world_are_in_the_map(house, client):
    draft = HomePage.objects.get().get_children().get(slug="agreement").specific
    draft.unpublish()

    found = client.get("/sitemap.xml").content.decode()

    assert "/privacy/" in found
    assert "/agreement/" not in found
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()


def test_an_unpublished_page_is_not_there(house, client):
    HomePage.objects.get().get_children().get(slug="privacy").specific.unpublish()

    assert client.get("/privacy/").status_code == 404
    assert 'href="/privacy/"' not in client.get("/").content.decode()


def test_what_editors_change_is_in_the_frame_of_the_next_page(house, client):
    """The frame's links are remembered; whoever publishes by noon isn't told to wait."""

    def frame():
        page = client.get("/accounts/login/").content.decode()
        return re.findall(r">([^<>]+)</a>", page)

    page = StandardPage.objects.get(slug="privacy")
    page.title = "What we keep"
    page.save_revision()
    assert "Privacy" in frame()
    page.get_latest_revision().publish()
    assert "What we keep" in frame() and "Privacy" not in frame()

    page.refresh_from_db()
    assert frame().index("Our agreement") < frame().index("What we keep")
    page.move(StandardPage.objects.get(slug="agreement"), pos="left")
    assert frame().index("What we keep") < frame().index("Our agreement")

    StandardPage.objects.get(pk=page.pk).unpublish()
    assert "What we keep" not in frame()


def test_the_frame_asks_nothing_for_its_links_once_they_are_known(
    house, client, django_assert_num_queries
):
    client.get("/accounts/login/")

    with django_assert_num_queries(0):
        client.get("/accounts/login/")


def test_a_process_that_draws_no_page_tells_of_what_it_publishes_too():
    """The worker, at the times that editors have set."""
    asked = (
        "import django, sys; django.setup();"
        "from django.db.models.signals import post_save; from home import models;"
        "print('home.templatetags.house' in sys.modules, 'home.links' in sys.modules,"
        " 'home.links' in {f.__module__ for f in post_save._live_receivers(models.HomePage)[0]})"
    )

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False", "True", "True"]
