"""The facilitator's desk: what waits, in order; who may; and what two who race are told."""

from __future__ import annotations

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from chat import beside
from chat.care import cards, caring, concerns, desk, flagging, settling
from chat.keeping import holding, moderation
from chat.live import leading
from chat.models import CheckIn, Concern, HandOver, Message, PrivateNote, Room
from chat.refusal import Refused
from chat.seats import seat_of
from community import audit
from community.models import AuditEntry, Notice, User
from programs import enrolment
from programs.models import Membership
from tests.chat.talk import all_at_once, in_an_hour, join, log_of, refusal_of, say, set_room


@pytest.fixture
def linden(cast):
    return join("linden", cast.circle, role=Membership.Role.FACILITATOR)


def words(response, status=200):
    assert response.status_code == status, response.content.decode()[:300]
    return response.content.decode()


def desk_of(cast):
    return reverse("desk_of", args=[cast.circle.public_id])


def here(cast, **more):
    return {"circle": cast.circle.public_id} | more


def peer(cast, user):
    return cast.member(user).public_id


# What waits ---------------------------------------------------------------------------
def test_care_comes_first_then_what_is_held_then_reports_oldest_first(cast, client):
    said = say(cast.noor, "You should just stop seeing her.", circle=cast.circle)
    concerns.tell(by=cast.ines, message=said.id, reason="advice", **here(cast))
    set_room(cast.circle, holds_all=True)
    say(cast.ines, "Held a while", circle=cast.circle)
    say(cast.noor, "I want to die.", circle=cast.circle)
    flagging.sweep()
    concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast))

    items = desk.waiting_for(cast.mina)

    assert [item.kind for item in items] == ["care", "care", "held", "held", "report"]
    assert items[0].at < items[1].at
    client.force_login(cast.mina)
    for address in (reverse("desk"), desk_of(cast)):
        page = words(client.get(address))
        assert "Needs you: 5" in page
        assert page.index("I want to die.") < page.index("Held a while")
        assert page.index("Held a while") < page.index("You should just stop")
        assert "Noor won’t see who said so." in page
        assert "Ines" not in page.split("You should just stop")[1].split("</article>")[0]


def test_the_desk_names_the_place_in_the_log_it_was_drawn_at(cast, client):
    """From there on its line is asked: nothing happens unseen while a page is on its way."""
    say(cast.noor, "Good evening.", circle=cast.circle)
    client.force_login(cast.mina)

    page = words(client.get(desk_of(cast)))

    assert f'data-head="{Room.objects.get(circle=cast.circle).last_seq}"' in page


@pytest.mark.parametrize("page", ["room", "live"])
def test_whoever_reads_the_room_or_leads_sees_that_something_needs_them(cast, client, page):
    leading.begin(by=cast.mina, circle=cast.circle.public_id)
    address = reverse(page, args=[cast.circle.public_id])
    bar = 'data-bar="needs" data-needs="{}"'

    def shown(user):
        client.force_login(user)
        drawn = words(client.get(address)).split('<template id="part-draft">')[0]
        return [kind for kind in ("care", "report") if bar.format(kind) in drawn]

    assert shown(cast.mina) == []
    concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="unkind", **here(cast))
    assert shown(cast.mina) == ["report"]
    flag = concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast))
    assert shown(cast.mina) == ["care"]
    assert shown(cast.noor) == shown(cast.ines) == []
    settling.take(by=cast.mina, concern=flag.public_id)
    assert shown(cast.mina) == ["report"]


def test_a_long_queue_leads_to_the_first_of_each_kind(cast, client):
    client.force_login(cast.mina)

    def ways():
        queue = words(client.get(desk_of(cast))).split('id="queue"')[1].split("<article")[0]
        return re.findall(r'href="#i-([\w-]+)">(\w+, \d+)', queue)

    concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast))
    holding.hold(by=cast.mina, member=peer(cast, cast.noor), **here(cast))
    said = [say(cast.noor, f"Line {n}", circle=cast.circle).id for n in range(7)]
    assert ways() == []
    said.append(say(cast.noor, "One more", circle=cast.circle).id)

    flag = Concern.objects.get().public_id
    assert ways() == [(flag, "Care, 1"), (said[0], "Held, 8")]


