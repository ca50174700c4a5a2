"""The demo's circles, and crowds for trials of size."""

from __future__ import annotations

import pytest
from django.utils import timezone

from home import demo as home_demo
from programs import demo, prompts
from programs.models import (
    Application,
    Circle,
    Cohort,
    Membership,
    ProgramPage,
    PromptDelivery,
    Reflection,
)

pytestmark = pytest.mark.once


@pytest.fixture
def planted(db: None) -> None:
    home_demo.plant()
    demo.plant()


def _counts() -> list[int]:
    models = (ProgramPage, Cohort, Circle, Membership, Application, PromptDelivery, Reflection)
    return [model.objects.count() for model in models]


def test_the_demo_is_a_house_in_the_middle_of_its_year(planted, client):
    alder = Circle.objects.get(name="Alder circle")
    assert alder.cohort.week_on(timezone.localdate()) == 5
    asked = PromptDelivery.objects.asked().filter(circle=alder)
    assert asked.count() in {4, 5}  # on a Monday before eight the fifth is still to come
    assert all(row.settled_at == row.due_at for row in asked)
    assert alder.room.messages.count() == asked.count()
    assert alder.memberships.current().facilitators().get().name == "Marit"

    places = {circle.name: circle.places_left for circle in Circle.objects.gathering()}
    assert places == {"Rowan circle": 3, "Heron circle": 8, "Lantern circle": 0}
    states = sorted(Application.objects.values_list("state", flat=True))
    assert states == ["draft", "sent", "sent", "sent", "waiting"]
    for page in ProgramPage.objects.all():
        assert client.get(page.url).status_code == 200

    before = _counts()
    demo.plant()
    assert prompts.deliver_due() == 0
    assert _counts() == before  # planting twice and a tick change nothing


def test_a_crowd_comes_quickly_and_is_counted(planted, django_assert_max_num_queries):
    with django_assert_max_num_queries(90):
        demo.plant_more(50, 10)
    demo.plant_more(1, 3)

    trials = Circle.objects.filter(name__startswith="Trial ")
    assert trials.count() == 51
    assert Membership.objects.filter(circle__in=trials).count() == 503
    assert Membership.objects.filter(circle__in=trials, role="facilitator").count() == 51
    assert not Circle.objects.gathering().filter(pk__in=trials).exists()
    told = demo.census()
    person = next(one for one in told["people"] if one["address"] == "trial-000011@example.org")
    [place] = person["circles"]
    assert place["role"] == "facilitator"
    assert place["circle"] == trials.get(name="Trial 000002").public_id
