"""Who may write now, and what those read who may not. Nothing they wrote is lost by it."""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.keeping import pacing
from chat.models import Room
from chat.refusal import Refused
from programs.models import Membership

if TYPE_CHECKING:
    from chat.models import Mute
    from chat.posting.ground import Ground, Speaker
    from programs.models import Cohort

# Beyond ROOM_POSTS_PER_10S messages in this time someone is asked to wait.
WINDOW = datetime.timedelta(seconds=10)


def check(ground: Ground, speaker: Speaker, now: datetime.datetime) -> None:
    """Raises Refused for whoever may not write in this room now."""
    if speaker.muted_until is not None:
        raise _muted(speaker.muted_until, ground.circle.cohort, now)
    forbid(
        facilitates=speaker.member.is_facilitator,
        holds_piece=ground.holder == speaker.member.id,
        paused=ground.paused,
        floor=ground.floor,
        hours=ground.hours,
        attended=ground.attended,
    )
    has_turn = ground.floor == Room.Floor.HOLDER and ground.holder == speaker.member.id
    if speaker.member.role == Membership.Role.LISTENER and not has_turn:
        raise Refused("closed", _("You’re here to listen. Your responses are seen by everyone."))
    # Whoever holds the piece is neither hurried nor slowed: the pace is for between the turns.
    if not speaker.member.is_facilitator and not has_turn:
        _keep_pace(ground, speaker, now)
    if speaker.recent >= settings.ROOM_POSTS_PER_10S:
        raise Refused(
            "too_fast",
            _("That’s a lot at once. It’s kept here; send it again in ten seconds."),
            again_in=math.ceil(WINDOW.total_seconds()),
        )


def forbid(
    *, facilitates: bool, holds_piece: bool, paused: bool, floor: str, hours: str, attended: bool
) -> None:
    """Raises Refused where the room itself forbids it: to write, and to change what was written."""
    if floor == Room.Floor.HOLDER and not holds_piece:
        raise Refused("closed", _("It’s the turn of whoever holds the talking piece. Yours comes."))
    if facilitates:
        return
    if paused:
        raise Refused("paused", _("The room is resting. You can read, and write in private."))
    if floor == Room.Floor.FACILITATORS:
        raise Refused("closed", _("The session is gathering. You can write when the round begins."))
    if hours == Room.Hours.READING:
        raise Refused("closed", _("The room is for reading now. Your words are kept here."))
    if hours == Room.Hours.ATTENDED and not attended:
        raise Refused(
            "closed",
            _("The room opens when a facilitator is here. Until then your words are kept here."),
        )


def muted(mute: Mute, now: datetime.datetime) -> Refused:
    """The sentence someone reads who may not write for a while."""
    return _muted(mute.until, mute.member.circle.cohort, now)


def _muted(until: datetime.datetime, cohort: Cohort, now: datetime.datetime) -> Refused:
    local = timezone.localtime(until, cohort.zone)
    same_day = local.date() == timezone.localtime(now, local.tzinfo).date()
    return Refused(
        "muted",
        _(
            "You can read and respond until %(when)s (%(zone)s), not write. "
            "Your words are kept here. You can ask your facilitator about it."
        )
        % {
            "when": date_format(local, "H:i" if same_day else "j F, H:i"),
            "zone": cohort.time_zone,
        },
        again_in=max(1, round((until - now).total_seconds())),
    )


def _keep_pace(ground: Ground, speaker: Speaker, now: datetime.datetime) -> None:
    if not ground.pace_seconds or speaker.last_at is None:
        return
    left = ground.pace_seconds - (now - speaker.last_at).total_seconds()
    if left <= 0:
        return
    seconds = max(1, round(left))
    raise Refused(
        "slow",
        ngettext(
            "%(pace)s You can write again in %(left)s second.",
            "%(pace)s You can write again in %(left)s seconds.",
            seconds,
        )
        % {"pace": pacing.in_words(ground.pace_seconds), "left": seconds},
        again_in=seconds,
    )
