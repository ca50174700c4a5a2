"""Whoever has chosen no language is written to as in the circle that they came to last."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from community import notices
from community.models import Notice, User
from programs import enrolment
from programs.models import Application, Cohort, Membership
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ENGLISH, GERMAN = "You have an update", "Es gibt etwas Neues für dich"
NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def subject_to(person: User) -> str:
    person.refresh_from_db()
    notices.tell(person, kind=Notice.Kind.CIRCLE, about="session:1", not_before=NOON)
    mail.outbox.clear()
    assert notices.send_due(NOON) == 1
    return mail.outbox[0].subject


@pytest.fixture(autouse=True)
def german_circle(cast: Cast) -> None:
    """The cast's circle speaks German; the one next door, and the house, English."""
    cast.next_door.cohort = Cohort.objects.create(
        program=cast.program, name="Summer", starts_on=cast.cohort.starts_on, language="en"
    )
    cast.next_door.save()
    Cohort.objects.filter(pk=cast.cohort.pk).update(language="de")


def test_a_member_is_told_in_the_circles_language(cast):
    assert subject_to(cast.noor) == GERMAN
    assert subject_to(cast.bela) == ENGLISH


def test_whoever_has_chosen_is_told_in_theirs(cast):
    User.objects.filter(pk=cast.noor.pk).update(language="en")

    assert subject_to(cast.noor) == ENGLISH


def test_whoever_belongs_to_no_circle_is_told_in_the_houses(cast, settings):
    assert subject_to(cast.sade) == ENGLISH
    Notice.objects.all().delete()
    settings.LANGUAGE_CODE = "de"
    assert subject_to(cast.sade) == GERMAN


def test_whoever_asks_for_a_place_is_told_in_the_language_of_the_circle(cast, lark):
    Application.objects.create(circle=cast.circle, person=lark)

    assert subject_to(lark) == GERMAN


def test_whoever_was_removed_is_told_as_before(cast):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.mina, why="Enough.")

    assert subject_to(cast.noor) == GERMAN


def test_of_two_circles_it_is_the_one_they_came_to_last(cast):
    later = timezone.now() + dt.timedelta(days=1)
    for role, told in ((Membership.Role.LISTENER, GERMAN), (Membership.Role.PEER, ENGLISH)):
        Notice.objects.all().delete()
        Membership.objects.update_or_create(
            circle=cast.next_door,
            user=cast.noor,
            defaults={"role": role, "name": "Noor", "swatch": 7, "joined_at": later},
        )
        assert subject_to(cast.noor) == told
