"""Whatever is sent in a form of the CMS, staff get the form again, told what is wrong."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Site

from chat.models import WordList
from community.models import User
from home.models import Country, HelpLine, HomePage
from programs.models import FacilitatorProfile, ProgramIndexPage, Realm

pytestmark = pytest.mark.once

RUBBISH = ["rubbish", "-1", "9" * 30, "²", "\x00", '{"id": 1}', "9999-12-31 25:61"]


class Forms(HTMLParser):
    """What each form of a page would send as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[dict[str, str]] = []
        self._field = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "form":
            self.all.append({})
        elif tag == "option" and self._field:
            if "selected" in found or not self.all[-1][self._field]:
                self.all[-1][self._field] = found.get("value", "")
        elif self.all and name and tag in ("input", "select", "textarea"):
            self._field = name if tag != "input" else ""
            if found.get("type") in ("checkbox", "radio") and "checked" not in found:
                self.all[-1].setdefault(name, "")
            elif found.get("type") not in ("submit", "file"):
                self.all[-1][name] = found.get("value", "")

    def handle_data(self, data):
        if self._field and self.lasttag == "textarea":
            self.all[-1][self._field] += data

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self._field = ""


def snippet(verb, model):
    def address(cast):
        of = [model.objects.first().pk] if verb == "edit" else []
        return reverse(
            f"wagtailsnippets_{model._meta.label_lower.replace('.', '_')}:{verb}", args=of
        )

    return address


def page(model):
    return lambda cast: reverse("wagtailadmin_pages:edit", args=[model.objects.first().pk])


FORMS = {
    f"{verb} {model.__name__}": snippet(verb, model)
    for model in (Realm, FacilitatorProfile, HelpLine, Country, WordList)
    for verb in ("add", "edit")
} | {
    "house": lambda cast: reverse(
        "wagtailsettings:edit", args=["home", "housesettings", Site.objects.get().pk]
    ),
    "add cohort": lambda cast: reverse("cohort:add"),
    "edit cohort": lambda cast: reverse("cohort:edit", args=[cast.cohort.pk]),
    "cohort again": lambda cast: reverse("cohort:again", args=[cast.cohort.pk]),
    "move a session": lambda cast: reverse("cohort:session", args=[cast.cohort.pk]),
    "add circle": lambda cast: reverse("circle:add"),
    "edit circle": lambda cast: reverse("circle:edit", args=[cast.circle.pk]),
    "appoint": lambda cast: reverse("circle:appoint", args=[cast.circle.pk]),
    "end a membership": lambda cast: reverse("membership:end", args=[cast.member(cast.noor).pk]),
    "add agreement": lambda cast: reverse("agreement:add"),
    "front door": page(HomePage),
    "programs": page(ProgramIndexPage),
    "add program": lambda cast: reverse(
        "wagtailadmin_pages:add",
        args=["programs", "programpage", ProgramIndexPage.objects.first().pk],
    ),
}


@pytest.fixture
def staff(house, cast, client) -> Client:
    FacilitatorProfile.objects.create(name="Mina", credentials="Twenty years of it.")
    client.force_login(User.objects.create_superuser("root@example.org"))
    return client


def sent_as_it_stands(staff: Client, address: str) -> dict[str, str]:
    shown = staff.get(address)
    assert shown.status_code == 200, address
    # What a body of blocks holds is put there by script.
    return max(Forms(shown.content.decode()).all, key=len) | {"body-count": "0"}


@pytest.mark.parametrize("name", FORMS)
def test_rubbish_in_each_field_is_answered_with_the_form(staff, cast, name):
    address = FORMS[name](cast)
    fields = sent_as_it_stands(staff, address)
    written = [one for one in fields if one != "csrfmiddlewaretoken" and "-" not in one]
    for rubbish in RUBBISH:
        answer = staff.post(address, fields | dict.fromkeys(written, rubbish))
        assert answer.status_code < 500, rubbish
    if "/pages/" in address:  # most of whose fields are Wagtail's
        return
    for field in fields.keys() - {"csrfmiddlewaretoken", "body-count"}:
        answer = staff.post(address, fields | {field: "rubbish"})
        assert answer.status_code < 500, field


CHOOSERS = [
    ("add cohort", "program", "Choose"),
    ("edit cohort", "program", "Choose"),
    ("add circle", "cohort", "Choose a cohort"),
    ("front door", "first_page", "Choose"),
    ("add program", "facilitators-0-profile", "Choose"),
    ("add HelpLine", "countries", "<select"),
]


@pytest.mark.parametrize(("name", "field", "stands"), CHOOSERS)
def test_what_names_nothing_that_may_be_chosen_is_answered_with_a_sentence(
    staff, cast, name, field, stands
):
    address = FORMS[name](cast)
    fields = sent_as_it_stands(staff, address)
    if field.startswith("facilitators"):
        fields |= {"facilitators-TOTAL_FORMS": "1", "facilitators-0-ORDER": "1"}
    root = str(Page.get_first_root_node().pk)
    for named in [*RUBBISH, "12345678", *([root] if field == "program" else [])]:
        answer = staff.post(address, fields | {field: named})
        assert answer.status_code == 200, named
        said = answer.content.decode()
        assert re.search("not one of the available choices|not a valid value", said), named
        assert stands in said


def test_what_is_chosen_stands_in_the_form(staff, cast):
    HomePage.objects.update(first_page=cast.program)
    for name in ("edit cohort", "front door"):
        assert "Seed to Fruit" in staff.get(FORMS[name](cast)).content.decode()
