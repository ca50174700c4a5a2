"""What needs a facilitator, in one list: care first, then what is held, then reports; oldest first.

It is drawn for one person and holds only what is theirs to see: nothing about themselves.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from chat import words
from chat.care.settling import UNDO_WITHIN
from chat.care.sourcing import sells
from chat.keeping import acts, holding, undoing
from chat.keeping.facilitating import facilitating
from chat.keeping.moderation import mute_in_force, set_aside
from chat.models import (
    CheckIn,
    Concern,
    HandOver,
    Message,
    ModerationAction,
    Mute,
    PrivateNote,
    Reminder,
)
from community import vault
from community.models import User
from programs import enrolment
from programs.models import Break, Circle, Membership

_QUIET = datetime.timedelta(weeks=2)
_LATELY = 8


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits: a concern, or a held message."""

    kind: str  # care, held, report
    circle: Circle
    at: datetime.datetime
    about: Membership | None
    message: Message | None
    words: Markup
    note: str = ""
    concern: Concern | None = None
    may_sell: bool = False
    # When a program lead reminded of it, who does not read it.
    reminded_at: datetime.datetime | None = None

    @property
    def id(self) -> str:
        if self.concern:
            return self.concern.public_id
        return self.message.public_id if self.message else ""


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the desk lists them, with what stands and nothing of what they keep private."""

    member: Membership
    doings: list[str]
    mute: Mute | None
    is_held: bool
    notes: list[PrivateNote] = field(default_factory=list)


def waiting_for(user: User, circle: Circle | None = None) -> list[Item]:
    """All that waits for `user`, of one circle or of all they hold."""
    held_circles = Circle.objects.facilitated_by(user).select_related("cohort")
    if circle is not None:
        held_circles = held_circles.filter(pk=circle.pk)
    circles = {one.pk: one for one in held_circles}
    found = [*_concerns(user, circles), *_held(user, circles)]
    order = {"care": 0, "held": 1, "report": 2}
    return sorted(found, key=lambda item: (order[item.kind], item.at))


def set_aside_held(*, by: User, circle: str, message: str, why: str) -> None:
    """Sets aside what waits; `conflict` where another facilitator has seen to it already."""
    with facilitating(by, circle) as (room, _):
        holding.still_held(room, message)
        set_aside(by=by, circle=circle, message=message, why=why)


def just_settled(user: User, now: datetime.datetime | None = None) -> Concern | None:
    """What `user` may still undo."""
    since = (now or timezone.now()) - UNDO_WITHIN
    mine = Concern.objects.filter(settled_by=user, settled_at__gt=since)
    return mine.order_by("-settled_at").first()


def people_of(circle: Circle, now: datetime.datetime | None = None) -> list[Person]:
    """The circle's peers by name: muted, held, resting, or quiet for weeks."""
    now = now or timezone.now()
    members = list(circle.memberships.current().led().select_related("seat").order_by("name"))
    in_force = Mute.objects.in_force().filter(member__in=members).select_related("by")
    mutes = {mute.member_id: mute for mute in in_force}
    resting = set(
        Break.objects.filter(membership__in=members, ended_at=None).values_list(
            "membership", flat=True
        )
    )
    spoke: dict[int | None, datetime.datetime] = dict(
        Message.objects.filter(membership__in=members)
        .order_by()
        .values_list("membership")
        .annotate(Max("posted_at"))
    )
    notes: dict[int, list[PrivateNote]] = {}
    for note in PrivateNote.objects.filter(about__in=members).select_related("by").order_by("at"):
        notes.setdefault(note.about_id, []).append(note)
    people = []
    for member in members:
        mute, is_held = mutes.get(member.pk), member.seat.held_at is not None
        doings = [_("you read first")] if is_held else []
        if mute:
            doings.append(_("muted by %(name)s") % {"name": mute.by.name})
        if member.pk in resting:
            doings.append(_("on a break"))
        elif quiet := _quiet(now - spoke.get(member.pk, member.joined_at)):
            doings.append(quiet)
        if member.pk in notes:
            doings.append(_("has a note"))
        people.append(Person(member, doings, mute, is_held, notes.get(member.pk, [])))
    return people


def lately(circle: Circle) -> list[ModerationAction]:
    """What was done in this room lately, newest first."""
    rows = ModerationAction.objects.filter(room__circle=circle).exclude(verb__in=acts.UNLISTED)
    return list(rows.select_related("by", "member", "message").order_by("-pk")[:_LATELY])


