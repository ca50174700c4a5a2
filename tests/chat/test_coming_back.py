"""Someone leaves, or is removed, and is taken in again: what stood for them stands still."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from chat import hiding
from chat.keeping import holding, moderation
from chat.keeping.standing import standing_of
from chat.models import Hiding, Message, Mute, Room, Seat
from chat.posting import Posted, post, post_batch
from chat.refusal import Refused
from community.models import User
from programs.models import Circle, Membership
from tests.cast import Cast
from tests.chat.reader import Reader
from tests.chat.talk import (
    company_of,
    draft,
    in_an_hour,
    join,
    leave,
    log_of,
    refusal_of,
    remove,
    say,
    set_room,
)


def here(cast: Cast, **more):
    return {"circle": cast.circle.public_id} | more


def come(user: User, circle: Circle, **more) -> Membership:
    """They are taken in again, under the name they had."""
    name = user.email.partition("@")[0].title()
    swatch = 100 + Membership.objects.count()
    return Membership.objects.create(
        circle=circle, user=user, name=name, swatch=swatch, **{"role": "peer"} | more
    )


def hide(cast: Cast, by: User, other: User) -> None:
    hiding.hide(by=by, **here(cast, member=cast.member(other).public_id))


def unhide(cast: Cast, by: User, other: User) -> None:
    hiding.unhide(by=by, **here(cast, member=cast.member(other).public_id))


def mute(cast: Cast) -> Mute:
    noor = cast.member(cast.noor).public_id
    moderation.mute(by=cast.mina, **here(cast, member=noor, until=in_an_hour(), why="A pause."))
    return Mute.objects.get()


@pytest.mark.parametrize("who", ["noor", "ines"])
@pytest.mark.parametrize("asks", ["noor", "ines"])
def test_two_who_read_nothing_of_each_other_read_nothing_when_one_comes_again(cast, who, asks):
    first, other = (cast.noor, cast.ines) if asks == "noor" else (cast.ines, cast.noor)
    hide(cast, first, other)
    before = say(cast.ines, "Before it all.", circle=cast.circle)
    known = company_of(cast)
    leave(getattr(cast, who), cast.circle)

    come(getattr(cast, who), cast.circle, sees_earlier=True)

    noor, ines = cast.member(cast.noor), cast.member(cast.ines)
    now = company_of(cast, known)
    assert ines.pk in now.viewers[noor.pk].hidden
    assert noor.pk in now.viewers[ines.pk].hidden
    assert hiding.hidden_by(cast.member(first).seat) == [cast.member(other)]
    assert hiding.hidden_by(cast.member(other).seat) == []
    said = say(cast.ines, "And after it.", circle=cast.circle)
    page = Reader(cast.noor, cast.circle)
    assert not {before.id, said.id} & set(dict(page.shown))
    kinds = [event.kind for event in log_of(cast.circle)[-3:]]
    assert kinds == ["member.left", "member.joined", "message.posted"]


def test_they_read_nothing_of_each_other_whoever_was_away_when(cast):
    hide(cast, cast.noor, cast.ines)
    leave(cast.noor, cast.circle)
    for user in (cast.ines, cast.ines, cast.noor):
        if cast.circle.membership_of(user):
            leave(user, cast.circle)
        come(user, cast.circle)

    assert hiding.hidden_by(cast.member(cast.noor).seat) == [cast.member(cast.ines)]
    assert cast.member(cast.noor).pk in hiding.hidden_from(cast.member(cast.ines))


def test_who_reads_someone_again_goes_on_reading_them(cast):
    hide(cast, cast.noor, cast.ines)
    for user in (cast.ines, cast.noor):
        leave(user, cast.circle)
        come(user, cast.circle)
    unhide(cast, cast.ines, cast.noor)
    assert hiding.hidden_by(cast.member(cast.noor).seat), "only who asked for it can undo it"

    unhide(cast, cast.noor, cast.ines)

    for user in (cast.ines, cast.noor):
        leave(user, cast.circle)
        come(user, cast.circle)
    assert not Hiding.objects.exists()


def test_who_is_muted_is_muted_when_they_come_again_and_reads_why(cast):
    row = mute(cast)
    remove(cast.noor, cast.circle, by=cast.mina)

    come(cast.noor, cast.circle)

    standing = standing_of(Reader(cast.noor, cast.circle).seat)
    assert (standing.locked, standing.mute.until) == ("muted", row.until)
    assert standing.why_muted == "Mina has asked you to only read and respond for now: A pause."
    assert refusal_of(say, cast.noor, "Hello", circle=cast.circle).code == "muted"
    moderation.unmute(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    leave(cast.noor, cast.circle)
    come(cast.noor, cast.circle)
    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"


def test_whoever_comes_again_takes_nobody_elses_mute_along(cast):
    row = mute(cast)
    leave(cast.ines, cast.circle)

    come(cast.ines, cast.circle)

    assert say(cast.ines, "Hello", circle=cast.circle).state == "posted"
    assert moderation.mute_in_force(cast.member(cast.noor)) == row


def test_a_mute_that_is_over_is_over_when_they_come_again(cast, time_machine):
    row = mute(cast)
    leave(cast.noor, cast.circle)
    time_machine.move_to(row.until)

    come(cast.noor, cast.circle)

    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"


def test_who_is_held_is_held_when_they_come_again_and_reads_by_whom(cast):
    holding.hold(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    leave(cast.noor, cast.circle)

    come(cast.noor, cast.circle)

    assert say(cast.noor, "Hello", circle=cast.circle).state == "held"
    assert standing_of(Reader(cast.noor, cast.circle).seat).why_held == (
        "Mina reads what you write before the others do."
    )
    holding.unhold(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    leave(cast.noor, cast.circle)
    come(cast.noor, cast.circle)
    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"


def test_whoever_comes_again_to_hold_the_circle_is_neither_muted_nor_held(cast):
    mute(cast)
    holding.hold(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    leave(cast.noor, cast.circle)

    come(cast.noor, cast.circle, role="facilitator")

    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"


def test_nothing_of_it_goes_along_into_another_circle_or_to_another_person(cast):
    mute(cast)
    holding.hold(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    hide(cast, cast.noor, cast.ines)
    count = Room.objects.get(circle=cast.next_door).company
    leave(cast.noor, cast.circle)

    come(cast.noor, cast.next_door)
    come(cast.otto, cast.circle)

    assert say(cast.noor, "Hello", circle=cast.next_door).state == "posted"
    assert say(cast.otto, "Hello", circle=cast.circle).state == "posted"
    assert not hiding.hidden_from(cast.member(cast.noor, cast.next_door))
    assert not hiding.hidden_from(cast.member(cast.otto))
    assert Room.objects.get(circle=cast.next_door).company == count + 1


def test_what_was_sent_before_leaving_and_is_sent_again_stands_once(cast):
    first = draft(cast.noor, "Sent before the line went", circle=cast.circle)
    sent = post(first)
    other = post(draft(cast.ines, "Meanwhile", circle=cast.circle))
    for _ in range(2):
        leave(cast.noor, cast.circle)
        come(cast.noor, cast.circle)

    again, altered, taken, new = post_batch(
        [
            first,
            first._replace(body="Other words"),
            draft(cast.noor, "Hers", circle=cast.circle)._replace(client_id=other.client_id),
            draft(cast.noor, "New", circle=cast.circle),
        ]
    )

    assert again == sent
    assert isinstance(altered, Refused)
    assert altered.code == "conflict"
    assert isinstance(taken, Posted), "what someone else sent under a name is theirs"
    assert isinstance(new, Posted)
    assert Message.objects.filter(client_id=first.client_id).count() == 1

    set_room(cast.circle, paused_at=timezone.now())
    assert post(first) == sent, "what was taken once is answered as it was then"


def test_who_came_again_before_that_was_kept_is_found(cast):
    leave(cast.noor, cast.circle)
    come(cast.noor, cast.circle)
    leave(cast.ines, cast.circle)
    Seat.objects.update(came_again=False)

    migration = import_module("chat.migrations.0016_who_comes_again_was_here_before")
    migration.mark_those_who_came_again(apps, None)

    assert [seat.membership for seat in Seat.objects.filter(came_again=True)] == [
        cast.member(cast.noor)
    ]


def test_who_is_let_back_in_brings_along_what_stands_on_a_later_seat(cast):
    hide(cast, cast.noor, cast.ines)
    first = cast.member(cast.noor)
    remove(cast.noor, cast.circle, by=cast.mina)
    come(cast.noor, cast.circle)
    sent = draft(cast.noor, "Sent from the later seat", circle=cast.circle)
    posted = post(sent)
    hide(cast, cast.noor, join("hana", cast.circle))
    mute(cast)
    holding.hold(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    leave(cast.noor, cast.circle)

    moderation.let_back_in(by=cast.mina, **here(cast, member=first.public_id))

    standing = standing_of(Reader(cast.noor, cast.circle).seat)
    assert standing.locked == "muted"
    assert standing.why_held
    assert [one.name for one in hiding.hidden_by(first.seat)] == ["Hana", "Ines"]
    moderation.unmute(by=cast.mina, **here(cast, member=first.public_id))
    assert post(sent) == posted, "what was sent before is known again"


def test_an_earlier_seat_takes_nothing_from_who_is_let_back_in_to_a_later_one(cast):
    holding.hold(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    leave(cast.noor, cast.circle)
    come(cast.noor, cast.circle)
    now = cast.member(cast.noor)
    holding.unhold(by=cast.mina, **here(cast, member=now.public_id))
    remove(cast.noor, cast.circle, by=cast.mina)

    moderation.let_back_in(by=cast.mina, **here(cast, member=now.public_id))

    assert say(cast.noor, "Hello", circle=cast.circle).state == "posted"
