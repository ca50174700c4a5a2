"""How a room stands for one of its members: what holds for all, what for them, and who is here.

The page's bars, its composer and the socket's `opened` all say it from here.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from chat import leases
from chat.keeping import hours, pacing, writing
from chat.keeping.moderation import why_muted
from chat.models import ModerationAction, Mute, Room, Seat
from community import vault
from community.language import filled
from programs.models import Membership

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True, slots=True)
class Standing:
    """`attended` is who holds the room now and until when; nobody where it is empty."""

    now: datetime.datetime
    room: Room
    member: Membership
    mute: Mute | None
    why_muted: StrPromise | str
    why_held: StrPromise | str
    # Who asked for the pace, by name; empty where there is none, or nobody knows.
    pace_by: str
    hours_until: datetime.datetime | None
    attended: list[dict[str, str]]

    @property
    def locked(self) -> str:
        """What keeps this member from writing now, as `writing` names it; "" where nothing does."""
        return writing.what_forbids(
            role=self.member.role,
            muted=self.mute is not None,
            floor=self.room.floor,
            has_piece=self.has_piece,
            paused=self.room.paused_at is not None,
            hours=self.room.hours,
            attended=bool(self.attended),
        )

    @property
    def why_locked(self) -> str:
        """The sentence about it, which they would read if they sent something all the same."""
        if not (forbids := self.locked):
            return ""
        until = self.mute.until if self.mute and forbids == "muted" else None
        cohort = self.member.circle.cohort
        return writing.sentence(forbids, until=until, cohort=cohort, now=self.now)

    @property
    def has_floor(self) -> bool:
        """Whether a session that goes on leaves them something to write in."""
        return not writing.what_floor_forbids(
            role=self.member.role, floor=self.room.floor, has_piece=self.has_piece
        )

    @property
    def has_piece(self) -> bool:
        return self.room.holder_id == self.member.pk

    @property
    def pace_in_words(self) -> str:
        return pacing.asked_for(self.room.pace_seconds, self.pace_by)

    def as_frame(self) -> dict[str, Any]:
        """The fields of `opened`, in the language that is active."""
        mute, until = self.mute, self.hours_until
        return {
            "muted": {"until": mute.until.isoformat(), "say": str(self.why_muted)}
            if mute
            else None,
            "held": {"say": str(self.why_held)} if self.why_held else None,
            "holds": self.room.holds_all,
            "pace": self.room.pace_seconds,
            "pace_by": self.pace_by,
            "paused": self.room.paused_at is not None,
            "hours": self.room.hours,
            "hours_until": until.isoformat() if until else None,
            "floor": self.room.floor,
            "piece": self.has_piece,
            "attended": self.attended,
            "now": self.now.isoformat(),
        }


def standing_of(seat: Seat, people: Iterable[Membership] | None = None) -> Standing:
    """At most five queries; none for a page's seat (see `seat_of`), where the circle's `people` are
    at hand, too (see `surroundings`)."""
    if people is None:
        return standings_of([seat])[seat.pk]
    return _standing(seat, _mute_of(seat), leases.among(people), _paced_by([seat]))


def _mute_of(seat: Seat) -> Mute | None:
    """A page's seat brings it along (see `seat_of`)."""
    if not hasattr(seat, "mute_until"):
        return _mutes([seat]).get(seat.membership_id)
    is_over = seat.mute_until is None or seat.mute_until <= timezone.now()
    if is_over or seat.membership.is_facilitator:
        return None
    beside = vars(seat)
    mute = Mute(public_id=beside["mute_id"], until=seat.mute_until, sealed_why=beside["mute_why"])
    mute.member, mute.by = seat.membership, Membership(name=beside["mute_by"])
    return mute


def standings_of(seats: Collection[Seat]) -> dict[int, Standing]:
    """How several rooms stand for several members, by seat: no more queries for many than for
    one, but for members who are held and rooms that have hours or a slow pace."""
    mutes = _mutes(seats)
    paced_by = _paced_by(seats)
    attended = leases.attended({seat.membership.circle.public_id for seat in seats})
    return {
        seat.pk: _standing(
            seat,
            mutes.get(seat.membership_id),
            attended[seat.membership.circle.public_id],
            paced_by,
        )
        for seat in seats
    }


def _mutes(seats: Iterable[Seat]) -> dict[int, Mute]:
    """The mutes in force of these members, by membership; nobody mutes a facilitator."""
    members = [seat.membership_id for seat in seats if not seat.membership.is_facilitator]
    if not members:
        return {}
    in_force = Mute.objects.in_force().filter(member__in=members).select_related("by")
    return {mute.member_id: mute for mute in in_force}


def _paced_by(seats: Iterable[Seat]) -> dict[int, str]:
    """By room, the name of who asked for its pace, where it is slow. A page's seat brings it along
    (see `seat_of`); otherwise each room is asked about once."""
    names: dict[int, str] = {}
    for seat in seats:
        room = seat.membership.circle.room
        if room.pace_seconds and room.pk not in names:
            by = seat.pace_by if hasattr(seat, "pace_by") else pacing.who_asked(room)
            names[room.pk] = by or ""
    return names


def _standing(
    seat: Seat, mute: Mute | None, attended: list[dict[str, str]], paced_by: dict[int, str]
) -> Standing:
    member, circle = seat.membership, seat.membership.circle
    owner = vault.circle_owner(circle.public_id)
    return Standing(
        now=timezone.now(),
        room=circle.room,
        member=member,
        mute=mute,
        why_muted=why_muted(mute, owner=owner) if mute else "",
        why_held=_why_held(seat) if seat.held_at and not member.is_facilitator else "",
        pace_by=paced_by.get(circle.room.pk, ""),
        hours_until=hours.until(circle.room, daily=hours.known(seat))
        if circle.room.hours != Room.Hours.OPEN
        else None,
        attended=attended,
    )


def _why_held(seat: Seat) -> StrPromise:
    """The sentence that someone reads whose words a facilitator reads first."""
    name = seat.held_by if hasattr(seat, "held_by") else _who_holds(seat)
    if not name:
        return _("A facilitator reads what you write before the others do.")
    said = gettext_noop("%(name)s reads what you write before the others do.")
    return filled(said, {"name": name})


def _who_holds(seat: Seat) -> str:
    """A page's seat brings it along (see `seat_of`)."""
    member = seat.membership
    acts = ModerationAction.objects.of_the_hold(circle=member.circle_id, user=member.user_id)
    return acts.values_list("by__name", flat=True).first() or ""
