"""Who wants to hear nothing of their circle for now. Those above know; here it is asked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import cast

from programs.models import Membership
from programs.signals import quiet_asked


def until(memberships: Iterable[Membership]) -> dict[int, datetime.datetime]:
    """By membership, when they want to be told again; whoever is not in it, at once."""
    quiet: dict[int, datetime.datetime] = {}
    for _, found in quiet_asked.send(sender=Membership, memberships=list(memberships)):
        quiet.update(cast(dict[int, datetime.datetime], found))
    return quiet
