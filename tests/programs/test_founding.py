"""The realms and the agreement that a house begins with, in its own language."""

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import translation

from programs.founding import CLAUSES
from programs.models import Agreement, Realm

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def migrate() -> None:
    """As a house's first `migrate` does: without any language."""
    with translation.override(None):
        import_module("programs.migrations.0002_realms_and_agreement").found(apps, None)


@pytest.mark.parametrize(
    ("language", "body", "pass_on"),
    [
        ("en", "Body", "It’s fine to pass: for me, and for everyone."),
        ("de", "Körper", "Aussetzen ist in Ordnung: für mich und für alle."),
    ],
)
def test_a_new_house_begins_in_its_own_language(settings, language, body, pass_on):
    Realm.objects.all().delete()
    Agreement.objects.all().delete()
    settings.LANGUAGE_CODE = language

    migrate()

    assert Realm.objects.get(slug="body").name == body
    clauses = Agreement.objects.get().each_clause()
    assert pass_on in clauses and len(clauses) == len(CLAUSES)


def test_what_stands_is_left_as_it_is(settings):
    Realm.objects.filter(slug="body").update(name="Bones")
    settings.LANGUAGE_CODE = "de"

    migrate()

    assert Realm.objects.get(slug="body").name == "Bones"
    assert Realm.objects.count() == 6
    assert Agreement.objects.get().each_clause() == list(CLAUSES)
