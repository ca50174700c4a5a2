"""Who may write in a room now, and what those read who may not.

Posting and changing ask it under the room's lock, the pages for their composer. What is told live
the page judges by itself, in the same order: chat/static/chat/writing/writing.js.
"""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chat.models import Room
from community.templatetags.times import zone_name
from programs.models import Cohort, Membership

# By what keeps someone from writing. The page's script says them, too, by its reader's clock.
SENTENCES = {
    "muted": _(
        "You can read and respond until {when}, not write. "
        "Your words are kept here. You can ask your facilitator about it."
    ),
    "listening": _("You’re here to listen. Your responses are seen by everyone."),
    "turn": _(
        "It’s the turn of whoever holds the talking piece. "
        "Your words are kept here until it’s yours."
    ),
    # Until a session's first round; and in an open circle also where no session goes on.
    "gathering": _(
        "Only those who hold the circle write just now. Your words are kept here until you can."
    ),
    "paused": _("The room is resting. Your words are kept here until it goes on."),
    "reading": _("The room is for reading now. Your words are kept here."),
    "unattended": _(
        "The room opens when a facilitator is here. Until then your words are kept here."
    ),
}


def what_forbids(
    *,
    role: str,
    muted: bool,
    floor: str,
    has_piece: bool,
    paused: bool,
    hours: str,
    attended: bool,
) -> str:
    """The name of what keeps a member of this role from writing now; "" where nothing does."""
    facilitates = role == Membership.Role.FACILITATOR
    if muted and not facilitates:
        return "muted"
    if forbids := what_floor_forbids(role=role, floor=floor, has_piece=has_piece):
        return forbids
    if facilitates:
        return ""
    if paused:
        return "paused"
    # A turn that is begun is not cut off by hours; what stops it is a pause.
    if hours == Room.Hours.READING and not has_turn(floor=floor, has_piece=has_piece):
        return "reading"
    return "unattended" if hours == Room.Hours.ATTENDED and not attended else ""


def what_floor_forbids(*, role: str, floor: str, has_piece: bool) -> str:
    """The same of a session alone: whose turn it is not, has nothing to write in on its page."""
    if has_turn(floor=floor, has_piece=has_piece):
        return ""
    if role == Membership.Role.LISTENER:
        return "listening"
    if floor == Room.Floor.HOLDER:
        return "turn"
    gathers = floor == Room.Floor.FACILITATORS and role != Membership.Role.FACILITATOR
    return "gathering" if gathers else ""


def has_turn(*, floor: str, has_piece: bool) -> bool:
    return has_piece and floor == Room.Floor.HOLDER


def sentence(
    forbids: str, *, until: datetime.datetime | None, cohort: Cohort, now: datetime.datetime
) -> str:
    """What someone reads who may not write, and of a mute, until when, by the cohort's clocks."""
    if until is None:
        return str(SENTENCES[forbids])
    local = timezone.localtime(until, cohort.zone)
    same_day = local.date() == timezone.localtime(now, local.tzinfo).date()
    when = date_format(local, "H:i" if same_day else gettext("j F, H:i"))
    return str(SENTENCES[forbids]).format(when=f"{when} {zone_name(cohort.zone)}")
