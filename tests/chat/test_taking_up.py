"""Who looks at what was told: somebody always does, and whoever doesn't any more says so."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from chat import beside
from chat.care import concerns, settling
from chat.models import Concern
from community.models import Notice, User
from programs import enrolment
from programs.models import Membership
from tests.chat.talk import join, log_of, refusal_of, say

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def linden(cast):
    return join("linden", cast.circle, role=Membership.Role.FACILITATOR)


@pytest.fixture
def worry(cast):
    return worried(cast, cast.ines)


def worried(cast, by, **more):
    member = cast.member(cast.noor).public_id
    fields = {"reason": "worried", "member": member} | more
    return concerns.tell(by=by, circle=cast.circle.public_id, **fields)


def told_of(person):
    return set(Notice.objects.filter(person=person).values_list("about", flat=True))


# Nobody there -------------------------------------------------------------------------
def test_where_nobody_holds_the_circle_the_leads_hear_at_once(cast):
    enrolment.remove(membership=cast.member(cast.mina), by=cast.sade, why="It was agreed.")

    worry = worried(cast, cast.ines)

    assert told_of(cast.sade) == {f"concern:{worry.public_id}"}
    assert list(Concern.objects.for_leads(cast.sade)) == [worry]
    assert concerns.thanks(worry).startswith("Thank you. A program lead will look at it")


def test_whoever_holds_it_alone_and_worries_is_not_left_alone_with_it(cast):
    worry = worried(cast, cast.mina)

    assert told_of(cast.sade) == {f"concern:{worry.public_id}"}
    assert "A program lead will look at it" in concerns.thanks(worry)
    assert list(Concern.objects.for_facilitator(cast.mina)) == [worry]


def test_of_two_who_hold_it_the_other_is_named(cast, linden):
    worry = worried(cast, cast.mina)

    assert told_of(linden) == {f"concern:{worry.public_id}"}
    assert told_of(cast.sade) == set()
    assert "Linden will look at it" in concerns.thanks(worry)


def test_leads_read_of_whom_it_is_and_what_was_said_with_it(cast, client):
    worried(cast, cast.ines, note="She stopped answering me.")
    settling.pass_on_what_waited(now=timezone.now() + 13 * HOUR)
    client.force_login(cast.sade)

    page = client.get(reverse("leads")).content.decode()

    assert "About Noor." in page
    assert "She stopped answering me." in page
    assert "Ines" not in page


# Taken up, and not any more -----------------------------------------------------------
def test_what_someone_gives_back_waits_again_and_its_clock_goes_on(cast, client, worry):
    settling.take(by=cast.mina, concern=worry.public_id)
    client.force_login(cast.mina)
    address = reverse("give_back", args=[worry.public_id])
    assert address in client.get(reverse("desk")).content.decode()

    back = client.post(address, {"circle": cast.circle.public_id})

    assert back.status_code == 303
    worry.refresh_from_db()
    assert (worry.taken_at, worry.taken_by, worry.taken_as) == (None, None, "")
    assert log_of(cast.circle)[-1].kind == "desk.changed"
    assert settling.pass_on_what_waited(now=timezone.now() + 13 * HOUR) == 1


def test_nobody_gives_back_what_another_took_up(cast, linden, worry):
    settling.take(by=cast.mina, concern=worry.public_id)

    refused = refusal_of(settling.give_back, by=linden, concern=worry.public_id)

    assert (refused.code, refused.say) == ("conflict", "Mina is looking at it.")
    for stranger in (cast.noor, cast.ines, cast.bela, cast.sade):
        refused = refusal_of(settling.give_back, by=stranger, concern=worry.public_id)
        assert refused.code == "not_member"


def test_what_whoever_hands_over_had_taken_up_waits_for_the_next(cast, linden, worry):
    settling.take(by=cast.mina, concern=worry.public_id)

    beside.hand_over(
        by=cast.mina,
        circle=cast.circle.public_id,
        to=cast.member(linden).public_id,
        brief="Noor is fragile on Sundays.",
    )

    worry.refresh_from_db()
    assert worry.taken_at is None
    settling.take(by=linden, concern=worry.public_id)
    assert settling.pass_on_what_waited(now=timezone.now() + 13 * HOUR) == 0


def test_what_someone_took_up_whose_account_is_closed_waits_again(cast, linden, worry):
    settling.take(by=cast.mina, concern=worry.public_id)
    User.objects.filter(pk=cast.mina.pk).update(is_active=False)

    settling.pass_on_what_waited()

    settling.take(by=linden, concern=worry.public_id)
    worry.refresh_from_db()
    assert worry.taken_as == "Linden"
    settling.pass_on_what_waited()
    worry.refresh_from_db()
    assert worry.taken_as == "Linden"


def test_whoever_else_leaves_and_what_is_left_next_door_changes_nothing(cast, linden, worry):
    settling.take(by=cast.mina, concern=worry.public_id)
    Membership.objects.create(
        circle=cast.next_door, user=cast.mina, role="facilitator", name="Mina", swatch=77
    )
    otto = cast.member(cast.otto, cast.next_door).public_id
    there = concerns.tell(
        by=cast.bela, circle=cast.next_door.public_id, reason="worried", member=otto
    )
    settling.take(by=cast.mina, concern=there.public_id)

    enrolment.leave(membership=cast.member(cast.ines))
    enrolment.leave(membership=cast.member(linden))
    enrolment.leave(membership=cast.member(cast.mina, cast.next_door))

    worry.refresh_from_db()
    there.refresh_from_db()
    assert (worry.taken_as, there.taken_as) == ("Mina", "")


def test_a_concern_of_one_circle_is_not_reached_by_naming_another(cast, worry):
    Membership.objects.create(
        circle=cast.next_door, user=cast.mina, role="facilitator", name="Mina", swatch=77
    )
    for verb, more in [
        (settling.take, {}),
        (settling.give_back, {}),
        (settling.settle, {"outcome": "left"}),
        (settling.reopen, {}),
    ]:
        elsewhere = {"circle": cast.next_door.public_id, "concern": worry.public_id}
        assert refusal_of(verb, by=cast.mina, **elsewhere, **more).code == "not_member"


# Told again ---------------------------------------------------------------------------
def test_whoever_tells_again_of_what_was_settled_is_promised_nothing(cast):
    said = say(cast.noor, "You should just stop seeing her.", circle=cast.circle)
    fields = {"member": None, "message": said.id, "reason": "advice"}
    concern = worried(cast, cast.ines, **fields)
    settling.settle(by=cast.mina, concern=concern.public_id, outcome="left")

    again = worried(cast, cast.ines, **fields)

    assert again == concern
    assert concerns.thanks(again).startswith("You have told of this before")
