"""A house is founded once; founding it again changes nothing."""

import datetime as dt

from wagtail.models import Page, Site

from home.demo import plant
from home.founding import found
from home.models import HelpLine, HomePage, HouseSettings, StandardPage, SupportPage


def counts():
    models = [Page, Site, HelpLine, HouseSettings, StandardPage, SupportPage, HomePage]
    return [model.objects.count() for model in models]


def test_a_bare_house_has_a_front_door_and_help(db, client):
    found()

    assert client.get("/").status_code == 200
    assert "Samaritans" in client.get("/support/").content.decode()


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