def test_the_desk_opens_again_where_something_was_done(cast, client):
    flag = concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast))
    holding.hold(by=cast.mina, member=peer(cast, cast.noor), **here(cast))
    held = [say(cast.noor, f"Line {n}", circle=cast.circle).id for n in range(3)]
    client.force_login(cast.mina)
    flag, circle = flag.public_id, cast.circle.public_id

    def sent(action: str, *button: str) -> str:
        """Presses what does it, with all that stands in its form; where that leads."""
        page = words(client.get(desk_of(cast)))
        form = page.split(f'action="{action}"')[1].split("</form>")[0]
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        answer = client.post(action, fields | dict([button] if button else []))
        assert answer.status_code == 303
        return answer["Location"].removeprefix(desk_of(cast))

    assert sent(reverse("take_up", args=[flag])) == f"?at={flag}#noted"
    settled = sent(reverse("settle", args=[flag]), "outcome", "talked")
    assert settled == f"?at={held[0]}#noted"
    page = words(client.get(f"{desk_of(cast)}{settled}"))
    assert page.count('id="noted"') == 1
    assert "data-undo" in page.split('id="noted"')[1].split(f'id="i-{held[0]}"')[0]
    assert sent(reverse("let_through", args=[circle, held[0]])) == f"?at={held[1]}#noted"
    assert sent(reverse("let_through", args=[circle, held[2]])) == "?at=end#noted"
    assert sent(reverse("pace", args=[circle]), "seconds", "60") == "?at=stage#noted"
    note = reverse("note", args=[circle, peer(cast, cast.ines)])
    noted = sent(note, "body", "Sleeps badly.")
    assert noted == f"?at={peer(cast, cast.ines)}#noted"
    kept = words(client.get(f"{desk_of(cast)}{noted}")).split('id="noted"')[1]
    assert kept.index("Kept.") < kept.index(" open><summary>") < kept.index("Ines")


@pytest.mark.parametrize("place", ["", "end", "nowhere", "A" * 16, '"><b>', "x" * 5000])
def test_a_desk_opened_at_what_is_not_there_says_what_it_has_to_at_its_top(cast, client, place):
    client.force_login(cast.mina)
    page = words(client.get(desk_of(cast), {"at": place}))
    assert page.count('id="noted"') == 1 and "<b>" not in page.split('id="noted"')[1][:200]
    flag = concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast))
    back = {"circle": cast.circle.public_id, "at": place}
    led = client.post(reverse("take_up", args=[flag.public_id]), back)["Location"]
    assert led in {desk_of(cast), f"{desk_of(cast)}?at={place}#noted"}
    assert client.get(led).status_code == 200


@pytest.mark.parametrize("who", ["noor", "ines", "otto", "bela", "sade", "edda"])
def test_nobody_else_finds_the_desk(cast, client, who):
    client.force_login(getattr(cast, who))
    circle, noor = cast.circle.public_id, peer(cast, cast.noor)
    for address in (
        desk_of(cast),
        reverse("hand_over", args=[circle]),
        reverse("begin_check_in", args=[circle, noor]),
    ):
        assert client.get(address).status_code == 404
    for name, args in [
        ("note", [circle, noor]),
        ("forget_note", [circle, "n" * 16]),
        ("set_aside_held", [circle, "m" * 16]),
        ("begin_check_in", [circle, noor]),
        ("hand_over", [circle]),
    ]:
        posted = client.post(reverse(name, args=args), {"body": "x", "why": "x", "brief": "x"})
        assert posted.status_code == 404, name
    if who not in ("bela", "sade"):
        assert client.get(reverse("desk")).status_code == 404


def test_a_facilitator_sees_only_their_own_circles(cast):
    concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast))

    assert desk.waiting_for(cast.bela) == []
    assert desk.waiting_for(cast.mina, cast.next_door) == []


def test_members_are_listed_with_what_stands_and_nothing_private(cast, time_machine):
    moderation.mute(
        by=cast.mina, member=peer(cast, cast.ines), until=in_an_hour(), why="A pause.", **here(cast)
    )
    holding.hold(by=cast.mina, member=peer(cast, cast.ines), **here(cast))
    join("marit", cast.circle)
    enrolment.rest(membership=cast.circle.memberships.get(name="Marit"))
    beside.note(by=cast.mina, member=peer(cast, cast.noor), body="Prefers tea.", **here(cast))

    later = timezone.now() + datetime.timedelta(days=15)
    doings = {p.member.name: p.doings for p in desk.people_of(cast.circle, now=later)}

    assert doings == {
        "Ines": ["you read first", "muted by Mina", "quiet for 2 weeks"],
        "Marit": ["on a break"],
        "Noor": ["quiet for 2 weeks", "has a note"],
    }


