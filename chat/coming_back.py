"""What goes along with someone who left a circle, or was removed, and is taken in again.

Whom they read nothing of, a mute in force, that a facilitator reads first what they write: all of
it hangs on the membership that ended, and going away undoes none of it.
"""

from __future__ import annotations

from django.db.models import Q

from chat.models import Hiding, Mute, Seat
from programs.models import Membership


def bring_along(seat: Seat) -> None:
    """Puts on a new seat, before it is saved, what stood on the last one of the same person.

    The room's lock is held. Nobody is told: their joining makes `Room.company` grow.
    """
    member = seat.membership
    last = _last_seat_before(member)
    if last is None:
        return
    seat.came_again = True
    _hide_as_before(last.membership_id, member)
    if not member.is_facilitator:  # whom nobody mutes or holds
        Mute.objects.in_force().filter(member=last.membership_id).update(member=member)
        seat.held_at = last.held_at


def _last_seat_before(member: Membership) -> Seat | None:
    theirs = Seat.objects.filter(membership__circle=member.circle_id, membership__user=member.user)
    return theirs.exclude(membership=member).order_by("-membership__left_at").first()


def _hide_as_before(last: int, member: Membership) -> None:
    """Both ways, and also from whoever is away now, who may come again. The pairs of the last
    membership stay: what was said in it stays hidden."""
    pairs = list(Hiding.objects.filter(Q(member=last) | Q(other=last)))
    for pair in pairs:
        pair.pk = None
        if pair.member_id == last:
            pair.member = member
        else:
            pair.other = member
    Hiding.objects.bulk_create(pairs)
