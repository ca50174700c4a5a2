"""What one member alone is shown in the room: where help is, a word about doses, a private talk.

A card never says why it came, and holds no one back from anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from chat import log
from chat.models import CareCard, Event, Room, Seat
from community import help
from programs.models import Circle, Membership

if TYPE_CHECKING:
    from community.models import User

Kind = CareCard.Kind


def show(room: Room, member: Membership, kind: str) -> None:
    """Lays a card before `member`; the room's lock is held. One of a kind lies there at a time."""
    _, is_new = CareCard.objects.get_or_create(membership=member, kind=kind, closed_at=None)
    if is_new:
        log.append(room, Event.Kind.CARE_CARD, member=member, audience=Event.Audience.ONE)


def open_for(member: Membership) -> list[CareCard]:
    return list(CareCard.objects.filter(membership=member, closed_at=None).order_by("pk"))


def known(seat: Seat) -> list[CareCard]:
    """As `open_for`, of a page's seat, which brings them along (see `seat_of`)."""
    rows = [one.split(":") for one in seat.cards.split()]  # type: ignore[attr-defined]
    rows.sort(key=lambda row: int(row[0]))
    return [CareCard(pk=int(pk), public_id=name, kind=kind) for pk, name, kind in rows]


def before(member: Membership) -> dict[str, Any]:
    """What lies before `member`: the context of the template."""
    return shown(open_for(member), to=member.user, circle=member.circle)


def shown(lying: list[CareCard], *, to: User, circle: Circle) -> dict[str, Any]:
    """The same of cards at hand, with the lines to name to them."""
    helped = any(card.kind == Kind.HELP for card in lying)
    lines = help.lines_near(to) if helped else []
    return {"cards": lying, "circle": circle, "help_lines": lines}


def close(*, by: User, circle: str, card: str) -> None:
    """Puts one's own card away; doing it twice changes nothing."""
    mine = CareCard.objects.filter(public_id=card, membership__user=by, closed_at=None)
    mine.filter(membership__circle__public_id=circle).update(closed_at=timezone.now())
