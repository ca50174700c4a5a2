"""The staff of the demo house. Its peers and facilitators come with their circles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction

from community.models import User
from community.roles import EDITORS, LEADS


@dataclass(frozen=True, slots=True)
class Staff:
    address: str
    first_name: str
    is_keeper: bool = False
    groups: tuple[str, ...] = ()


STAFF = (
    Staff("hollis@example.org", "Hollis", groups=(LEADS,)),
    Staff("wren@example.org", "Wren", groups=(EDITORS,)),
    Staff("keeper@example.org", "Keeper", is_keeper=True),
)
_SAID = {LEADS: "program lead", EDITORS: "editor"}


@transaction.atomic
def plant() -> None:
    """A program lead, an editor, and one who may do everything. Safe to repeat."""
    for staff in STAFF:
        if User.objects.filter(email=staff.address).exists():
            continue
        person = User.objects.create_user(
            staff.address, first_name=staff.first_name, is_superuser=staff.is_keeper
        )
        person.groups.add(*Group.objects.filter(name__in=staff.groups))


def staff_roles(addresses: Iterable[str] | None = None) -> dict[str, list[str]]:
    """What the staff among these people are (among all, without), by address."""
    people = User.objects.filter(is_active=True).prefetch_related("groups").order_by("pk")
    if addresses is not None:
        people = people.filter(email__in=list(addresses))
    told: dict[str, list[str]] = {}
    for person in people:
        roles = [_SAID[group.name] for group in person.groups.all() if group.name in _SAID]
        if person.is_superuser:
            roles.append("superuser")
        if roles:
            told[person.email] = roles
    return told
