"""A house is founded once; founding it again changes nothing."""

import datetime as dt
import re

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Page, Site

from community.house import preparation
from community.models import User
from home.demo import plant
from home.founding import found
from home.models import HelpLine, HomePage, HouseSettings, StandardPage, SupportPage


def text(client, address, language):
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def counts():
    models = [Page, Site, HelpLine, HouseSettings, StandardPage, SupportPage, HomePage]
    return [model.objects.count() for model in models]


def test_a_bare_house_has_a_front_door_and_help(db, client):
    found()

    assert client.get("/").status_code == 200
    assert "Samaritans" in client.get("/support/").content.decode()


def test_whoever_prepares_an_empty_house_founds_it(db, client, monkeypatch):
    monkeypatch.setattr(preparation, "start_collecting", lambda: None)
    call_command("prepare")

    assert HomePage.objects.get().title in text(client, "/", "en")
    assert "Numbers checked by the house" not in text(client, "/support/", "en")
    assert set(HelpLine.objects.overdue()) == set(HelpLine.objects.all()) != set()


def test_a_house_where_people_live_is_founded_by_nobody_else(db, monkeypatch):
    monkeypatch.setattr(preparation, "start_collecting", lambda: None)
    User.objects.create_user("edda@example.org")
    before = counts()
    call_command("prepare")

    assert counts() == before


def test_editors_go_on_where_the_house_has_taken_up_another_language(
    db, client, monkeypatch, settings
):
    found()
    edda = User.objects.create_user("edda@example.org", is_superuser=True)
    monkeypatch.setattr(preparation, "start_collecting", lambda: None)
    settings.LANGUAGE_CODE = "de"
    call_command("prepare")
    client.force_login(edda)

    usage = reverse("wagtailadmin_pages:type_use", args=["home", "standardpage"])
    assert client.get(usage).status_code == 200


@pytest.mark.parametrize("language", dict(django_settings.LANGUAGES))
def test_it_is_founded_in_its_own_language(db, client, settings, language):
    settings.LANGUAGE_CODE = language
    home = found()

    page = text(client, "/support/", language)
    asked = {
        "en": "Move to where another person is",
        "de": "Geh dorthin, wo ein anderer Mensch ist",
    }
    assert {code for code, words in asked.items() if words in page} == {language}
    assert home.locale.language_code == SupportPage.objects.get().locale.language_code == language
    assert not re.search(r'<(?!html)[^>]* lang="', page)
    assert HouseSettings.objects.get().mail_name == {"en": "The house", "de": "Das Haus"}[language]


def test_whoever_is_in_trouble_and_reads_german_finds_help_in_german(db, client, settings):
    settings.LANGUAGE_CODE = "de"
    found()

    for country, number in {"DE": "08001110111", "AT": "142", "CH": "143", "LI": "143"}.items():
        page = text(client, f"/support/?country={country}", "de")
        assert f'href="tel:{number}"' in page and 'href="tel:112"' in page
        assert "Jemand hört zu" in page and "findahelpline.com" in page
    everything = text(client, "/support/", "de")
    assert "Wenn ein Leben in Gefahr ist, ruf die Notrufnummer an." in everything
    assert "Du musst es nicht gut erklären." in everything
    assert "Die Begleitung ist nachts nicht in Bereitschaft" in everything


def test_a_house_that_stands_keeps_its_words_whatever_language_it_takes_up(db, client, settings):
    found()
    once = counts()
    SupportPage.objects.update(lead="You needn’t explain.")

    settings.LANGUAGE_CODE = "de"
    found()

    assert counts() == once
    assert SupportPage.objects.get().lead == "You needn’t explain."
    assert HouseSettings.objects.get().mail_name == "The house"
    SupportPage.objects.get().delete()
    found()
    assert SupportPage.objects.get().title == "Support now"  # as the rest of the site is


def test_planting_twice_is_planting_once(db):
    plant()
    once = counts()

    plant()

    assert counts() == once


def test_what_an_editor_wrote_is_left_alone(db):
    plant()
    page = StandardPage.objects.get(slug="privacy")
    page.title = "What we keep"
    page.save_revision().publish()
    HelpLine.objects.filter(name="Shout").update(checked_on=dt.date(2026, 1, 1))

    plant()

    assert StandardPage.objects.get(slug="privacy").title == "What we keep"
    assert HelpLine.objects.get(name="Shout").checked_on == dt.date(2026, 1, 1)


def test_a_flushed_database_can_be_founded_anew(db):
    Site.objects.all().delete()
    Page.objects.all().delete()

    plant()

    assert HomePage.objects.get().is_root() is False
    assert Site.objects.get().root_page.specific == HomePage.objects.get()
