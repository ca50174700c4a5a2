"""What facilitators do beside the room: notes, a talk with one member alone, handing over.

A talk belongs to the two people in it; the member may end it at any time, and no other facilitator
reads it. That it was begun is on record. Notes are read by the circle's facilitators.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import log, refusal, words
from chat.care import cards, caring
from chat.keeping import record
from chat.keeping.facilitating import facilitating, peer_of
from chat.live import leading
from chat.models import CheckIn, CheckInLine, Event, HandOver, PrivateNote, Room
from chat.refusal import Refused
from community import audit, notices
from community.models import Notice, User
from programs import enrolment
from programs.models import Circle, Membership


def note(*, by: User, circle: str, member: str, body: str) -> PrivateNote:
    """Keeps a note about a member, for the circle's facilitators alone. Raises Refused."""
    said = words.clean_body(body)
    with facilitating(by, circle) as (room, facilitator):
        kept = PrivateNote(room=room, about=peer_of(room, member), by=facilitator)
        kept.seal(said, circle=circle)
        kept.save()
        _write_down("note", room, facilitator)
        return kept


def forget_note(*, by: User, circle: str, note: str) -> None:
    """Drops one's own note. Raises Refused."""
    with facilitating(by, circle) as (room, facilitator):
        mine = PrivateNote.objects.filter(room=room, public_id=note, by=facilitator)
        if not mine.delete()[0]:
            raise refusal.no_such_message()
        _write_down("forget_note", room, facilitator)


def check_in(*, by: User, circle: str, member: str, body: str) -> CheckIn:
    """Writes to a member alone; they find it as a card in the room. Raises Refused."""
    said = words.clean_body(body)
    with facilitating(by, circle) as (room, facilitator):
        peer = peer_of(room, member)
        talk, is_new = CheckIn.objects.get_or_create(
            room=room, facilitator=facilitator, member=peer, ended_at=None
        )
        _add(talk, facilitator, said, room)
        if is_new:
            record.act(room, "check_in", by=facilitator, member=peer)
        return talk


def answer(*, by: User, check_in: str, body: str) -> CheckIn:
    """Says something in a talk of one's own. Raises Refused, also where it was ended."""
    said = words.clean_body(body)
    with _talking(by, check_in) as (room, talk, me):
        _add(talk, me, said, room)
        return talk


def end(*, by: User, check_in: str) -> None:
    """Ends a talk; either may, at any time. What was said stays readable to the two."""
    with _talking(by, check_in) as (room, talk, me):
        talk.ended_at, talk.ended_by = timezone.now(), me
        talk.save(update_fields=["ended_at", "ended_by"])
        log.append(room, Event.Kind.DESK_CHANGED, audience=Event.Audience.FACILITATORS)


@transaction.atomic
def hand_over(*, by: User, circle: str, to: str, brief: str) -> None:
    """Leaves the circle to another of its facilitators, with a brief; access ends at once.

    Raises Refused where nobody is there to go on: a program lead appoints them first.
    """
    said = words.clean_body(brief)
    # Their memberships before the room, as whoever leaves takes them.
    if held := Circle.objects.facilitated_by(by).filter(public_id=circle).first():
        enrolment.holders_of(held)
    with facilitating(by, circle) as (room, facilitator):
        others = Membership.objects.holding().exclude(pk=facilitator.pk)
        successor = others.filter(circle=room.circle_id, public_id=to).first()
        if successor is None:
            raise Refused(
                "bad_frame",
                _("Choose another facilitator of this circle. A program lead can appoint one."),
            )
        kept = HandOver(room=room, by=facilitator, to=successor)
        kept.seal(said, circle=circle)
        kept.save()
        CheckIn.objects.filter(facilitator=facilitator, ended_at=None).update(
            ended_at=timezone.now(), ended_by=facilitator
        )
        leading.goes_on_under(room, successor, instead_of=facilitator)
        notices.tell(successor.user, kind=Notice.Kind.CARE, about=f"handed:{kept.public_id}")
    # Under the same lock, which the transaction holds until it ends.
    enrolment.leave(membership=facilitator)
    record.act(room, "hand_over", by=facilitator, member=successor)


def _write_down(verb: str, room: Room, facilitator: Membership) -> None:
    """Of a note that there is one, in the house's record alone; of whom is the facilitators'."""
    audit.record(verb=verb, by=facilitator.user, circle=room.circle.public_id)


def _add(talk: CheckIn, speaker: Membership, said: str, room: Room) -> None:
    line = CheckInLine(check_in=talk, by=speaker)
    line.seal(said, circle=room.circle.public_id)
    line.save()
    if speaker.pk == talk.facilitator_id:
        cards.show(room, talk.member, cards.Kind.CHECK_IN)
        other = talk.member
    else:
        other = talk.facilitator
        # Where this dies first, the worker's sweep looks.
        transaction.on_commit(lambda: caring.care_for_line(line), robust=True)
    log.append(room, Event.Kind.DESK_CHANGED, audience=Event.Audience.FACILITATORS)
    notices.tell(other.user, kind=Notice.Kind.CIRCLE, about=f"talk:{line.public_id}")


@contextmanager
def _talking(by: User, check_in: str) -> Iterator[tuple[Room, CheckIn, Membership]]:
    """One's own talk that goes on, under the room's lock, and who one is in it. Raises Refused."""
    mine = CheckIn.objects.visible_to(by).filter(public_id=check_in)
    known = mine.select_related("room__circle").first()
    if known is None or not by.is_active:
        raise refusal.not_member()
    with log.writing(known.room.circle.public_id) as room:
        talk = mine.select_related("facilitator__user", "member__user").first()
        if talk is None:
            raise refusal.not_member()
        if talk.ended_at:
            raise Refused("closed", _("This talk has ended. What was said in it stays here."))
        yield room, talk, talk.facilitator if talk.facilitator.user_id == by.pk else talk.member