def undone_by(act: ModerationAction) -> tuple[str, str] | None:
    """The act that undoes this one and what it names, a public id or a place in the log; None
    where nothing does.

    What has been undone since, or settled otherwise, is asked again by the verb itself.
    """
    undo = acts.of(act.verb).undone_by
    if not undo or _is_over(act):
        return None
    if act.verb in acts.SETTINGS:
        return undo, str(act.seq)
    about = act.message or act.member
    return undo, about.public_id if about else ""


def regretted(act: ModerationAction) -> str:
    """The message that this act let through and that stands still. Nothing can undo that it was
    read; it can be set aside. Empty for everything else."""
    message = act.message if act.verb == "let_through" else None
    return message.public_id if message and message.state == Message.State.POSTED else ""


def briefs_for(user: User, circle: Circle) -> list[tuple[HandOver, str]]:
    """What those who left the circle to `user` wrote down for them."""
    left = HandOver.objects.filter(room__circle=circle, to__user=user, to__left_at=None)
    rows = left.select_related("by").order_by("-at")
    return [(row, row.words(circle=circle.public_id)) for row in rows]


def open_talks(user: User, circle: Circle | None = None) -> list[tuple[CheckIn, bool]]:
    """Talks of `user` that go on, those they lead and those they were asked into; and of each
    they lead whether the member has answered."""
    mine = CheckIn.objects.visible_to(user).filter(ended_at=None)
    if circle is not None:
        mine = mine.filter(room__circle=circle)
    answered = set(mine.answered().filter(facilitator__user=user).values_list("pk", flat=True))
    talks = mine.select_related("facilitator", "member", "room__circle").order_by("-at")
    return [(talk, talk.pk in answered) for talk in talks]


def _is_over(act: ModerationAction) -> bool:
    """Whether it is undone already, or can't be any more."""
    if act.verb == "remove" and act.member:
        late = timezone.now() - act.at > enrolment.LET_BACK_IN_WITHIN
        return late or act.member.left_at is None
    if act.verb == "set_aside" and act.message:
        return act.message.state != Message.State.SET_ASIDE
    if act.member and act.member.left_at is not None:
        return True
    if act.verb == "mute" and act.member:
        return mute_in_force(act.member) is None
    return act.verb in acts.SETTINGS and not undoing.would_work(act)


def _concerns(user: User, circles: dict[int, Circle]) -> list[Item]:
    rows = Concern.objects.for_facilitator(user).open().filter(room__circle__in=circles)
    items = []
    for concern in rows.select_related("about", "message", "room__circle"):
        snapshot = concern.snapshot
        items.append(
            Item(
                kind="care" if concern.is_care else "report",
                circle=circles[concern.room.circle_id],
                at=concern.at,
                about=concern.about,
                message=concern.message,
                words=words.to_html(snapshot.body) if snapshot else Markup(""),
                note=concern.note,
                concern=concern,
            )
        )
    return items


def _held(user: User, circles: dict[int, Circle]) -> list[Item]:
    rows = Message.objects.filter(state=Message.State.HELD, room__circle__in=circles)
    items = []
    reminders = dict(Reminder.objects.filter(room__circle__in=circles).values_list("room", "at"))
    too_long = datetime.timedelta(hours=settings.REPORT_HOURS)
    for message in rows.exclude(membership__user=user).select_related("membership", "room"):
        circle, at = circles[message.room.circle_id], reminders.get(message.room_id)
        try:
            body = message.words(owner=vault.circle_owner(circle.public_id)).body
        except vault.Unopenable:
            body = ""
        items.append(
            Item(
                kind="held",
                circle=circle,
                at=message.posted_at,
                about=message.membership,
                message=message,
                words=words.to_html(body) if body else Markup(""),
                may_sell=sells(body, circle.cohort.language),
                reminded_at=at if at and at - message.posted_at > too_long else None,
            )
        )
    return items


def _quiet(since: datetime.timedelta) -> str:
    """How long nothing was heard, in weeks; that someone reads along is theirs to keep."""
    if since < _QUIET:
        return ""
    weeks = since.days // 7
    return ngettext("quiet for %(n)s week", "quiet for %(n)s weeks", weeks) % {"n": weeks}
