"""How facilitators keep a room kind. Every act is a row with who, why and until when, is told
plainly to the one concerned, and takes hold in the very transaction it is written in."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chat import log, words
from chat.keeping import record
from chat.keeping.facilitating import as_sentence, facilitating, message_of, peer_of
from chat.keeping.until import runs_over, session_ends
from chat.models import Asking, Event, Message, ModerationAction, Mute, Room, SetAside
from chat.refusal import Refused
from community import vault
from community.language import filled
from programs import enrolment
from programs import refusal as programs_refusal
from programs.models import Circle, Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

    from community.models import User

LONGEST_MUTE = datetime.timedelta(days=30)
_A_MOMENT = datetime.timedelta(seconds=2)
# What one has done by then the other may not have seen, with a menu open and a reason to write.
_AT_ONCE = datetime.timedelta(minutes=2)
# The clocks of two processes may be so far apart.
_APART = datetime.timedelta(seconds=10)


def set_aside(*, by: User, circle: str, message: str, why: str) -> None:
    """Takes a message out of the room, leaving a plain trace. Its author reads why.

    Raises Refused; `conflict` where another facilitator has just been quicker. What one has set
    aside oneself stays as it is.
    """
    reason = words.clean_why(why)
    with facilitating(by, circle) as (room, facilitator):
        found = message_of(room, message)
        if found.state == Message.State.SET_ASIDE:
            _not_anothers(found.setting_aside.by, facilitator)
            return
        if last := _let_through_just_now(found):
            _not_anothers(last.by, facilitator)
        if found.state == Message.State.TAKEN_BACK:
            raise Refused("bad_frame", _("Its author has taken that message back already."))
        found.state = Message.State.SET_ASIDE
        found.save(update_fields=["state"])
        Asking.objects.filter(message=found).delete()
        # Where it was put back before, the row still says who had set it aside and why.
        row = SetAside.objects.filter(message=found).first() or SetAside(message=found)
        row.by, row.at = facilitator, timezone.now()
        row.seal(reason, owner=vault.circle_owner(circle))
        row.save()
        _tell(room, Event.Kind.SET_ASIDE, found)
        record.act(room, "set_aside", by=facilitator, member=found.membership, message=found)


def put_back(*, by: User, circle: str, message: str) -> None:
    """Puts a message that was set aside back as it was, words and all. Raises Refused.

    Putting back what stands already changes nothing.
    """
    with facilitating(by, circle) as (room, facilitator):
        found = message_of(room, message)
        if found.state == Message.State.TAKEN_BACK:
            raise Refused("conflict", _("Its author has taken that message back already."))
        if found.state != Message.State.SET_ASIDE:
            return
        found.state = Message.State.HELD if found.unshown else Message.State.POSTED
        found.save(update_fields=["state"])
        _tell(room, Event.Kind.PUT_BACK, found)
        record.act(room, "put_back", by=facilitator, member=found.membership, message=found)


def mute(*, by: User, circle: str, member: str, until: datetime.datetime, why: str) -> None:
    """Lets someone read and respond but not write until `until`; a mute in force is replaced.
    Raises Refused; `conflict` where another has just muted them."""
    now = timezone.now()
    if not now < until <= now + LONGEST_MUTE:
        raise Refused("bad_frame", _("Choose a time between now and thirty days from now."))
    with facilitating(by, circle) as (room, facilitator):
        _mute(room, peer_of(room, member), Mute(by=facilitator, until=until), why)


def mute_for_the_session(*, by: User, circle: str, member: str, why: str) -> None:
    """The same until the session ends, whenever that is. Raises Refused where there is none."""
    with facilitating(by, circle) as (room, facilitator):
        until = session_ends(room.circle)
        if until is None:
            raise Refused("closed", _("There’s no session now. Choose how long otherwise."))
        row = Mute(by=facilitator, until=until, ends_with_session=True)
        _mute(room, peer_of(room, member), row, why)


def unmute(*, by: User, circle: str, member: str) -> None:
    """Lets someone write again at once. Of a mute that is over by itself nothing more is said."""
    with facilitating(by, circle) as (room, facilitator):
        peer = peer_of(room, member)
        if mute_in_force(peer) is None:
            return
        _lift(peer, by=facilitator)
        log.append(room, Event.Kind.UNMUTED, member=peer, audience=Event.Audience.ONE)
        record.act(room, "unmute", by=facilitator, member=peer)


def the_session_ended(room: Room, *, by: Membership | None) -> None:
    """Mutes that were to last as long end with it; the caller holds the room's lock. `by` is None
    where the house ended it."""
    for row in _with_the_session(room):
        _lift(row.member, by=by)
        if row.member.left_at is not None:
            continue
        log.append(room, Event.Kind.UNMUTED, member=row.member, audience=Event.Audience.ONE)
        if by is None:
            record.by_itself(room, "unmute", member=row.member)
        else:
            record.act(room, "unmute", by=by, member=row.member)


def the_session_goes_on(room: Room) -> None:
    """Mutes that were to last as long don't end before it; the caller holds the room's lock."""
    now = timezone.now()
    for row in _with_the_session(room):
        until = runs_over(row.until, now)
        if until != row.until:
            row.until = until
            row.save(update_fields=["until"])
            if row.member.left_at is None:
                _tell_of_mute(room, row)


def remove(*, by: User, circle: str, member: str, why: str) -> None:
    """Ends a peer's membership; nothing written after it reaches them. Raises Refused."""
    reason = words.clean_why(why)
    with transaction.atomic():
        # Their membership's row before the room's, as whoever leaves takes them.
        theirs = Membership.objects.filter(circle__public_id=circle, public_id=member)
        list(theirs.select_for_update(of=("self",), no_key=True))
        with facilitating(by, circle) as (room, facilitator):
            peer = peer_of(room, member)
            try:
                enrolment.remove(membership=peer, by=by, why=reason)
            except PermissionDenied:
                raise Refused("bad_frame", _("You can’t remove them.")) from None
            except programs_refusal.Refused as refused:
                raise Refused("conflict", str(refused)) from None
            # In the house's record it stands already, as enrolment wrote it.
            ModerationAction.objects.create(room=room, verb="remove", by=facilitator, member=peer)


