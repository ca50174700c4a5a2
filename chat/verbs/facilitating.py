"""The facilitators' verbs as the socket says them. They translate, nothing more."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from chat import leases, refusal
from chat.frames import Frame, Verb
from chat.keeping import holding, hours, moderation, pacing, undoing
from chat.live import watching
from community.models import User


def _about_message(verb: Callable[..., None], *, why: bool = False) -> Verb:
    def act(by: User, frame: Frame) -> None:
        more = {"why": frame.text("why")} if why else {}
        verb(
            by=by,
            circle=frame.public_id("circle"),
            message=frame.public_id("message"),
            **more,
        )

    return act


def _about_room(verb: Callable[..., Any]) -> Verb:
    def act(by: User, frame: Frame) -> None:
        verb(by=by, circle=frame.public_id("circle"))

    return act


def _about_member_or_room(of_member: Callable[..., None], of_room: Callable[..., None]) -> Verb:
    def act(by: User, frame: Frame) -> None:
        circle, member = frame.public_id("circle"), frame.public_id_or_none("member")
        if member is None:
            of_room(by=by, circle=circle)
        else:
            of_member(by=by, circle=circle, member=member)

    return act


def _mute(by: User, frame: Frame) -> None:
    if frame.fields.get("until") == "session":
        moderation.mute_for_the_session(
            by=by,
            circle=frame.public_id("circle"),
            member=frame.public_id("member"),
            why=frame.text("why"),
        )
        return
    until: datetime.datetime = frame.instant("until")
    moderation.mute(
        by=by,
        circle=frame.public_id("circle"),
        member=frame.public_id("member"),
        until=until,
        why=frame.text("why"),
    )


def _unmute(by: User, frame: Frame) -> None:
    moderation.unmute(by=by, circle=frame.public_id("circle"), member=frame.public_id("member"))


def _remove(by: User, frame: Frame) -> None:
    moderation.remove(
        by=by,
        circle=frame.public_id("circle"),
        member=frame.public_id("member"),
        why=frame.text("why"),
    )


def _let_back_in(by: User, frame: Frame) -> None:
    moderation.let_back_in(
        by=by, circle=frame.public_id("circle"), member=frame.public_id("member")
    )


def _pace(by: User, frame: Frame) -> dict[str, Any]:
    seconds = frame.seq("seconds")
    return {"seq": pacing.pace(by=by, circle=frame.public_id("circle"), seconds=seconds)}


def _hours(by: User, frame: Frame) -> dict[str, Any]:
    wanted = frame.text("hours")
    return {"seq": hours.keep(by=by, circle=frame.public_id("circle"), hours=wanted)}


def _daily_hours(by: User, frame: Frame) -> dict[str, Any]:
    changes = frame.fields.get("changes")
    if not isinstance(changes, list):
        raise refusal.bad_frame()
    read = [_change(Frame(frame.verb, one)) for one in changes if isinstance(one, dict)]
    if len(read) != len(changes):
        raise refusal.bad_frame()
    return {"seq": hours.keep_daily(by=by, circle=frame.public_id("circle"), changes=read)}


def _change(fields: Frame) -> tuple[datetime.time, str]:
    return hours.time_of_day(fields.text("at")), fields.text("hours")


def _undo(by: User, frame: Frame) -> None:
    undoing.undo(by=by, circle=frame.public_id("circle"), seq=frame.seq("seq"))


def _here(by: User, frame: Frame) -> dict[str, Any]:
    circle = frame.public_id("circle")
    until = leases.here(by=by, circle=circle)
    watching.someone_is_back(circle)
    return {"until": until.isoformat()}


VERBS: dict[str, Verb] = {
    "set_aside": _about_message(moderation.set_aside, why=True),
    "put_back": _about_message(moderation.put_back),
    "let_through": _about_message(holding.let_through),
    "ask_to_change": _about_message(holding.ask_to_change, why=True),
    "hold": _about_member_or_room(holding.hold, holding.hold_all),
    "unhold": _about_member_or_room(holding.unhold, holding.unhold_all),
    "mute": _mute,
    "unmute": _unmute,
    "remove": _remove,
    "let_back_in": _let_back_in,
    "pace": _pace,
    "pause": _about_room(pacing.pause),
    "resume": _about_room(pacing.resume),
    "hours": _hours,
    "daily_hours": _daily_hours,
    "undo": _undo,
    "here": _here,
    "away": _about_room(leases.away),
}
