"""A removal is taken back: for an hour, by those who hold the circle, and all is as it was."""

from __future__ import annotations

import datetime
from unittest.mock import patch

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from chat import editing, hiding, posting
from chat.keeping import holding, moderation
from chat.keeping.standing import standing_of
from chat.models import ModerationAction
from chat.reading.replay import Wanted, read_on
from community import audit
from community.models import AuditEntry, Notice, User
from programs import enrolment, swatches
from programs.models import Break, Cohort, Membership, Removal
from tests.cast import Cast
from tests.chat.reader import Reader
from tests.chat.talk import draft, in_an_hour, join, leave, refusal_of, remove, say

MINUTE = datetime.timedelta(minutes=1)


def here(cast: Cast, **more):
    return {"circle": cast.circle.public_id} | more


def removed(cast: Cast) -> str:
    """Noor is removed; her name in the circle."""
    member = cast.member(cast.noor).public_id
    moderation.remove(by=cast.mina, **here(cast, member=member, why="A slip."))
    return member


def let_back_in(cast: Cast, member: str) -> None:
    moderation.let_back_in(by=cast.mina, **here(cast, member=member))


def test_all_is_as_it_was(cast):
    first = say(cast.noor, "Before it all.", circle=cast.circle)
    hiding.hide(by=cast.noor, **here(cast, member=cast.member(cast.ines).public_id))
    before = cast.member(cast.noor)
    enrolment.rest(membership=before)
    enrolment.come_back(membership=before)
    enrolment.rest(membership=before)
    editing.mark_read(by=cast.noor, **here(cast, seq=first.seq))
    page = Reader(cast.noor, cast.circle)
    seat = page.seat

    member = removed(cast)
    say(cast.mina, "While she was away.", circle=cast.circle)
    assert cast.circle.membership_of(cast.noor) is None
    let_back_in(cast, member)

    now = cast.member(cast.noor)
    for field in ("pk", "public_id", "name", "swatch", "role", "joined_at", "left_at"):
        assert getattr(now, field) == getattr(before, field), field
    after = Reader(cast.noor, cast.circle)
    assert (after.seat.joined_seq, after.seat.read_seq) == (seat.joined_seq, seat.read_seq)
    assert first.id in after.log
    earlier, later = Break.objects.filter(membership=now).order_by("pk")
    assert earlier.ended_at is not None and later.ended_at is None
    page.catch_up().expect_a_fresh_page()
    assert posting.post(draft(cast.noor, "Here again.", circle=cast.circle)).state == "posted"
    assert not Removal.objects.exists()


def test_no_mail_calls_them_to_what_was_taken_back(cast):
    member = removed(cast)
    assert Notice.objects.filter(person=cast.noor).exists()

    let_back_in(cast, member)

    assert not Notice.objects.filter(person=cast.noor, sent_at=None).exists()


def test_a_mute_and_a_hold_are_as_they_were(cast):
    member = cast.member(cast.noor).public_id
    moderation.mute(by=cast.mina, **here(cast, member=member, until=in_an_hour(), why="A pause."))
    holding.hold(by=cast.mina, **here(cast, member=member))

    removed(cast)
    let_back_in(cast, member)

    page = Reader(cast.noor, cast.circle)
    standing = standing_of(page.seat)
    assert standing.locked == "muted" and standing.mute.by == cast.member(cast.mina)
    moderation.unmute(by=cast.mina, **here(cast, member=member))
    assert posting.post(draft(cast.noor, "And now?", circle=cast.circle)).state == "held"


def test_the_room_is_told_and_whoever_remembers_its_company_asks_again(cast):
    member = removed(cast)
    ines = Reader(cast.ines, cast.circle)
    [known] = read_on([Wanted(cast.circle, ines.cursor)])

    let_back_in(cast, member)

    [event] = ines.catch_up().heard
    assert (event["kind"], event["member"]["name"]) == ("member.joined", "Noor")
    [reading] = read_on([Wanted(cast.circle, ines.cursor, known.company)])
    assert cast.member(cast.noor).pk in reading.company.viewers


