"""What the pages say of acts and notes, and what they leave to the script to say."""

from __future__ import annotations

import json
from typing import Any

from django import template

from chat.keeping import acts, writing
from chat.models import ModerationAction, PrivateNote
from programs.models import Circle

register = template.Library()


@register.filter
def act_words(act: ModerationAction) -> str:
    return str(acts.of(act.verb).words)


@register.simple_tag
def asks_why_as_json() -> str:
    """Before which acts the room's script asks for a reason."""
    return json.dumps(acts.ASK_WHY)


@register.simple_tag
def ways_back_as_json() -> str:
    """What undoes what, for the room's script."""
    return json.dumps(acts.ways_back())


@register.simple_tag
def what_forbids_writing() -> dict[str, Any]:
    """The sentences about it, for the room's script."""
    return writing.SENTENCES


@register.filter
def note_words(note: PrivateNote, circle: Circle) -> str:
    return note.words(circle=circle.public_id)
