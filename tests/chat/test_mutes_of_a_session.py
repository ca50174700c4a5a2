"""Someone is asked to only read until the session ends: that is when it ends, and not before."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from chat import leases, posting
from chat.keeping import moderation
from chat.keeping.standing import standing_of
from chat.live import watching
from chat.models import Event, ModerationAction, Mute
from community.models import AuditEntry
from community.signals import tick
from tests.cast import Cast
from tests.chat.circle_live import Session, open_session
from tests.chat.reader import Reader
from tests.chat.talk import draft, in_an_hour, leave, log_of, refusal_of

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def session(cast: Cast) -> Session:
    """Everyone may write in its closing part, but those who were asked not to."""
    session = open_session(cast.circle, cast.mina, cast.noor, cast.ines)
    session.do("mina", "phase", phase="closing")
    return session


def mute(session: Session, name: str = "noor") -> Mute:
    here = {"circle": session.circle.public_id, "member": session.member(name)}
    moderation.mute_for_the_session(by=session.mina, why="A pause", **here)
    return Mute.objects.get(member__public_id=session.member(name), lifted_at=None)


def may_write(session: Session, name: str = "noor") -> bool:
    [outcome] = posting.post_batch([draft(session.people[name], "May I?", circle=session.circle)])
    return getattr(outcome, "code", "") != "muted"


def test_it_ends_with_a_session_that_ends_sooner_than_planned(session):
    page = Reader(session.noor, session.circle)
    until = mute(session).until
    assert until == session.row.planned_until
    assert not may_write(session)

    session.do("mina", "end")

    assert may_write(session)
    page.catch_up().expect_a_fresh_page()
    kinds = [event["kind"] for event in page.heard if event["kind"] != "message.posted"]
    assert kinds == ["member.muted", "session.ended", "member.unmuted"]
    assert standing_of(page.seat).locked == ""


def test_that_it_ended_is_told_and_on_record_like_a_lift_by_hand(session):
    mute(session)
    session.do("mina", "end")

    noor = Mute.objects.get().member
    event = log_of(session.circle)[-1]
    assert (event.kind, event.audience, event.member) == ("member.unmuted", "one", noor)
    assert Mute.objects.get().lifted_by.user == session.mina
    assert ModerationAction.objects.filter(verb="unmute", by__user=session.mina, member=noor)
    entry = AuditEntry.objects.latest("seq")
    assert (entry.verb, entry.by) == ("unmute", session.mina.public_id)
    assert entry.about == session.noor.public_id


def test_it_lasts_as_long_as_a_session_that_runs_over(session):
    mute(session)
    page = Reader(session.noor, session.circle)
    planned = session.row.planned_until
    for minutes in range(-5, 40):
        with time_machine.travel(planned + minutes * MINUTE, tick=False):
            leases.here(by=session.mina, circle=session.circle.public_id)
            tick.send(sender=None)
            assert not may_write(session)
            shown = standing_of(page.seat)
            assert shown.mute is not None and shown.mute.until > timezone.now() + 2 * MINUTE

    with time_machine.travel(planned + 40 * MINUTE, tick=False):
        # Each time that she is told another end, and never with every minute.
        told = [e["until"] for e in page.catch_up().heard if e["kind"] == "member.muted"]
        assert told == sorted(set(told)) and 3 <= len(told) <= 5
        session.do("mina", "end")
        assert may_write(session)


def test_it_ends_where_the_house_ends_a_session_that_was_left_open(session):
    mute(session)
    planned = session.row.planned_until
    for minutes in range(-5, 130):
        with time_machine.travel(planned + minutes * MINUTE, tick=False):
            watching.look_at(session.circle.public_id)

    assert session.row.ended_at is not None
    assert Mute.objects.get().lifted_at is not None
    entry = AuditEntry.objects.latest("seq")
    assert (entry.verb, entry.by, entry.about) == ("unmute", "", session.noor.public_id)


def test_another_length_is_not_the_sessions(session):
    here = {"circle": session.circle.public_id, "member": session.member("noor")}
    moderation.mute(by=session.mina, until=in_an_hour(), why="A pause", **here)
    mute(session, "ines")

    session.do("mina", "end")

    assert (may_write(session), may_write(session, "ines")) == (False, True)


def test_whoever_left_meanwhile_hears_no_more_of_it(session):
    mute(session)
    leave(session.noor, session.circle)
    session.do("mina", "end")
    assert not Event.objects.filter(kind="member.unmuted").exists()


def test_without_a_session_there_is_no_end_of_it(cast, client):
    here = {"circle": cast.circle.public_id, "member": cast.member(cast.noor).public_id}
    fields = {"by": cast.mina, "why": "A pause"} | here
    assert refusal_of(moderation.mute_for_the_session, **fields).code == "closed"
    assert refusal_of(moderation.mute_for_the_session, **fields | {"by": cast.noor})

    client.force_login(cast.mina)
    address = reverse("mute", args=here.values())
    response = client.post(address, {"for": "session", "why": "A pause"})
    assert response.status_code == 422
    assert "no session now" in response.content.decode()
    assert not Mute.objects.exists()


def test_the_form_says_until_the_session_ends(session, client):
    client.force_login(session.mina)
    page = client.get(reverse("keeping", args=[session.circle.public_id])).content.decode()
    assert "until the session ends, planned for" in page

    address = reverse("mute", args=[session.circle.public_id, session.member("noor")])
    client.post(address, {"for": "session", "why": "A pause"})

    assert Mute.objects.get().ends_with_session