def test_it_is_on_record_and_they_read_of_it(cast, client):
    let_back_in(cast, removed(cast))

    entry = AuditEntry.objects.latest("seq")
    assert (entry.verb, entry.by, entry.about) == (
        "let_back_in",
        cast.mina.public_id,
        cast.noor.public_id,
    )
    assert list(audit.faults()) == []
    acts = ModerationAction.objects.filter(member=cast.member(cast.noor), by__user=cast.mina)
    assert list(acts.order_by("pk").values_list("verb", flat=True)) == ["remove", "let_back_in"]
    client.force_login(cast.noor)
    page = client.get(reverse("record")).content.decode()
    assert "Mina gave you your place in the circle back." in page


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda"])
def test_only_those_who_hold_this_circle_may(cast, who):
    member = removed(cast)
    by = getattr(cast, who)
    fields = here(cast, member=member)
    assert refusal_of(moderation.let_back_in, by=by, **fields).code == "not_member"


def test_what_a_program_lead_ended_no_facilitator_takes_back(cast):
    member = cast.member(cast.noor)
    enrolment.remove(membership=member, by=cast.sade, why="A complaint.")
    fields = here(cast, member=member.public_id)
    assert refusal_of(moderation.let_back_in, by=cast.mina, **fields).code == "bad_frame"
    enrolment.let_back_in(membership=member, by=cast.sade)
    assert cast.circle.membership_of(cast.noor) == member


def test_whoever_left_by_themselves_or_is_here_is_not_let_back_in(cast):
    ines, mina = cast.member(cast.ines).public_id, cast.member(cast.mina).public_id
    leave(cast.ines, cast.circle)
    otto = cast.member(cast.otto, cast.next_door).public_id
    noor = cast.member(cast.noor).public_id
    remove(cast.otto, cast.next_door, by=cast.bela)
    for member in (ines, mina, otto, noor, "AAAAAAAAAAAAAAAA"):
        fields = here(cast, member=member)
        assert refusal_of(moderation.let_back_in, by=cast.mina, **fields).code == "bad_frame"


def test_of_two_who_were_removed_one_is_let_back_in(cast):
    members = [cast.member(cast.noor), cast.member(cast.ines)]
    with time_machine.travel(timezone.now(), tick=False):
        for member in members:
            enrolment.rest(membership=member)
            enrolment.remove(membership=member, by=cast.mina, why="A slip.")
        let_back_in(cast, members[1].public_id)

    assert Removal.objects.get().membership == members[0]
    assert Break.objects.get(ended_at=None).membership == members[1]
    assert cast.circle.membership_of(cast.noor) is None


def test_whoever_was_taken_in_anew_meanwhile_is_here_already(cast):
    member = removed(cast)
    Membership.objects.create(circle=cast.circle, user=cast.noor, name="Noor", swatch=90)

    refused = refusal_of(moderation.let_back_in, by=cast.mina, **here(cast, member=member))

    assert (refused.code, refused.say) == ("conflict", "They belong to the circle already.")


def test_after_an_hour_it_is_another_decision(cast, client):
    member = removed(cast)
    with time_machine.travel(timezone.now() + 61 * MINUTE, tick=False):
        refusal_of(moderation.let_back_in, by=cast.mina, **here(cast, member=member))
        with pytest.raises(enrolment.Refused):
            gone = Membership.objects.get(public_id=member)
            enrolment.let_back_in(membership=gone, by=cast.mina)
        client.force_login(cast.mina)
        for page in ("keeping", "desk_of"):
            shown = client.get(reverse(page, args=[cast.circle.public_id])).content.decode()
            assert "let-back-in" not in shown


def test_nobody_is_let_back_in_whose_account_was_closed(cast):
    member = removed(cast)
    User.objects.filter(pk=cast.noor.pk).update(is_active=False)

    fields = here(cast, member=member)
    assert refusal_of(moderation.let_back_in, by=cast.mina, **fields).code == "conflict"
    assert cast.circle.membership_of(cast.noor) is None


