"""Telling by forms, what became of it, and the cards: each finds their own and nothing else."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from chat.care import cards, concerns, flagging, settling
from chat.keeping import moderation
from chat.models import CareCard, Concern
from community import help
from community.models import AuditEntry, User
from home.founding import hang_up_numbers
from programs import enrolment
from tests.chat.talk import join, say

pytestmark = pytest.mark.once


@pytest.fixture
def said(cast):
    return say(cast.noor, "You should just stop seeing her, honestly.", circle=cast.circle)


def tell_page(cast, said):
    return reverse("tell_message", args=[cast.circle.public_id, said.id])


def words(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_two_taps_without_script(cast, client, said):
    client.force_login(cast.ines)
    room = words(client.get(reverse("room", args=[cast.circle.public_id])))
    member = reverse("tell_member", args=[cast.circle.public_id, cast.member(cast.noor).public_id])
    assert member in room
    message = words(client.get(reverse("message", args=[cast.circle.public_id, said.id])))
    assert tell_page(cast, said) in message

    page = words(client.get(tell_page(cast, said)))
    assert "Noor won’t be told who said so." in page
    assert "looked at within 5 minutes. At other times within 12 hours." in page
    thanks = words(client.post(tell_page(cast, said), {"reason": "worried", "note": "So quiet."}))

    assert "Mina will look at it within 12 hours. Noor won’t be told who said so." in thanks
    concern = Concern.objects.get()
    assert (concern.kind, concern.note) == ("care", "So quiet.")
    client.post(member, {"reason": "unkind"})
    assert Concern.objects.count() == 2


@pytest.mark.parametrize("who", ["otto", "bela", "sade", "edda"])
def test_strangers_find_nothing(cast, client, said, who):
    concern = concerns.tell(
        by=cast.ines, circle=cast.circle.public_id, message=said.id, reason="advice"
    )
    client.force_login(getattr(cast, who))
    member = cast.member(cast.noor).public_id
    circle = cast.circle.public_id

    for address in (
        tell_page(cast, said),
        reverse("tell_member", args=[circle, member]),
        reverse("cards", args=[circle]),
    ):
        assert client.get(address).status_code == 404
    for address in (
        tell_page(cast, said),
        reverse("appeal_answer", args=[concern.public_id]),
        reverse("close_card", args=[circle, "c" * 16]),
    ):
        assert client.post(address, {"reason": "advice"}).status_code == 404
    assert "Nothing yet." in words(client.get(reverse("told")))
    assert Concern.objects.count() == 1


def test_a_reason_that_is_none_is_asked_for_again_with_the_words_kept(cast, client, said):
    client.force_login(cast.ines)

    page = words(client.post(tell_page(cast, said), {"reason": "", "note": "Kept"}), 400)

    assert 'value="Kept"' in page


def test_what_became_of_it_is_told_back_and_may_be_looked_at_again(cast, client, said):
    concern = concerns.tell(
        by=cast.ines, circle=cast.circle.public_id, message=said.id, reason="advice"
    )
    client.force_login(cast.ines)
    assert "Waiting." in words(client.get(reverse("told")))
    settling.settle(
        by=cast.mina, concern=concern.public_id, outcome="talked", answer="Noor hears you."
    )

    page = words(client.get(reverse("told")))
    assert "Mina" in page
    assert "Noor hears you." in page
    words(client.post(reverse("appeal_answer", args=[concern.public_id])))

    assert Concern.objects.get(kind="appeal").to_leads
    client.force_login(cast.noor)
    assert "Nothing yet." in words(client.get(reverse("told")))


def test_a_mail_that_says_nothing_leads_to_what_it_was_about(cast, client, said, time_machine):
    concern = concerns.tell(
        by=cast.ines, circle=cast.circle.public_id, message=said.id, reason="advice"
    )
    places = reverse("places")

    def found(user, what):
        client.force_login(user)
        return what in words(client.get(places))

    assert found(cast.mina, "(1 waits)")
    assert not found(cast.bela, "waits)")
    settling.settle(by=cast.mina, concern=concern.public_id, outcome="talked")
    assert not found(cast.mina, "waits)")
    assert not found(cast.ines, "was looked at")  # it may be taken back still

    time_machine.move_to(timezone.now() + datetime.timedelta(minutes=1))
    assert found(cast.ines, "Something you told of was looked at.")
    for other in (cast.noor, cast.mina, cast.otto):
        assert not found(other, "Something you told of was looked at.")


def test_whoever_it_is_about_and_has_left_is_not_written_to(cast, client, said):
    concerns.tell(by=cast.ines, circle=cast.circle.public_id, message=said.id, reason="advice")
    client.force_login(cast.mina)
    desk = reverse("desk_of", args=[cast.circle.public_id])
    assert "Write to Noor now" in words(client.get(desk))
    enrolment.leave(membership=cast.member(cast.noor))

    assert "Write to Noor now" not in words(client.get(desk))


def test_who_was_muted_asks_for_another_look_from_their_own_record(cast, client, said):
    moderation.set_aside(by=cast.mina, circle=cast.circle.public_id, message=said.id, why="Advice.")
    entry = AuditEntry.objects.get()
    address = reverse("appeal", args=[entry.seq])
    for other in (cast.ines, cast.mina, cast.otto):
        client.force_login(other)
        assert client.get(address).status_code == client.post(address).status_code == 404

    client.force_login(cast.noor)
    assert address in words(client.get(reverse("record")))
    assert "Ask for another look" in words(client.get(address))
    thanks = words(client.post(address, {"note": "It was my own story."}))

    assert "A program lead will look at it." in thanks
    assert Concern.objects.get().entry == entry.seq


def test_the_card_stands_on_its_authors_page_alone_until_put_away(cast, client, said):
    hang_up_numbers(checked_on=cast.cohort.starts_on)
    say(cast.noor, "Some nights I want to die.", circle=cast.circle)
    flagging.sweep()
    card = CareCard.objects.get()
    room = reverse("room", args=[cast.circle.public_id])
    for other in (cast.ines, cast.mina):
        client.force_login(other)
        assert card.public_id not in words(client.get(room))
        assert words(client.get(reverse("cards", args=[cast.circle.public_id]))).strip() == ""
        client.post(reverse("close_card", args=[cast.circle.public_id, card.public_id]))
    client.force_login(cast.noor)
    page = words(client.get(room))
    assert card.public_id in page
    assert "116 123" in page  # the Samaritans: her clocks are London's
    assert card.public_id in words(client.get(reverse("cards", args=[cast.circle.public_id])))

    closed = client.post(reverse("close_card", args=[cast.circle.public_id, card.public_id]))

    assert closed.status_code == 303
    assert card.public_id not in words(client.get(room))


def test_what_a_line_is_called_is_read_aloud_in_its_own_language(cast, client, said):
    hang_up_numbers()
    say(cast.noor, "Some nights I want to die.", circle=cast.circle)
    flagging.sweep()
    client.force_login(cast.noor)
    room = reverse("room", args=[cast.circle.public_id])

    assert "<bdi>Samaritans</bdi>" in words(client.get(room))
    User.objects.filter(pk=cast.noor.pk).update(language="de")
    page = words(client.get(room))
    assert '<bdi lang="en">Samaritans</bdi>' in page
    assert "<bdi>In akuter Gefahr</bdi>" in page  # the house's own words are in hers


def test_a_page_without_cards_asks_nothing_for_them(cast, client, django_assert_max_num_queries):
    client.force_login(join("marit", cast.circle))
    room = reverse("room", args=[cast.circle.public_id])
    client.get(room)
    with django_assert_max_num_queries(14) as asked:
        client.get(room)
    assert not [
        q
        for q in asked.captured_queries
        if 'FROM "chat_carecard" WHERE ("chat_carecard"."closed' in q["sql"]
    ]


def test_help_is_near_by_ones_own_clocks(db, cast):
    hang_up_numbers(checked_on=cast.cohort.starts_on)
    cast.noor.time_zone = "Europe/Dublin"
    assert help.country_of("Europe/Dublin") == "IE"
    assert help.country_of("") == ""
    assert help.country_of("Nowhere/Else") == ""
    assert help.lines_near(cast.noor)
    cast.noor.time_zone = ""
    assert all(line.website or line.number for line in help.lines_near(cast.noor))


def test_a_card_about_doses_names_no_line(cast):
    say(cast.noor, "How many mg do you take?", circle=cast.circle)
    flagging.sweep()

    lying = cards.before(cast.member(cast.noor))

    assert [card.kind for card in lying["cards"]] == ["dose"]
    assert lying["help_lines"] == []
