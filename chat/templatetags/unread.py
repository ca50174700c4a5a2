"""Unread marks for the frame of every member's page: one question for all of it."""

from __future__ import annotations

import json
from typing import Any

from django import template

from chat import unread
from chat.unread import MOST, Mark

register = template.Library()


def _marks(context: template.Context) -> list[Mark]:
    request = context.get("request")
    return [] if request is None else unread.marks_of(request, at=_room_of(context))


def _room_of(context: template.Context) -> str:
    """The circle whose room the page is; none for other pages."""
    return context["circle"].public_id if context.get("page") and context.get("circle") else ""


@register.simple_tag(takes_context=True)
def circles_of_mine(context: template.Context) -> list[Mark]:
    """The circles of whoever is signed in, each with what waits there."""
    return _marks(context)


@register.simple_tag(takes_context=True)
def unread_as_json(context: template.Context) -> str:
    """What the page's script begins with."""
    return json.dumps(
        [
            {
                "circle": mark.circle.public_id,
                "me": mark.member,
                "head": mark.head,
                "count": mark.count,
                "named": mark.named,
                "hushed": mark.hushed_until.isoformat() if mark.hushed_until else None,
            }
            for mark in _marks(context)
        ]
    )


@register.inclusion_tag("chat/unread_mark.html", takes_context=True)
def unread_mark(
    context: template.Context, circle: str = "", but: str = "", words: bool = False
) -> dict[str, Any]:
    """What waits in one circle; without one, in all of them, `but` one perhaps."""
    marks = [
        mark
        for mark in _marks(context)
        if mark.circle.public_id != but and circle in ("", mark.circle.public_id)
    ]
    count, named = sum(mark.count for mark in marks), any(mark.named for mark in marks)
    return {
        "circle": circle,
        "but": but,
        "words": words,
        "count": count,
        "figure": f"{MOST}+" if count > MOST else str(count),
        "named": named,
    }


@register.simple_tag(takes_context=True)
def unread_in_title(context: template.Context) -> str:
    """ "(2) " before the title of a page; nothing where nothing waits."""
    count = sum(mark.count for mark in _marks(context))
    return f"({MOST}+) " if count > MOST else f"({count}) " if count else ""
