"""Acting as one who holds a room: under its lock, so that what is decided takes hold at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from chat import refusal
from chat.belonging import belonging
from chat.models import Message, Room
from chat.refusal import Refused
from programs.models import Membership

if TYPE_CHECKING:
    from community.models import User


@contextmanager
def facilitating(by: User, circle: str) -> Iterator[tuple[Room, Membership]]:
    """The room's lock, held by one of its facilitators. Raises Refused for anyone else."""
    with belonging(by, circle) as (room, member):
        if not member.is_facilitator:
            raise refusal.not_member()
        yield room, member


def peer_of(room: Room, member: str) -> Membership:
    """The peer, or listener, of this public id who belongs to the circle now. Raises Refused."""
    peers = Membership.objects.current().led().select_related("seat")
    peer = peers.filter(circle=room.circle_id, public_id=member).first()
    if peer is None:
        raise Refused("bad_frame", _("They aren’t in this circle any more."))
    return peer


def message_of(room: Room, message: str) -> Message:
    """What a member said in this room. Raises Refused."""
    said = room.messages.select_for_update(of=("self",)).select_related("membership")
    found = said.filter(public_id=message, membership__isnull=False).first()
    if found is None:
        raise refusal.no_such_message()
    return found


def as_sentence(reason: str) -> str:
    """A reason as it stands at the end of a sentence about it."""
    return reason if not reason or reason[-1] in ".!?…" else f"{reason}."
