"""Help right now: by country, without sign-in, and never a page that isn't there."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from home.models import Country, HelpLine, SupportPage

pytestmark = pytest.mark.once


def text(client, address="/support/", language="en"):
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


class Spoken(HTMLParser):
    """`Spoken(page)["Samaritans"]`: in which languages a screen reader says what begins so."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.languages, self.said = [""], []
        self.feed(page[page.index("<html") :])

    def handle_starttag(self, tag, attributes):
        if tag not in {"br", "input", "link", "meta"}:
            self.languages.append(dict(attributes).get("lang", self.languages[-1]))

    def handle_endtag(self, tag):
        self.languages.pop()

    def handle_data(self, data):
        self.said.append((data, self.languages[-1]))

    def __getitem__(self, words: str) -> set[str]:
        return {language for said, language in self.said if words in said}


def test_without_a_choice_every_number_is_there(house, client):
    page = text(client)

    assert 'href="tel:999"' in page
    assert 'href="tel:116123"' in page
    assert 'href="sms:85258"' in page
    assert "findahelpline.com" in page


def test_a_country_shows_its_own_lines_and_those_of_everywhere(house, client):
    page = text(client, "/support/?country=ie")

    assert 'href="tel:112"' in page
    assert "Samaritans" in page
    assert "findahelpline.com" in page
    assert "988" not in page


@pytest.mark.parametrize("asked", ["ZZ", "atlantis", "\x00", "ZZ" * 5000, "<b>"])
def test_an_unknown_place_gets_the_directory_and_the_local_number(house, client, asked):
    page = client.get("/support/", {"country": asked})

    assert page.status_code == 200
    words = page.content.decode()
    assert "Ring your local emergency number" in words
    assert "findahelpline.com" in words
    assert "116 123" not in words


def test_a_house_without_a_support_page_still_answers(db, client):
    assert not SupportPage.objects.exists()

    page = text(client)

    assert 'href="tel:112"' in page
    assert "findahelpline.com" in page


def test_the_page_answers_when_the_database_does_not(house, client, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("the database went away")

    monkeypatch.setattr(SupportPage, "serve", away)

    assert 'href="tel:112"' in text(client)


def test_the_page_says_when_its_oldest_number_was_checked(house, client):
    HelpLine.objects.filter(name="Shout").update(checked_on=dt.date(2026, 9, 1))

    assert "Numbers checked by the house on 1 September 2026." in text(client)


def test_english_words_are_read_aloud_in_english_to_whoever_reads_german(house, client):
    page = text(client, "/support/", "de")

    for words in (
        *["You don’t have to explain it well.", "ring the emergency number."],
        *["Samaritans", "Listening, day and night.", "24 hours", "By text, if talking out loud"],
        *["Put both feet on the floor.", "Your facilitator answers messages"],
    ):
        assert Spoken(page)[words] == {"en"}, words
    for words in ("Um mit jemandem zu sprechen", "Während du wartest", "Vom Haus geprüfte Nummern"):
        assert Spoken(page)[words] == {"de"}, words


def test_a_line_that_is_worded_in_another_language_says_so(house, client):
    HelpLine.objects.filter(name="Shout").update(written_in="de", words="Zum Schreiben.")

    assert Spoken(text(client, "/support/", "de"))["Zum Schreiben."] == {"de"}
    assert Spoken(text(client, "/support/", "en"))["Zum Schreiben."] == {"de"}
    assert Spoken(text(client, "/support/", "en"))["Listening"] == {"en"}


def test_where_a_number_was_never_checked_the_page_says_of_none_that_it_was(house, client):
    HelpLine.objects.filter(name="Shout").update(checked_on=None)

    assert "Numbers checked by the house" not in text(client)
    assert "Numbers checked by the house" in text(client, "/support/?country=IE")  # it has no Shout


def test_numbers_unchecked_for_ninety_days_are_overdue(house):
    today = timezone.localdate()
    old = HelpLine.objects.get(name="Shout")
    old.checked_on = today - dt.timedelta(days=91)
    old.save()
    fresh = HelpLine.objects.get(name="Samaritans")
    fresh.checked_on = today - dt.timedelta(days=90)
    fresh.save()

    assert list(HelpLine.objects.overdue()) == [old]
    assert old.is_overdue
    assert not fresh.is_overdue
    fresh.checked_on = None
    fresh.save()
    assert list(HelpLine.objects.overdue()) == [fresh, old]
    assert fresh.is_overdue


def test_a_line_nobody_can_reach_is_refused(db):
    line = HelpLine(name="Nobody", words="No way in.", hours="-", cost="-", languages="-")

    with pytest.raises(ValidationError) as refused:
        line.full_clean()
    assert "number" in refused.value.message_dict
    with pytest.raises(IntegrityError):
        line.save()


@pytest.mark.parametrize("number", ["tel:1", "call us", "javascript:alert(1)", "1" * 40, "١١٢x"])
def test_a_number_that_cannot_be_dialled_is_refused(db, number):
    line = HelpLine(
        name="Line", words="Words.", number=number, hours="-", cost="-", languages="English"
    )

    with pytest.raises(ValidationError) as refused:
        line.full_clean()
    assert "number" in refused.value.message_dict


def test_a_country_needs_its_two_letters(db):
    with pytest.raises(ValidationError):
        Country(code="ireland", name="Ireland", emergency_number="112").full_clean()
