"""What waits for a person in each of their circles: a number up to a few, never a tally."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, IntegerField, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.utils import timezone

from chat.hush import hushed_until
from chat.models import Hiding, Message, Seat
from community import vault
from programs.models import Circle, Membership

if TYPE_CHECKING:
    from community.models import User

MOST = 9
_LOOKED_THROUGH = 50
_MARKS = "_unread_marks"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a circle stands for one of its members. `count` is at most MOST + 1."""

    circle: Circle
    member: str
    head: int
    count: int
    named: bool
    hushed_until: datetime.datetime | None

    @property
    def figure(self) -> str:
        return f"{MOST}+" if self.count > MOST else str(self.count)


def marks(person: User, *, at: str = "") -> list[Mark]:
    """All circles of a person, in one question; another where something waits, for who is named.

    In the circle whose room they are in, `at`, they see for themselves.
    """
    now = timezone.now()
    seats = list(
        Seat.objects.filter(membership__user=person, membership__left_at=None)
        .select_related("membership__circle__room")
        .annotate(waiting=_CappedCount(_unread_by_outer(), IntegerField()))
        .order_by("membership__circle__name", "pk")
    )
    heard = [seat for seat in seats if seat.waiting and not hushed_until(seat, now)]
    named = _named([seat for seat in heard if seat.membership.circle.public_id != at])
    return [
        Mark(
            circle=seat.membership.circle,
            member=seat.membership.public_id,
            head=seat.membership.circle.room.last_seq,
            count=seat.waiting if seat in heard else 0,
            named=seat.pk in named,
            hushed_until=hushed_until(seat, now),
        )
        for seat in seats
    ]


def marks_of(request: HttpRequest, *, at: str = "") -> list[Mark]:
    """The marks of whoever asks, looked up once for all of a page."""
    if not request.user.is_authenticated:
        return []
    if not hasattr(request, _MARKS):
        setattr(request, _MARKS, marks(request.user, at=at))
    found: list[Mark] = getattr(request, _MARKS)
    return found


class _CappedCount(Subquery):
    """How many rows a query has that asks for only a few: nothing beyond them is looked at."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"


def _unread_by_outer():
    """Others' words after what the outer seat has read, as far as its member may read them."""
    me = OuterRef(OuterRef("membership"))
    apart = Hiding.objects.in_force().between(me, OuterRef("membership"))
    return (
        Message.objects.filter(
            room=OuterRef("membership__circle__room"),
            placed_seq__gt=OuterRef("read_seq"),
            state=Message.State.POSTED,
        )
        .exclude(membership=OuterRef("membership"))
        .exclude(Exists(apart))
        .order_by("placed_seq")
        .values("pk")[: MOST + 1]
    )


def _named(seats: list[Seat]) -> set[int]:
    """Those of `seats` whose member is named in what waits for them; the newest is looked at."""
    if not seats:
        return set()
    waiting = Q()
    for seat in seats:
        room = seat.membership.circle.room
        waiting |= Q(room=room, placed_seq__gt=seat.read_seq) & ~_by_hidden(seat.membership)
    said = (
        Message.objects.filter(waiting, state=Message.State.POSTED, membership__isnull=False)
        .only("public_id", "room_id", "membership_id", "sealed_words", "placed_seq")
        .order_by("-placed_seq")[:_LOOKED_THROUGH]
    )
    by_room = {seat.membership.circle.room.pk: seat for seat in seats}
    found = set()
    for message in said:
        seat = by_room[message.room_id]
        if seat.pk not in found and _names(message, seat):
            found.add(seat.pk)
    return found


def _names(message: Message, seat: Seat) -> bool:
    try:
        words = message.words(owner=vault.circle_owner(seat.membership.circle.public_id))
    except vault.Unopenable:
        return False
    return seat.membership.public_id in {mention.member for mention in words.mentions}


def _by_hidden(member: Membership) -> Q:
    """What was said by those whom this member doesn't read, as part of one question."""
    if member.is_facilitator:
        return Q(pk__in=[])
    in_force = Hiding.objects.in_force()
    theirs = in_force.filter(member=member).values("other")
    others = in_force.filter(other=member).values("member")
    return Q(membership__in=theirs) | Q(membership__in=others)
