"""Telling of a message or a person: who learns of it, who doesn't, and who was quicker."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from chat.care import appealing, concerns, settling
from chat.keeping import moderation
from chat.models import CareCard, Concern, Event, LiveSession, Room
from chat.refusal import Refused
from community import audit
from community.models import AuditEntry, Notice
from programs.models import Membership
from tests.chat.reader import Reader
from tests.chat.talk import all_at_once, in_an_hour, join, leave, log_of, refusal_of, remove, say

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def said(cast):
    return say(cast.noor, "You should just stop seeing her, honestly.", circle=cast.circle)


def tell(cast, by, **more):
    return concerns.tell(by=by, circle=cast.circle.public_id, **{"reason": "advice"} | more)


def told_of(user):
    return set(Notice.objects.filter(person=user).values_list("about", flat=True))


# Telling ------------------------------------------------------------------------------
def test_a_report_waits_on_the_facilitators_desk_with_the_words_as_they_were(cast, said):
    concern = tell(cast, cast.ines, message=said.id, note="It felt like advice.")
    moderation.set_aside(by=cast.mina, circle=cast.circle.public_id, message=said.id, why="Advice.")

    found = Concern.objects.for_facilitator(cast.mina).get()
    assert found == concern
    assert found.snapshot.body == "You should just stop seeing her, honestly."
    assert found.note == "It felt like advice."
    assert b"stop seeing" not in bytes(found.sealed_snapshot)
    assert found.due_at - found.at > 23 * HOUR
    for other in (cast.noor, cast.ines, cast.otto, cast.bela, cast.sade, cast.edda):
        assert not Concern.objects.for_facilitator(other).exists()
    assert not Concern.objects.for_leads(cast.sade).exists()


def test_facilitators_hear_that_there_is_something_and_nobody_else_does(cast, said):
    concern = tell(cast, cast.ines, message=said.id)

    event = log_of(cast.circle)[-1]
    assert (event.kind, event.audience) == ("report.made", Event.Audience.FACILITATORS)
    assert (event.member, event.message, event.facts) == (None, None, {})
    assert told_of(cast.mina) == {f"concern:{concern.public_id}"}
    for other in (cast.noor, cast.ines, cast.otto, cast.bela, cast.sade):
        assert told_of(other) == set()


def test_who_told_is_thanked_and_told_who_looks(cast, said):
    report = concerns.thanks(tell(cast, cast.ines, message=said.id))
    worry = concerns.thanks(tell(cast, cast.ines, message=said.id, reason="worried"))

    assert report == (
        "Thank you. Mina will look at it within 24 hours. Noor won’t be told who said so."
    )
    assert (
        worry == "Thank you. Mina will look at it within 12 hours. Noor won’t be told who said so."
    )


def test_a_worry_is_a_care_flag_with_a_clock_of_its_own(cast, said):
    worry = tell(cast, cast.ines, message=said.id, reason="worried")

    assert worry.kind == "care"
    assert 11 * HOUR < worry.due_at - worry.at < 13 * HOUR
    assert [e.kind for e in log_of(cast.circle)][-2:] == ["care.flag", "care.card"]
    card = CareCard.objects.get()
    assert (card.membership, card.kind) == (cast.member(cast.noor), "help")


def test_in_a_live_session_it_is_minutes(cast, said):
    LiveSession.objects.create(room=cast.circle.room, planned_until=in_an_hour())

    worry = tell(cast, cast.ines, member=cast.member(cast.noor).public_id, reason="worried")

    assert worry.due_at - worry.at < datetime.timedelta(minutes=6)
    assert "within 5 minutes" in concerns.thanks(worry)


def test_a_live_session_next_door_hurries_nobody_here(cast, said):
    LiveSession.objects.create(room=cast.next_door.room, planned_until=in_an_hour())

    worry = tell(cast, cast.ines, message=said.id, reason="worried")

    assert worry.due_at - worry.at > 11 * HOUR


def test_telling_twice_is_telling_once(cast, said):
    first = tell(cast, cast.ines, message=said.id)

    assert tell(cast, cast.ines, message=said.id) == first
    assert Concern.objects.count() == 1


def test_whoever_may_not_read_it_cannot_tell_of_it(cast, said):
    member = cast.member(cast.noor).public_id
    newcomer = join("marit", cast.circle)
    for stranger in (cast.otto, cast.bela, cast.sade, cast.edda):
        for what in ({"message": said.id}, {"member": member}):
            refused = refusal_of(tell, cast, stranger, **what)
            assert refused.code == "not_member"
    assert refusal_of(tell, cast, newcomer, message=said.id).code == "bad_frame"
    leave(cast.ines, cast.circle)
    assert refusal_of(tell, cast, cast.ines, message=said.id).code == "not_member"
    assert not Concern.objects.exists()


def test_nothing_is_told_here_of_who_lives_next_door_or_has_left(cast):
    otto, ines = cast.member(cast.otto, cast.next_door), cast.member(cast.ines)
    leave(cast.ines, cast.circle)
    for member in (otto, ines):
        assert refusal_of(tell, cast, cast.noor, member=member.public_id).code == "bad_frame"


def test_two_tell_of_the_same_each_for_themselves(cast, said):
    marit = join("marit", cast.circle, sees_earlier=True)
    first = tell(cast, cast.ines, message=said.id)

    second = tell(cast, marit, message=said.id)

    assert second != first
    assert second.raised_by == cast.member(marit)


def test_who_was_told_of_and_looked_at_may_be_told_of_again(cast):
    noor = cast.member(cast.noor).public_id
    first = tell(cast, cast.ines, member=noor)
    settling.settle(by=cast.mina, concern=first.public_id, outcome="talked")

    assert tell(cast, cast.ines, member=noor) != first


@pytest.mark.parametrize("reason", ["words", "dose", "appeal", "", "nonsense"])
def test_the_houses_own_reasons_are_not_to_be_chosen(cast, said, reason):
    assert refusal_of(tell, cast, cast.ines, message=said.id, reason=reason).code == "bad_frame"


def test_nobody_reports_themselves(cast, said):
    assert refusal_of(tell, cast, cast.noor, message=said.id).code == "bad_frame"


def test_not_a_hundred_in_an_hour(cast):
    messages = [say(cast.noor, f"Line {n}", circle=cast.circle) for n in range(4)]
    for message in messages:
        for reason in ("advice", "unkind", "private", "sourcing", "other"):
            tell(cast, cast.ines, message=message.id, reason=reason)

    refused = refusal_of(tell, cast, cast.ines, message=messages[0].id, reason="worried")

    assert refused.code == "too_fast"


# About a facilitator ------------------------------------------------------------------
def test_what_is_about_a_facilitator_goes_to_the_leads_alone(cast):
    linden = join("linden", cast.circle, role=Membership.Role.FACILITATOR)
    spoken = say(cast.mina, "You know best to do as I say.", circle=cast.circle)
    before = Room.objects.get(circle=cast.circle).last_seq

    concern = tell(cast, cast.noor, message=spoken.id, reason="unkind")

    assert list(Concern.objects.for_leads(cast.sade)) == [concern]
    for holder in (cast.mina, linden):
        assert not Concern.objects.for_facilitator(holder).exists()
        assert not settling.mine_to_look_at(holder).exists()
        assert told_of(holder) == set()
    assert Room.objects.get(circle=cast.circle).last_seq == before
    assert told_of(cast.sade) == {f"concern:{concern.public_id}"}
    assert "Mina doesn’t see it" in concerns.thanks(concern)
    for verb in (settling.take, settling.reopen):
        assert refusal_of(verb, by=cast.mina, concern=concern.public_id).code == "not_member"
    settling.settle(by=cast.sade, concern=concern.public_id, outcome="talked")
    assert not AuditEntry.objects.filter(about=cast.mina.public_id).exists()
    assert Room.objects.get(circle=cast.circle).last_seq == before


def test_before_telling_they_read_who_looks(cast):
    linden = join("linden", cast.circle, role="facilitator")
    mina, noor, ines = (cast.member(user) for user in (cast.mina, cast.noor, cast.ines))
    assert concerns.goes_to_leads(mina, by=noor)
    assert not concerns.goes_to_leads(ines, by=noor)
    assert not concerns.goes_to_leads(ines, by=mina)

    leave(linden, cast.circle)

    assert not concerns.goes_to_leads(ines, by=noor)
    assert concerns.goes_to_leads(ines, by=mina), "nobody else holds the circle"


def test_a_facilitator_who_has_left_or_is_closed_out_hears_of_nothing(cast, said):
    gone, closed = (join(name, cast.circle, role="facilitator") for name in ("linden", "fen"))
    leave(gone, cast.circle)
    closed.is_active = False
    closed.save()

    tell(cast, cast.ines, message=said.id)

    assert told_of(cast.mina)
    assert told_of(gone) == told_of(closed) == set()


def test_a_lead_who_is_the_one_told_of_sees_nothing_of_it(cast):
    Membership.objects.create(
        circle=cast.circle, user=cast.sade, name="Sade", swatch=99, role="facilitator"
    )
    spoken = say(cast.sade, "Do as I say.", circle=cast.circle)

    concern = tell(cast, cast.noor, message=spoken.id)

    assert not settling.mine_to_look_at(cast.sade).exists()
    assert told_of(cast.sade) == set()
    refused = refusal_of(settling.settle, by=cast.sade, concern=concern.public_id, outcome="left")
    assert refused.code == "not_member"


# Looking after it ---------------------------------------------------------------------
def test_settled_once_answered_and_undone_within_ten_seconds(cast, said, time_machine):
    time_machine.move_to("2026-11-22T18:00:00Z", tick=False)
    concern = tell(cast, cast.ines, member=cast.member(cast.noor).public_id)

    def settle():
        settling.settle(
            by=cast.mina, concern=concern.public_id, outcome="talked", answer="We spoke."
        )

    for_mina = told_of(cast.mina)
    settle()
    refused = refusal_of(settling.settle, by=cast.mina, concern=concern.public_id, outcome="left")
    assert (refused.code, refused.say) == ("conflict", "Mina has settled this already.")
    time_machine.shift(8)
    settling.reopen(by=cast.mina, concern=concern.public_id)
    concern.refresh_from_db()
    assert (concern.settled_at, concern.answer, concern.outcome) == (None, "", "")
    # Nor is anyone told of what was taken back, so that they are told of what comes after it.
    assert told_of(cast.ines) == set()
    assert told_of(cast.mina) == for_mina != set(), "what others wait to be told stays"

    settle()
    time_machine.shift(30)
    assert refusal_of(settling.reopen, by=cast.mina, concern=concern.public_id).code == "closed"
    concern.refresh_from_db()
    assert (concern.answer, concern.settled_as) == ("We spoke.", "Mina")
    assert f"answered:{concern.public_id}" in told_of(cast.ines)
    assert told_of(cast.noor) == set()


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda"])
def test_nobody_else_looks_after_it(cast, said, who):
    concern = tell(cast, cast.ines, message=said.id)

    for verb, more in [
        (settling.take, {}),
        (settling.settle, {"outcome": "left"}),
        (settling.reopen, {}),
    ]:
        refused = refusal_of(verb, by=getattr(cast, who), concern=concern.public_id, **more)
        assert refused.code == "not_member"


def test_the_record_names_neither_who_told_nor_of_whom(cast, said):
    concern = tell(cast, cast.ines, message=said.id)
    settling.take(by=cast.mina, concern=concern.public_id)
    settling.settle(by=cast.mina, concern=concern.public_id, outcome="left")

    entries = list(AuditEntry.objects.values_list("verb", "by", "about"))

    mina = cast.mina.public_id
    assert entries == [("take_up", mina, ""), ("settle", mina, "")]
    assert list(audit.faults()) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_facilitators_one_settles_each_of_fifty_and_the_other_is_told(cast):
    linden = join("linden", cast.circle, role=Membership.Role.FACILITATOR)
    peers = [join(f"peer{n}", cast.circle) for n in range(10)]
    ids = [
        tell(cast, peer, member=cast.member(cast.noor).public_id, reason=reason).public_id
        for peer in peers
        for reason in ("advice", "unkind", "private", "sourcing", "other")
    ]

    def work(user, order):
        def through_the_queue():
            said = {}
            for concern in order:
                try:
                    settling.settle(by=user, concern=concern, outcome="acted")
                    said[concern] = "mine"
                except Refused as refused:
                    said[concern] = f"{refused.code}: {refused.say}"
            return said

        return through_the_queue

    mina, other = all_at_once([work(cast.mina, ids), work(linden, ids[::-1])])

    for concern in Concern.objects.all():
        answers = [mina[concern.public_id], other[concern.public_id]]
        winner = 0 if concern.settled_by == cast.mina else 1
        assert answers[winner] == "mine"
        name = ["Mina", "Linden"][winner]
        assert answers[1 - winner] == f"conflict: {name} has settled this already."
    assert AuditEntry.objects.filter(verb="settle").count() == len(ids) == 50
    assert list(audit.faults()) == []


# What nobody did ----------------------------------------------------------------------
def test_what_nobody_looked_at_in_time_goes_to_the_leads_once(cast, said):
    worry = tell(cast, cast.ines, message=said.id, reason="worried")
    later = timezone.now() + 13 * HOUR

    assert settling.pass_on_what_waited(now=timezone.now()) == 0
    assert settling.pass_on_what_waited(now=later) == 1
    assert settling.pass_on_what_waited(now=later + HOUR) == 0

    assert list(Concern.objects.for_leads(cast.sade)) == [worry]
    assert told_of(cast.sade) == {f"late:{worry.public_id}"}
    settling.settle(by=cast.sade, concern=worry.public_id, outcome="acted")
    worry.refresh_from_db()
    assert worry.settled_as == "A program lead"


def test_a_lead_is_told_of_what_waited_but_not_that_it_was_about_them(cast):
    Membership.objects.create(circle=cast.circle, user=cast.sade, name="Sade", swatch=99)
    members = {user: cast.member(user).public_id for user in (cast.noor, cast.sade)}
    told = {
        user: tell(cast, cast.ines, member=member, reason="worried")
        for user, member in members.items()
    }

    assert settling.pass_on_what_waited(now=timezone.now() + 13 * HOUR) == 2

    assert told_of(cast.sade) & {f"late:{one.public_id}" for one in told.values()} == {
        f"late:{told[cast.noor].public_id}"
    }


def test_what_someone_took_up_is_in_hand(cast, said):
    worry = tell(cast, cast.ines, message=said.id, reason="worried")
    settling.take(by=cast.mina, concern=worry.public_id)

    assert settling.pass_on_what_waited(now=timezone.now() + 13 * HOUR) == 0


def test_a_message_held_too_long_goes_to_the_leads_and_stays_held(cast):
    Room.objects.filter(circle=cast.circle).update(holds_all=True)
    held = say(cast.noor, "Waiting here", circle=cast.circle)
    settling.pass_on_what_waited(now=timezone.now() + 25 * HOUR)
    settling.pass_on_what_waited(now=timezone.now() + 26 * HOUR)

    assert told_of(cast.sade) == {f"held:{held.id}"}
    assert [m.state for m in settling.held_too_long(timezone.now() + 25 * HOUR)] == ["held"]


def test_words_go_thirty_days_after_it_was_settled_and_the_rest_after_two_years(cast, said):
    concern = tell(cast, cast.ines, message=said.id, note="A word")
    settling.settle(by=cast.mina, concern=concern.public_id, outcome="left", answer="Thanks")
    settling.let_words_go(now=timezone.now() + datetime.timedelta(days=29))
    concern.refresh_from_db()
    assert concern.note == "A word"

    settling.let_words_go(now=timezone.now() + datetime.timedelta(days=31))
    concern.refresh_from_db()
    assert (concern.note, concern.snapshot) == ("", None)
    settling.let_words_go(now=timezone.now() + datetime.timedelta(days=731))
    assert not Concern.objects.exists()


# Asking for another look --------------------------------------------------------------
def test_whoever_an_act_concerned_may_ask_the_leads_to_look_again(cast, said):
    moderation.set_aside(by=cast.mina, circle=cast.circle.public_id, message=said.id, why="Advice.")
    entry = AuditEntry.objects.get()

    appeal = appealing.appeal(by=cast.noor, entry=entry.seq, note="It was my own story.")

    assert appealing.appeal(by=cast.noor, entry=entry.seq) == appeal
    assert (appeal.kind, appeal.about) == ("appeal", cast.member(cast.mina))
    assert appeal.snapshot.body.startswith("You should")
    assert list(Concern.objects.for_leads(cast.sade)) == [appeal]
    assert not Concern.objects.for_facilitator(cast.mina).exists()
    for other in (cast.ines, cast.otto, cast.mina, cast.sade):
        assert refusal_of(appealing.appeal, by=other, entry=entry.seq).code == "not_member"


def test_so_may_whoever_was_removed(cast):
    remove(cast.noor, cast.circle, by=cast.mina)
    entry = AuditEntry.objects.get()

    appeal = appealing.appeal(by=cast.noor, entry=entry.seq, note="Please hear me.")

    assert appeal.to_leads


def test_whoever_told_may_ask_for_another_look_at_the_answer(cast, said):
    concern = tell(cast, cast.ines, message=said.id)
    assert (
        refusal_of(appealing.appeal_answer, by=cast.ines, concern=concern.public_id).code
        == "bad_frame"
    )
    settling.settle(by=cast.mina, concern=concern.public_id, outcome="left")

    again = appealing.appeal_answer(by=cast.ines, concern=concern.public_id, note="It goes on.")

    assert again.to_leads
    assert again.about == cast.member(cast.mina)
    for other in (cast.noor, cast.mina, cast.otto):
        refused = refusal_of(appealing.appeal_answer, by=other, concern=concern.public_id)
        assert refused.code == "not_member"


def test_a_peers_view_of_the_log_holds_none_of_it(cast, said):
    ines, mina = Reader(cast.ines, cast.circle), Reader(cast.mina, cast.circle)
    tell(cast, cast.ines, message=said.id, reason="worried")

    assert [event["kind"] for event in mina.catch_up().heard] == ["care.flag"]
    assert ines.catch_up().heard == []
