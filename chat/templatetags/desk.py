"""What the desk's pages say of acts and notes."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from chat.models import ModerationAction, PrivateNote
from programs.models import Circle

register = template.Library()

_ACTS = {
    "set_aside": _("set a message aside"),
    "put_back": _("put a message back"),
    "let_through": _("let a message through"),
    "ask_to_change": _("asked for a change"),
    "mute": _("muted for a while"),
    "unmute": _("let write again"),
    "hold": _("reads first"),
    "unhold": _("no longer reads first"),
    "hold_all": _("reads first, for all"),
    "unhold_all": _("no longer reads first"),
    "pace": _("set the pace"),
    "pause": _("paused the room"),
    "resume": _("let the room go on"),
    "hours": _("set the hours"),
    "daily_hours": _("set the hours of every day"),
    "put_pace_back": _("put the pace back"),
    "put_hours_back": _("put the hours back"),
    "remove": _("ended a place"),
    "let_back_in": _("let back in"),
    "settle": _("settled what was told"),
    "reopen": _("took a settling back"),
    "check_in": _("wrote to them alone"),
    "hand_over": _("handed the circle over"),
}


@register.filter
def act_words(act: ModerationAction) -> str:
    return str(_ACTS.get(act.verb, _("did something for the room")))


@register.filter
def note_words(note: PrivateNote, circle: Circle) -> str:
    return note.words(circle=circle.public_id)