# Acting -------------------------------------------------------------------------------
def test_settled_from_the_page_and_undone(cast, client):
    concern = concerns.tell(
        by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast)
    )
    client.force_login(cast.mina)
    back = {"circle": cast.circle.public_id}
    taken = client.post(reverse("take_up", args=[concern.public_id]), back)
    assert (taken.status_code, taken["Location"]) == (303, desk_of(cast))
    assert "Mina is looking at it." in words(client.get(desk_of(cast)))

    fields = back | {"outcome": "talked", "answer": "We spoke."}
    client.post(reverse("settle", args=[concern.public_id]), fields)
    page = words(client.get(desk_of(cast)))
    assert "Nothing needs you now." in page
    assert reverse("reopen", args=[concern.public_id]) in page
    client.post(reverse("reopen", args=[concern.public_id]), back)
    assert Concern.objects.open().count() == 1


def test_the_second_is_told_who_was_first(cast, client, linden):
    concern = concerns.tell(
        by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast)
    )
    settling.settle(by=linden, concern=concern.public_id, outcome="talked")
    client.force_login(cast.mina)

    page = client.post(
        reverse("settle", args=[concern.public_id]),
        {"circle": cast.circle.public_id, "outcome": "left"},
    )

    assert "Linden has settled this already." in words(page, 409)


def test_strangers_settle_nothing(cast, client):
    concern = concerns.tell(
        by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast)
    )
    for stranger in (cast.noor, cast.ines, cast.otto, cast.bela, cast.sade, cast.edda):
        client.force_login(stranger)
        for name in ("take_up", "settle", "reopen"):
            fields = {"outcome": "left", "circle": cast.circle.public_id}
            assert client.post(reverse(name, args=[concern.public_id]), fields).status_code == 404
    assert Concern.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_facilitators_one_settles_each_of_fifty_held_messages(cast):
    linden = join("linden", cast.circle, role=Membership.Role.FACILITATOR)
    peers = [join(f"peer{n}", cast.circle) for n in range(5)]
    set_room(cast.circle, holds_all=True)
    ids = [say(one, f"Line {n}", circle=cast.circle).id for one in peers for n in range(10)]

    def through(user, order, verb, **more):
        def work():
            said = {}
            for message in order:
                try:
                    verb(by=user, circle=cast.circle.public_id, message=message, **more)
                    said[message] = ""
                except Refused as refused:
                    said[message] = f"{refused.code}: {refused.say}"
            return said

        return work

    mina, other = all_at_once(
        [
            through(cast.mina, ids, holding.let_through),
            through(linden, ids[::-1], desk.set_aside_held, why="Not here."),
        ]
    )

    for message in ids:
        by_mina = Message.objects.get(public_id=message).state == Message.State.POSTED
        winner, loser = (mina, other) if by_mina else (other, mina)
        name = "Mina" if by_mina else "Linden"
        assert winner[message] == ""
        assert loser[message] == f"conflict: {name} has seen to that message already."
    acts = AuditEntry.objects.filter(verb__in=["let_through", "set_aside"])
    assert acts.count() == len(ids) == 50
    assert list(audit.faults()) == []


def test_what_was_done_can_be_undone_from_the_desk_once(cast, client):
    said = say(cast.noor, "A line", circle=cast.circle)
    moderation.set_aside(by=cast.mina, message=said.id, why="A slip.", **here(cast))
    holding.hold(by=cast.mina, member=peer(cast, cast.ines), **here(cast))
    holding.unhold(by=cast.mina, member=peer(cast, cast.ines), **here(cast))
    client.force_login(cast.mina)
    put_back = reverse("put_back", args=[cast.circle.public_id, said.id])
    unhold = reverse("unhold_member", args=[cast.circle.public_id, peer(cast, cast.ines)])
    lately = words(client.get(desk_of(cast))).split("Done lately")[1].split("</ul>")[0]
    assert put_back in lately
    assert unhold not in lately

    undone = client.post(put_back, {"next": desk_of(cast)})

    assert undone["Location"] == desk_of(cast)
    assert Message.objects.get(public_id=said.id).state == Message.State.POSTED
    assert put_back not in words(client.get(desk_of(cast)))


