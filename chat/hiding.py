"""That a peer would rather not read another. It holds both ways, and nobody is told.

Facilitators answer for the room: they read everyone in it and are read by everyone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from chat.belonging import belonging
from chat.models import Hiding, Room, Seat
from chat.refusal import Refused
from programs.models import Membership

if TYPE_CHECKING:
    from community.models import User


def hide(*, by: User, circle: str, member: str) -> None:
    """From now on `by` and this member read nothing of each other. Raises Refused.

    Hiding who is hidden already changes nothing.
    """
    with _peer(by, circle) as (room, me):
        other = Membership.objects.current().filter(circle=me.circle_id, public_id=member).first()
        if other is None or other == me:
            raise Refused("bad_frame", _("They aren’t in this circle any more."))
        if other.is_facilitator:
            raise Refused(
                "bad_frame",
                _("%(name)s looks after this room, so everyone reads them.") % {"name": other.name},
            )
        # Under the lock what is being posted now is handed on by one rule or the other.
        _row, made = Hiding.objects.get_or_create(member=me, other=other)
        room.company += made


def unhide(*, by: User, circle: str, member: str) -> None:
    """Lets `by` read this member again, unless they are hidden from that side, too."""
    with _peer(by, circle) as (room, me):
        # Of the two as persons: whoever came again has the pairs of the memberships before, too.
        named = Membership.objects.filter(circle=me.circle_id, public_id=member)
        pairs = Hiding.objects.filter(member__circle=me.circle_id, member__user=by)
        gone, _of = pairs.filter(other__user__in=named.values("user")).delete()
        room.company += gone


def hidden_by(seat: Seat) -> list[Membership]:
    """Whom this member would rather not read, for their own eyes."""
    rows = Hiding.objects.filter(member=seat.membership, other__left_at=None)
    return [row.other for row in rows.select_related("other").order_by("other__name")]


def hidden_from(membership: Membership) -> set[int]:
    """The memberships that this one reads nothing of, whoever of the two asked for it."""
    if membership.is_facilitator:
        return set()
    pairs = Hiding.objects.in_force().filter(Q(member=membership) | Q(other=membership))
    found = {pk for pair in pairs.values_list("member", "other") for pk in pair}
    return found - {membership.pk}


def known(seat: Seat) -> Collection[int]:
    """As `hidden_from`, of a page's seat, which brings it along (see `seat_of`)."""
    if not hasattr(seat, "hides"):
        return hidden_from(seat.membership)
    is_read = seat.membership.is_facilitator or not seat.hides
    return () if is_read else {int(pk) for pk in seat.hides.split()}


@contextmanager
def _peer(by: User, circle: str) -> Iterator[tuple[Room, Membership]]:
    with belonging(by, circle) as (room, member):
        if member.is_facilitator:
            raise Refused("bad_frame", _("You look after this room, so you read everyone in it."))
        yield room, member
