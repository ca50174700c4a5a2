"""What waits in a room too long: program leads remind those who hold it, and read none of it."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from chat import leases
from chat.care import desk, reminding
from chat.keeping import holding
from chat.models import Message, Reminder
from chat.refusal import Refused
from community.models import AuditEntry, Notice
from programs.models import Membership
from tests.chat.talk import all_at_once, join, log_of, refusal_of, say, set_room

DAY = datetime.timedelta(hours=25)


@pytest.fixture
def held(cast):
    """What Noor wrote waits since yesterday; of what Ines wrote just now nobody need remind."""
    set_room(cast.circle, holds_all=True)
    waiting = say(cast.noor, "Waiting here for a day", circle=cast.circle).id
    Message.objects.update(posted_at=timezone.now() - DAY)
    say(cast.ines, "I have time", circle=cast.circle)
    return waiting


@pytest.fixture
def linden(cast):
    return join("linden", cast.circle, role=Membership.Role.FACILITATOR)


def remind(cast, by):
    reminding.remind(by=by, circle=cast.circle.public_id)


def lead_too(user):
    user.groups.add(Group.objects.get(name="Program leads"))
    return user


def reminded():
    found = Notice.objects.filter(about__startswith="remind:").select_related("person")
    return sorted(notice.person.email.partition("@")[0] for notice in found)


def page(client, user):
    client.force_login(user)
    return client.get(reverse("leads")).content.decode()


def test_a_lead_reads_how_much_waits_since_when_and_who_holds_it_and_no_words(
    cast, client, held, linden
):
    leases.here(by=linden, circle=cast.circle.public_id)

    shown = page(client, cast.sade)

    assert "Alder circle: a message has waited for a facilitator since" in shown
    assert "<bdi>Linden</bdi>, <bdi>Mina</bdi>" in shown
    assert "Linden is here now." in shown
    assert "Mina is here now." not in shown
    for secret in ("Waiting here for a day", "I have time", "Noor", "Ines", held):
        assert secret not in shown


def test_those_who_hold_it_are_told_by_a_mail_without_words_and_by_their_desk(
    cast, client, held, linden
):
    client.force_login(cast.sade)

    done = client.post(reverse("remind", args=[cast.circle.public_id]))

    assert (done.status_code, done["Location"]) == (303, reverse("leads"))
    assert "by mail, if they want any, when it is day where they are." in page(client, cast.sade)
    assert reminded() == ["linden", "mina"]
    event = log_of(cast.circle)[-1]
    assert (event.kind, event.audience, event.facts) == ("desk.changed", "facilitators", {})
    late, early = desk.waiting_for(cast.mina)
    assert late.reminded_at is not None
    assert early.reminded_at is None
    entry = AuditEntry.objects.get(verb="remind")
    assert (entry.by, entry.circle) == (cast.sade.public_id, cast.circle.public_id)
    assert (entry.about, entry.message) == ("", "")
    client.force_login(cast.mina)
    shown = client.get(reverse("desk_of", args=[cast.circle.public_id])).content.decode()
    assert shown.count("a program lead, without reading it, reminded those who hold") == 1


def test_the_message_waits_on_and_nobody_else_reads_it(cast, held):
    remind(cast, cast.sade)

    assert Message.objects.get(public_id=held).state == Message.State.HELD
    assert desk.waiting_for(cast.sade) == []


def test_each_circle_is_reminded_for_itself_and_whoever_reminds_knows_already(cast, held):
    there = {"by": cast.sade, "circle": cast.next_door.public_id}
    Membership.objects.create(
        circle=cast.next_door, user=cast.sade, name="Sade", swatch=77, role="facilitator"
    )
    closed = join("fen", cast.next_door, role="facilitator")
    closed.is_active = False
    closed.save()
    assert refusal_of(reminding.remind, **there).code == "conflict", "nothing waits there"
    set_room(cast.next_door, holds_all=True)
    say(cast.otto, "Waiting there, too", circle=cast.next_door)
    Message.objects.update(posted_at=timezone.now() - DAY)

    remind(cast, cast.sade)
    reminding.remind(**there)

    assert reminded() == ["bela", "mina"]


@pytest.mark.parametrize("who", ["mina", "noor", "ines", "otto", "bela", "edda"])
def test_nobody_else_reminds(cast, client, held, who):
    user = getattr(cast, who)
    client.force_login(user)

    assert client.post(reverse("remind", args=[cast.circle.public_id])).status_code == 404
    assert refusal_of(remind, cast, user).code == "not_member"
    assert reminded() == []
    assert not Reminder.objects.exists()


def test_a_lead_whose_account_is_closed_reminds_nobody(cast, held):
    cast.sade.is_active = False

    assert refusal_of(remind, cast, cast.sade).code == "not_member"


def test_of_two_leads_the_second_is_told_until_a_day_is_over(cast, client, held, time_machine):
    edda = lead_too(cast.edda)
    remind(cast, cast.sade)
    client.force_login(edda)

    refused = client.post(reverse("remind", args=[cast.circle.public_id]))

    assert refused.status_code == 409
    assert "They were reminded within the last 24 hours." in refused.content.decode()
    assert reverse("remind", args=[cast.circle.public_id]) not in page(client, edda)
    time_machine.move_to(timezone.now() + DAY)
    remind(cast, edda)
    assert reminded() == ["mina", "mina"]
    assert Reminder.objects.get().by == edda


def test_what_a_facilitator_has_seen_to_meanwhile_needs_no_reminding(cast, held):
    holding.let_through(by=cast.mina, circle=cast.circle.public_id, message=held)

    refused = refusal_of(remind, cast, cast.sade)

    assert (refused.code, "any more" in refused.say) == ("conflict", True)
    assert refusal_of(reminding.remind, by=cast.sade, circle="n" * 16).code == "not_member"
    assert reminding.waiting_too_long(cast.sade) == []


def test_where_nobody_else_holds_it_a_lead_appoints_someone(cast, client, held):
    Membership.objects.filter(pk=cast.member(cast.mina).pk).update(left_at=timezone.now())

    refused = refusal_of(remind, cast, cast.sade)

    assert refused.code == "closed"
    assert "Appoint someone" in refused.say
    shown = page(client, cast.sade)
    assert "There’s nobody to remind: no other facilitator holds this circle." in shown
    assert reverse("circle:appoint", args=[cast.circle.pk]) in shown
    assert reverse("remind", args=[cast.circle.public_id]) not in shown


def test_a_lead_who_belongs_there_hears_nothing_of_their_own_words(cast, held):
    noor = lead_too(cast.noor)

    assert reminding.waiting_too_long(noor) == []
    assert refusal_of(remind, cast, noor).code == "conflict"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_remind_at_once_one_does(cast, held):
    edda = lead_too(cast.edda)

    def work(user):
        def reminds():
            try:
                remind(cast, user)
            except Refused as refused:
                return refused.code
            return "done"

        return reminds

    assert sorted(all_at_once([work(cast.sade), work(edda)])) == ["conflict", "done"]
    assert reminded() == ["mina"]
