"""What a page of history asks of the database, and that it leaves out the same however it asks."""

from __future__ import annotations

import pytest
from django.db import connection

from chat import editing, hiding
from chat.keeping import moderation
from chat.models import Message, Room
from chat.reading import history
from chat.reading.company import companies
from chat.seats import seat_of
from chat.unread import marks
from tests.chat.talk import ask_the_question, join, say, set_room


@pytest.fixture
def talk(cast, settings):
    """A far message that is answered, one set aside, the week's question, and twenty between."""
    settings.ROOM_POSTS_PER_10S = 1000
    circle = cast.circle
    far = say(cast.noor, "The beginning", circle=circle)
    for number in range(20):
        say(cast.ines, f"Between {number}", circle=circle)
    say(cast.ines, "An answer to the beginning", circle=circle, reply_to=far.id)
    aside = say(cast.noor, "About my neighbour", circle=circle)
    moderation.set_aside(
        by=cast.mina, circle=circle.public_id, message=aside.id, why="It names someone"
    )
    ask_the_question(circle)
    editing.respond(by=cast.noor, circle=circle.public_id, message=far.id, response="heard")
    return far, aside


def test_a_page_asks_twice_whatever_stands_on_it(cast, talk, django_assert_num_queries):
    far, aside = talk
    seat = seat_of(cast.noor, cast.circle.public_id)

    with django_assert_num_queries(2):
        page = history.latest_page(seat, limit=5)

    assert [entry.kind for entry in page.entries][-1] == "prompt"
    assert "The beginning" in page.entries[-3].html
    assert page.entries[-2].set_aside_by == "Mina"
    assert "It names someone." in page.told[aside.id]
    assert history.latest_page(seat).mine == {far.id: ["heard"]}


def test_who_is_hidden_is_left_out_however_that_is_asked(cast):
    circle = cast.circle
    hana = join("hana", circle)
    for user in (cast.noor, cast.ines, cast.mina, hana):
        say(user, f"By {user.email}", circle=circle)
    ask_the_question(circle)
    hiding.hide(by=cast.noor, circle=circle.public_id, member=cast.member(cast.ines).public_id)
    set_room(circle, holds_all=True)
    say(hana, "Held", circle=circle)

    for user in (cast.noor, cast.ines, cast.mina, hana):
        me = cast.member(user)
        everything = Message.objects.filter(room=circle.room)
        asked = everything.visible_to(me, from_seq=0)
        known = everything.visible_to(me, from_seq=0, hidden=hiding.hidden_from(me))
        assert set(asked) == set(known)
    noors = [
        entry.name for entry in history.latest_page(seat_of(cast.noor, circle.public_id)).entries
    ]
    assert "Ines" not in noors
    assert "Mina" in noors


@pytest.mark.parametrize("asks", ["peer", "listener"])
@pytest.mark.parametrize("other", ["peer", "listener", "facilitator"])
def test_page_frame_and_marks_agree_who_reads_whom(cast, asks, other):
    circle, key = cast.circle, cast.circle.public_id
    hana, lea = join("hana", circle), join("lea", circle)
    for person in (hana, lea):
        say(person, "Hello, @Hana and @Lea", circle=circle)
    hiding.hide(by=hana, circle=key, member=cast.member(lea).public_id)
    for person, role in ((hana, asks), (lea, other)):
        member = cast.member(person)
        member.role = role
        member.save()
    company = companies({circle.pk: Room.objects.get(circle=circle).company})[circle.pk]
    apart = other != "facilitator"

    for me, them in ((cast.member(hana), cast.member(lea)), (cast.member(lea), cast.member(hana))):
        everything = Message.objects.filter(room=circle.room)
        shown = everything.visible_to(me, from_seq=0)
        [mark] = marks(me.user)
        assert hiding.hidden_from(me) == ({them.pk} if apart else set())
        assert company.viewers[me.pk].hidden == ({them.pk} if apart else set())
        assert [m.membership for m in shown.exclude(membership=me)] == ([] if apart else [them])
        assert (mark.count, mark.named) == ((0, False) if apart else (1, True))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans in no time")
def test_the_same_page_of_another_place_is_not_planned_again(cast, talk):
    seat = seat_of(cast.noor, cast.circle.public_id)

    def prepared():
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement FROM pg_prepared_statements")
            return {statement for (statement,) in cursor.fetchall()}

    history.page_before(seat, 20, limit=5)
    before = prepared()
    history.page_before(seat, 15, limit=5)

    assert any('FROM "chat_message"' in statement for statement in before)
    assert prepared() == before


def test_of_one_message_its_reader_is_shown_that_one(cast, talk):
    seat = seat_of(cast.noor, cast.circle.public_id)
    for message in talk:
        _found, entry = history.entry_of(seat, message.id)
        assert entry.id == message.id