def test_the_desk_mutes_and_names_whom(cast, client):
    client.force_login(cast.mina)
    noors = peer(cast, cast.noor)
    mute = reverse("mute", args=[cast.circle.public_id, noors])
    menu = words(client.get(desk_of(cast))).split("Care for")[2].split("</ul>")[0]
    assert "Noor" in menu.split("</summary>")[0] and f'action="{mute}"' in menu

    asked = {"for": "hour", "why": "A pause.", "next": f"{desk_of(cast)}#members"}
    assert client.post(mute, asked)["Location"] == f"{desk_of(cast)}#members"

    page = words(client.get(desk_of(cast)))
    assert "Noor can read and respond, and has been told why and until when." in page
    assert f'action="{mute}"' not in page and "muted by Mina" in page


def test_whoever_is_to_be_removed_stands_open_and_nobody_else(cast, client):
    client.force_login(cast.mina)
    noors = peer(cast, cast.noor)
    keeping = reverse("keeping", args=[cast.circle.public_id])
    way = f"{keeping}?member={noors}#p-{noors}"
    assert f'href="{way}"' in words(client.get(desk_of(cast)))

    def stand_open(response, status=200):
        return re.findall(r'id="p-([\w-]+)" open', words(response, status))

    assert stand_open(client.get(keeping)) == []
    assert stand_open(client.get(way)) == [noors]
    # As they do where what was asked about them could not be.
    remove = reverse("remove_member", args=[cast.circle.public_id, noors])
    assert stand_open(client.post(remove, {"why": " "}), 400) == [noors]


def test_the_desk_offers_no_undo_of_what_is_over(cast, client, time_machine):
    soon = timezone.now() + datetime.timedelta(minutes=5)
    mute = {"until": soon, "why": "A pause.", **here(cast)}
    for one in (cast.noor, cast.ines):
        moderation.mute(by=cast.mina, member=peer(cast, one), **mute)
    holding.hold(by=cast.mina, member=peer(cast, cast.ines), **here(cast))
    unmute, of_ines, unhold = (
        reverse(name, args=[cast.circle.public_id, peer(cast, one)])
        for name, one in [
            ("unmute", cast.noor),
            ("unmute", cast.ines),
            ("unhold_member", cast.ines),
        ]
    )
    client.force_login(cast.mina)
    page = words(client.get(desk_of(cast)))
    assert all(page.split("Done lately")[1].count(undo) for undo in (unmute, of_ines, unhold))

    enrolment.leave(membership=cast.member(cast.ines))
    page = words(client.get(desk_of(cast)))
    assert (unmute in page, of_ines in page, unhold in page) == (True, False, False)
    time_machine.move_to(soon)
    assert unmute not in words(client.get(desk_of(cast)))


def test_whoever_was_too_late_gets_their_words_back(cast, client, linden):
    concern = concerns.tell(
        by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast)
    )
    settling.settle(by=linden, concern=concern.public_id, outcome="talked")
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "Held a while", circle=cast.circle)
    holding.let_through(by=linden, message=held.id, **here(cast))
    client.force_login(cast.mina)

    for name, args, fields, status in [
        ("settle", [concern.public_id], {"outcome": "left", "answer": "Kept words"}, 409),
        ("set_aside_held", [cast.circle.public_id, held.id], {"why": "Kept words"}, 409),
        (
            "note",
            [cast.circle.public_id, peer(cast, cast.noor)],
            {"body": "Kept words" * 500},
            413,
        ),
    ]:
        back = {"circle": cast.circle.public_id} | fields
        assert "Kept words" in words(client.post(reverse(name, args=args), back), status), name


# Notes and talks ----------------------------------------------------------------------
def test_notes_are_sealed_and_for_facilitators_alone(cast, client, linden):
    client.force_login(cast.mina)
    note = reverse("note", args=[cast.circle.public_id, peer(cast, cast.noor)])
    client.post(note, {"body": "Prefers tea."})
    kept = PrivateNote.objects.get()
    assert b"tea" not in bytes(kept.sealed_words)
    client.force_login(linden)
    page = words(client.get(desk_of(cast)))
    assert "Prefers tea." in page

    # That there is one is in the house's record; of whom it is not theirs to learn from it.
    assert AuditEntry.objects.values_list("verb", "by", "about").get() == (
        "note",
        cast.mina.public_id,
        "",
    )
    forget = reverse("forget_note", args=[cast.circle.public_id, kept.public_id])
    assert client.post(forget).status_code == 400  # Mina's to drop
    client.force_login(cast.mina)
    assert client.post(forget).status_code == 303
    assert not PrivateNote.objects.exists()


