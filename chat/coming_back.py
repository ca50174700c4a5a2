"""What goes along with someone who left a circle, or was removed, and is taken in again.

Whom they read nothing of, a mute in force, that a facilitator reads first what they write: all of
it hangs on the membership that ended, and going away undoes none of it.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chat.models import Hiding, Mute, Seat
from programs.models import Membership


def bring_along(seat: Seat) -> None:
    """Puts on a new seat, before it is saved, what stood on the last one of the same person.

    The room's lock is held. Nobody is told: their joining makes `Room.company` grow.
    """
    if last := _seats_beside(seat).first():
        _carry_over(last, seat)


def bring_back(seat: Seat) -> None:
    """The same for who is let back in to an earlier seat, after they had a later one."""
    later = _seats_beside(seat).filter(membership__gt=seat.membership_id).first()
    if later is not None:
        _carry_over(later, seat)
        seat.save(update_fields=["came_again", "held_at"])


def _seats_beside(seat: Seat) -> QuerySet[Seat]:
    """The other seats of the same person in the same circle, the last first."""
    member = seat.membership
    theirs = Seat.objects.filter(membership__circle=member.circle_id, membership__user=member.user)
    return theirs.exclude(membership=member).order_by("-membership__left_at")


def _carry_over(last: Seat, seat: Seat) -> None:
    member = seat.membership
    seat.came_again = True
    _hide_as_before(last.membership_id, member)
    if not member.is_facilitator:  # whom nobody mutes or holds
        Mute.objects.in_force().filter(member=last.membership_id).update(member=member)
        seat.held_at = last.held_at


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
    Hiding.objects.bulk_create(pairs, ignore_conflicts=True)
