"""Rooms and seats come with circles and memberships; who sits where, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    StringAgg,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.crypto import salted_hmac

from chat import announcing, coming_back, leases, log
from chat.models import (
    AccessCount,
    CareCard,
    CheckIn,
    Concern,
    DailyHours,
    Event,
    Hiding,
    Message,
    ModerationAction,
    Mute,
    Room,
    Seat,
)
from community.signals import access_changed
from programs.models import Circle, Membership
from programs.signals import membership_ended, membership_resumed

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User

PEER_VERBS = (
    *("post", "edit", "take_back", "respond", "read", "typing"),
    *("seat", "step_out", "hand", "pass", "last", "done"),
    *("hush", "unhush", "hide", "unhide"),
    *("tell", "close_card"),
)
FACILITATOR_VERBS = (
    # Whoever looks after a room reads everyone in it.
    *(verb for verb in PEER_VERBS if verb not in ("hide", "unhide")),
    *("set_aside", "put_back", "let_through", "ask_to_change", "hold", "unhold"),
    *("mute", "unmute", "remove", "let_back_in", "pace", "pause", "resume", "hours", "daily_hours"),
    *("undo", "here", "away"),
    *("take_up", "give_back", "settle", "reopen"),
    *("begin", "phase", "give_piece", "order", "breath", "give_time", "take_over", "end"),
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """What deciding who sees an event needs to know of a member."""

    member: int
    public_id: str
    is_facilitator: bool
    from_seq: int
    # Peers whom they read nothing of, and who read nothing of them.
    hidden: frozenset[int] = frozenset()

    @classmethod
    def of(cls, seat: Seat, *, hidden: Iterable[int]) -> Viewer:
        """`hidden` as `hiding.hidden_from` says: forgotten, it would show all of it."""
        member = seat.membership
        return cls(
            member.pk, member.public_id, member.is_facilitator, seat.from_seq, frozenset(hidden)
        )

    @property
    def sight(self) -> str:
        """Changes with what of the log they may read, and tells nothing else."""
        seen = f"{self.member}:{self.is_facilitator}:{self.from_seq}:{sorted(self.hidden)}"
        return salted_hmac("chat.seats.sight", seen, algorithm="sha256").hexdigest()[:12]

    @property
    def can(self) -> tuple[str, ...]:
        return verbs_of(is_facilitator=self.is_facilitator)


def verbs_of(*, is_facilitator: bool) -> tuple[str, ...]:
    """What a member's page and socket offer; whether it may be, each verb asks anew."""
    return FACILITATOR_VERBS if is_facilitator else PEER_VERBS


def seat_of(
    user: User | AnonymousUser, circle: str, *, with_all_beside: bool = True
) -> Seat | None:
    """The seat of `user` in the circle with this public id; None for anyone without one.

    With all that a page shows beside it, so that it asks nothing more. That takes several times as
    long as the seat: what is asked again and again does without.
    """
    if not user.is_authenticated:
        return None
    current = Membership.objects.current().filter(user=user, circle__public_id=circle)
    if not with_all_beside:
        return _seats().filter(membership__in=current).first()
    try:
        question = _ready.pop()
    except IndexError:
        question = _seats().annotate(needs=_needs(), **_who_asked(), **_all_beside())
    seat: Seat | None = question.filter(membership__in=current).first()
    _ready.append(question)
    return seat


# To put the question together takes longer than to ask it. Each is lent to one thread at a time,
# for asking touches it; and nothing in it may depend on who asks, or when.
_ready: list[QuerySet[Seat]] = []


def _seats() -> QuerySet[Seat]:
    return Seat.objects.select_related("membership__circle__cohort", "membership__circle__room")


def _needs() -> Coalesce:
    """Of what was told to those who hold the circle and nobody looks at: care before the rest."""
    told = Concern.objects.open().filter(room__circle=OuterRef("membership__circle"))
    told = told.filter(to_leads=False, taken_at=None)
    told = told.exclude(about__user=OuterRef("membership__user"))
    answered = CheckIn.objects.answered().filter(facilitator=OuterRef("membership"))
    return Coalesce(
        Subquery(told.order_by("kind").values("kind")[:1]),
        Case(When(Exists(answered), then=Value("talk"))),
    )


