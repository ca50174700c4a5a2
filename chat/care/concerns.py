"""Telling those who hold a circle of a message or a person.

Two taps, and nobody learns who told. What is about a facilitator goes to the program leads and
to nobody else. Each concern has a time by which someone looks; the leads hear of what nobody did.
"""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat import log, refusal, words
from chat.belonging import belonging
from chat.care import calling, cards
from chat.models import CheckIn, Concern, Event, LiveSession, Message, Room
from chat.models.messages import Words
from chat.refusal import Refused
from community import vault
from community.models import User
from programs.leads import program_leads
from programs.models import Membership

Kind, Reason = Concern.Kind, Concern.Reason
# What a member may choose; the others are the house's own.
REASONS = (
    Reason.WORRIED,
    Reason.ADVICE,
    Reason.UNKIND,
    Reason.PRIVATE,
    Reason.SOURCING,
    Reason.OTHER,
)
NOTE_LIMIT = 300
_MOST_AN_HOUR = 20


def tell(
    *,
    by: User,
    circle: str,
    reason: str,
    message: str | None = None,
    member: str | None = None,
    talk: str = "",
    note: str = "",
) -> Concern:
    """Tells of a message, or of a member. Twice the same changes nothing. Raises Refused.

    `talk` is one's own with the member, which goes with it as it is now.
    """
    if reason not in REASONS:
        raise refusal.bad_frame()
    said = words.clean_remark(note)
    with belonging(by, circle) as (room, me):
        found = _readable(room, me, message) if message else None
        about = found.membership if found else _other(room, member or "")
        if about is None:
            raise refusal.no_such_message()
        if about.pk == me.pk:
            raise Refused("bad_frame", _("This is about you. You can write to them directly."))
        written = _talk_as_it_stands(me, about, talk) if talk else None
        if known := _told_already(me, about, found, reason, written):
            return known
        _not_too_often(me)
        concern = Concern(room=room, reason=reason, raised_by=me, about=about, message=found)
        return _told(room, concern, note=said, talk=written)


def _told(room: Room, concern: Concern, *, note: str, talk: Words | None) -> Concern:
    """Writes down what is told of `about`, and lays a card before whom someone worries about."""
    about = concern.about
    leads = about is not None and about.is_facilitator
    concern.kind = Kind.CARE if concern.reason == Reason.WORRIED else Kind.REPORT
    concern.to_leads = leads
    concern.seal_note(note)
    if talk:
        concern.seal_snapshot(talk)
    raise_concern(room, concern)
    if concern.is_care and about is not None and not leads:
        cards.show(room, about, cards.Kind.HELP)
    return concern


def goes_to_leads(about: Membership, *, by: Membership) -> bool:
    """Whether what `by` tells of `about` is for the program leads: about whoever holds the circle,
    or where nobody else does."""
    holders = about.circle.memberships.current().facilitators()
    return about.is_facilitator or not holders.exclude(pk=by.pk).exists()


def raise_concern(room: Room, concern: Concern) -> None:
    """Writes it with the words as they are now, and has those told who look; the lock is held."""
    concern.due_at = due_at(room, concern.kind)
    looking = list(_who_look(concern))
    if not looking and not concern.to_leads:
        # Nobody else holds this circle: it need not wait until nobody has looked.
        concern.passed_on_at = timezone.now()
        looking = list(_leads_for(concern))
    if concern.message and (snapshot := _as_it_stands(room, concern.message)):
        concern.seal_snapshot(snapshot)
    concern.save()
    if not concern.to_leads:
        event = Event.Kind.CARE_FLAG if concern.is_care else Event.Kind.REPORT_MADE
        log.append(room, event, audience=Event.Audience.FACILITATORS)
    calling.call(looking, concern)


def due_at(room: Room, kind: str, now: datetime.datetime | None = None) -> datetime.datetime:
    """By when someone looks, as the house promises: care soonest, in a live session at once."""
    now = now or timezone.now()
    if kind != Kind.CARE:
        return now + datetime.timedelta(hours=settings.REPORT_HOURS)
    if LiveSession.objects.going_on().filter(room=room).exists():
        return now + datetime.timedelta(minutes=settings.CARE_MINUTES_IN_SESSION)
    return now + datetime.timedelta(hours=settings.CARE_HOURS)


