"""Words about a crisis in a talk of two: looked at whatever dies, and cared for once."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from chat import beside
from chat.care import cards, caring, concerns, flagging, settling
from chat.models import CareCard, CheckInLine, Concern
from community import vault
from community.models import Notice
from community.tasks import tick
from programs import enrolment
from programs.models import Membership
from tests.chat.talk import all_at_once, join, log_of, say

CRISIS = "Some nights I want to die."


@pytest.fixture
def talk(cast):
    """Mina has written to Noor alone, as some facilitators do of crises: plainly."""
    return beside.check_in(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        body="Do you want to die?",
    ).public_id


def written(cast, talk, body=CRISIS):
    """Noor writes, and the process dies before it looks: here nothing follows a commit."""
    beside.answer(by=cast.noor, check_in=talk, body=body)
    assert not Concern.objects.exists()


def flags(cast):
    return [event for event in log_of(cast.circle) if event.kind == "care.flag"]


def test_what_nobody_looked_at_the_worker_does(cast, talk):
    written(cast, talk)

    tick()

    concern = Concern.objects.get()
    assert (concern.kind, concern.reason, concern.about) == (
        "care",
        "words",
        cast.member(cast.noor),
    )
    # What was said stays between the two.
    assert (concern.snapshot, concern.message, concern.note) == (None, None, "")
    assert [card.kind for card in cards.open_for(cast.member(cast.noor))] == ["check_in", "help"]
    assert [(flag.member, flag.message, flag.facts) for flag in flags(cast)] == [(None, None, {})]
    told = Notice.objects.filter(about=f"concern:{concern.public_id}")
    assert [notice.person for notice in told] == [cast.mina]


def test_nobody_else_learns_of_it(cast, talk):
    written(cast, talk)
    tick()

    assert list(Concern.objects.for_facilitator(cast.mina)) == [Concern.objects.get()]
    for other in (cast.noor, cast.ines, cast.otto, cast.bela, cast.sade, cast.edda):
        assert not Concern.objects.for_facilitator(other).exists()
    assert not CareCard.objects.exclude(membership=cast.member(cast.noor)).exists()


def test_it_is_cared_for_once_also_when_it_is_settled_and_the_card_put_away(cast, talk):
    written(cast, talk)
    assert flagging.sweep_talks() == 2
    settling.settle(by=cast.mina, concern=Concern.objects.get().public_id, outcome="talked")
    CareCard.objects.update(closed_at=timezone.now())

    for line in CheckInLine.objects.all():
        caring.care_for_line(line)
    assert flagging.sweep_talks() == 0
    tick()

    assert not Concern.objects.open().exists()
    assert cards.open_for(cast.member(cast.noor)) == []
    assert len(flags(cast)) == 1


def test_what_is_written_after_that_is_new(cast, talk):
    written(cast, talk)
    flagging.sweep_talks()
    settling.settle(by=cast.mina, concern=Concern.objects.get().public_id, outcome="talked")

    beside.answer(by=cast.noor, check_in=talk, body="It is back. I want to die.")
    flagging.sweep_talks()

    assert Concern.objects.open().count() == 1


def test_neither_a_flag_of_another_nor_what_else_was_told_of_them_is_in_its_way(cast, talk):
    noor, ines = cast.member(cast.noor), cast.member(cast.ines)
    here = {"circle": cast.circle.public_id}
    theirs = beside.check_in(by=cast.mina, member=ines.public_id, body="How are you?", **here)
    beside.answer(by=cast.ines, check_in=theirs.public_id, body=CRISIS)
    flagging.sweep_talks()
    concerns.tell(by=cast.ines, reason="worried", member=noor.public_id, **here)
    concerns.tell(by=cast.ines, reason="unkind", member=noor.public_id, **here)
    say(cast.noor, CRISIS, circle=cast.circle)
    while flagging.look(cast.circle.public_id):
        pass

    beside.answer(by=cast.noor, check_in=talk, body=CRISIS)
    flagging.sweep_talks()

    of_talks = Concern.objects.filter(raised_by=None, message=None)
    assert {concern.about for concern in of_talks} == {noor, ines}


def test_one_that_dies_over_a_line_leaves_nothing_half_done_and_comes_back(
    cast, talk, monkeypatch, caplog
):
    written(cast, talk)

    def dies(*args):
        raise RuntimeError(CRISIS)

    with monkeypatch.context() as broken:
        broken.setattr(cards, "show", dies)
        assert flagging.sweep_talks() == 1  # Mina's line
    assert not Concern.objects.exists()
    assert flags(cast) == []
    assert CRISIS not in caplog.text

    assert flagging.sweep_talks() == 1
    assert Concern.objects.count() == len(flags(cast)) == 1


def test_a_line_that_breaks_keeps_no_other_from_being_looked_at(cast, talk, monkeypatch):
    written(cast, talk, "Good evening")
    beside.answer(by=cast.noor, check_in=talk, body=CRISIS)
    care = caring.care_for_line

    def breaks_at_the_second(line):
        if line.pk == CheckInLine.objects.order_by("pk")[1].pk:
            raise RuntimeError
        care(line)

    monkeypatch.setattr(caring, "care_for_line", breaks_at_the_second)

    assert flagging.sweep_talks() == 2
    assert Concern.objects.count() == 1
    assert CheckInLine.objects.get(looked_at=None).words(circle=cast.circle.public_id) == (
        "Good evening"
    )


def test_whoever_leads_asks_plainly_and_raises_nothing(cast, talk):
    assert flagging.sweep_talks() == 1

    assert not Concern.objects.exists()
    assert not CareCard.objects.exclude(kind="check_in").exists()


def test_whoever_left_meanwhile_is_worried_about_all_the_same(cast, talk):
    """As with words in the room; a card would lie where they no longer come."""
    written(cast, talk)
    enrolment.leave(membership=cast.member(cast.noor))

    tick()

    concern = Concern.objects.get()
    assert list(Concern.objects.for_facilitator(cast.mina)) == [concern]
    assert not CareCard.objects.filter(kind="help").exists()


def test_where_whoever_they_wrote_to_left_whoever_goes_on_hears_of_it(cast, talk):
    linden = join("linden", cast.circle, role=Membership.Role.FACILITATOR)
    written(cast, talk)
    enrolment.leave(membership=cast.member(cast.mina))

    tick()

    assert list(Concern.objects.for_facilitator(linden)) == [Concern.objects.get()]
    assert not Concern.objects.for_facilitator(cast.mina).exists()


def test_words_that_were_erased_are_passed_over(cast, talk):
    written(cast, talk)
    vault.erase(vault.circle_owner(cast.circle.public_id))
    vault.forget()

    assert flagging.sweep_talks() == 2
    assert not Concern.objects.exists()
    assert flagging.sweep_talks() == 0


@pytest.mark.django_db(transaction=True)
def test_several_workers_and_the_process_itself_care_once(cast, talk):
    """Each looks at the same line in the same moment."""
    beside.answer(by=cast.noor, check_in=talk, body="Good evening")
    CheckInLine.objects.update(looked_at=None)
    line = CheckInLine.objects.order_by("pk").last()
    line.seal(CRISIS, circle=cast.circle.public_id)
    line.save()

    all_at_once([flagging.sweep_talks] * 4 + [lambda: caring.care_for_line(line)])

    assert Concern.objects.count() == len(flags(cast)) == 1
    assert CareCard.objects.filter(kind="help").count() == 1
    assert not CheckInLine.objects.filter(looked_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_what_its_own_process_looked_at_is_not_looked_at_again(cast, talk):
    beside.answer(by=cast.noor, check_in=talk, body=CRISIS)

    assert Concern.objects.count() == 1
    assert not CheckInLine.objects.filter(looked_at=None, by=cast.member(cast.noor)).exists()
    later = timezone.now() + datetime.timedelta(hours=13)
    assert settling.pass_on_what_waited(now=later) == 1
