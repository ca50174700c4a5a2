"""Asking for another look: each act and each answer by itself, and never by whoever did it."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from chat.care import appealing, concerns, settling
from chat.keeping import holding, moderation
from chat.models import Concern
from community.models import AuditEntry, Notice, User
from programs import enrolment
from programs.models import Membership
from tests.chat.talk import in_an_hour, join, refusal_of, say, set_room


@pytest.fixture
def said(cast):
    return say(cast.noor, "You should just stop seeing her.", circle=cast.circle)


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.org")


@pytest.fixture
def linden(cast):
    return join("linden", cast.circle, role=Membership.Role.FACILITATOR)


def here(cast, **more):
    return {"circle": cast.circle.public_id} | more


def newest_entry():
    return AuditEntry.objects.latest("seq").seq


def told_of(person):
    return Notice.objects.filter(person=person).count()


def test_two_acts_about_one_message_are_two_appeals(cast):
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "My old street, number 14", circle=cast.circle)
    acts = [
        lambda: holding.ask_to_change(by=cast.mina, **here(cast, message=held.id, why="A street.")),
        lambda: moderation.set_aside(by=cast.mina, **here(cast, message=held.id, why="A street.")),
    ]
    appeals = []
    for act in acts:
        act()
        appeals.append(appealing.appeal(by=cast.noor, entry=newest_entry()))

    assert len({appeal.pk for appeal in appeals}) == 2
    assert {appeal.entry for appeal in appeals} == {1, 2}
    assert set(Concern.objects.for_leads(cast.sade)) == set(appeals)


def test_an_appeal_says_who_asks_whose_doing_it_was_and_what_was_said(cast, said):
    for _ in range(2):
        enrolment.leave(membership=cast.member(cast.noor))
        Membership.objects.create(circle=cast.circle, user=cast.noor, name="Noor", swatch=78)
    join("marit", cast.circle)
    for swatch, (user, name) in enumerate([(cast.noor, "Noor"), (cast.mina, "Mina")], 77):
        Membership.objects.create(circle=cast.next_door, user=user, name=name, swatch=swatch)
    later = say(cast.noor, "And stop writing to her.", circle=cast.circle)
    moderation.set_aside(by=cast.mina, **here(cast, message=later.id, why="Advice."))

    appeal = appealing.appeal(by=cast.noor, entry=newest_entry(), note="I meant it kindly.")

    assert appeal.note == "I meant it kindly."
    assert appeal.raised_by == cast.member(cast.noor)
    assert (appeal.about, appeal.against) == (cast.member(cast.mina), cast.mina)
    assert appeal.message.public_id == later.id
    assert appeal.snapshot.body == "And stop writing to her."
    assert appealing.appeal(by=cast.noor, entry=appeal.entry) == appeal


def test_each_answer_may_be_looked_at_again_once(cast):
    marit = join("marit", cast.circle)
    told = [
        concerns.tell(
            by=cast.ines, reason="unkind", **here(cast, member=cast.member(about).public_id)
        )
        for about in (cast.noor, marit)
    ]
    for concern in told:
        settling.settle(by=cast.mina, concern=concern.public_id, outcome="left")

    first, second = (appealing.appeal_answer(by=cast.ines, concern=c.public_id) for c in told)

    assert first != second
    assert (first.looks_again_at, second.looks_again_at) == tuple(told)
    assert appealing.appeal_answer(by=cast.ines, concern=told[0].public_id) == first
    # What became of an appeal is the last word.
    settling.settle(by=cast.sade, concern=first.public_id, outcome="left")
    refused = refusal_of(appealing.appeal_answer, by=cast.ines, concern=first.public_id)
    assert refused.code == "not_member"


def test_leads_read_what_was_told_and_how_it_was_settled(cast, client, said):
    concern = concerns.tell(
        by=cast.ines, reason="unkind", note="It hurt.", **here(cast, message=said.id)
    )
    settling.settle(by=cast.mina, concern=concern.public_id, outcome="left", answer="He meant well")
    appealing.appeal_answer(by=cast.ines, concern=concern.public_id)
    client.force_login(cast.sade)

    page = client.get(reverse("leads")).content.decode()

    assert "Settled by Mina: Left it as it is." in page
    assert "It hurt." in page
    assert "He meant well" in page


# An answer that is taken back when another look was asked for already -------------------
def told_and_settled(cast, *, taken_by):
    """Ines told of Noor, `taken_by` took it up, Mina settled it, and Ines asks for another look."""
    concern = concerns.tell(
        by=cast.ines, reason="unkind", **here(cast, member=cast.member(cast.noor).public_id)
    )
    settling.take(by=taken_by, concern=concern.public_id)
    settling.settle(by=cast.mina, concern=concern.public_id, outcome="left")
    appealing.appeal_answer(by=cast.ines, concern=concern.public_id)
    return concern.public_id


def leads_page(cast, client):
    client.force_login(cast.sade)
    return client.get(reverse("leads")).content.decode()


def test_of_an_answer_that_was_taken_back_leads_read_who_looks_now(cast, client, linden):
    told = told_and_settled(cast, taken_by=linden)
    settling.reopen(by=cast.mina, concern=told)

    page = leads_page(cast, client)

    assert "What was made of it was taken back. Linden is looking at it now." in page
    assert "Settled by" not in page
    assert Concern.objects.get(public_id=told).taken_by == linden


def test_whoever_it_is_about_does_not_have_it_again_and_it_waits_as_new(cast, client, linden):
    told = told_and_settled(cast, taken_by=cast.mina)
    settling.reopen(by=cast.mina, concern=told)

    concern = Concern.objects.get(public_id=told)
    assert (concern.taken_at, concern.taken_by, concern.taken_as) == (None, None, "")
    assert "It waits for someone to look." in leads_page(cast, client)
    client.force_login(linden)
    desk = client.get(reverse("desk_of", args=[cast.circle.public_id])).content.decode()
    assert 'data-needs="report"' in desk
    assert "Look at it by" in desk
    settling.take(by=linden, concern=told)
    settling.pass_on_what_waited(now=concern.due_at + datetime.timedelta(hours=1))
    assert Concern.objects.get(public_id=told).passed_on_at is None


def test_without_another_look_whoever_took_it_up_goes_on(cast):
    concern = concerns.tell(
        by=cast.ines, reason="unkind", **here(cast, member=cast.member(cast.noor).public_id)
    ).public_id
    settling.take(by=cast.mina, concern=concern)
    settling.settle(by=cast.mina, concern=concern, outcome="left")

    settling.reopen(by=cast.mina, concern=concern)

    assert Concern.objects.get(public_id=concern).taken_as == "Mina"


def test_whoever_left_meanwhile_does_not_have_it_again(cast, linden):
    told = told_and_settled(cast, taken_by=linden)
    enrolment.leave(membership=cast.member(linden))

    settling.reopen(by=cast.mina, concern=told)

    concern = Concern.objects.get(public_id=told)
    assert concern.taken_by is None
    settling.pass_on_what_waited(now=concern.due_at + datetime.timedelta(hours=1))
    assert Concern.objects.get(public_id=told).passed_on_at is not None


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda", "linden"])
def test_nobody_else_takes_an_answer_back(cast, linden, who):
    told = told_and_settled(cast, taken_by=linden)
    someone = linden if who == "linden" else getattr(cast, who)

    refused = refusal_of(settling.reopen, by=someone, concern=told)

    assert refused.code == ("closed" if who == "linden" else "not_member")
    assert Concern.objects.get(public_id=told).settled_at is not None


# Never by whoever did it ---------------------------------------------------------------
def test_a_lead_does_not_decide_about_what_they_did(cast, root):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.sade, why="It was agreed.")

    appeal = appealing.appeal(by=cast.noor, entry=newest_entry())

    assert appeal.against == cast.sade
    # A lead has no name in the circle.
    assert concerns.thanks(appeal) == (
        "Thank you. A program lead will look at it. Whoever did it doesn’t see this."
    )
    assert not Concern.objects.for_leads(cast.sade).exists()
    assert list(Concern.objects.for_leads(root)) == [appeal]
    assert (told_of(cast.sade), told_of(root)) == (0, 1)
    refused = refusal_of(settling.settle, by=cast.sade, concern=appeal.public_id, outcome="left")
    assert refused.code == "not_member"


def test_nor_about_how_they_settled_something(cast, root):
    concern = concerns.tell(
        by=cast.ines, reason="unkind", **here(cast, member=cast.member(cast.mina).public_id)
    )
    settling.settle(by=cast.sade, concern=concern.public_id, outcome="left")

    again = appealing.appeal_answer(by=cast.ines, concern=concern.public_id)

    assert again not in Concern.objects.for_leads(cast.sade)
    assert again in Concern.objects.for_leads(root)


def test_where_only_one_leads_it_is_not_lost(cast):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.sade, why="It was agreed.")

    appeal = appealing.appeal(by=cast.noor, entry=newest_entry())

    assert list(Concern.objects.for_leads(cast.sade)) == [appeal]
    assert told_of(cast.sade) == 1


def test_what_is_no_act_to_appeal_is_refused_by_the_verb_itself(cast):
    moderation.mute(
        by=cast.mina,
        why="A pause.",
        until=in_an_hour(),
        **here(cast, member=cast.member(cast.noor).public_id),
    )
    moderation.unmute(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))

    assert refusal_of(appealing.appeal, by=cast.noor, entry=newest_entry()).code == "not_member"


def asked_again_about(cast, lead):
    """Ines has told of a lead who is in the circle; Sade has settled it, who is asked to look
    again."""
    about = Membership.objects.create(
        circle=cast.circle, user=lead, name="Rowan", swatch=99, role="facilitator"
    )
    concern = concerns.tell(
        by=cast.ines, reason="unkind", note="He shouted.", **here(cast, member=about.public_id)
    )
    settling.settle(by=cast.sade, concern=concern.public_id, outcome="left")
    Notice.objects.all().delete()
    return appealing.appeal_answer(by=cast.ines, concern=concern.public_id)


def test_a_lead_of_whom_something_was_told_learns_nothing_by_its_being_looked_at_again(
    cast, root, client
):
    third = User.objects.create_superuser("third@example.org")

    again = asked_again_about(cast, root)
    settling.pass_on_what_waited(now=again.due_at + datetime.timedelta(seconds=1))

    client.force_login(root)
    assert "He shouted." not in client.get(reverse("leads")).content.decode()
    assert again not in Concern.objects.for_leads(root)
    assert (told_of(root), told_of(third)) == (0, 2)
    refused = refusal_of(settling.settle, by=root, concern=again.public_id, outcome="left")
    assert refused.code == "not_member"


def test_whoever_may_not_see_it_is_nobody_who_could_decide_instead(cast, root):

    again = asked_again_about(cast, root)

    # Root is the only other who leads, and the one it is about.
    assert list(Concern.objects.for_leads(cast.sade).open()) == [again]
    assert Notice.objects.filter(person=cast.sade, about=f"concern:{again.public_id}").exists()


def test_whose_doing_it_was_is_not_told_that_nobody_looked_at_it(cast, root):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.sade, why="It was agreed.")
    appeal = appealing.appeal(by=cast.noor, entry=newest_entry())

    settling.pass_on_what_waited(now=appeal.due_at + datetime.timedelta(seconds=1))

    assert (told_of(cast.sade), told_of(root)) == (0, 2)


def test_nor_does_a_lead_decide_about_what_they_asked_for_themselves(cast, root):
    me = Membership.objects.create(circle=cast.circle, user=root, name="Rowan", swatch=99)
    moderation.mute(
        by=cast.mina, why="A pause.", until=in_an_hour(), **here(cast, member=me.public_id)
    )

    appeal = appealing.appeal(by=root, entry=newest_entry())

    assert list(Concern.objects.for_leads(cast.sade)) == [appeal]
    refused = refusal_of(settling.settle, by=root, concern=appeal.public_id, outcome="acted")
    assert refused.code == "not_member"
