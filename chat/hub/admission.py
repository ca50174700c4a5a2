"""Who may be here. Asked when a socket comes, and again as long as it stays.

Many come and are looked at in one question. Nothing here trusts what a process remembers:
the database says whether a session still stands and whether a membership does.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat import history, replay
from chat.models import Message, Seat
from chat.moderation import mute_in_force, why_muted
from chat.replay import FURTHEST_BACK, Stretch, as_member
from chat.seats import Viewer, seat_of
from community import vault
from community.models import User
from programs.models import Circle, Membership

if TYPE_CHECKING:
    from chat.models import Mute


_KEY = re.compile(r"[a-z0-9]{1,40}")


def people_of(sessions: Sequence[str]) -> list[int | None]:
    """The person each session belongs to; None where it has ended or was revoked."""
    # What can't be a key is not asked for: a database that chokes on it would fail all of them.
    keys = {session for session in sessions if _KEY.fullmatch(session)}
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    opened = {row.session_key: SessionStore().decode(row.session_data) for row in rows}
    ids = {data[SESSION_KEY] for data in opened.values() if SESSION_KEY in data}
    people = {str(p.pk): p for p in User.objects.filter(pk__in=ids, is_active=True)}
    standing = {
        session: person.pk
        for session, data in opened.items()
        if (person := people.get(str(data.get(SESSION_KEY)))) and _same_keys(person, data)
    }
    return [standing.get(session) for session in sessions]


def _same_keys(person: User, data: dict[str, Any]) -> bool:
    """Whether the session was opened with the password and secret that hold now."""
    opened_with = data.get(HASH_SESSION_KEY, "")
    return hmac.compare_digest(opened_with, person.get_session_auth_hash())


def belonging(pairs: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of these (person, circle) pairs those that are memberships now."""
    wanted = set(pairs)
    current = Membership.objects.current().filter(
        user__in={person for person, _ in wanted},
        circle__public_id__in={circle for _, circle in wanted},
        user__is_active=True,
    )
    return wanted & set(current.values_list("user_id", "circle__public_id"))


def roster(circle: Circle) -> dict[int, Viewer]:
    """Everyone who may read the circle's room now, by membership."""
    return rosters([circle]).get(circle.pk, {})


def rosters(circles: Collection[Circle]) -> dict[int, dict[int, Viewer]]:
    """The rosters of several circles, by circle, in one question."""
    rows = Seat.objects.filter(
        membership__circle__in=circles,
        membership__left_at=None,
        membership__user__is_active=True,
    ).values_list(
        "membership__circle",
        "membership",
        "membership__public_id",
        "membership__role",
        "membership__sees_earlier",
        "joined_seq",
    )
    found: dict[int, dict[int, Viewer]] = {}
    for circle, member, public_id, role, sees_earlier, joined_seq in rows:
        found.setdefault(circle, {})[member] = Viewer(
            member,
            public_id,
            role == Membership.Role.FACILITATOR,
            0 if sees_earlier else joined_seq,
        )
    return found


def drawn(messages: list[Message]) -> list[tuple[Stretch, dict[int, Viewer]]]:
    """Messages just committed, drawn room by room, with who may read each room now."""
    by_circle: dict[Circle, list[Message]] = {}
    for message in messages:
        by_circle.setdefault(message.room.circle, []).append(message)
    members = rosters(by_circle) if by_circle else {}
    return [
        (replay.fresh(circle, said), members.get(circle.pk, {}))
        for circle, said in by_circle.items()
        # Drafts that had to be tried one by one may have something else between them.
        if said[-1].placed_seq - said[0].placed_seq == len(said) - 1
    ]


@dataclass(slots=True)
class Opening:
    """What a line learns when it opens a circle; it is given what lies after `cursor`."""

    circle: Circle
    viewer: Viewer
    head: int
    cursor: int
    frame: dict[str, Any]


def open_circle(person: int, circle: str, since: int | None) -> Opening | None:
    """Looks a person in; None for anyone who doesn't belong."""
    user = User.objects.filter(pk=person, is_active=True).first()
    seat = seat_of(user, circle) if user else None
    if seat is None:
        return None
    place = seat.membership.circle
    viewer = Viewer.of(seat)
    head = place.room.last_seq
    since = head if since is None else since
    # Too far back, or ahead of a log that was restored: the page had better be loaded anew.
    reload = not head - FURTHEST_BACK <= since <= head
    frame = _frame(seat, viewer, head, since, reload)
    return Opening(place, viewer, head, head if reload else since, frame)


def _frame(seat: Seat, viewer: Viewer, head: int, since: int, reload: bool) -> dict[str, Any]:
    circle = seat.membership.circle
    members = circle.memberships.current().order_by("-role", "name")
    mute = mute_in_force(seat.membership)
    return {
        "is": "opened",
        "circle": circle.public_id,
        "head": head,
        "can": list(viewer.can),
        "me": viewer.public_id,
        "mine": history.mine(seat, since=since),
        "members": [as_member(member) for member in members],
        "muted": _muted(mute, circle) if mute else None,
        "pace": circle.room.pace_seconds,
        "paused": circle.room.paused_at is not None,
        **({"reload": True} if reload else {}),
    }


def _muted(mute: Mute, circle: Circle) -> dict[str, str]:
    owner = vault.circle_owner(circle.public_id)
    return {"until": mute.until.isoformat(), "say": why_muted(mute, owner=owner)}