def test_of_two_notes_one_is_dropped(cast):
    kept, dropped = (
        beside.note(by=cast.mina, member=peer(cast, cast.noor), body=body, **here(cast))
        for body in ("Prefers tea.", "Comes by train.")
    )
    beside.forget_note(by=cast.mina, note=dropped.public_id, **here(cast))
    assert PrivateNote.objects.get() == kept


def test_what_is_said_in_one_of_two_talks_is_said_there_alone(cast):
    with_noor, with_ines = (
        beside.check_in(by=cast.mina, member=peer(cast, user), body="Hello", **here(cast))
        for user in (cast.noor, cast.ines)
    )

    beside.answer(by=cast.mina, check_in=with_ines.public_id, body="For you alone")

    assert (with_noor.lines.count(), with_ines.lines.count()) == (1, 2)
    told = log_of(cast.circle)[-1]
    assert (told.kind, told.audience) == ("desk.changed", "facilitators")
    beside.end(by=cast.mina, check_in=with_ines.public_id)
    assert [event.kind for event in log_of(cast.circle)[told.seq :]] == ["desk.changed"]
    assert CheckIn.objects.get(ended_at=None) == with_noor


def test_a_talk_belongs_to_two_and_the_member_ends_it(cast, client, linden):
    begin = reverse("begin_check_in", args=[cast.circle.public_id, peer(cast, cast.noor)])
    client.force_login(cast.mina)
    assert client.post(begin, {"body": "How are you tonight?"}).status_code == 303
    talk = CheckIn.objects.get()
    address = reverse("check_in", args=[cast.circle.public_id, talk.public_id])
    assert AuditEntry.objects.get().verb == "check_in"
    assert Notice.objects.filter(person=cast.noor).count() == 1
    for other in (linden, cast.ines, cast.otto, cast.sade):
        client.force_login(other)
        assert client.get(address).status_code == 404
        for name in ("answer_check_in", "end_check_in"):
            posted = client.post(
                reverse(name, args=[cast.circle.public_id, talk.public_id]), {"body": "Me too"}
            )
            assert posted.status_code == 404

    client.force_login(cast.noor)
    assert "A facilitator has written to you alone." in words(
        client.get(reverse("room", args=[cast.circle.public_id]))
    )
    assert "How are you tonight?" in words(client.get(address))
    reply = reverse("answer_check_in", args=[cast.circle.public_id, talk.public_id])
    client.post(reply, {"body": "Better, thank you."})
    client.post(reverse("end_check_in", args=[cast.circle.public_id, talk.public_id]))
    assert client.post(reply, {"body": "One more"}).status_code == 422

    client.force_login(cast.mina)
    page = words(client.get(address))
    assert "Better, thank you." in page
    assert "Noor ended this talk" in page
    assert "But wait" in words(client.post(reply, {"body": "But wait"}), 422)
    assert AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_words_about_a_crisis_in_a_talk_reach_more_than_one_who_may_be_asleep(cast):
    beside.check_in(by=cast.mina, member=peer(cast, cast.noor), body="I want to die?", **here(cast))
    talk = CheckIn.objects.get().public_id
    assert not Concern.objects.exists()  # whoever leads asks plainly

    beside.answer(by=cast.noor, check_in=talk, body="Some nights I want to die.")
    beside.answer(by=cast.noor, check_in=talk, body="I want to die.")

    concern = Concern.objects.get()
    assert (concern.kind, concern.reason, concern.about) == (
        "care",
        "words",
        cast.member(cast.noor),
    )
    # What was said stays between the two.
    assert (concern.snapshot, concern.message, concern.note) == (None, None, "")
    assert [card.kind for card in cards.open_for(cast.member(cast.noor))] == ["check_in", "help"]
    assert settling.pass_on_what_waited(now=timezone.now() + datetime.timedelta(hours=13)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_talk_goes_on_whatever_is_wrong_with_looking(cast, monkeypatch):
    def broken(line):
        raise RuntimeError("the lists are gone")

    monkeypatch.setattr(caring, "care_for_line", broken)
    beside.check_in(by=cast.mina, member=peer(cast, cast.noor), body="Hello", **here(cast))

    beside.answer(by=cast.noor, check_in=CheckIn.objects.get().public_id, body="I want to die.")

    assert CheckIn.objects.get().lines.count() == 2


def test_whoever_wrote_to_someone_alone_sees_that_they_answered(cast, client, linden):
    room = reverse("room", args=[cast.circle.public_id])

    def seen_by(user):
        client.force_login(user)
        drawn = words(client.get(room)).split('<template id="part-draft">')[0]
        return 'data-needs="talk"' in drawn, "has answered" in words(client.get(desk_of(cast)))

    beside.check_in(by=cast.mina, member=peer(cast, cast.noor), body="Hello", **here(cast))
    talk = CheckIn.objects.get().public_id
    assert seen_by(cast.mina) == (False, False)
    beside.answer(by=cast.noor, check_in=talk, body="Not well.")
    assert seen_by(cast.mina) == (True, True)
    assert seen_by(linden) == (False, False)
    beside.answer(by=cast.mina, check_in=talk, body="I'm here.")
    assert seen_by(cast.mina) == (False, False)


def test_a_talk_may_be_told_of_with_what_was_written_in_it(cast, client):
    beside.check_in(
        by=cast.mina, member=peer(cast, cast.noor), body="Come and see me", **here(cast)
    )
    beside.check_in(by=cast.mina, member=peer(cast, cast.ines), body="Another talk", **here(cast))
    talk = CheckIn.objects.get(member=cast.member(cast.noor))
    others = CheckIn.objects.get(member=cast.member(cast.ines))
    client.force_login(cast.noor)
    page = words(client.get(reverse("check_in", args=[cast.circle.public_id, talk.public_id])))
    tell = reverse("tell_member", args=[cast.circle.public_id, peer(cast, cast.mina)])
    assert f"{tell}?talk={talk.public_id}" in page
    assert "goes with it, as it is now" in words(client.get(f"{tell}?talk={talk.public_id}"))

    words(client.post(tell, {"reason": "unkind", "talk": talk.public_id}))
    words(client.post(tell, {"reason": "other", "talk": others.public_id}))

    told, without = Concern.objects.order_by("pk")
    assert told.to_leads
    assert told.snapshot.body == "Mina: Come and see me"
    assert without.snapshot is None
    refused = refusal_of(
        concerns.tell,
        by=cast.noor,
        member=peer(cast, cast.mina),
        reason="advice",
        talk=others.public_id,
        **here(cast),
    )
    assert refused.code == "bad_frame"


def test_what_was_written_in_a_talk_goes_along_also_where_one_told_of_them_before(cast):
    beside.check_in(by=cast.mina, member=peer(cast, cast.noor), body="Come here", **here(cast))
    talk = CheckIn.objects.get().public_id
    what = {"by": cast.noor, "member": peer(cast, cast.mina), "reason": "unkind"} | here(cast)
    before = concerns.tell(**what)

    with_it = concerns.tell(**what, talk=talk)

    assert with_it != before
    assert with_it.snapshot.body == "Mina: Come here"
    assert concerns.tell(**what, talk=talk) == with_it
    beside.check_in(by=cast.mina, member=peer(cast, cast.noor), body="Now!", **here(cast))
    assert concerns.tell(**what, talk=talk).snapshot.body == "Mina: Come here\nMina: Now!"


def test_a_talk_closes_with_either_ones_place(cast, client):
    beside.check_in(by=cast.mina, member=peer(cast, cast.noor), body="Hello", **here(cast))
    talk = CheckIn.objects.get()
    enrolment.leave(membership=cast.member(cast.noor))

    for user in (cast.noor, cast.mina):
        refused = refusal_of(beside.answer, by=user, check_in=talk.public_id, body="Hello?")
        assert refused.code == "not_member"


# Handing over -------------------------------------------------------------------------
def test_whoever_hands_over_is_out_at_once_and_leaves_a_brief(cast, client, linden):
    concerns.tell(by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast))
    beside.check_in(by=cast.mina, member=peer(cast, cast.noor), body="Hello", **here(cast))
    client.force_login(cast.mina)
    address = reverse("hand_over", args=[cast.circle.public_id])
    successor = cast.member(linden).public_id
    assert client.post(address, {"to": successor, "brief": " "}).status_code == 400
    assert client.post(address, {"to": peer(cast, cast.noor), "brief": "Go"}).status_code == 400
    User.objects.filter(pk=linden.pk).update(is_active=False)
    assert client.post(address, {"to": successor, "brief": "Go"}).status_code == 400
    assert successor not in client.get(address).content.decode()
    User.objects.filter(pk=linden.pk).update(is_active=True)
    assert seat_of(cast.mina, cast.circle.public_id)

    posted = client.post(address, {"to": successor, "brief": "Noor is fragile on Sundays."})

    assert posted.status_code == 303
    assert seat_of(cast.mina, cast.circle.public_id) is None
    assert client.get(desk_of(cast)).status_code == 404
    assert desk.waiting_for(cast.mina) == []
    assert b"fragile" not in bytes(HandOver.objects.get().sealed_words)
    entry = AuditEntry.objects.order_by("seq").last()
    assert (entry.verb, entry.by, entry.about) == (
        "hand_over",
        cast.mina.public_id,
        linden.public_id,
    )
    client.force_login(linden)
    page = words(client.get(desk_of(cast)))
    assert "Noor is fragile on Sundays." in page
    assert "You hold this circle alone." in page
    assert CheckIn.objects.get().ended_at
    assert Room.objects.get(circle=cast.circle).events.filter(kind="member.left").count() == 1


