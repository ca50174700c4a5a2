"""Who was present, for those who hold the circle."""

from __future__ import annotations

import pytest
from django.urls import reverse

from chat.models import LiveSession
from tests.cast import Cast
from tests.chat.circle_live import Session, open_session, open_to_many
from tests.chat.talk import join, leave


@pytest.fixture
def session(cast: Cast) -> Session:
    """Noor came, Ines did not; it has ended."""
    session = open_session(cast.circle, cast.mina, cast.noor)
    session.do("mina", "end")
    return session


def meetings(client, person, circle):
    client.force_login(person)
    response = client.get(reverse("attendance", args=[circle.public_id]))
    assert response.status_code == 200
    return [
        ([p.name for p in meeting.present], [p.name for p in meeting.absent], meeting.listeners)
        for meeting in response.context["meetings"]
    ]


def test_facilitators_see_who_was_present_and_who_was_not(cast, session, client):
    assert meetings(client, cast.mina, cast.circle) == [(["Mina", "Noor"], ["Ines"], 0)]


def test_peers_and_strangers_do_not(cast, session, client):
    for person in (cast.noor, cast.otto, cast.bela, cast.sade, cast.edda):
        client.force_login(person)
        address = reverse("attendance", args=[cast.circle.public_id])
        assert client.get(address).status_code == 404


def test_whoever_came_later_was_not_absent_and_whoever_left_was_present(cast, session, client):
    join("fen", cast.circle)
    leave(cast.noor, cast.circle)
    assert meetings(client, cast.mina, cast.circle) == [(["Mina", "Noor"], ["Ines"], 0)]


def test_stepping_out_and_coming_back_leave_no_trace(cast, client):
    session = open_session(cast.circle, cast.mina, cast.noor, cast.ines)
    session.do("noor", "step_out")
    session.do("noor", "seat")
    session.do("ines", "step_out")
    assert meetings(client, cast.mina, cast.circle) == [(["Mina", "Ines", "Noor"], [], 0)]
    assert LiveSession.objects.count() == 1


def test_of_those_who_listen_only_how_many_came(cast, client):
    session = open_to_many(cast.cohort, cast.mina, listeners=5)
    for n in (1, 2, 3):
        session.do(f"listener{n}", "seat", agreed=True)
    assert meetings(client, cast.mina, session.circle) == [(["Mina"], [], 3)]


def test_before_the_first_session_there_is_nobody(cast, client):
    assert meetings(client, cast.mina, cast.circle) == []