def _who_asked() -> dict[str, Case]:
    """For the pace, and to read first what this member writes: most are without either."""
    paced = ModerationAction.objects.of_the_pace(OuterRef("membership__circle__room"))
    is_slow = Q(membership__circle__room__pace_seconds__gt=0)
    held = ModerationAction.objects.of_the_hold(
        circle=OuterRef("membership__circle"), user=OuterRef("membership__user")
    )
    is_held = Q(held_at__isnull=False)
    return {
        "pace_by": Case(When(is_slow, then=Subquery(paced.values("by__name")[:1]))),
        "held_by": Case(When(is_held, then=Subquery(held.values("by__name")[:1]))),
    }


def _all_beside() -> dict[str, Any]:
    """What few have, in one line each: `hiding.known`, `cards.known`, `hours.known` and
    `standing` read it; whether something is held in the room, and who reads it first."""
    me, room = OuterRef("membership"), OuterRef("membership__circle__room")
    mine = Hiding.objects.in_force().filter(Q(member=me) | Q(other=me))
    hidden = Case(When(member=me, then=F("other")), default=F("member"))
    card = Concat("pk", Value(":"), "public_id", Value(":"), "kind", output_field=TextField())
    cards = CareCard.objects.filter(membership=me, closed_at=None)
    change = Concat(Cast("at", TextField()), Value("="), "hours", output_field=TextField())
    # At most one, which may be over by now.
    mute = Mute.objects.filter(member=me, lifted_at=None)
    holding = Membership.objects.holding().filter(circle=OuterRef("membership__circle"))
    held = Message.objects.filter(room=room, state=Message.State.HELD)
    return {
        "hides": in_one(mine, "member__circle", hidden),
        "cards": in_one(cards, "membership", card),
        "daily": in_one(DailyHours.objects.filter(room=room), "room", change),
        "mute_id": Subquery(mute.values("public_id")[:1]),
        "mute_until": Subquery(mute.values("until")[:1]),
        "mute_why": Subquery(mute.values("sealed_why")[:1]),
        "mute_by": Subquery(mute.values("by__name")[:1]),
        "reads_first": Coalesce(Subquery(holding.order_by("name").values("name")[:1]), Value("")),
        "has_held": Exists(held),
    }


def in_one(rows: QuerySet, alike: str, what: Any) -> Coalesce:
    """`what` of all these rows, which have the same `alike`, with blanks between."""
    one = StringAgg(Cast(what, TextField()), Value(" "), output_field=TextField())
    found = rows.order_by().values(alike).annotate(one=one).values("one")
    return Coalesce(Subquery(found), Value(""), output_field=TextField())


@receiver(post_save, sender=Circle)
def open_a_room(sender: type, instance: Circle, created: bool, raw: bool, **kwargs: object) -> None:
    if created and not raw:
        # Where hundreds listen, facilitators speak, and whoever they give the piece to.
        floor = Room.Floor.FACILITATORS if instance.is_open else Room.Floor.EVERYONE
        Room.objects.create(circle=instance, floor=floor)


@receiver(post_save, sender=Membership)
def take_a_seat(
    sender: type, instance: Membership, created: bool, raw: bool, **kwargs: object
) -> None:
    if not created or raw:
        return
    with log.writing(instance.circle.public_id) as room:
        # Facilitators answer for the room and read all of it; peers from their joining on.
        joined_seq = 0 if instance.is_facilitator else room.last_seq
        seat = Seat(membership=instance, joined_seq=joined_seq, read_seq=joined_seq)
        coming_back.bring_along(seat)
        seat.save()
        log.append(room, Event.Kind.JOINED, member=instance)


@receiver(membership_ended)
def leave_the_room(sender: type, membership: Membership, **kwargs: object) -> None:
    with log.writing(membership.circle.public_id) as room:
        log.append(room, Event.Kind.LEFT, member=membership)
        announcing.access_changed(membership.user_id)
    if membership.is_facilitator:
        leases.end_of(membership.user_id)


@receiver(membership_resumed)
def come_back_to_the_room(sender: type, membership: Membership, **kwargs: object) -> None:
    """On the seat they had, with all that stands on it."""
    with log.writing(membership.circle.public_id) as room:
        coming_back.bring_back(membership.seat)
        log.append(room, Event.Kind.JOINED, member=membership)


@receiver(access_changed)
def look_at_their_lines(sender: object, person_id: int, **kwargs: object) -> None:
    """Signed out, or keys changed: sockets opened before are looked at now. Who is here on
    another device says so again."""
    announcing.access_changed(person_id, changes=AccessCount.grow())
    leases.end_of(person_id)
