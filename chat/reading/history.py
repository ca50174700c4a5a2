"""Pages of a room's log as one member finds it, by place, in both directions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from chat import hiding
from chat.models import Message, Seat
from chat.models.messages import MessageQuerySet
from chat.reading import drawing, telling
from chat.reading.drawing import given_to
from chat.reading.entries import Entry
from chat.seats import Viewer
from community.planned import planned_once
from programs.models import Membership

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the log, oldest first. What only this member may know stands beside it."""

    entries: list[Entry]
    head: int
    has_older: bool
    has_newer: bool
    # Their own responses and what they were told, by message id.
    mine: dict[str, list[str]]
    told: dict[str, str]
    # What of the log they may read, as it was when this was drawn (see `Viewer.sight`).
    sight: str
    # The place that was asked for, between what is older and newer.
    at: int | None = None

    @property
    def first_seq(self) -> int:
        """Ask for what lies before this place to read on."""
        return self.entries[0].seq if self.entries else 0

    @property
    def last_seq(self) -> int:
        """Ask for what lies after this place to read on the other way."""
        return self.entries[-1].seq if self.entries else 0


def latest_page(seat: Seat, limit: int = PAGE, *, after: int = 0) -> Page:
    """The newest entries this member may read; those after place `after`, where it is given."""
    hidden = hiding.known(seat)
    found, has_older = _before(_drawable(seat, hidden, after=after), limit)
    return _page(seat, hidden, found, has_older=has_older)


def page_before(seat: Seat, seq: int, limit: int = PAGE) -> Page:
    """The entries that stand before place `seq`."""
    hidden = hiding.known(seat)
    found, has_older = _before(_drawable(seat, hidden).filter(placed_seq__lt=seq), limit)
    return _page(seat, hidden, found, has_older=has_older, has_newer=True)


def page_after(seat: Seat, seq: int, limit: int = PAGE) -> Page:
    """The entries that stand after place `seq`."""
    hidden = hiding.known(seat)
    found, has_newer = _after(_drawable(seat, hidden, after=seq), limit)
    return _page(seat, hidden, found, has_older=True, has_newer=has_newer)


def page_around(seat: Seat, at: int | str, limit: int = PAGE) -> Page:
    """The entries on both sides of a place in the log, or of a message, what stands there included;
    the newest where it is none that this member may see. One question, for the place as well."""
    hidden, end = hiding.known(seat), seat.membership.circle.room.last_seq + 1
    place = at if isinstance(at, int) else _place_of(seat, at, hidden, or_else=end)
    after = max(place - 1, seat.from_seq) if isinstance(place, int) else place - 1
    before = readable(seat, hidden=hidden).filter(placed_seq__lt=place)
    since = _messages(seat).visible_to(seat.membership, from_seq=after, hidden=hidden)
    # As much of what is older as the newest page shows, should it come to that.
    sides = (
        before.order_by("-placed_seq")[: limit + 1],
        since.order_by("placed_seq")[: limit // 2 + 1],
    )
    with planned_once():
        found = list(_to_draw(_in_either(*sides)).order_by("placed_seq"))
    here = at if isinstance(at, int) else _stands(found, at, or_else=end)
    first = sum(message.placed_seq < here for message in found)
    newer = min(len(found) - first, limit // 2)
    older = min(first, limit // 2 if newer else limit)
    return _page(
        seat,
        hidden,
        found[first - older : first + newer],
        has_older=first > older,
        has_newer=len(found) - first > newer,
        at=here,
    )


def _stands(messages: list[Message], message: str, *, or_else: int) -> int:
    return next((one.placed_seq for one in messages if one.public_id == message), or_else)


def entry_of(seat: Seat, message: str) -> tuple[Message, Entry] | None:
    """One message with its drawing; None where this member may not see it."""
    found = drawing.for_drawing(readable(seat)).filter(public_id=message).first()
    if found is None:
        return None
    # After it was read: whoever was removed before it was changed belongs no more.
    if not Membership.objects.current().filter(pk=seat.membership.pk).exists():
        return None
    return found, drawn([found], seat)[0]


def readable(
    seat: Seat, *, after: int = 0, hidden: Collection[int] | None = None
) -> MessageQuerySet:
    """All that this member finds in the log after this place, in no order. `hidden` where it is
    known: as a question inside this one it takes a database longer than all the rest."""
    # One bound, not two: of two a database may take the other, and read all that lies between.
    from_seq = max(after, seat.from_seq)
    return _messages(seat).visible_to(seat.membership, from_seq=from_seq, hidden=hidden)


def drawn(
    messages: list[Message], seat: Seat, *, hidden: Collection[int] | None = None
) -> list[Entry]:
    """The entries of messages (see `drawing.for_drawing`) as this member may see them, by the
    clocks that tell the time on their page."""
    held_for = getattr(seat, "reads_first", None)
    entries = drawing.draw(messages, circle=seat.membership.circle, held_for=held_for)
    hidden = hiding.known(seat) if hidden is None else hidden
    for entry in entries:
        entry.html = entry.html_for(seat.from_seq, hidden)
        entry.tell_by(timezone.get_current_timezone())
    return entries


def _drawable(seat: Seat, hidden: Collection[int], *, after: int = 0) -> QuerySet:
    """What this member finds, with all that drawing asks for."""
    return _to_draw(readable(seat, after=after, hidden=hidden))


def _to_draw(messages: MessageQuerySet) -> QuerySet:
    # What a client called it matters only while it waits for the answer.
    return drawing.for_drawing(messages).defer("fingerprint", "client_id")


def _messages(seat: Seat) -> MessageQuerySet:
    return Message.objects.filter(room=seat.membership.circle.room)


def _place_of(seat: Seat, message: str, hidden: Collection[int], *, or_else: int) -> Coalesce:
    """Where a message stands that this member may see."""
    found = readable(seat, hidden=hidden).filter(public_id=message)
    return Coalesce(Subquery(found.order_by().values("placed_seq")[:1]), Value(or_else))


def _in_either(*stretches: QuerySet) -> MessageQuerySet:
    """What is in one of these, each of which asks for a few."""
    first, *rest = (
        Message.objects.filter(pk__in=one.values("pk")).values("pk") for one in stretches
    )
    return Message.objects.filter(pk__in=first.union(*rest, all=True))


# One more than asked for tells whether there is more; nothing is ever counted.
def _before(stretch: QuerySet, limit: int) -> tuple[list[Message], bool]:
    with planned_once():
        found = list(stretch.order_by("-placed_seq")[: limit + 1])
    return found[:limit][::-1], len(found) > limit


def _after(stretch: QuerySet, limit: int) -> tuple[list[Message], bool]:
    with planned_once():
        found = list(stretch.order_by("placed_seq")[: limit + 1])
    return found[:limit], len(found) > limit


def _page(
    seat: Seat,
    hidden: Collection[int],
    messages: list[Message],
    *,
    has_older: bool,
    has_newer: bool = False,
    at: int | None = None,
) -> Page:
    me = seat.membership
    given = {m.public_id: [kind for kind, by in given_to(m) if by == me.pk] for m in messages}
    return Page(
        entries=drawn(messages, seat, hidden=hidden),
        head=me.circle.room.last_seq,
        has_older=has_older,
        has_newer=has_newer,
        mine={message: kinds for message, kinds in given.items() if kinds},
        told=telling.told(messages, to=me),
        sight=Viewer.of(seat, hidden=hidden).sight,
        at=at,
    )
