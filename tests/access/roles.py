"""Who may stand before the house, and short ways to say what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Each with the words of the page that is drawn from the table.
ROLES = {
    "visitor": "visitor",
    "applicant": "applicant",
    "peer": "peer",
    "muted": "muted",
    "resting": "on a break",
    "removed": "removed",
    "facilitator": "facilitator",
    "neighbour": "other circle’s facilitator",
    "lead": "program lead",
    "editor": "editor",
    "superuser": "superuser",
}
SIGN_IN = "sign in"
TURNED_AWAY = "turned away"
NO_LINE = "4401"
GET, POST = "GET", "POST"

Outcomes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One way to act, and what comes of it for each role.

    `name` is a route's address or a verb. `case` tells apart rows of the same. `fields` is the
    form or the frame, where `{name}` stands for one of the things of a circle; `at` puts such a
    thing into the address in place of the one it names. `during` is how the room stands.
    """

    name: str
    outcomes: Outcomes
    method: str = ""
    case: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    during: str = ""
    as_json: bool = False

    @property
    def label(self) -> str:
        return " ".join(filter(None, [self.method, self.name, self.case and f"({self.case})"]))


def outcomes(
    *, visitor: str, peers: str, facilitator: str, strangers: str, **some: str
) -> Outcomes:
    """Peers, however they stand; whoever facilitates here; strangers; and `some` by their role."""
    belonging = dict.fromkeys(("peer", "muted", "resting"), peers)
    found = dict.fromkeys(ROLES, strangers) | belonging
    found |= {"visitor": visitor, "facilitator": facilitator} | some
    assert found.keys() == ROLES.keys()
    return found


def members(then: str | int, *, visitor: str = SIGN_IN, **some: str) -> Outcomes:
    """For all who belong to the circle; everyone else finds nothing there."""
    plain = {"peers": str(then), "facilitator": str(then), "strangers": "404"}
    return outcomes(visitor=visitor, **(plain | some))


def facilitators(then: str | int, **some: str) -> Outcomes:
    """For those who hold the circle; its peers find nothing there, either."""
    return members("404", **({"facilitator": str(then)} | some))


def only(then: str | int, *roles: str) -> Outcomes:
    """For these roles; nobody else finds it."""
    return members("404", **dict.fromkeys(roles, str(then)))


def signed_in(then: str | int, *, visitor: str = SIGN_IN, **some: str) -> Outcomes:
    """For everyone who has signed in, about themselves."""
    return dict.fromkeys(ROLES, str(then)) | {"visitor": visitor} | some


def everyone(then: str | int, **some: str) -> Outcomes:
    return dict.fromkeys(ROLES, str(then)) | some


def acked(then: str = "ack", **some: str) -> Outcomes:
    """A verb for all who belong."""
    plain = {"peers": then, "facilitator": then, "strangers": "not_member"}
    return outcomes(visitor=NO_LINE, **(plain | some))


def acked_for_facilitators(then: str = "ack", **some: str) -> Outcomes:
    return acked("not_member", **({"facilitator": then} | some))


def acked_for(*roles: str, then: str = "ack") -> Outcomes:
    return acked("not_member", **dict.fromkeys(roles, then))
