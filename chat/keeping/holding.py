"""Holding: what someone writes, or everyone, waits until a facilitator has read it.

Its author always knows, sees their words where they wrote them, and may change them or take
them back. Nobody else sees them until they are let through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chat import log, words
from chat.keeping import record
from chat.keeping.facilitating import as_sentence, facilitating, message_of, peer_of
from chat.models import Asking, Event, Message, ModerationAction, Room, Seat
from chat.models.messages import MessageQuerySet
from chat.refusal import Refused
from community import vault
from community.language import filled
from programs.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from community.models import User


def hold(*, by: User, circle: str, member: str) -> None:
    """A facilitator reads first what this peer writes from now on. They know. Raises Refused."""
    with facilitating(by, circle) as (room, facilitator):
        peer = peer_of(room, member)
        if not Seat.objects.filter(membership=peer, held_at=None).update(held_at=timezone.now()):
            return
        log.append(room, Event.Kind.HELD_MEMBER, member=peer, audience=Event.Audience.ONE)
        record.act(room, "hold", by=facilitator, member=peer)


def unhold(*, by: User, circle: str, member: str) -> None:
    """What this peer writes is posted at once again; what waits already goes on waiting."""
    with facilitating(by, circle) as (room, facilitator):
        peer = peer_of(room, member)
        held = Seat.objects.filter(membership=peer, held_at__isnull=False)
        if not held.update(held_at=None):
            return
        log.append(room, Event.Kind.UNHELD_MEMBER, member=peer, audience=Event.Audience.ONE)
        record.act(room, "unhold", by=facilitator, member=peer)


def hold_all(*, by: User, circle: str) -> None:
    """From now on a facilitator reads what peers write first. The room says so. Raises Refused."""
    _set_for_all(by, circle, True)


def unhold_all(*, by: User, circle: str) -> None:
    """What peers write is posted at once again."""
    _set_for_all(by, circle, False)


def let_through(*, by: User, circle: str, message: str) -> None:
    """Posts a held message: it moves to the end of the log, where everybody reads it now.

    Raises Refused; `conflict` where another has settled it already.
    """
    with facilitating(by, circle) as (room, facilitator):
        held = still_held(room, message)
        event = log.append(room, Event.Kind.LET_THROUGH, message=held)
        held.state, held.unshown = Message.State.POSTED, False
        # It comes to the circle now: in the order of places times never go back. For the
        # pace of its author it stays as old as it is.
        held.written_at = held.posted_at
        held.placed_seq, held.posted_at = event.seq, event.at
        held.save(update_fields=["state", "unshown", "placed_seq", "posted_at", "written_at"])
        record.act(room, "let_through", by=facilitator, member=held.membership, message=held)


def ask_to_change(*, by: User, circle: str, message: str, why: str) -> None:
    """Asks a held message's author to change it, and tells them why; it goes on waiting.

    Raises Refused; `conflict` where another has settled it already, or has asked and waits.
    """
    reason = words.clean_why(why)
    with facilitating(by, circle) as (room, facilitator):
        held = still_held(room, message)
        asking = Asking.objects.filter(message=held).select_related("by").first()
        if asking and asking.by_id != facilitator.pk and not _changed_since(held, asking):
            said = _(
                "%(name)s has asked for a change already. Its author has that to answer first."
            )
            raise Refused("conflict", said % {"name": asking.by.name})
        asking = asking or Asking(message=held)
        asking.by, asking.at = facilitator, timezone.now()
        asking.seal(reason, owner=vault.circle_owner(circle))
        asking.save()
        log.append(
            room,
            Event.Kind.ASKED,
            message=held,
            member=held.membership,
            audience=Event.Audience.ONE,
        )
        record.act(room, "ask_to_change", by=facilitator, member=held.membership, message=held)


def waiting_in(room: Room) -> MessageQuerySet:
    """What is held in this room, oldest first."""
    held = room.messages.filter(state=Message.State.HELD)
    return held.select_related("membership").order_by("placed_seq")


def names_waiting(seat: Seat) -> list[tuple[str, str]]:
    """What waits in the room of a page's seat, which knows whether anything does (see `seat_of`):
    each with its author's name."""
    if not getattr(seat, "has_held", True):
        return []
    waiting = waiting_in(seat.membership.circle.room)
    return list(waiting.values_list("public_id", "membership__name"))


def why_asked(row: Asking, *, owner: str) -> StrPromise:
    """The sentence a held message's author reads."""
    try:
        reason = row.why(owner=owner)
    except vault.Unopenable:
        reason = ""
    said = gettext_noop(
        "%(name)s asks you to change this before others read it: %(why)s "
        "You can change it or take it back."
    )
    return filled(said, {"name": row.by.name, "why": as_sentence(reason)})


def _set_for_all(by: User, circle: str, on: bool) -> None:
    with facilitating(by, circle) as (room, facilitator):
        if room.holds_all == on:
            return
        room.holds_all = on
        room.save(update_fields=["holds_all"])
        log.append(room, Event.Kind.HOLDS, on=on)
        record.act(room, "hold_all" if on else "unhold_all", by=facilitator)


def still_held(room: Room, message: str) -> Message:
    """The message, if it waits still. Raises Refused; `conflict` where another has seen to it."""
    found = message_of(room, message)
    if found.state != Message.State.HELD:
        raise Refused("conflict", _settled(found))
    return found


def _changed_since(held: Message, asking: Asking) -> bool:
    """Whether its author has answered with a change, or whoever asked is here no more."""
    if asking.by.left_at is not None:
        return True
    # By the log: the clock may have been set back since.
    since = Event.objects.filter(message=held, kind__in=(Event.Kind.ASKED, Event.Kind.EDITED))
    last = since.order_by("-seq").values_list("kind", flat=True).first()
    return last == Event.Kind.EDITED


def _settled(message: Message) -> str:
    """Who was quicker, or that its author took it back."""
    if message.state == Message.State.TAKEN_BACK:
        return _("Its author has taken that message back already.")
    acts = ModerationAction.objects.filter(message=message).select_related("by")
    last = acts.filter(verb__in=("let_through", "set_aside")).order_by("pk").last()
    by: Membership | None = last.by if last else None
    if by is None:
        return _("That message isn’t held.")
    return _("%(name)s has seen to that message already.") % {"name": by.name}