def _mute(room: Room, peer: Membership, row: Mute, why: str) -> None:
    reason = words.clean_why(why)
    first = mute_in_force(peer)
    # Later they have seen how it stands, and may decide anew.
    if first and first.by_id != row.by.pk and abs(timezone.now() - first.began_at) < _AT_ONCE:
        said = _("%(name)s has muted them already. Look at how it stands now.")
        raise Refused("conflict", said % {"name": first.by.name})
    _lift(peer, by=row.by)
    row.member = peer
    row.seal(reason, owner=vault.circle_owner(room.circle.public_id))
    row.save()
    _tell_of_mute(room, row)
    record.act(room, "mute", by=row.by, member=peer, until=row.until)


def _tell_of_mute(room: Room, row: Mute) -> None:
    log.append(
        room,
        Event.Kind.MUTED,
        member=row.member,
        audience=Event.Audience.ONE,
        until=row.until.isoformat(),
    )


def _lift(peer: Membership, *, by: Membership | None) -> None:
    lifted = Mute.objects.filter(member=peer, lifted_at=None)
    lifted.update(lifted_at=timezone.now(), lifted_by=by)


def _with_the_session(room: Room) -> list[Mute]:
    """The mutes of this circle that end with its session."""
    in_force = Mute.objects.in_force().filter(ends_with_session=True)
    rows = in_force.filter(member__circle=room.circle_id).select_related("member__user", "by__user")
    return list(rows.order_by("pk"))


def let_back_in(*, by: User, circle: str, member: str) -> None:
    """Takes a removal back: seat, history and mutes are as they were. Raises Refused."""
    with transaction.atomic():
        # The circle's row before the room's, as whoever comes in takes them.
        list(Circle.objects.locked().filter(public_id=circle))
        with facilitating(by, circle) as (room, facilitator):
            gone = removed_from(room).filter(public_id=member).first()
            if gone is None:
                raise Refused("bad_frame", _("There’s nobody of that name to let back in."))
            try:
                enrolment.let_back_in(membership=gone, by=by)
            except PermissionDenied:
                raise Refused("bad_frame", _("You can’t let them back in.")) from None
            except programs_refusal.Refused as refused:
                raise Refused("conflict", str(refused)) from None
            # In the house's record it stands already, as enrolment wrote it.
            ModerationAction.objects.create(
                room=room, verb="let_back_in", by=facilitator, member=gone
            )


def removed_from(room: Room) -> QuerySet[Membership]:
    """Those whose removal may be taken back still, newest first."""
    since = timezone.now() - enrolment.LET_BACK_IN_WITHIN
    gone = Membership.objects.led().filter(circle=room.circle_id, removal__at__gte=since)
    return gone.select_related("user", "circle__cohort").order_by("-removal__at")


def mute_in_force(member: Membership) -> Mute | None:
    return Mute.objects.in_force().filter(member=member).select_related("by").first()


def why_set_aside(row: SetAside, *, owner: str) -> StrPromise:
    """The sentence a message's author reads."""
    try:
        reason = row.why(owner=owner)
    except vault.Unopenable:
        reason = ""
    said = gettext_noop(
        "%(name)s set your message aside: %(why)s You’re welcome to say it another way."
    )
    return filled(said, {"name": row.by.name, "why": as_sentence(reason)})


def why_muted(row: Mute, *, owner: str) -> StrPromise:
    """The sentence a muted member reads."""
    try:
        reason = row.why(owner=owner)
    except vault.Unopenable:
        reason = ""
    said = gettext_noop("%(name)s has asked you to only read and respond for now: %(why)s")
    return filled(said, {"name": row.by.name, "why": as_sentence(reason)})


def _let_through_just_now(message: Message) -> ModerationAction | None:
    """That somebody let it through a moment ago. Nobody has read it there and thought it over:
    whoever sets it aside now saw it waiting still."""
    now = timezone.now()
    acts = ModerationAction.objects.filter(message=message, verb="let_through")
    # What is long to come yet was done before the clock was set back.
    just_now = acts.filter(at__range=(now - _A_MOMENT, now + _APART))
    return just_now.select_related("by").last()


def _not_anothers(first: Membership, facilitator: Membership) -> None:
    """Raises Refused where `first` is another: whoever comes second is told, not agreed with."""
    if first.pk != facilitator.pk:
        said = _("%(name)s has seen to that message already. Look at it again.")
        raise Refused("conflict", said % {"name": first.name})


def _tell(room: Room, kind: str, message: Message) -> None:
    """To all; what nobody else ever saw leaves no trace for them either."""
    audience = Event.Audience.ONE if message.unshown else Event.Audience.ALL
    log.append(room, kind, message=message, member=message.membership, audience=audience)
