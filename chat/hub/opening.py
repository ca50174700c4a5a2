"""Opening circles: many people's at once, in a few questions."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from chat.hush import hushed_until
from chat.keeping.standing import Standing, standings_of
from chat.models import Response, Seat
from chat.reading import replay
from chat.reading.company import Company, companies
from chat.reading.packet import Packet
from chat.reading.replay import FURTHEST_BACK
from chat.seats import Viewer
from community.language import in_language
from programs.models import Circle, Membership


@dataclass(frozen=True, slots=True)
class Asked:
    """Someone wants to open a circle, with what lies after `since`; None is from now on. `newest`
    is the newest message they have of it, where they say."""

    person: int
    circle: str
    since: int | None
    newest: str | None = None
    company: Company | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a line learns when it opens a circle; it is given what lies after `cursor`."""

    circle: Circle
    viewer: Viewer
    company: Company
    head: int
    cursor: int
    read: int
    hushed: datetime.datetime | None
    packet: Packet


def open_circles(asked: Sequence[Asked]) -> list[Opening | None]:
    """For each what they learn; None for anyone who doesn't belong."""
    seats = _seats(asked)
    circles = {seat.membership.circle_id: seat.membership.circle for seat in seats.values()}
    known = {
        seats[one.person, one.circle].membership.circle_id: one.company
        for one in asked
        if (one.person, one.circle) in seats
    }
    counts = {pk: circle.room.company for pk, circle in circles.items()}
    found = companies(counts, known=known)
    standings = standings_of(seats.values())
    mine = _mine(asked, seats)
    there = replay.still_there({(one.circle, one.newest) for one in asked if one.newest})
    openings: list[Opening | None] = []
    for one in asked:
        seat = seats.get((one.person, one.circle))
        # Someone removed since, whom the company no longer knows, does not belong either.
        company = found[seat.membership.circle_id] if seat else None
        viewer = company.viewers.get(seat.membership.pk) if seat and company else None
        if seat is None or company is None or viewer is None:
            openings.append(None)
            continue
        standing = standings[seat.pk]
        is_theirs = not one.newest or (one.circle, one.newest) in there
        with in_language(one.language):
            openings.append(
                _opening(
                    one, seat, viewer, company, standing, mine.get(seat.pk, {}), is_theirs=is_theirs
                )
            )
    return openings


def _seats(asked: Sequence[Asked]) -> dict[tuple[int, str], Seat]:
    current = Membership.objects.current().filter(
        user__in={one.person for one in asked},
        user__is_active=True,
        circle__public_id__in={one.circle for one in asked},
    )
    rows = Seat.objects.filter(membership__in=current).select_related(
        "membership__circle__cohort", "membership__circle__room"
    )
    return {(seat.membership.user_id, seat.membership.circle.public_id): seat for seat in rows}


def _mine(
    asked: Sequence[Asked], seats: Mapping[tuple[int, str], Seat]
) -> dict[int, dict[str, list[str]]]:
    """Their own responses to what lies after where they were, by seat; by message then."""
    since: dict[int, tuple[int, int]] = {}
    for one in asked:
        seat = seats.get((one.person, one.circle))
        if seat and one.since is not None and one.since < seat.membership.circle.room.last_seq:
            since[seat.membership_id] = (seat.pk, one.since)
    found: defaultdict[int, dict[str, list[str]]] = defaultdict(dict)
    if not since:
        return found
    rows = Response.objects.filter(membership__in=since).values_list(
        "membership", "message__public_id", "message__placed_seq", "kind"
    )
    rows = rows.filter(message__placed_seq__gt=min(after for _, after in since.values()))
    for member, message, placed_seq, kind in rows:
        seat_id, after = since[member]
        if placed_seq > after:
            found[seat_id].setdefault(message, []).append(kind)
    return found


def _opening(
    one: Asked,
    seat: Seat,
    viewer: Viewer,
    company: Company,
    standing: Standing,
    mine: Mapping[str, list[str]],
    *,
    is_theirs: bool,
) -> Opening:
    """`is_theirs` says whether the log is the one they have a part of."""
    circle = seat.membership.circle
    head = circle.room.last_seq
    since = head if one.since is None else one.since
    # Too far back, or a log that was restored, which they are ahead of, or which has gone on since
    # without what they have: the page had better be loaded anew.
    reload = not (is_theirs and head - FURTHEST_BACK <= since <= head)
    quiet = hushed_until(seat)
    frame: dict[str, Any] = {
        "is": "opened",
        "circle": circle.public_id,
        "head": head,
        "can": viewer.can,
        "me": viewer.public_id,
        "sight": viewer.sight,
        "mine": mine,
        "read": seat.read_seq,
        "hushed": quiet.isoformat() if quiet else None,
        **standing.as_frame(),
        **({"reload": True} if reload else {}),
    }
    # The list of members is the same for all who come, and long.
    packet = Packet(orjson.dumps(frame)[:-1] + b',"members":' + company.members_json + b"}")
    cursor = head if reload else since
    return Opening(circle, viewer, company, head, cursor, seat.read_seq, quiet, packet)
