"""What each act of a facilitator is called, who reads what of it, and what undoes it.

One entry for each verb that is written down as a `ModerationAction`; the desk, the record and the
room's script read it here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.models import Event


@dataclass(frozen=True, slots=True)
class Act:
    # On the desk, after whose act it was; without words it is not listed there.
    words: Promise | str = ""
    # Whoever does it says why.
    asks_why: bool = False
    # What the one concerned reads on their page, and whether they may ask for another look.
    told: Promise | None = None
    appealable: bool = False
    # The act that undoes it: at once, where it was done, and later from the desk.
    undone_by: str = ""
    # The act that undoes it at once alone: later one does that anew, rather than undoes.
    at_once_by: str = ""
    # What it sets for the room, by the kind of its event; undone by its place in the log.
    sets: Event.Kind | None = None


ACTS = {
    "set_aside": Act(
        _("set a message aside"),
        asks_why=True,
        told=_("%(name)s set a message of yours aside."),
        appealable=True,
        undone_by="put_back",
    ),
    "put_back": Act(_("put a message back"), told=_("%(name)s put a message of yours back.")),
    "let_through": Act(
        _("let a message through"),
        told=_("%(name)s read a held message of yours and let it through."),
    ),
    "ask_to_change": Act(
        _("asked for a change"),
        asks_why=True,
        told=_("%(name)s asked you to change a held message."),
        appealable=True,
    ),
    "mute": Act(
        _("muted for a while"),
        asks_why=True,
        told=_("%(name)s asked you to only read and respond, until %(until)s."),
        appealable=True,
        undone_by="unmute",
    ),
    "unmute": Act(_("let write again"), told=_("%(name)s let you write again.")),
    "hold": Act(
        _("reads first"),
        told=_("%(name)s asked to read what you write first."),
        appealable=True,
        undone_by="unhold",
    ),
    "unhold": Act(
        _("no longer reads first"),
        told=_("%(name)s no longer reads what you write first."),
        at_once_by="hold",
    ),
    "hold_all": Act(_("reads first, for all"), undone_by="unhold_all"),
    "unhold_all": Act(_("no longer reads first"), at_once_by="hold_all"),
    "pause": Act(_("paused the room"), undone_by="resume"),
    "resume": Act(_("let the room go on"), at_once_by="pause"),
    "pace": Act(_("set the pace"), undone_by="put_pace_back", sets=Event.Kind.PACE),
    "put_pace_back": Act(_("put the pace back")),
    "hours": Act(_("set the hours"), undone_by="put_hours_back", sets=Event.Kind.HOURS),
    "daily_hours": Act(
        _("set the hours of every day"), undone_by="put_hours_back", sets=Event.Kind.HOURS
    ),
    "put_hours_back": Act(_("put the hours back")),
    # `programs/enrolment.py`, which records these two, says what is read of them.
    "remove": Act(_("ended a place"), asks_why=True, undone_by="let_back_in"),
    "let_back_in": Act(_("let back in")),
    "check_in": Act(_("wrote to them alone"), told=_("%(name)s wrote to you alone.")),
    "hand_over": Act(
        _("handed the circle over"), told=_("%(name)s handed the circle over to you.")
    ),
    # That something was told of them nobody learns from this.
    "take_up": Act(),
    "give_back": Act(),
    "settle": Act(_("settled what was told")),
    "reopen": Act(_("took a settling back")),
}
ASK_WHY = [verb for verb, act in ACTS.items() if act.asks_why]
UNLISTED = [verb for verb, act in ACTS.items() if not act.words]
SETTINGS = {verb: act.sets for verb, act in ACTS.items() if act.sets}
# What another version of the house may have written down.
_UNKNOWN = Act(_("did something for the room"))


def of(verb: str) -> Act:
    return ACTS.get(verb, _UNKNOWN)


def ways_back() -> dict[str, str]:
    """What undoes at once, by the verb that was said on the line; both as they are said there."""
    ways = {}
    for verb, act in ACTS.items():
        if back := act.undone_by or act.at_once_by:
            # Of a whole room it is `hold` too, without a member.
            said = "undo" if act.sets else back.removesuffix("_all")
            ways[verb.removesuffix("_all")] = said
    return ways
