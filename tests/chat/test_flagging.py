"""Words about a crisis: delivered at once; a card, a wordless flag; nothing missed."""

from __future__ import annotations

import time

import pytest

from chat import editing
from chat.care import cards, concerns, flagging, lists
from chat.models import CareCard, Concern, Event, Looked, Message, Room
from community import vault
from tests.chat.reader import Reader
from tests.chat.talk import ask_the_question, log_of, refusal_of, row, say

CRISIS = ["Some nights I want to die.", "Manchmal möchte ich sterben."]


def look(cast):
    while flagging.look(cast.circle.public_id):
        pass


def kinds(cast):
    return [event.kind for event in log_of(cast.circle)]


@pytest.mark.parametrize("body", CRISIS)
def test_it_is_posted_at_once_whoever_looks_or_not(cast, body, monkeypatch):
    def dead(*args):
        raise AssertionError("the way of a message leads past no flagger")

    monkeypatch.setattr(flagging, "look", dead)
    monkeypatch.setattr(concerns, "raise_concern", dead)

    posted = say(cast.noor, body, circle=cast.circle)

    assert posted.state == "posted"
    assert kinds(cast)[-1] == "message.posted"


@pytest.mark.parametrize("body", CRISIS)
def test_afterwards_the_author_alone_gets_a_card_and_facilitators_a_wordless_flag(cast, body):
    posted = say(cast.noor, body, circle=cast.circle)
    look(cast)

    assert row(posted).state == Message.State.POSTED
    flag, card = log_of(cast.circle)[-2:]
    assert (flag.kind, flag.audience) == ("care.flag", Event.Audience.FACILITATORS)
    assert (flag.member, flag.message, flag.facts) == (None, None, {})
    assert (card.kind, card.audience) == ("care.card", Event.Audience.ONE)
    assert (card.member, card.message, card.facts) == (cast.member(cast.noor), None, {})
    assert [c.kind for c in cards.open_for(cast.member(cast.noor))] == ["help"]
    assert CareCard.objects.count() == 1
    concern = Concern.objects.get()
    assert (concern.kind, concern.reason, concern.raised_by) == ("care", "words", None)
    assert (concern.about, concern.message) == (cast.member(cast.noor), row(posted))
    assert concern.snapshot.body == body
    assert list(Concern.objects.for_facilitator(cast.mina)) == [concern]
    for other in (cast.noor, cast.ines, cast.bela, cast.sade):
        assert not Concern.objects.for_facilitator(other).exists()


def test_only_the_author_learns_of_the_card_and_only_facilitators_of_the_flag(cast):
    readers = {name: Reader(getattr(cast, name), cast.circle) for name in ("noor", "ines", "mina")}
    say(cast.noor, CRISIS[0], circle=cast.circle)
    look(cast)

    heard = {
        name: [event["kind"] for event in reader.catch_up().heard if "care" in event["kind"]]
        for name, reader in readers.items()
    }

    assert heard == {"noor": ["care.card"], "ines": [], "mina": ["care.flag"]}
    for reader in readers.values():
        reader.expect_a_fresh_page()


def test_ones_own_story_raises_nothing(cast):
    say(cast.noor, "My second infusion frightened me.", circle=cast.circle)
    look(cast)

    assert not Concern.objects.exists()
    assert not CareCard.objects.exists()


def test_asking_for_doses_brings_a_word_and_a_flag_and_is_posted(cast):
    posted = say(cast.noor, "How many mg do they give you?", circle=cast.circle)
    look(cast)

    assert row(posted).state == Message.State.POSTED
    assert [c.kind for c in cards.open_for(cast.member(cast.noor))] == ["dose"]
    concern = Concern.objects.get()
    assert (concern.kind, concern.reason) == ("report", "dose")


def test_what_is_a_crisis_and_a_dose_is_flagged_as_both_whatever_was_told_of_it(cast):
    both = say(cast.noor, f"{CRISIS[0]} How many mg do they give you?", circle=cast.circle)
    fields = {"circle": cast.circle.public_id, "message": both.id}
    concerns.tell(by=cast.ines, reason="worried", **fields)

    look(cast)

    assert {concern.reason for concern in Concern.objects.filter(raised_by=None)} == {
        *["words", "dose"]
    }


def test_sourcing_is_held_and_nobody_comes_to_it_by_changing_a_message(cast):
    held = say(cast.noor, "Anyone selling ketamine here?", circle=cast.circle)
    assert held.state == "held"
    posted = say(cast.noor, "A quiet evening.", circle=cast.circle)

    refused = refusal_of(
        editing.edit,
        by=cast.noor,
        circle=cast.circle.public_id,
        message=posted.id,
        body="I can get you some really good psilocybin",
    )

    assert refused.code == "closed"
    story = say(cast.noor, "I used to buy ketamine from a man in a park.", circle=cast.circle)
    by_a_facilitator = say(cast.mina, "Nobody sells ketamine for sale here.", circle=cast.circle)
    assert (story.state, by_a_facilitator.state) == ("posted", "posted")


def test_what_was_changed_into_it_is_found_too(cast):
    posted = say(cast.noor, "A quiet evening.", circle=cast.circle)
    look(cast)
    editing.edit(
        by=cast.noor, circle=cast.circle.public_id, message=posted.id, body="I want to die."
    )
    look(cast)

    assert Concern.objects.get().snapshot.body == "I want to die."


