"""What a member may say over the socket besides posting, each verb by its name in the protocol.

Edges: they read a frame's fields and call what does it. Who may is decided there.

writing       changing and taking back one's own, responding, having read
reading       hush until morning, and whom one hides
care          telling of a message or a person, and looking after what was told
facilitating  keeping a room
live          a live session
"""

from __future__ import annotations

from typing import Any

from chat import refusal
from chat.frames import Frame, Verb
from chat.verbs import care, facilitating, live, reading, writing
from community.language import in_language
from community.models import User

VERBS: dict[str, Verb] = {
    **writing.VERBS,
    **facilitating.VERBS,
    **live.VERBS,
    **care.VERBS,
    **reading.VERBS,
}


def act(person: int, frame: Frame, language: str = "") -> dict[str, Any] | None:
    """What this person's frame asks for, and what they are answered besides, in `language`. Raises
    Refused."""
    by = User.objects.filter(pk=person, is_active=True).first()
    if by is None:
        raise refusal.not_member()
    with in_language(language):
        return VERBS[frame.verb](by, frame)
