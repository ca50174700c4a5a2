"""What the pages say of acts and notes."""

from __future__ import annotations

import json

from django import template

from chat.keeping import acts
from chat.models import ModerationAction, PrivateNote
from programs.models import Circle

register = template.Library()


@register.filter
def act_words(act: ModerationAction) -> str:
    return str(acts.of(act.verb).words)


@register.simple_tag
def ways_back_as_json() -> str:
    """What undoes what, for the room's script."""
    return json.dumps(acts.ways_back())


@register.filter
def note_words(note: PrivateNote, circle: Circle) -> str:
    return note.words(circle=circle.public_id)
