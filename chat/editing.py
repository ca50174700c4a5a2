"""What members do with messages that stand: change or take back their own, respond to any."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import announcing, leases, log, mentions, posting, refusal, words
from chat.belonging import belonging
from chat.care import flagging
from chat.care.sourcing import sells
from chat.keeping import writing
from chat.keeping.moderation import mute_in_force
from chat.models import Event, Message, Response, Room, Seat
from chat.models.messages import Words
from chat.posting import gate
from chat.refusal import Refused
from community import vault
from programs.models import Membership

if TYPE_CHECKING:
    from community.models import User

_STANDING = (Message.State.POSTED, Message.State.HELD)


def edit(
    *, by: User, circle: str, message: str, body: str, note: str = "", as_of: str | None = None
) -> None:
    """Changes one's own message, for as long as the house allows; it is marked. Raises Refused.

    `as_of` is how its author knows it (see `version`): what they have not seen, they don't
    replace. None: whatever it says by now.
    """
    said = Words(words.clean_body(body), words.clean_note(note))
    with belonging(by, circle) as (room, member):
        found = _own(room, member, message)
        now = timezone.now()
        mute = None if member.is_facilitator else mute_in_force(member)
        if mute is not None:
            raise posting.muted(mute, now)
        # What is held reaches nobody: its author may always mend it.
        if not found.unshown:
            _check_change(room, member)
            _check_words(said, member)
        if is_too_old(found, now):
            raise Refused("closed", _("This message is too old to change. You can take it back."))
        if as_of is not None and as_of != version(found):
            raise Refused(
                "conflict",
                _(
                    "It has been changed since you began. Look at it as it stands now; "
                    "sent again, your words take its place."
                ),
            )
        found.seal(mentions.named(said, circle=room.circle), owner=vault.circle_owner(circle))
        found.edited_at = now
        found.save(update_fields=["sealed_words", "edited_at"])
        _tell(room, Event.Kind.EDITED, found)
        transaction.on_commit(lambda: flagging.noticed(circle), robust=True)


def is_too_old(message: Message, now: datetime.datetime) -> bool:
    """To be changed; taken back it can be at any time."""
    return now - message.posted_at > datetime.timedelta(minutes=settings.ROOM_EDIT_MINUTES)


def version(message: Message) -> str:
    """Another after each change; what was never changed has none."""
    return message.edited_at.isoformat() if message.edited_at else ""


def take_back(*, by: User, circle: str, message: str) -> None:
    """Takes one's own message back, words and all. Doing it twice changes nothing."""
    with belonging(by, circle) as (room, member):
        found = room.messages.filter(public_id=message, membership=member).first()
        if found is not None and found.state == Message.State.TAKEN_BACK:
            return
        found = _own(room, member, message)
        found.state = Message.State.TAKEN_BACK
        found.sealed_words = b""
        found.save(update_fields=["state", "sealed_words"])
        found.responses.all().delete()
        _tell(room, Event.Kind.TAKEN_BACK, found)


def respond(*, by: User, circle: str, message: str, response: str) -> list[str]:
    """Gives one of the four responses, or takes it back. The member's responses to it now."""
    if response not in Response.Kind.values:
        raise refusal.bad_frame()
    with belonging(by, circle) as (room, member):
        readable = room.messages.visible_to(member, from_seq=member.seat.from_seq)
        found = readable.filter(public_id=message, state=Message.State.POSTED).first()
        if found is None:
            raise refusal.no_such_message()
        row, made = Response.objects.get_or_create(message=found, membership=member, kind=response)
        if not made:
            row.delete()
        log.append(room, Event.Kind.RESPONDED, message=found, member=member)
        return list(found.responses.filter(membership=member).values_list("kind", flat=True))


def mark_read(*, by: User, circle: str, seq: int) -> None:
    """Remembers how far someone has read. Never backwards, never beyond the log.

    Raises Refused for whoever doesn't belong.
    """
    mine = Seat.objects.filter(
        membership__in=Membership.objects.current().filter(user=by, circle__public_id=circle)
    )
    further = mine.filter(membership__circle__room__last_seq__gte=seq, read_seq__lt=seq)
    if further.update(read_seq=seq):
        announcing.read_to(by.pk, circle, seq)
    elif not mine.exists():
        raise refusal.not_member()


def _tell(room: Room, kind: str, message: Message) -> None:
    """To all, or for what nobody else has seen, to its author and the facilitators."""
    log.append(
        room,
        kind,
        message=message,
        member=message.membership if message.unshown else None,
        audience=Event.Audience.ONE if message.unshown else Event.Audience.ALL,
    )


def _check_words(said: Words, member: Membership) -> None:
    """A message that would have been held can't be come to by changing one that wasn't."""
    if not member.is_facilitator and sells(f"{said.body}\n{said.note}"):
        raise Refused(
            "closed",
            _(
                "A facilitator reads this first: it may be about getting medicines. "
                "Send it as a message of its own, or say it another way."
            ),
        )


def _check_change(room: Room, member: Membership) -> None:
    """What forbids writing now forbids writing anew what others read already. Raises Refused."""
    forbids = writing.what_forbids(
        role=member.role,
        muted=False,  # which was asked before
        floor=room.floor,
        has_piece=room.holder_id == member.pk,
        paused=room.paused_at is not None,
        hours=room.hours,
        attended=room.hours == Room.Hours.ATTENDED and leases.is_attended(room),
    )
    if forbids:
        raise gate.refused(forbids)
    if (room.holds_all or member.seat.held_at) and not member.is_facilitator:
        raise Refused(
            "closed",
            _("A facilitator reads first now, so this can’t be changed. You can take it back."),
        )


def _own(room: Room, member: Membership, message: str) -> Message:
    found = room.messages.filter(public_id=message, membership=member, state__in=_STANDING).first()
    if found is None:
        raise refusal.no_such_message()
    return found
