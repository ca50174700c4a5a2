"""Where someone belongs, and the ways to rest and to leave."""

from __future__ import annotations

import html

import pytest

from programs import enrolment, prompts
from programs.models import Circle, Membership, PromptDelivery


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def test_a_visitor_signs_in_first(client, db):
    assert client.get("/places/").status_code == 302


def test_each_sees_their_own_circles_and_no_others(client, cast):
    client.force_login(cast.noor)
    page = text_of(client.get("/places/"))
    assert "Alder circle" in page
    assert "Birch circle" not in page
    assert f"/circles/{cast.circle.public_id}/" in page
    assert "Who would like to join" not in page


def test_someone_without_a_circle_finds_the_loom_strung(client, cast):
    client.force_login(cast.edda)
    page = text_of(client.get("/places/"))
    assert "The loom is strung" in page
    assert "Alder" not in page


def test_the_facilitator_sees_that_someone_waits(client, cast, lark, apply):
    apply(lark)
    client.force_login(cast.mina)
    assert "1 to read" in text_of(client.get("/places/"))
    client.force_login(cast.bela)
    assert "1 to read" not in text_of(client.get("/places/"))


def test_the_newest_question_stands_there(client, cast):
    prompts.reschedule(cast.cohort)
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    PromptDelivery.objects.filter(pk=row.pk).update(state="waiting", settled_at=None)
    row.refresh_from_db()
    prompts.deliver(row, now=row.due_at)
    client.force_login(cast.noor)
    page = text_of(client.get("/places/"))
    assert "Question 1: what keeps returning?" in page
    assert f"/reflect/{row.public_id}/" in page


def test_many_circles_ask_the_database_no_more_than_one(
    client, cast, django_assert_max_num_queries
):
    for number in range(5):
        circle = Circle.objects.create(cohort=cast.cohort, name=f"Circle {number}")
        Membership.objects.create(
            circle=circle, user=cast.noor, name="Noor", swatch=1, role="facilitator"
        )
    client.force_login(cast.noor)
    client.get("/places/")
    with django_assert_max_num_queries(21):
        client.get("/places/")


def test_leaving_is_said_once_and_done_in_one_step(client, cast):
    client.force_login(cast.noor)
    path = f"/circles/{cast.circle.public_id}/leave/"
    assert "One step, and quietly." in text_of(client.get(path))
    page = text_of(client.post(path, follow=True))
    assert "You have left." in page
    assert cast.circle.membership_of(cast.noor) is None
    assert client.get(path).status_code == 404
    assert "You have left." in text_of(client.post(path, follow=True)), "pressed twice"


def test_whoever_was_removed_is_not_told_that_they_left(client, cast):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.mina, why="It was too much.")
    client.force_login(cast.noor)
    assert client.post(f"/circles/{cast.circle.public_id}/leave/").status_code == 404


def test_the_only_facilitator_is_told_to_hand_over(client, cast):
    client.force_login(cast.mina)
    page = text_of(client.post(f"/circles/{cast.circle.public_id}/leave/", follow=True))
    assert "You hold this circle alone." in page


def test_a_rest_and_back(client, cast):
    client.force_login(cast.noor)
    path = f"/circles/{cast.circle.public_id}/rest/"
    assert "You’re resting." in text_of(client.post(path, follow=True))
    assert cast.member(cast.noor) not in Membership.objects.awake()
    client.post(path, {"back": "1"})
    assert cast.member(cast.noor) in Membership.objects.awake()


@pytest.mark.parametrize("way", ["leave", "rest"])
def test_a_stranger_finds_nothing(client, cast, way):
    for stranger in (cast.otto, cast.bela, cast.sade, cast.edda):
        client.force_login(stranger)
        assert client.post(f"/circles/{cast.circle.public_id}/{way}/").status_code == 404
    assert Membership.objects.current().filter(circle=cast.circle).count() == 3
