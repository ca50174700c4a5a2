"""A facilitator's session locks when nobody has touched it for half an hour; a peer's doesn't."""

import datetime

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.urls import reverse

from community.signals import access_changed
from programs.idle import lock_idle
from programs.models import Membership

NOON = datetime.datetime(2026, 3, 12, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def signed_in(client, cast, clock):
    """`signed_in(user)`: they have a page open since noon."""

    def sign_in(user):
        client.force_login(user)
        assert client.get("/places/").status_code == 200
        UserSession.objects.get_or_create(
            session_key=client.session.session_key, user=user, defaults={"ip": "127.0.0.1"}
        )
        return client

    return sign_in


def minutes(n):
    return datetime.timedelta(minutes=n)


def test_half_an_hour_without_a_touch_locks_a_facilitators_session(signed_in, cast, clock):
    client = signed_in(cast.mina)
    room = reverse("room", args=[cast.circle.public_id])
    clock.shift(minutes(29))
    assert client.get(room).status_code == 200
    clock.shift(minutes(29))
    assert client.get(room).status_code == 200

    clock.shift(minutes(31))
    response = client.get(room)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert room in response["Location"].replace("%2F", "/")
    page = client.get(response["Location"]).content.decode()
    assert "Nobody was here for a while" in page
    assert client.get(room).status_code == 302


def test_a_peer_and_someone_who_leads_no_circle_stay(signed_in, cast, clock):
    for user in (cast.noor, cast.sade):
        client = signed_in(user)
        clock.shift(minutes(120))
        assert client.get("/places/").status_code == 200


def test_who_is_appointed_locks_from_then_on(signed_in, cast, clock):
    client = signed_in(cast.noor)
    Membership.objects.filter(user=cast.noor).update(role="facilitator")
    clock.shift(minutes(11))
    assert client.get("/places/").status_code == 200
    clock.shift(minutes(31))
    assert client.get("/places/").status_code == 302


def test_what_scripts_fetch_by_themselves_keeps_nothing_awake(signed_in, cast, clock):
    client = signed_in(cast.mina)
    for _ in range(3):
        clock.shift(minutes(9))
        assert client.get("/places/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 200
    clock.shift(minutes(9))
    assert client.get("/places/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 302


def test_a_hand_on_the_page_keeps_it_awake(signed_in, cast, clock):
    client = signed_in(cast.mina)
    for _ in range(4):
        clock.shift(minutes(20))
        answer = client.post("/awake/", headers={"Sec-Fetch-Mode": "cors"})
        assert answer.status_code == 204
    clock.shift(minutes(31))
    assert client.post("/awake/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 401
    assert client.get("/awake/").status_code == 405


def test_words_written_before_the_lock_are_given_back_and_not_posted(signed_in, cast, clock):
    client = signed_in(cast.mina)
    clock.shift(minutes(45))

    address = reverse("post_message", args=[cast.circle.public_id])
    response = client.post(address, {"body": "A long time in the writing."})

    assert response.status_code == 401
    assert "A long time in the writing." in response.content.decode()
    assert not cast.circle.room.messages.exists()


def test_the_tick_ends_idle_sessions_and_tells_whoever_keeps_their_lines(
    signed_in, cast, clock, django_capture_on_commit_callbacks
):
    told = []

    def listen(sender, person_id, **kwargs):
        told.append(person_id)

    access_changed.connect(listen)
    client = signed_in(cast.mina)
    key = client.session.session_key
    clock.shift(minutes(29))
    lock_idle()
    assert Session.objects.filter(session_key=key).exists()

    clock.shift(minutes(2))
    with django_capture_on_commit_callbacks(execute=True):
        lock_idle()

    access_changed.disconnect(listen)
    assert not Session.objects.filter(session_key=key).exists()
    assert told == [cast.mina.pk]


@pytest.mark.django_db(transaction=True)
def test_whoever_hears_of_an_idle_session_finds_it_ended(signed_in, cast, clock):
    found = []

    def look(sender, person_id, **kwargs):
        found.append(Session.objects.filter(session_key=key).exists())

    key = signed_in(cast.mina).session.session_key
    clock.shift(minutes(31))
    access_changed.connect(look)
    lock_idle()
    access_changed.disconnect(look)

    assert found == [False]


def test_only_pages_of_those_who_hold_a_circle_watch_for_a_hand(signed_in, cast):
    client = signed_in(cast.mina)
    assert 'data-idle-minutes="30"' in client.get("/places/").content.decode()
    client = signed_in(cast.noor)
    assert "data-idle-minutes" not in client.get("/places/").content.decode()
