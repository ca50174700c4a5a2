"""Posting: who may, who is told why not, and that each message has one place and keeps it."""

from __future__ import annotations

import datetime
import re
import threading
import uuid
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from chat import editing, posting
from chat.keeping import moderation
from chat.models import Event, Message, Room
from chat.models.messages import Words
from chat.posting import Posted, rows
from chat.refusal import Refused
from community import statements
from tests.chat.talk import (
    all_at_once,
    ask_the_question,
    draft,
    in_an_hour,
    join,
    leave,
    log_of,
    refusal_of,
    remove,
    row,
    say,
    set_room,
)

SENTENCE = "The heron was on the weir again, and nobody else saw it."


# Once and only once ---------------------------------------------------------------------


def test_the_same_again_is_answered_as_the_first_time(cast):
    name = uuid.uuid4()
    first = say(cast.noor, "Hello", circle=cast.circle, client_id=name)
    say(cast.ines, "Between", circle=cast.circle)

    assert say(cast.noor, "Hello", circle=cast.circle, client_id=name) == first
    assert Message.objects.count() == 2


def test_the_same_again_is_known_whatever_was_changed_on_the_way(cast):
    """What cleaning makes equal is equal: a browser may send other line ends than a form."""
    name = uuid.uuid4()
    first = say(cast.noor, "One\r\ntwo ", circle=cast.circle, client_id=name)

    assert say(cast.noor, "One\ntwo", circle=cast.circle, client_id=name) == first


def test_the_same_again_is_known_when_it_was_changed_muted_or_taken_back_meanwhile(cast):
    name = uuid.uuid4()
    first = say(cast.noor, "Hello", circle=cast.circle, client_id=name)
    at = {"circle": cast.circle.public_id, "message": first.id}
    editing.edit(by=cast.noor, body="Hello there", **at)
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="A pause.",
    )
    assert say(cast.noor, "Hello", circle=cast.circle, client_id=name) == first

    editing.take_back(by=cast.noor, **at)

    assert say(cast.noor, "Hello", circle=cast.circle, client_id=name) == first
    assert row(first).state == Message.State.TAKEN_BACK


@pytest.mark.parametrize("other", [{"body": "Other"}, {"note": "a note"}, {"reply_to": "quoted"}])
def test_something_else_under_the_same_name_is_a_conflict(cast, other):
    quoted = say(cast.ines, "Hello, all", circle=cast.circle)
    name = uuid.uuid4()
    say(cast.noor, "Hello", circle=cast.circle, client_id=name)
    other = {key: quoted.id if key == "reply_to" else value for key, value in other.items()}
    other = {"body": "Hello"} | other

    refused = refusal_of(
        say, cast.noor, other.pop("body"), circle=cast.circle, client_id=name, **other
    )

    assert refused.code == "conflict"
    assert Message.objects.count() == 2


def test_another_persons_name_for_a_message_is_their_own(cast):
    name = uuid.uuid4()

    hers = say(cast.noor, "Hello", circle=cast.circle, client_id=name)
    other = say(cast.ines, "Good morning", circle=cast.circle, client_id=name)

    assert (hers.seq + 1, hers.id) == (other.seq, row(hers).public_id) != (other.seq, other.id)


def test_the_same_twice_in_one_batch_is_one_message(cast):
    one = draft(cast.noor, "Hello", circle=cast.circle)
    other = draft(cast.noor, "Other", circle=cast.circle, client_id=one.client_id)

    first, again, conflict = posting.post_batch([one, one, other])

    assert first == again
    assert isinstance(conflict, Refused)
    assert conflict.code == "conflict"
    assert Message.objects.count() == 1


def test_a_hundred_times_at_once_is_one_message(transactional_db, cast):
    one = draft(cast.noor, "Hello", circle=cast.circle)

    results = all_at_once(
        [lambda: [posting.post_batch([one] * 5)[0] for _ in range(2)] for _ in range(10)]
    )

    assert len({posted for results_of_one in results for posted in results_of_one}) == 1
    assert Message.objects.count() == 1
    log_of(cast.circle)