def thanks(concern: Concern) -> str:
    """What the one who told reads at once: who looks, by when, and who will not learn of it."""
    about = concern.about.name if concern.about else ""
    if concern.settled_at:
        return _(
            "You have told of this before, and it was looked at. What became of it stands under "
            "“What you’ve told”."
        )
    if concern.kind == Kind.APPEAL:
        return _("Thank you. A program lead will look at it. Whoever did it doesn’t see this.")
    if concern.to_leads:
        return _(
            "Thank you. A program lead will look at it. %(about)s doesn’t see it and won’t be "
            "told who said so."
        ) % {"about": about}
    minutes = round((concern.due_at - concern.at).total_seconds() / 60)
    said, n = _within_hours(minutes // 60) if minutes >= 60 else _within_minutes(minutes)
    return said % {"name": who_looks(concern), "about": about, "n": n}


def _within_minutes(n: int) -> tuple[str, int]:
    said = ngettext(
        "Thank you. %(name)s will look at it within a minute. %(about)s won’t be told who said so.",
        "Thank you. %(name)s will look at it within %(n)s minutes. %(about)s won’t be told "
        "who said so.",
        n,
    )
    return said, n


def _within_hours(n: int) -> tuple[str, int]:
    said = ngettext(
        "Thank you. %(name)s will look at it within an hour. %(about)s won’t be told who said so.",
        "Thank you. %(name)s will look at it within %(n)s hours. %(about)s won’t be told "
        "who said so.",
        n,
    )
    return said, n


def who_looks(concern: Concern) -> str:
    """The name of a facilitator it goes to; a lead where there is no other than who told."""
    holders = concern.room.circle.memberships.current().facilitators()
    looking = holders.filter(user__in=_who_look(concern)).order_by("pk").first()
    return looking.name if looking else _("A program lead")


def _readable(room: Room, me: Membership, message: str) -> Message:
    mine = room.messages.visible_to(me, from_seq=me.seat.from_seq)
    found = mine.filter(public_id=message, membership__isnull=False).first()
    if found is None:
        raise refusal.no_such_message()
    return found


def _other(room: Room, member: str) -> Membership | None:
    current = Membership.objects.current().filter(circle=room.circle_id)
    return current.filter(public_id=member).first()


def _told_already(
    me: Membership, about: Membership, message: Message | None, reason: str, talk: Words | None
) -> Concern | None:
    mine = Concern.objects.filter(raised_by=me, about=about, message=message, reason=reason)
    if message is None:
        mine = mine.open()
    if talk:
        # Told of without it, or before more was said, it isn't the same.
        return next((one for one in mine if one.snapshot == talk), None)
    return mine.first()


def _not_too_often(me: Membership) -> None:
    lately = timezone.now() - datetime.timedelta(hours=1)
    if Concern.objects.filter(raised_by=me, at__gt=lately).count() >= _MOST_AN_HOUR:
        raise Refused(
            "too_fast",
            _("That’s a lot within an hour, and all of it is kept. Go on a little later."),
            again_in=3600,
        )


def _as_it_stands(room: Room, message: Message) -> Words | None:
    if message.membership_id is None or message.state == Message.State.TAKEN_BACK:
        return None
    try:
        return message.words(owner=vault.circle_owner(room.circle.public_id))
    except vault.Unopenable:
        return None


def _talk_as_it_stands(me: Membership, about: Membership, talk: str) -> Words:
    mine = CheckIn.objects.filter(member=me, facilitator=about, public_id=talk).first()
    if mine is None:
        raise refusal.no_such_message()
    circle = mine.room.circle.public_id
    lines = mine.lines.select_related("by").order_by("pk")
    return Words("\n".join(f"{line.by.name}: {line.words(circle=circle)}" for line in lines), "")


def _who_look(concern: Concern) -> QuerySet[User]:
    """Those who are told that there is something; never the one it is about, nor who told."""
    if concern.to_leads:
        return _leads_for(concern)
    held = Membership.objects.current().facilitators().filter(circle=concern.room.circle_id)
    people = User.objects.filter(pk__in=held.values("user"), is_active=True)
    return people.exclude(pk__in=_concerned(concern))


def _leads_for(concern: Concern) -> QuerySet[User]:
    leads = program_leads().exclude(pk__in=_concerned(concern))
    others = leads.exclude(pk=concern.against_id or 0)
    return others if others.exists() else leads


def _concerned(concern: Concern) -> list[int]:
    told = concern.looks_again_at
    return [m.user_id for m in (concern.about, concern.raised_by, told and told.about) if m]
