"""How facilitators keep a room kind. Every act is a row with who, why and until when, is told
plainly to the one concerned, and takes hold in the very transaction it is written in."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from chat import log, record, refusal, words
from chat.models import Event, Message, Mute, Room, SetAside
from chat.refusal import Refused
from community import vault
from programs.models import Membership

if TYPE_CHECKING:
    from community.models import User

LONGEST_MUTE = datetime.timedelta(days=30)


def set_aside(*, by: User, circle: str, message: str, why: str) -> None:
    """Takes a message out of the room, leaving a plain trace. Its author reads why.

    Raises Refused. Setting aside what is set aside already changes nothing.
    """
    reason = words.clean_why(why)
    with _holding(by, circle) as (room, facilitator):
        found = room.messages.select_for_update(of=("self",)).filter(public_id=message).first()
        if found is None or found.membership_id is None:
            raise refusal.no_such_message()
        if found.state == Message.State.SET_ASIDE:
            return
        if found.state == Message.State.TAKEN_BACK:
            raise Refused("bad_frame", _("Its author has taken that message back already."))
        found.state = Message.State.SET_ASIDE
        found.save(update_fields=["state"])
        row = SetAside(message=found, by=facilitator)
        row.seal(reason, owner=vault.circle_owner(circle))
        row.save()
        # What nobody else ever saw leaves no trace for them either.
        audience = Event.Audience.ONE if found.unshown else Event.Audience.ALL
        log.append(
            room,
            Event.Kind.SET_ASIDE,
            message=found,
            member=found.membership,
            audience=audience,
        )
        record.act(room, "set_aside", by=facilitator, member=found.membership, message=found)


def mute(*, by: User, circle: str, member: str, until: datetime.datetime, why: str) -> None:
    """Lets someone read and respond but not write until `until`; a mute in force is replaced."""
    reason = words.clean_why(why)
    now = timezone.now()
    if not now < until <= now + LONGEST_MUTE:
        raise Refused("bad_frame", _("Choose a time between now and thirty days from now."))
    with _holding(by, circle) as (room, facilitator):
        peer = _peer(room, member)
        Mute.objects.filter(member=peer, lifted_at=None).update(
            lifted_at=now, lifted_by=facilitator
        )
        row = Mute(member=peer, by=facilitator, until=until)
        row.seal(reason, owner=vault.circle_owner(circle))
        row.save()
        log.append(
            room,
            Event.Kind.MUTED,
            member=peer,
            audience=Event.Audience.ONE,
            until=until.isoformat(),
        )
        record.act(room, "mute", by=facilitator, member=peer, until=until)


def unmute(*, by: User, circle: str, member: str) -> None:
    """Lets someone write again at once."""
    with _holding(by, circle) as (room, facilitator):
        peer = _peer(room, member)
        lifted = Mute.objects.filter(member=peer, lifted_at=None).update(
            lifted_at=timezone.now(), lifted_by=facilitator
        )
        if lifted:
            log.append(room, Event.Kind.UNMUTED, member=peer, audience=Event.Audience.ONE)
            record.act(room, "unmute", by=facilitator, member=peer)


def mute_in_force(member: Membership) -> Mute | None:
    return Mute.objects.in_force().filter(member=member).select_related("by").first()


def why_set_aside(row: SetAside, *, owner: str) -> str:
    """The sentence a message's author reads."""
    try:
        reason = row.why(owner=owner)
    except vault.Unopenable:
        reason = ""
    return _("%(name)s set your message aside: %(why)s You're welcome to say it another way.") % {
        "name": row.by.name,
        "why": _as_sentence(reason),
    }


def why_muted(row: Mute, *, owner: str) -> str:
    """The sentence a muted member reads."""
    try:
        reason = row.why(owner=owner)
    except vault.Unopenable:
        reason = ""
    return _("%(name)s has asked you to only read for now: %(why)s") % {
        "name": row.by.name,
        "why": _as_sentence(reason),
    }


def _as_sentence(reason: str) -> str:
    return reason if not reason or reason[-1] in ".!?…" else f"{reason}."


@contextmanager
def _holding(by: User, circle: str) -> Iterator[tuple[Room, Membership]]:
    """The room's lock, held by one of its facilitators. Raises Refused for anyone else."""
    try:
        with log.writing(circle) as room:
            facilitators = Membership.objects.current().facilitators()
            facilitator = facilitators.filter(circle=room.circle_id, user=by).first()
            if facilitator is None or not by.is_active:
                raise refusal.not_member()
            yield room, facilitator
    except Room.DoesNotExist:
        raise refusal.not_member() from None


def _peer(room: Room, member: str) -> Membership:
    peer = (
        Membership.objects.current().peers().filter(circle=room.circle_id, public_id=member).first()
    )
    if peer is None:
        raise Refused("bad_frame", _("There's no such peer in this circle now."))
    return peer