# Who may not ----------------------------------------------------------------------------


def test_strangers_are_told_that_there_is_nothing(cast):
    for stranger in (cast.otto, cast.bela, cast.sade, cast.edda):
        assert refusal_of(say, stranger, "Hello", circle=cast.circle).code == "not_member"


def test_a_circle_that_does_not_exist_is_refused_in_the_same_words(cast):
    cast.next_door.public_id = "AAAAAAAAAAAAAAAA"

    nowhere = refusal_of(say, cast.noor, "Hello", circle=cast.next_door)
    next_door = refusal_of(say, cast.otto, "Hello", circle=cast.circle)

    assert (nowhere.code, nowhere.say) == (next_door.code, next_door.say)


def test_a_superuser_has_no_seat(cast):
    cast.sade.is_superuser = cast.sade.is_staff = True
    cast.sade.save()

    assert refusal_of(say, cast.sade, "Hello", circle=cast.circle).code == "not_member"


def test_who_left_or_was_removed_writes_no_more(cast):
    leave(cast.noor, cast.circle)
    remove(cast.ines, cast.circle, by=cast.mina)

    for gone in (cast.noor, cast.ines):
        assert refusal_of(say, gone, "Hello", circle=cast.circle).code == "not_member"


def test_a_person_who_was_closed_out_writes_no_more(cast):
    cast.noor.is_active = False
    cast.noor.save()

    assert refusal_of(say, cast.noor, "Hello", circle=cast.circle).code == "not_member"


def test_who_is_muted_is_told_until_when_and_that_nothing_is_lost(cast):
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="Let's wait.",
    )

    refused = refusal_of(say, cast.noor, "Hello", circle=cast.circle)

    assert refused.code == "muted"
    assert 3590 <= refused.again_in <= 3600
    assert " London, " in refused.say
    assert say(cast.ines, "I can still write", circle=cast.circle).state == "posted"


def test_a_mute_that_is_over_holds_nobody_back(cast, time_machine):
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="Let's wait.",
    )

    time_machine.move_to(timezone.now() + datetime.timedelta(minutes=61))

    assert say(cast.noor, "Back", circle=cast.circle).state == "posted"


def test_in_a_room_at_rest_only_facilitators_write(cast):
    set_room(cast.circle, paused_at=timezone.now())

    assert refusal_of(say, cast.noor, "Hello", circle=cast.circle).code == "paused"
    assert say(cast.mina, "We're resting", circle=cast.circle).state == "posted"
    assert say(cast.otto, "Hello", circle=cast.next_door).state == "posted"