def test_a_place_that_was_given_away_is_given_away(cast):
    member = removed(cast)
    Cohort.objects.update(smallest=4, largest=4)
    for name in ("hana", "mira", "toma"):
        join(name, cast.circle)
    refused = refusal_of(moderation.let_back_in, by=cast.mina, **here(cast, member=member))
    assert refused.code == "conflict"
    assert "given to someone else" in refused.say


def test_who_held_a_full_circle_takes_no_peers_place_where_they_are_let_back_in(cast):
    linden = join("linden", cast.circle, role="facilitator")
    Cohort.objects.update(largest=2, smallest=2)
    member = cast.circle.membership_of(linden)
    enrolment.remove(membership=member, by=cast.sade, why="A slip.")

    enrolment.let_back_in(membership=member, by=cast.sade)

    assert cast.circle.membership_of(linden) == member


def test_a_cloth_that_another_wears_by_now_is_not_worn_twice(cast):
    worn = cast.member(cast.noor).swatch
    member = removed(cast)
    hana = join("hana", cast.circle)
    Membership.objects.filter(user=hana).update(swatch=worn)

    let_back_in(cast, member)

    assert cast.member(cast.noor).swatch != worn


def test_nobody_who_comes_meanwhile_is_given_their_cloth(cast):
    said = say(cast.noor, "Good evening", circle=cast.circle)
    page = Reader(cast.ines, cast.circle)
    worn = cast.member(cast.noor).swatch
    # What would be chosen for whoever comes next, if nobody wore it.
    with patch.object(swatches, "unlike", lambda taken, start: min({worn, 200} - {*taken})):
        member = removed(cast)
        given = swatches.for_newcomer(cast.circle)
        Membership.objects.filter(user=join("hana", cast.circle)).update(swatch=given)
        let_back_in(cast, member)

    assert cast.member(cast.noor).swatch == worn
    assert said.id in page.log
    page.catch_up().expect_a_fresh_page()


def test_the_page_and_the_desk_offer_it(cast, client):
    client.force_login(cast.mina)
    member = cast.member(cast.noor).public_id
    keeping, desk = (reverse(at, args=[cast.circle.public_id]) for at in ("keeping", "desk_of"))
    undo = reverse("let_back_in", args=[cast.circle.public_id, member])
    answer = client.post(
        reverse("remove_member", args=[cast.circle.public_id, member]),
        {"why": "A slip.", "next": keeping},
        follow=True,
    )
    # Once, and the way back right below it.
    before, after = answer.content.decode().split("ended. For an hour you can let them back in.")
    assert undo not in before and undo in after.split("<section")[0]
    for page in (keeping, desk):
        assert undo in client.get(page).content.decode()

    answer = client.post(undo, {"next": keeping}, follow=True)

    assert "Noor’s place is theirs again, as it was." in answer.content.decode()
    for page in (keeping, desk):
        assert undo not in client.get(page).content.decode()
    assert cast.circle.membership_of(cast.noor)


def test_what_was_let_through_by_a_slip_can_be_set_aside_from_the_desk(cast, client):
    holding.hold(by=cast.mina, **here(cast, member=cast.member(cast.noor).public_id))
    held = say(cast.noor, "My old street, number 14.", circle=cast.circle)
    client.force_login(cast.mina)
    answer = client.post(
        reverse("let_through", args=[cast.circle.public_id, held.id]),
        {"next": reverse("keeping", args=[cast.circle.public_id])},
        follow=True,
    )
    assert "You can still set it aside" in answer.content.decode()
    desk = reverse("desk_of", args=[cast.circle.public_id])
    message = reverse("message", args=[cast.circle.public_id, held.id])

    lately = client.get(desk).content.decode().split("Done lately")[1].split("</ul>")[0]
    assert f'href="{message}"' in lately
    assert reverse("set_aside", args=[cast.circle.public_id, held.id]) in (
        client.get(message).content.decode()
    )
    moderation.set_aside(by=cast.mina, **here(cast, message=held.id, why="It holds an address."))

    lately = client.get(desk).content.decode().split("Done lately")[1].split("</ul>")[0]
    assert f'href="{message}"' not in lately
