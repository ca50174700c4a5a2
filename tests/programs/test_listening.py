"""Open sessions: everyone in the program may come and listen, by the hundred."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs import circles, enrolment, listening, prompts, swatches
from programs.models import Circle, Cohort, Membership, ProgramPage, PromptDelivery
from programs.refusal import Refused
from tests.cast import Cast


@pytest.fixture
def evening(cast: Cast) -> Circle:
    """An open circle of the cast's program, which Mina holds."""
    evening = Circle.objects.create(cohort=cast.cohort, name="Open evening", is_open=True)
    circles.appoint(circle=evening, person=cast.mina, name="Mina")
    return evening


def door(evening: Circle) -> str:
    return reverse("listen", args=[evening.public_id])


def test_whoever_belongs_to_the_program_comes_in_and_listens(cast, evening, client):
    client.force_login(cast.otto)
    assert client.get(door(evening)).context["form"].initial == {"name": "Otto"}

    response = client.post(door(evening), {"name": "Otto"})

    assert response.headers["Location"] == reverse("live", args=[evening.public_id])
    assert evening.membership_of(cast.otto).role == Membership.Role.LISTENER
    assert client.get(response.headers["Location"]).status_code == 200


def test_whoever_comes_to_listen_wears_the_cloth_that_fewest_have(cast, evening):
    # Wherever the house looks first, someone is there already.
    evening.memberships.update(swatch=swatches.for_listener(evening))
    for person in [cast.noor, cast.ines, cast.otto]:
        listening.come_in(circle=evening, person=person, name=person.email[:4].title())
    worn = evening.memberships.values_list("swatch", flat=True)
    assert len(worn) == len(set(worn)) == 4


def test_coming_twice_is_one_place(cast, evening, client):
    first = listening.come_in(circle=evening, person=cast.noor, name="Noor")
    assert listening.come_in(circle=evening, person=cast.noor, name="Nora") == first
    client.force_login(cast.noor)
    assert client.get(door(evening)).status_code == 302


@pytest.mark.parametrize("who", ["sade", "edda"])
def test_strangers_to_the_program_find_no_door(cast, evening, client, who):
    person = getattr(cast, who)
    client.force_login(person)
    assert client.get(door(evening)).status_code == 404
    assert client.post(door(evening), {"name": "Someone"}).status_code == 404
    with pytest.raises(Refused):
        listening.come_in(circle=evening, person=person, name="Someone")
    assert evening.membership_of(person) is None


def test_visitors_are_asked_who_they_are(evening, client):
    assert "/accounts/login/" in client.get(door(evening)).headers["Location"]


def test_whoever_left_the_program_has_no_door(cast, evening, client):
    enrolment.leave(membership=cast.member(cast.noor))
    client.force_login(cast.noor)
    assert client.get(door(evening)).status_code == 404


def test_a_listener_is_not_a_member_of_the_program_by_that(cast, evening):
    listening.come_in(circle=evening, person=cast.noor, name="Noor")
    enrolment.leave(membership=cast.member(cast.noor))
    another = Circle.objects.create(cohort=cast.cohort, name="Open morning", is_open=True)
    assert not Circle.objects.open_to(cast.noor).filter(pk=another.pk).exists()


def test_whoever_is_removed_from_the_program_listens_no_more(cast, evening):
    listening.come_in(circle=evening, person=cast.noor, name="Noor")
    listening.come_in(circle=evening, person=cast.ines, name="Ines")
    enrolment.remove(membership=cast.member(cast.noor), by=cast.mina, why="It was agreed.")
    assert evening.membership_of(cast.noor) is None
    assert evening.membership_of(cast.ines) is not None


def test_whoever_has_another_circle_of_the_program_stays(cast, evening):
    Membership.objects.create(circle=cast.next_door, user=cast.noor, name="Noor", swatch=50)
    listening.come_in(circle=evening, person=cast.noor, name="Noor")
    enrolment.leave(membership=cast.member(cast.noor))
    assert evening.membership_of(cast.noor) is not None


def test_what_one_is_in_another_program_is_not_known_here_and_keeps_no_place_here(cast, evening):
    index = cast.program.get_parent()
    roots = index.add_child(instance=ProgramPage(title="Roots", slug="roots", summary="Below."))
    cohort = Cohort.objects.create(
        program=roots, name="Autumn", starts_on=cast.cohort.starts_on, number_of_weeks=4
    )
    elm = Circle.objects.create(cohort=cohort, name="Elm circle", swatch=60)
    Membership.objects.create(circle=elm, user=cast.otto, name="Ottilie", swatch=61)
    assert listening.known_as(cast.otto, evening) == "Otto"
    listening.come_in(circle=evening, person=cast.otto, name="Otto")

    enrolment.leave(membership=cast.member(cast.otto, cast.next_door))

    assert evening.membership_of(cast.otto) is None
    assert elm.membership_of(cast.otto) is not None


def test_closed_circles_have_no_such_door(cast, evening, client):
    client.force_login(cast.otto)
    assert client.get(reverse("listen", args=[cast.circle.public_id])).status_code == 404
    with pytest.raises(Refused):
        listening.come_in(circle=cast.circle, person=cast.otto, name="Otto")


def test_two_do_not_go_by_one_name(cast, evening, client):
    listening.come_in(circle=evening, person=cast.noor, name="Robin")
    client.force_login(cast.ines)
    response = client.post(door(evening), {"name": "robin"})
    assert response.status_code == 422
    assert "goes by that name" in response.content.decode()


def test_there_is_a_last_place(cast, evening, monkeypatch):
    monkeypatch.setattr(listening, "MOST_LISTENERS", 1)
    listening.come_in(circle=evening, person=cast.noor, name="Noor")
    with pytest.raises(Refused):
        listening.come_in(circle=evening, person=cast.ines, name="Ines")
    enrolment.leave(membership=evening.membership_of(cast.noor))
    listening.come_in(circle=evening, person=cast.ines, name="Ines")


def test_nobody_applies_to_it_and_it_is_asked_no_questions(cast, evening):
    assert evening not in Circle.objects.gathering()
    prompts.schedule(evening)
    prompts.reschedule(cast.cohort)
    prompts.schedule_what_is_missing()
    assert not PromptDelivery.objects.filter(circle=evening).exists()
    assert PromptDelivery.objects.filter(circle=cast.circle).exists()


def test_places_show_the_open_circles_of_ones_program(cast, evening, client):
    client.force_login(cast.noor)
    assert "Come and listen" in client.get(reverse("places")).content.decode()
    listening.come_in(circle=evening, person=cast.noor, name="Noor")
    assert "Come and listen" not in client.get(reverse("places")).content.decode()


def test_a_cloned_cohort_has_an_open_circle_again(cast, evening):
    clone = circles.clone_cohort(cast.cohort, name="Autumn", starts_on=cast.cohort.ends_on)
    assert clone.circles.get(name="Open evening").is_open
    assert not clone.circles.get(name="Alder circle").is_open
