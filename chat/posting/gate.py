"""Asked before a message is taken: whether its author may write now, and not too fast. Nothing
they wrote is lost by it."""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.keeping import pacing, writing
from chat.refusal import Refused

if TYPE_CHECKING:
    from chat.models import Mute
    from chat.posting.ground import Ground, Speaker
    from programs.models import Cohort

# Beyond ROOM_POSTS_PER_10S messages in this time someone is asked to wait.
WINDOW = datetime.timedelta(seconds=10)


def check(ground: Ground, speaker: Speaker, now: datetime.datetime) -> None:
    """Raises Refused for whoever may not write in this room now."""
    has_piece = ground.holder == speaker.member.id
    forbids = writing.what_forbids(
        role=speaker.member.role,
        muted=speaker.muted_until is not None,
        floor=ground.floor,
        has_piece=has_piece,
        paused=ground.paused,
        hours=ground.hours,
        attended=ground.attended,
    )
    if forbids == "muted" and speaker.muted_until is not None:
        raise _muted(speaker.muted_until, ground.circle.cohort, now)
    if forbids:
        raise refused(forbids)
    # Whoever holds the piece is neither hurried nor slowed: the pace is for between the turns.
    has_turn = writing.has_turn(floor=ground.floor, has_piece=has_piece)
    if not speaker.member.is_facilitator and not has_turn:
        _keep_pace(ground, speaker, now)
    if speaker.recent >= settings.ROOM_POSTS_PER_10S:
        raise Refused(
            "too_fast",
            _("That’s a lot at once. It’s kept here; send it again in ten seconds."),
            again_in=math.ceil(WINDOW.total_seconds()),
        )


def refused(forbids: str) -> Refused:
    """By what the room itself forbids: to write, and to change what was written."""
    return Refused("paused" if forbids == "paused" else "closed", str(writing.SENTENCES[forbids]))


def muted(mute: Mute, now: datetime.datetime) -> Refused:
    """The sentence someone reads who may not write for a while."""
    return _muted(mute.until, mute.member.circle.cohort, now)


def _muted(until: datetime.datetime, cohort: Cohort, now: datetime.datetime) -> Refused:
    say = writing.sentence("muted", until=until, cohort=cohort, now=now)
    return Refused("muted", say, again_in=max(1, round((until - now).total_seconds())))


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