def test_in_a_slow_room_each_waits_their_turn(cast, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    set_room(cast.circle, pace_seconds=60)
    say(cast.noor, "Hello", circle=cast.circle)
    time_machine.shift(20)

    refused = refusal_of(say, cast.noor, "And more", circle=cast.circle)

    assert (refused.code, refused.again_in) == ("slow", 40)
    assert (
        refused.say == "Peers can send one message each minute. You can write again in 40 seconds."
    )
    say(cast.ines, "Hello", circle=cast.circle)
    for words in ("First", "Second"):
        say(cast.mina, words, circle=cast.circle)
    time_machine.shift(41)
    say(cast.noor, "And more", circle=cast.circle)


def test_whoever_wrote_before_the_clock_was_set_back_does_not_wait_for_that_time_again(
    cast, time_machine, settings
):
    settings.ROOM_POSTS_PER_10S = 2
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    set_room(cast.circle, pace_seconds=60)
    for n in range(2):
        say(cast.mina, f"Two at once, {n}", circle=cast.circle)
    first = say(cast.noor, "In my own time", circle=cast.circle)

    # The clocks of two processes are never quite the same: that is no way round it.
    time_machine.move_to(now - datetime.timedelta(seconds=2), tick=False)
    for who, code in ((cast.mina, "too_fast"), (cast.noor, "slow")):
        assert refusal_of(say, who, "At once", circle=cast.circle).code == code
    time_machine.move_to(now - datetime.timedelta(hours=1), tick=False)
    then = say(cast.noor, "An hour ago", circle=cast.circle)
    assert say(cast.mina, "And I", circle=cast.circle).seq == then.seq + 1 == first.seq + 2

    assert refusal_of(say, cast.noor, "Again", circle=cast.circle).again_in == 60


def test_pace_holds_within_a_batch(cast):
    set_room(cast.circle, pace_seconds=60)

    first, second = posting.post_batch(
        [draft(cast.noor, words, circle=cast.circle) for words in ("One", "Two")]
    )

    assert isinstance(first, Posted)
    assert second.code == "slow"


@pytest.mark.parametrize("batched", [True, False])
def test_ten_messages_in_ten_seconds_are_enough(cast, time_machine, batched):
    time_machine.move_to(timezone.now(), tick=False)
    drafts = [draft(cast.noor, f"{n}", circle=cast.circle) for n in range(12)]
    outcomes = posting.post_batch(drafts) if batched else []
    for one in [] if batched else drafts:
        outcomes += posting.post_batch([one])

    assert [isinstance(outcome, Posted) for outcome in outcomes] == [True] * 10 + [False] * 2
    assert (outcomes[-1].code, outcomes[-1].again_in) == ("too_fast", 10)
    assert say(cast.ines, "I am slower", circle=cast.circle)
    # What was taken before is known still.
    assert posting.post(drafts[0]) == outcomes[0]
    time_machine.shift(11)
    assert isinstance(posting.post(drafts[-1]), Posted)


def test_of_all_that_someone_wrote_only_what_is_new_is_looked_at(cast):
    noor = cast.member(cast.noor)
    Message.objects.bulk_create(
        Message(
            room=cast.circle.room,
            membership=noor,
            client_id=uuid.uuid4(),
            placed_seq=1000 + n,
            posted_at=timezone.now() - datetime.timedelta(minutes=n),
        )
        for n in range(2000)
    )
    asked = statements.asking(rows._SPEAKERS)
    times = [connection.ops.adapt_datetimefield_value(timezone.now())] * (asked.count("%s") - 1)
    pairs = statements.as_triples([(cast.circle.pk, cast.noor.pk, 1)])

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE chat_message")
        how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{how} {asked}", [*times, pairs])
        plan = "\n".join(str(line[-1]) for line in cursor.fetchall())

    # For the pace, and for the ten seconds.
    assert len(re.findall(r"(?s)messages_of_a_member.*?posted_at ?>", plan)) == 2, plan
    assert "Seq Scan on chat_message" not in plan
    if connection.vendor == "sqlite":  # PostgreSQL decides by how much was vacuumed
        assert plan.count("COVERING INDEX messages_of_a_member") == 2, plan


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"body": ""}, "bad_frame"),
        ({"body": " \u200b\n"}, "bad_frame"),
        ({"body": "a" * 4001}, "too_long"),
        ({"body": "\0"}, "bad_frame"),
        ({"body": "\ud800"}, "bad_frame"),
        ({"body": None}, "bad_frame"),
        ({"body": "Hello", "note": "n" * 81}, "too_long"),
        ({"body": "Hello", "note": "\ud800"}, "bad_frame"),
    ],
)
def test_words_that_cannot_be_kept_are_refused_and_named(cast, words, code):
    words = dict(words)
    body = words.pop("body")

    assert refusal_of(say, cast.noor, body, circle=cast.circle, **words).code == code


# Held -----------------------------------------------------------------------------------


