"""What facilitators set, by plain forms: the page, its verbs, and who finds nothing there."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from chat.keeping import pacing, undoing
from chat.keeping.standing import standing_of
from chat.models import Message, Mute, Room, Seat
from programs.models import Membership
from tests.chat.reader import Reader
from tests.chat.talk import join, row, say, set_room

pytestmark = pytest.mark.once


@pytest.fixture
def mina(cast, client):
    client.force_login(cast.mina)
    return client


def to(cast, verb, *rest):
    return reverse(verb, args=[cast.circle.public_id, *rest])


def every_form(cast, held):
    noor = cast.member(cast.noor).public_id
    why = {"why": "It was agreed."}
    return [
        ("put_back", [held.id], {}),
        ("ask_to_change", [held.id], why),
        ("let_through", [held.id], {}),
        ("set_aside", [held.id], why),
        ("hold_member", [noor], {}),
        ("unhold_member", [noor], {}),
        ("mute", [noor], why | {"for": "hour"}),
        ("unmute", [noor], {}),
        ("hold_room", [], {}),
        ("unhold_room", [], {}),
        ("pace", [], {"seconds": "120"}),
        ("pause", [], {}),
        ("resume", [], {}),
        ("hours", [], {"hours": "reading"}),
        ("daily_hours", [], {"at": ["08:00", ""], "hours": ["open", "open"]}),
        ("here", [], {}),
        ("away", [], {}),
        ("remove_member", [noor], why),
        ("let_back_in", [noor], {}),
    ]


@pytest.fixture
def held(cast):
    set_room(cast.circle, holds_all=True)
    return say(cast.noor, "My old street, number 14", circle=cast.circle)


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda", None])
def test_whoever_does_not_hold_the_circle_finds_nothing(cast, client, held, who):
    if who:
        client.force_login(getattr(cast, who))
    before = Room.objects.values().get(circle=cast.circle)

    for name, rest, fields in every_form(cast, held):
        response = client.post(to(cast, name, *rest), fields)
        assert response.status_code == (404 if who else 401), name
    assert client.get(to(cast, "keeping")).status_code == (404 if who else 302)

    assert Room.objects.values().get(circle=cast.circle) == before
    assert row(held).state == Message.State.HELD


def test_every_verb_works_without_script_and_leads_back(cast, mina, held):
    for name, rest, fields in every_form(cast, held):
        assert mina.get(to(cast, name, *rest)).status_code == 405
        response = mina.post(to(cast, name, *rest), fields | {"next": to(cast, "keeping")})
        assert (name, response.status_code) == (name, 303)
        assert response.url == to(cast, "keeping")
        assert mina.get(response.url).status_code == 200
    assert row(held).state == Message.State.SET_ASIDE
    assert cast.circle.membership_of(cast.noor)


def test_no_form_leads_out_of_the_house(cast, mina):
    away = ("https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org")
    for wanted in (*away, "", "-1", "room", "//[", "next/../door"):
        response = mina.post(to(cast, "pause"), {"next": wanted})
        assert response.url == to(cast, "room")


def test_the_page_shows_what_waits_and_how_the_room_goes(cast, mina, held):
    set_room(cast.circle, paused_at=timezone.now(), pace_seconds=120)
    Seat.objects.filter(membership=cast.member(cast.ines)).update(held_at=timezone.now())

    page = mina.get(to(cast, "keeping")).content.decode()

    assert "number 14" in page
    assert to(cast, "let_through", held.id) in page
    assert '<option value="120" selected>' in page
    assert to(cast, "unhold_member", cast.member(cast.ines).public_id) in page
    assert to(cast, "hold_member", cast.member(cast.noor).public_id) in page
    assert (
        cast.member(cast.mina).public_id not in page.split('id="h-people"')[1].split("</main>")[0]
    )


@pytest.mark.parametrize("seconds", [60, 120, 90])
def test_who_asked_for_a_slow_pace_is_said_alike_by_page_and_frame(cast, client, seconds):
    linden = join("linden", cast.circle, role=Membership.Role.FACILITATOR)
    noor = Reader(cast.noor, cast.circle)
    here = {"circle": cast.circle.public_id}

    pacing.pace(by=cast.mina, seconds=seconds, **here)
    assert last_pace(noor) == (seconds, "Mina") == pace_of_a_fresh_page(noor)
    faster = pacing.pace(by=cast.mina, seconds=0, **here)
    assert pace_of_a_fresh_page(noor) == (0, "")
    undoing.undo(by=linden, seq=faster, **here)
    assert last_pace(noor) == (seconds, "Linden") == pace_of_a_fresh_page(noor)

    client.force_login(cast.noor)
    page = client.get(to(cast, "room")).content.decode()
    each = {60: "minute", 120: "2 minutes", 90: "90 seconds"}[seconds]
    assert f"Linden has asked for one message each {each}." in page


def last_pace(reader):
    told = [one for one in reader.catch_up().heard if one["kind"] == "room.pace"][-1]
    return told["seconds"], told["member"]["name"]


def pace_of_a_fresh_page(reader):
    frame = standing_of(reader.seat).as_frame()
    return frame["pace"], frame["pace_by"]


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        (
            "pace",
            {"seconds": "120"},
            "Peers can send one message each 2 minutes. The room says so.",
        ),
        (
            "pace",
            {"seconds": "90"},
            "Peers can send one message each 90 seconds. The room says so.",
        ),
        ("pace", {"seconds": "0"}, "Peers can write as they like."),
        ("hours", {"hours": "open"}, "Peers can write at all hours."),
        ("hours", {"hours": "reading"}, "The room is for reading now, and says so."),
        (
            "daily_hours",
            {"at": ["", ""], "hours": ["open", "open"]},
            "Nothing changes by the day any more; the room stays as it is now.",
        ),
    ],
)
def test_what_was_set_is_said_itself(cast, mina, name, fields, said):
    page = mina.post(to(cast, name), fields | {"next": to(cast, "keeping")}, follow=True)

    assert said in page.content.decode()


def test_what_can_not_be_set_comes_back_with_a_sentence(cast, mina):
    for name, fields in [
        ("pace", {"seconds": "-1"}),
        ("pace", {"seconds": "3601"}),
        ("pace", {"seconds": "x"}),
        ("hours", {"hours": "never"}),
        ("daily_hours", {"at": ["25:00"], "hours": ["open"]}),
        ("daily_hours", {"at": ["08:00", "08:00"], "hours": ["open", "reading"]}),
    ]:
        response = mina.post(to(cast, name), fields)
        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()
    assert 'value="08:00"' in response.content.decode()  # and the day's hours as they were sent
    member = cast.member(cast.noor).public_id
    assert mina.post(to(cast, "remove_member", member), {"why": " "}).status_code == 400
    long = mina.post(to(cast, "remove_member", member), {"why": "Because of it " * 30})
    assert (long.status_code, "Because of it" in long.content.decode()) == (413, True)
    for name in ("", "\0", "x\ny", "m" * 16):
        odd = mina.post(to(cast, "mute", member), {"why": " ", "for": "hour", "message": name})
        assert odd.status_code in (400, 404)
    assert cast.circle.membership_of(cast.noor)


def test_a_mute_lasts_until_the_next_morning_of_the_cohort(cast, mina):
    member = cast.member(cast.noor).public_id

    mina.post(to(cast, "mute", member), {"for": "morning", "why": "A pause"})

    until = Mute.objects.get().until
    assert timezone.localtime(until, cast.cohort.zone).time() == datetime.time(8, 0)
    assert timezone.now() < until <= timezone.now() + datetime.timedelta(hours=25)


def test_what_keeps_each_from_writing_is_said(cast):
    noor, mina = Reader(cast.noor, cast.circle), Reader(cast.mina, cast.circle)

    def locked(**fields):
        set_room(cast.circle, **{"paused_at": None, "hours": "open"} | fields)
        return standing_of(noor.seat).locked, standing_of(mina.seat).locked

    assert locked() == ("", "")
    assert locked(paused_at=timezone.now()) == ("paused", "")
    assert locked(hours="reading") == ("reading", "")
    assert locked(hours="attended") == ("unattended", "")
    lease = timezone.now() + datetime.timedelta(seconds=45)
    Seat.objects.filter(membership=cast.member(cast.mina)).update(here_until=lease)
    assert locked(hours="attended") == ("", "")
