"""What was done about a person, as they read it: with who, never with others' acts or words."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from chat.keeping import moderation
from community import audit
from community.models import AuditEntry
from programs import enrolment
from programs.models import AnswerReading
from tests.chat.talk import in_an_hour, remove, say


@pytest.fixture
def said(cast):
    return say(cast.noor, "About my neighbour", circle=cast.circle)


@pytest.fixture
def muted(cast, said):
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="A pause for us all.",
    )


def page(client, user):
    client.force_login(user)
    return client.get(reverse("record")).content.decode()


def test_the_one_concerned_reads_who_did_what_and_until_when(cast, client, said, muted):
    moderation.set_aside(
        by=cast.mina, circle=cast.circle.public_id, message=said.id, why="It names someone."
    )

    words = page(client, cast.noor)

    assert "Mina set a message of yours aside." in words
    assert "Mina asked you to only read and respond, until" in words
    assert "Alder circle" in words
    assert "neighbour" not in words
    assert "mina@" not in words


@pytest.mark.parametrize("who", ["ines", "mina", "otto", "bela", "sade", "edda"])
def test_nobody_else_reads_it(cast, client, muted, who):
    assert "Nothing so far." in page(client, getattr(cast, who))


def test_strangers_are_asked_to_sign_in(client, db):
    assert client.get(reverse("record")).status_code == 302


def test_being_removed_stays_readable_after_it(cast, client):
    remove(cast.noor, cast.circle, by=cast.mina)

    read = page(client, cast.noor)
    assert "Mina ended your place in the circle." in read
    assert "Your place in Alder circle was ended" in read
    assert "It was agreed." in read
    assert "It was agreed." not in page(client, cast.ines)
    assert "has ended" not in client.get("/places/").content.decode()
    client.force_login(cast.noor)
    assert "Your place in Alder circle has ended." in client.get("/places/").content.decode()


def test_a_lead_who_has_no_name_there_is_called_a_lead(cast, client):
    remove(cast.noor, cast.circle, by=cast.sade)

    assert "A program lead ended your place in the circle." in page(client, cast.noor)


def test_each_reading_of_answers_is_in_the_record_or_did_not_happen(
    cast, client, lark, apply, monkeypatch
):
    sent = apply(lark)
    enrolment.read_answers(application=sent, by=cast.mina)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by, entry.about) == (
        "read_answers",
        cast.mina.public_id,
        lark.public_id,
    )
    assert "Mina read the answers of your application." in page(client, lark)

    def broken(**kwargs):
        raise DatabaseError

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(DatabaseError), transaction.atomic():
        enrolment.read_answers(application=sent, by=cast.mina)
    assert AnswerReading.objects.count() == 1


def test_an_act_is_done_only_with_its_entry(cast, monkeypatch):
    def broken(**kwargs):
        raise DatabaseError

    monkeypatch.setattr(audit, "record", broken)
    said = say(cast.noor, "About my neighbour", circle=cast.circle)

    with pytest.raises(DatabaseError), transaction.atomic():
        moderation.set_aside(
            by=cast.mina, circle=cast.circle.public_id, message=said.id, why="Because."
        )
    assert moderation.Message.objects.get(public_id=said.id).state == "posted"