def test_in_a_room_that_holds_a_peers_words_wait_and_are_said_to(cast):
    set_room(cast.circle, holds_all=True)

    held = say(cast.noor, SENTENCE, circle=cast.circle)

    assert held.state == "held"
    event = log_of(cast.circle)[-1]
    assert (event.kind, event.audience) == ("message.held", "one")
    assert event.member == cast.member(cast.noor)
    assert say(cast.mina, "Hello", circle=cast.circle).state == "posted"
    assert say(cast.noor, SENTENCE, circle=cast.circle, client_id=held.client_id) == held


def test_held_words_are_seen_by_their_author_and_facilitators_alone(cast):
    set_room(cast.circle, holds_all=True)
    held = row(say(cast.noor, SENTENCE, circle=cast.circle))

    def finds(user):
        member = cast.member(user)
        found = Message.objects.visible_to(member, from_seq=member.seat.from_seq)
        return held in found

    assert [finds(user) for user in (cast.noor, cast.mina, cast.ines)] == [True, True, False]


# Batches --------------------------------------------------------------------------------


def test_a_batch_answers_each_draft_in_its_order(cast):
    a, b = cast.circle, cast.next_door
    outcomes = posting.post_batch(
        [
            draft(cast.noor, "One", circle=a),
            draft(cast.otto, "Two", circle=b),
            draft(cast.otto, "Not here", circle=a),
            draft(cast.ines, "", circle=a),
            draft(cast.ines, "\ud800", circle=a),
            draft(cast.mina, "Three", circle=a),
            draft(cast.bela, "Four", circle=b),
        ]
    )

    said = [o.seq if isinstance(o, Posted) else o.code for o in outcomes]
    here, there = len(log_of(a)), len(log_of(b))
    assert said == [
        here - 1,
        there - 1,
        "not_member",
        "bad_frame",
        "bad_frame",
        here,
        there,
    ]


def test_a_draft_that_the_database_refuses_does_not_sink_its_batch(cast):
    drafts = [draft(cast.noor, f"{n}", circle=cast.circle) for n in range(3)]
    refuse_in_the_database(drafts[1].client_id)

    first, poisoned, last = posting.post_batch(drafts)

    assert [isinstance(first, Posted), isinstance(last, Posted)] == [True, True]
    assert poisoned.code == "closed"
    assert last.seq == first.seq + 1
    log_of(cast.circle)


@pytest.mark.parametrize("with_the_transaction", [False, True])
def test_a_draft_that_breaks_the_code_does_not_sink_its_batch(
    cast, monkeypatch, with_the_transaction
):
    """Nor is anything answered as kept that was rolled back."""
    to_seal = Words.to_seal

    def seal_all_but_one(words):
        if words.body == "1":
            transaction.set_rollback(with_the_transaction)
            raise ZeroDivisionError
        return to_seal(words)

    monkeypatch.setattr(Words, "to_seal", seal_all_but_one)
    first, broken, last = posting.post_batch(
        [draft(cast.noor, f"{n}", circle=cast.circle) for n in range(3)]
    )

    assert broken.code == "closed"
    assert last.seq == first.seq + 1
    kept = Message.objects.filter(public_id__in=[first.id, last.id])
    assert {message.placed_seq for message in kept} == {first.seq, last.seq}
    log_of(cast.circle)


def test_a_database_that_takes_nothing_is_no_refusal(cast):
    """Nobody is told that their words were wrong where the house can't keep any."""
    one = draft(cast.noor, "Hello", circle=cast.circle)
    refuse_in_the_database(one.client_id)

    with pytest.raises(DatabaseError), transaction.atomic():
        posting.post(one)