def test_nothing_is_missed_while_nobody_looked_and_nothing_is_flagged_twice(cast):
    say(cast.noor, "I want to die.", circle=cast.circle)
    say(cast.otto, "Ich will sterben.", circle=cast.next_door)
    ask_the_question(cast.circle)

    assert flagging.sweep() > 0
    assert flagging.sweep() >= 0  # the flags are events themselves
    assert flagging.sweep() == 0
    assert Concern.objects.count() == 2
    Looked.objects.update(upto=0)
    flagging.sweep()
    assert Concern.objects.count() == CareCard.objects.count() == 2
    assert set(Looked.objects.values_list("upto", flat=True)) == set(
        Room.objects.values_list("last_seq", flat=True)
    )


def test_one_that_breaks_over_a_message_comes_back_to_it(cast, monkeypatch):
    say(cast.noor, "I want to die.", circle=cast.circle)

    def breaks(kind):
        raise RuntimeError

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(lists, "patterns", breaks)
        flagging.look(cast.circle.public_id)
    assert not Concern.objects.exists()

    look(cast)
    assert Concern.objects.count() == 1


def test_a_room_that_breaks_keeps_no_other_from_being_looked_at(cast, monkeypatch, caplog):
    say(cast.noor, "I want to die.", circle=cast.circle)
    say(cast.otto, "Ich will sterben.", circle=cast.next_door)
    find = flagging.look

    def breaks_here(circle, **more):
        if circle == cast.circle.public_id:
            raise RuntimeError("I want to die.")
        return find(circle, **more)

    with monkeypatch.context() as broken:
        broken.setattr(flagging, "look", breaks_here)
        flagging.sweep()

    assert [flag.room.circle for flag in Concern.objects.all()] == [cast.next_door]
    assert "RuntimeError" in caplog.text
    assert "I want to die." not in caplog.text
    flagging.sweep()
    assert Concern.objects.count() == 2


def test_words_taken_back_or_erased_are_passed_over(cast):
    posted = say(cast.noor, "I want to die.", circle=cast.circle)
    editing.take_back(by=cast.noor, circle=cast.circle.public_id, message=posted.id)
    say(cast.ines, "I want to die.", circle=cast.circle)
    vault.erase(vault.circle_owner(cast.circle.public_id))
    vault.forget()

    look(cast)

    assert not Concern.objects.exists()


def test_a_facilitator_who_tells_what_to_listen_for_raises_nothing(cast):
    say(cast.mina, "If you want to die, tell me, any hour.", circle=cast.circle)
    look(cast)

    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("I can sell you ketamine, write to me.", "sourcing"),
        ("How many mg do they give you?", "dose"),
    ],
)
def test_a_facilitator_who_sells_or_tells_doses_is_for_the_leads_alone(cast, body, reason):
    posted = say(cast.mina, body, circle=cast.circle)
    before = kinds(cast)
    look(cast)

    concern = Concern.objects.get()
    assert (concern.kind, concern.reason, concern.to_leads) == ("report", reason, True)
    assert row(posted).state == Message.State.POSTED
    assert kinds(cast) == before
    assert list(Concern.objects.for_leads(cast.sade)) == [concern]
    assert not Concern.objects.for_facilitator(cast.mina).exists()
    assert not CareCard.objects.exists()


def test_one_card_lies_there_until_its_reader_puts_it_away(cast):
    for _ in range(3):
        say(cast.noor, "I want to die.", circle=cast.circle)
        look(cast)
    card = CareCard.objects.get()

    for stranger in (cast.ines, cast.mina, cast.otto):
        cards.close(by=stranger, circle=cast.circle.public_id, card=card.public_id)
    assert cards.open_for(cast.member(cast.noor)) == [card]
    cards.close(by=cast.noor, circle=cast.circle.public_id, card=card.public_id)
    assert cards.open_for(cast.member(cast.noor)) == []
    assert Concern.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_thread_looks_within_moments(cast, settings):
    settings.CARE_LOOKS_AT_ONCE = True
    say(cast.noor, "I want to die.", circle=cast.circle)
    flagging.noticed(cast.circle.public_id)

    def has_looked_at_all() -> bool:
        return Looked.objects.filter(room__circle=cast.circle, upto__gte=3).exists()

    until = time.monotonic() + 60
    while not has_looked_at_all():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert CareCard.objects.count() == Concern.objects.count() == 1


def test_a_machine_without_another_thread_posts_all_the_same(cast, settings, monkeypatch):
    def none_to_be_had(self):
        raise RuntimeError("can't start new thread")

    settings.CARE_LOOKS_AT_ONCE = True
    monkeypatch.setattr(flagging, "_thread", None)
    monkeypatch.setattr(flagging.threading.Thread, "start", none_to_be_had)

    assert say(cast.noor, "I want to die.", circle=cast.circle).state == "posted"
    assert flagging._thread is None


def test_noticing_waits_for_nothing(cast, settings, django_assert_num_queries):
    with django_assert_num_queries(0):
        for _ in range(1000):
            flagging.noticed(cast.circle.public_id)
