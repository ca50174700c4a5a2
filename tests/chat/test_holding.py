"""Holding: what waits to be read, who knows of it, and what becomes of it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from chat import editing
from chat.keeping import holding, moderation
from chat.keeping.standing import standing_of
from chat.models import Asking, Event, Message, ModerationAction, Seat
from chat.posting import post_batch
from community import vault
from community.models import AuditEntry, Notice
from tests.chat.reader import Reader
from tests.chat.talk import draft, join, leave, log_of, refusal_of, row, say, set_room


@pytest.fixture
def held(cast):
    set_room(cast.circle, holds_all=True)
    return say(cast.noor, "My old street, number 14", circle=cast.circle)


def here(cast, **more):
    return {"circle": cast.circle.public_id} | more


def kinds(circle):
    return [(event.kind, event.audience) for event in log_of(circle)]


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda"])
def test_only_those_who_hold_this_circle_may(cast, held, who):
    user, member = getattr(cast, who), cast.member(cast.ines).public_id

    for verb, fields in [
        (holding.hold, here(cast, member=member)),
        (holding.unhold, here(cast, member=member)),
        (holding.hold_all, here(cast)),
        (holding.unhold_all, here(cast)),
        (holding.let_through, here(cast, message=held.id)),
        (holding.ask_to_change, here(cast, message=held.id, why="Because.")),
    ]:
        assert refusal_of(verb, by=user, **fields).code == "not_member"
    assert not ModerationAction.objects.exists()
    assert row(held).state == Message.State.HELD


def test_what_a_held_peer_writes_waits_and_they_are_told(cast):
    noor = cast.member(cast.noor)
    holding.hold(by=cast.mina, **here(cast, member=noor.public_id))

    mine = say(cast.noor, "About me", circle=cast.circle)
    others = say(cast.ines, "About rain", circle=cast.circle)

    assert (mine.state, others.state) == ("held", "posted")
    assert ("member.held", "one") in kinds(cast.circle)
    assert standing_of(Reader(cast.noor, cast.circle).seat).why_held == (
        "Mina reads what you write before the others do."
    )
    assert standing_of(Reader(cast.ines, cast.circle).seat).why_held == ""
    assert mine.id in dict(Reader(cast.noor, cast.circle).shown)
    assert mine.id not in dict(Reader(cast.ines, cast.circle).shown)


def test_holding_and_letting_go_twice_changes_nothing(cast):
    noor = here(cast, member=cast.member(cast.noor).public_id)
    verbs = [(holding.hold, noor), (holding.unhold, noor)]
    verbs += [(holding.hold_all, here(cast)), (holding.unhold_all, here(cast))]
    for verb, fields in verbs:
        verb(by=cast.mina, **fields)
        before = log_of(cast.circle)
        verb(by=cast.mina, **fields)
        assert log_of(cast.circle) == before
    assert Seat.objects.get(membership=cast.member(cast.noor)).held_at is None
    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"
    assert [act.verb for act in ModerationAction.objects.order_by("pk")] == [
        *["hold", "unhold", "hold_all", "unhold_all"]
    ]


def test_who_is_held_no_more_hears_of_it_alone_and_the_next_one_is_held_still(cast):
    noor, ines = cast.member(cast.noor), cast.member(cast.ines)
    for member in (noor, ines):
        holding.hold(by=cast.mina, **here(cast, member=member.public_id))
    hers, others = Reader(cast.noor, cast.circle), Reader(cast.ines, cast.circle)

    holding.unhold(by=cast.mina, **here(cast, member=noor.public_id))

    assert kinds(cast.circle)[-1] == ("member.unheld", "one")
    assert [event["kind"] for event in hers.catch_up().heard] == ["member.unheld"]
    assert others.catch_up().heard == []
    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"
    assert say(cast.ines, "Hello", circle=cast.circle).state == "held"


def test_facilitators_and_strangers_can_not_be_held(cast):
    next_door = cast.member(cast.otto, cast.next_door).public_id
    for member in (cast.member(cast.mina).public_id, next_door, "AAAAAAAAAAAAAAAA"):
        assert refusal_of(holding.hold, by=cast.mina, **here(cast, member=member)).code == (
            "bad_frame"
        )


def test_a_room_that_holds_says_so_and_holds_peers_alone(cast):
    page = Reader(cast.ines, cast.circle)

    holding.hold_all(by=cast.mina, **here(cast))

    (event,) = page.catch_up().heard
    assert (event["kind"], event["on"]) == ("room.holds", True)
    assert say(cast.noor, "Hello", circle=cast.circle).state == "held"
    assert say(cast.mina, "Hello", circle=cast.circle).state == "posted"
    holding.unhold_all(by=cast.mina, **here(cast))
    assert page.catch_up().heard[-1]["on"] is False
    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"


def test_what_is_let_through_moves_to_the_end_where_everyone_reads_it(cast, held):
    readers = [Reader(user, cast.circle) for user in (cast.noor, cast.ines, cast.mina)]
    set_room(cast.circle, holds_all=False)
    later = say(cast.mina, "Something later", circle=cast.circle)

    holding.let_through(by=cast.mina, **here(cast, message=held.id))

    for reader in readers:
        reader.catch_up().expect_a_fresh_page()
        assert [name for name, _ in reader.shown] == [later.id, held.id]
        assert "number 14" in dict(reader.shown)[held.id]
    event = log_of(cast.circle)[-1]
    assert (event.kind, event.audience) == (Event.Kind.LET_THROUGH, Event.Audience.ALL)
    message = row(held)
    assert (message.state, message.unshown) == (Message.State.POSTED, False)
    assert message.placed_seq == event.seq
    assert message.posted_at >= row(later).posted_at


def test_answers_to_what_was_let_through_come_by_themselves_and_not_along_with_it(cast, held):
    by_itself = say(cast.mina, "Too early", circle=cast.circle, reply_to=held.id)
    assert row(by_itself).reply_to is None, "nobody can answer what is held"
    page = Reader(cast.noor, cast.circle)

    holding.let_through(by=cast.mina, **here(cast, message=held.id))
    answers = [say(cast.mina, f"{n}", circle=cast.circle, reply_to=held.id).id for n in range(3)]
    page.catch_up().expect_a_fresh_page()

    assert not any("also" in event for event in page.heard)
    assert [name for name, html in page.shown if f'data-quotes="{held.id}"' in html] == answers


def let_all_through(cast, messages):
    for message in messages:
        holding.let_through(by=cast.mina, **here(cast, message=message.id))


def test_ten_that_waited_for_hours_and_are_let_through_together_hurry_nobody(cast, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    set_room(cast.circle, holds_all=True)
    waiting = []
    for words in "abcdefghij":
        waiting.append(say(cast.noor, words, circle=cast.circle))
        time_machine.shift(2)
    time_machine.shift(7200)

    let_all_through(cast, waiting)

    assert say(cast.noor, "And one more", circle=cast.circle).state == "held"


def test_ten_written_just_now_are_too_many_whether_they_were_let_through_or_not(cast, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    set_room(cast.circle, holds_all=True)
    waiting = [say(cast.noor, words, circle=cast.circle) for words in "abcdefghij"]
    time_machine.shift(5)

    let_all_through(cast, waiting[:5])

    assert refusal_of(say, cast.noor, "And one more", circle=cast.circle).code == "too_fast"
    time_machine.shift(6)
    assert say(cast.noor, "And one more", circle=cast.circle)


def test_the_pace_counts_from_when_a_message_was_written_not_let_through(cast, held, time_machine):
    time_machine.move_to(row(held).posted_at, tick=False)
    set_room(cast.circle, pace_seconds=3600)
    time_machine.shift(3000)

    let_all_through(cast, [held])

    refused = refusal_of(say, cast.noor, "And more", circle=cast.circle)
    assert (refused.code, refused.again_in) == ("slow", 600)
    time_machine.shift(601)
    assert say(cast.noor, "And more", circle=cast.circle).state == "held"


def test_whoever_came_while_it_waited_reads_it_once_it_is_let_through(cast, held):
    hana = join("hana", cast.circle)
    page = Reader(hana, cast.circle)

    holding.let_through(by=cast.mina, **here(cast, message=held.id))

    assert [name for name, _ in page.catch_up().shown] == [held.id]
    page.expect_a_fresh_page()


def test_one_of_two_facilitators_settles_it_and_the_other_is_told_who(cast, held):
    marit = join("marit", cast.circle, role="facilitator")
    holding.let_through(by=cast.mina, **here(cast, message=held.id))

    refused = refusal_of(holding.let_through, by=marit, **here(cast, message=held.id))

    assert refused.code == "conflict"
    assert refused.say == "Mina has seen to that message already."
    asked = here(cast, message=held.id, why="It holds an address.")
    assert refusal_of(holding.ask_to_change, by=marit, **asked).code == "conflict"


def test_of_all_who_saw_to_it_the_last_is_named(cast, held):
    marit = join("marit", cast.circle, role="facilitator")
    fields = here(cast, message=held.id)
    moderation.set_aside(by=cast.mina, why="It holds an address.", **fields)
    moderation.put_back(by=cast.mina, **fields)
    holding.let_through(by=marit, **fields)

    refused = refusal_of(holding.let_through, by=cast.mina, **fields)
    assert refused.say == "Marit has seen to that message already."


def test_what_its_author_took_back_is_not_let_through(cast, held):
    editing.take_back(by=cast.noor, **here(cast, message=held.id))

    refused = refusal_of(holding.let_through, by=cast.mina, **here(cast, message=held.id))

    assert (refused.code, row(held).state) == ("conflict", Message.State.TAKEN_BACK)
    assert refused.say == "Its author has taken that message back already."


def test_its_author_alone_reads_why_a_change_is_asked_for(cast, held):
    readers = {user: Reader(user, cast.circle) for user in (cast.noor, cast.ines, cast.mina)}

    holding.ask_to_change(
        by=cast.mina, **here(cast, message=held.id, why="It may be the street and house number")
    )

    said = "Mina asks you to change this before others read it: It may be the street and house"
    for user, reader in readers.items():
        reader.catch_up()
        assert (said in reader.told.get(held.id, "")) == (user == cast.noor)
        reader.expect_a_fresh_page()
    assert readers[cast.ines].heard == []
    assert [event["kind"] for event in readers[cast.noor].heard] == ["message.asked"]
    assert row(held).state == Message.State.HELD
    asking = Asking.objects.get()
    assert b"street" not in bytes(asking.sealed_why)
    owner = vault.circle_owner(cast.circle.public_id)
    assert asking.why(owner=owner) == "It may be the street and house number"


def test_who_was_asked_may_change_it_and_it_goes_on_waiting(cast, held):
    fields = here(cast, message=held.id)
    holding.ask_to_change(by=cast.mina, why="It holds an address.", **fields)

    editing.edit(by=cast.noor, body="My old street", **fields)

    assert row(held).state == Message.State.HELD
    page = Reader(cast.mina, cast.circle)
    assert "number 14" not in dict(page.shown)[held.id]
    holding.let_through(by=cast.mina, **fields)
    assert "My old street" in dict(Reader(cast.ines, cast.circle).shown)[held.id]
    assert Reader(cast.noor, cast.circle).told == {}


def test_one_of_two_asks_for_a_change_and_the_other_waits_for_the_answer(cast, held):
    marit = join("marit", cast.circle, role="facilitator")
    fields = here(cast, message=held.id)
    holding.ask_to_change(by=cast.mina, why="It holds an address.", **fields)

    refused = refusal_of(holding.ask_to_change, by=marit, why="Too long.", **fields)
    assert refused.code == "conflict"
    assert refused.say.startswith("Mina has asked for a change already.")
    holding.ask_to_change(by=cast.mina, why="It holds an address, number 14.", **fields)

    editing.edit(by=cast.noor, body="My old street, still number 14", **fields)
    holding.ask_to_change(by=marit, why="The number, too.", **fields)
    assert Asking.objects.get().by == cast.member(marit)
    assert refusal_of(holding.ask_to_change, by=cast.mina, why="Now.", **fields).say.startswith(
        "Marit has asked for a change already."
    )
    leave(marit, cast.circle)
    holding.ask_to_change(by=cast.mina, why="Nobody else waits for it now.", **fields)
    assert Asking.objects.get().by == cast.member(cast.mina)


def test_each_of_two_that_wait_is_asked_about_by_itself(cast, held):
    other = say(cast.ines, "By the early train", circle=cast.circle)
    reasons = {held.id: "The number.", other.id: "The train."}
    for message, why in reasons.items():
        holding.ask_to_change(by=cast.mina, **here(cast, message=message, why=why))

    for user, message in ((cast.noor, held.id), (cast.ines, other.id)):
        told = Reader(user, cast.circle).told
        assert list(told) == [message]
        assert reasons[message] in told[message]

    moderation.set_aside(by=cast.mina, **here(cast, message=other.id, why="It was agreed."))
    assert Asking.objects.get().message == row(held)


@pytest.mark.parametrize("why", ["", " ", "w" * 301])
def test_asking_needs_a_reason_that_can_be_read(cast, held, why):
    refusal_of(holding.ask_to_change, by=cast.mina, **here(cast, message=held.id, why=why))
    assert not Asking.objects.exists()


def test_what_waits_is_listed_for_this_room_alone(cast, held):
    second = say(cast.ines, "Another", circle=cast.circle)
    set_room(cast.next_door, holds_all=True)
    say(cast.otto, "Next door", circle=cast.next_door)

    waiting = holding.waiting_in(cast.circle.room)

    assert [message.public_id for message in waiting] == [held.id, second.id]


# Put back -----------------------------------------------------------------------------


def test_what_was_set_aside_can_be_put_back_as_it_was(cast):
    said = say(cast.noor, "About my neighbour", circle=cast.circle)
    editing.respond(by=cast.ines, response="heard", **here(cast, message=said.id))
    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="A mistake."))
    readers = [Reader(user, cast.circle) for user in (cast.noor, cast.ines)]

    moderation.put_back(by=cast.mina, **here(cast, message=said.id))

    for reader in readers:
        reader.catch_up().expect_a_fresh_page()
        assert "neighbour" in dict(reader.shown)[said.id]
        assert "Heard" in dict(reader.shown)[said.id]
    before = len(log_of(cast.circle))
    moderation.put_back(by=cast.mina, **here(cast, message=said.id))
    assert len(log_of(cast.circle)) == before
    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="It names someone."))
    assert "It names someone." in Reader(cast.noor, cast.circle).told[said.id]


def test_what_was_held_when_it_was_set_aside_is_held_again(cast, held):
    moderation.set_aside(by=cast.mina, **here(cast, message=held.id, why="A mistake."))
    page = Reader(cast.ines, cast.circle)

    moderation.put_back(by=cast.mina, **here(cast, message=held.id))

    assert row(held).state == Message.State.HELD
    assert held.id not in dict(page.catch_up().shown)
    assert page.heard == []


@pytest.mark.parametrize("who", ["noor", "otto", "bela", "sade"])
def test_nobody_else_puts_back(cast, who):
    said = say(cast.noor, "About my neighbour", circle=cast.circle)
    moderation.set_aside(by=cast.mina, **here(cast, message=said.id, why="It names someone."))

    refused = refusal_of(moderation.put_back, by=getattr(cast, who), **here(cast, message=said.id))

    assert refused.code == "not_member"


# Removing -----------------------------------------------------------------------------


def test_a_peer_is_removed_with_a_reason_on_record(cast):
    member = cast.member(cast.noor)

    moderation.remove(by=cast.mina, **here(cast, member=member.public_id, why="It was agreed."))

    member.refresh_from_db()
    assert member.left_at is not None
    assert log_of(cast.circle)[-1].kind == "member.left"
    assert ModerationAction.objects.get().verb == "remove"
    assert [entry.verb for entry in AuditEntry.objects.all()] == ["remove"]
    # Whoever isn't looking just then doesn't find it out from an empty place.
    assert Notice.objects.get(person=cast.noor).about.startswith(f"removed:{member.public_id}")
    with pytest.raises(AssertionError):
        Reader(cast.noor, cast.circle)
    again = here(cast, member=member.public_id, why="It was agreed.")
    assert refusal_of(moderation.remove, by=cast.mina, **again).code == "bad_frame"


@pytest.mark.parametrize("who", ["ines", "noor", "otto", "bela", "sade", "edda"])
def test_nobody_else_removes(cast, who):
    member = here(cast, member=cast.member(cast.noor).public_id, why="Because.")

    assert refusal_of(moderation.remove, by=getattr(cast, who), **member).code == "not_member"
    assert cast.member(cast.noor).left_at is None


def test_an_open_page_says_who_reads_first_when_that_is_somebody_else(cast, held):
    pages = [Reader(who, cast.circle) for who in (cast.noor, cast.ines, cast.mina)]
    lea = join("lea", cast.circle, role="facilitator")
    join("hana", cast.circle)
    leave(lea, cast.circle)
    join("leo", cast.circle, role="facilitator")
    say(cast.mina, "Leo is here.", circle=cast.circle)
    for page in pages:
        page.catch_up().expect_a_fresh_page()
    noors, ines, _minas = pages

    assert "Held for Leo to read" in noors.log[held.id][1]
    assert not any(held.id in str(event) for event in ines.heard)
    assert sum("also" in event for event in noors.heard) == 1


def test_nothing_is_held_for_someone_whose_account_is_closed(cast, held):
    ada = join("ada", cast.circle, role="facilitator")
    before = Reader(cast.noor, cast.circle).log[held.id][1]
    ada.is_active = False
    ada.save()

    assert "Held for Ada to read" in before
    assert "Held for Mina to read" in Reader(cast.noor, cast.circle).log[held.id][1]


def test_what_was_held_is_answered_so_when_it_is_sent_again_whatever_became_of_it(cast):
    set_room(cast.circle, holds_all=True)
    drafts = [draft(cast.noor, f"{n}", circle=cast.circle) for n in range(3)]
    first, second, third = post_batch(drafts)
    moderation.set_aside(by=cast.mina, **here(cast, message=first.id, why="It names someone."))
    editing.take_back(by=cast.noor, **here(cast, message=second.id))
    holding.let_through(by=cast.mina, **here(cast, message=third.id))

    assert [again.state for again in post_batch(drafts)] == ["held", "held", "posted"]