def test_nobody_hands_over_to_themselves_or_next_door_and_other_talks_go_on(cast, linden):
    for to in (cast.member(cast.mina), cast.member(cast.bela, cast.next_door)):
        fields = here(cast, to=to.public_id, brief="Go on.")
        assert refusal_of(beside.hand_over, by=cast.mina, **fields).code == "bad_frame"
    over = beside.check_in(by=cast.mina, member=peer(cast, cast.ines), body="Hello", **here(cast))
    beside.end(by=cast.ines, check_in=over.public_id)
    theirs = beside.check_in(by=linden, member=peer(cast, cast.noor), body="Hello", **here(cast))
    to = cast.member(linden).public_id

    beside.hand_over(by=cast.mina, **here(cast, to=to, brief="Go on."))

    assert CheckIn.objects.get(ended_at=None) == theirs
    over.refresh_from_db()
    assert over.ended_by == cast.member(cast.ines)


def test_whoever_holds_a_circle_alone_asks_for_a_successor_first(cast, client):
    client.force_login(cast.mina)

    page = words(client.get(reverse("hand_over", args=[cast.circle.public_id])))

    assert "Ask a program lead to appoint who goes on" in page


# Program leads ------------------------------------------------------------------------
def test_leads_read_what_was_told_of_a_facilitator_who_reads_nothing_of_it(cast, client):
    spoken = say(cast.mina, "Do as I say.", circle=cast.circle)
    say(cast.noor, "Something else that is nobody's business", circle=cast.circle)
    concern = concerns.tell(by=cast.noor, message=spoken.id, reason="unkind", **here(cast))
    client.force_login(cast.mina)
    assert "Do as I say." not in words(client.get(desk_of(cast)))
    assert "Nothing needs you now." in words(client.get(reverse("desk")))
    assert "Nothing so far." in words(client.get(reverse("record")))

    client.force_login(cast.sade)
    page = words(client.get(reverse("leads")))
    assert "Do as I say." in page
    assert "About Mina." in page
    assert "nobody&#x27;s business" not in page
    fields = {"from": "leads", "outcome": "talked", "answer": "Thank you."}
    settled = client.post(reverse("settle", args=[concern.public_id]), fields)
    assert settled["Location"] == reverse("leads")
    assert "Nothing waits." in words(client.get(reverse("leads")))


@pytest.mark.parametrize("who", ["mina", "noor", "otto", "bela", "edda"])
def test_nobody_else_finds_the_leads_page(cast, client, who):
    client.force_login(getattr(cast, who))

    assert client.get(reverse("leads")).status_code == 404


def test_leads_see_what_is_late_and_of_held_messages_no_words(cast, client):
    concern = concerns.tell(
        by=cast.ines, member=peer(cast, cast.noor), reason="worried", **here(cast)
    )
    set_room(cast.circle, holds_all=True)
    held = say(cast.noor, "Waiting here for a day", circle=cast.circle)
    yesterday = timezone.now() - datetime.timedelta(hours=25)
    Message.objects.filter(public_id=held.id).update(posted_at=yesterday)
    Concern.objects.filter(pk=concern.pk).update(due_at=yesterday)
    settling.pass_on_what_waited()
    client.force_login(cast.sade)

    page = words(client.get(reverse("leads")))

    assert "someone should have looked by" in page
    assert "a message has waited for a facilitator since" in page
    assert "Waiting here for a day" not in page