def test_nor_is_it_to_any_of_those_whose_words_came_together(cast, monkeypatch):
    def refuse(messages: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(rows, "insert", refuse)
    drafts = [draft(user, "Hello", circle=cast.circle) for user in (cast.noor, cast.ines)]

    with pytest.raises(DatabaseError):
        posting.post_batch(drafts)
    assert not Message.objects.exists()


def refuse_in_the_database(client_id: uuid.UUID) -> None:
    """From now on, in this transaction, inserting this message fails."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TEMP TRIGGER poison BEFORE INSERT ON main.chat_message "
                f"WHEN NEW.client_id = '{client_id.hex}' "
                "BEGIN SELECT RAISE(ABORT, 'poison'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN IF NEW.client_id = '{client_id}' THEN RAISE 'poison'; END IF; "
                "RETURN NEW; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER poison BEFORE INSERT ON chat_message "
                "FOR EACH ROW EXECUTE FUNCTION poison()"
            )


# Places ---------------------------------------------------------------------------------


def test_a_rollback_leaves_no_gap(cast):
    before = say(cast.noor, "Before", circle=cast.circle)

    with transaction.atomic():
        say(cast.noor, "Lost", circle=cast.circle)
        transaction.set_rollback(True)

    assert say(cast.noor, "After", circle=cast.circle).seq == before.seq + 1
    log_of(cast.circle)


def test_many_who_write_at_once_get_one_gapless_order(transactional_db, cast, nobody_waits):
    writers = [(cast.noor, cast.circle), (cast.ines, cast.circle), (cast.mina, cast.circle)]
    writers += [(cast.otto, cast.next_door), (cast.bela, cast.next_door)]

    def write(user, circle):
        other = cast.next_door if circle == cast.circle else cast.circle
        posted = []
        for turn in range(6):
            batch = [draft(user, f"{user.pk} {turn} {n}", circle=circle) for n in range(4)]
            # Rooms named in another order must not make two batches wait for each other.
            batch.insert(0 if user.pk % 2 else 2, draft(user, "lost", circle=other))
            posted += [o for o in posting.post_batch(batch) if isinstance(o, Posted)]
        return posted

    results = all_at_once([lambda who=who: write(*who) for who in writers])

    for (_, circle), posted in zip(writers, results, strict=True):
        assert len(posted) == 24
        assert [p.seq for p in posted] == sorted(p.seq for p in posted)
        events = {event.message.public_id: event.seq for event in log_of(circle) if event.message}
        assert all(events[p.id] == p.seq for p in posted)
    assert Message.objects.count() == 5 * 24


def mute(cast):
    member, until = cast.member(cast.noor).public_id, in_an_hour()
    here = {"circle": cast.circle.public_id, "member": member}
    moderation.mute(by=cast.mina, until=until, why="Stop.", **here)


def end(cast):
    remove(cast.noor, cast.circle, by=cast.mina)


@pytest.mark.parametrize(
    ("stop", "kind", "code"),
    [(mute, Event.Kind.MUTED, "muted"), (end, Event.Kind.LEFT, "not_member")],
)
def test_nothing_gets_past_a_mute_or_a_removal_that_was_committed_before_it(
    transactional_db, cast, nobody_waits, stop, kind, code
):
    under_way, is_stopped = threading.Event(), threading.Event()

    def write():
        outcomes = []
        for n in range(100):
            if n == 99:  # whenever the end comes to its turn, there is one to stop
                is_stopped.wait(timeout=120)
            outcomes += posting.post_batch([draft(cast.noor, f"{n}", circle=cast.circle)])
            if n == 5:
                under_way.set()
        return outcomes

    def put_an_end_to_it():
        under_way.wait(timeout=120)
        try:
            stop(cast)
        finally:
            is_stopped.set()
        return []

    works = [write, write, put_an_end_to_it]
    outcomes = [outcome for some in all_at_once(works) for outcome in some]

    stopped_at = next(event.seq for event in log_of(cast.circle) if event.kind == kind)
    posted = [o.seq for o in outcomes if isinstance(o, Posted)]
    refused = [o.code for o in outcomes if isinstance(o, Refused)]
    assert len(posted) + len(refused) == 200
    assert len(posted) > 5
    assert max(posted) < stopped_at
    assert set(refused) == {code}


# What a message answers -----------------------------------------------------------------


def test_an_answer_names_what_it_answers(cast):
    first = say(cast.ines, "How was the morning?", circle=cast.circle)
    question = ask_the_question(cast.circle)

    assert row(say(cast.noor, "Slow.", circle=cast.circle, reply_to=first.id)).reply_to == row(
        first
    )
    to_the_question = say(
        cast.noor, "Rain.", circle=cast.circle, reply_to=question.message.public_id
    )
    assert row(to_the_question).reply_to == question.message


def test_an_answer_to_what_is_not_there_stands_by_itself(cast):
    gone = say(cast.ines, "How was the morning?", circle=cast.circle)
    editing.take_back(by=cast.ines, circle=cast.circle.public_id, message=gone.id)
    aside = say(cast.ines, "Hm.", circle=cast.circle)
    moderation.set_aside(by=cast.mina, circle=cast.circle.public_id, message=aside.id, why="Hm.")
    next_door = say(cast.otto, "Other walls", circle=cast.next_door)
    set_room(cast.circle, holds_all=True)
    held = say(cast.ines, "Waiting", circle=cast.circle)
    set_room(cast.circle, holds_all=False)

    for quoted in (gone.id, aside.id, next_door.id, held.id, "AAAAAAAAAAAAAAAA"):
        assert row(say(cast.noor, "Slow.", circle=cast.circle, reply_to=quoted)).reply_to is None


def test_nobody_quotes_what_is_answered_next_door_at_the_same_moment(cast):
    next_door = say(cast.otto, "Other walls", circle=cast.next_door)

    here, there = posting.post_batch(
        [
            draft(cast.noor, "Slow.", circle=cast.circle, reply_to=next_door.id),
            draft(cast.bela, "And thin.", circle=cast.next_door, reply_to=next_door.id),
        ]
    )

    assert row(here).reply_to is None
    assert row(there).reply_to == row(next_door)


def test_a_newcomer_cannot_quote_what_was_said_before_their_time(cast):
    before = say(cast.ines, "Said among ourselves", circle=cast.circle)
    hana = join("hana", cast.circle)
    ilse = join("ilse", cast.circle, sees_earlier=True)

    assert row(say(hana, "What?", circle=cast.circle, reply_to=before.id)).reply_to is None
    assert row(say(ilse, "Ah.", circle=cast.circle, reply_to=before.id)).reply_to == row(before)


# Sealed ---------------------------------------------------------------------------------


def test_no_words_stand_in_the_database(transactional_db, cast):
    """Not in any table, index, or journal: neither the body, nor a note, nor a reason."""
    said = say(cast.noor, SENTENCE, circle=cast.circle, note="herons and weirs")
    editing.edit(
        by=cast.noor, circle=cast.circle.public_id, message=said.id, body="A kingfisher, in fact."
    )
    moderation.set_aside(
        by=cast.mina, circle=cast.circle.public_id, message=said.id, why="Birds are for Mondays."
    )
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="A day of quietness.",
    )

    everything = dump()

    assert row(said).public_id.encode() in everything
    for words in ("heron", "weir", "kingfisher", "Birds are", "quietness"):
        assert words.encode() not in everything
        assert words.encode("utf-16-le") not in everything
        assert words.encode().hex().encode() not in everything


def dump() -> bytes:
    """All that is in the database of the tests: its files, or each row of each table."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return b"".join(path.read_bytes() for path in Path(name).parent.glob(f"{Path(name).name}*"))
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found).encode()


def test_a_batch_costs_as_many_questions_as_a_message(
    cast, nobody_waits, django_assert_max_num_queries
):
    say(cast.noor, "The key of the room is made", circle=cast.circle)
    drafts = [draft(cast.noor, f"{n}", circle=cast.circle) for n in range(50)]

    with django_assert_max_num_queries(12):
        posting.post_batch(drafts)

    assert Room.objects.get(circle=cast.circle).last_seq == len(log_of(cast.circle))
