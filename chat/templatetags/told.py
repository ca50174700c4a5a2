"""What waits behind a mail that says nothing: an answer to what one told, a desk that needs one."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from django import template
from django.utils import timezone

from chat.care.settling import UNDO_WITHIN
from chat.models import Concern

register = template.Library()

_LATELY = datetime.timedelta(days=7)
_NEEDS = "_needs_by_circle"


@register.inclusion_tag("chat/told_back.html", takes_context=True)
def told_back(context: template.Context) -> dict[str, Any]:
    """That what someone told was looked at lately."""
    now = timezone.now()
    mine = Concern.objects.raised_by_person(context["request"].user)
    settled = mine.filter(settled_at__range=(now - _LATELY, now - 2 * UNDO_WITHIN))
    return {"came_back": settled.exists()}


@register.simple_tag(takes_context=True)
def needs_you(context: template.Context, circle: int) -> int:
    """How much of what was told waits in this circle for whoever holds it; asked once a page."""
    request = context["request"]
    if not hasattr(request, _NEEDS):
        waiting = Concern.objects.for_facilitator(request.user).open().filter(taken_at=None)
        setattr(request, _NEEDS, Counter(waiting.values_list("room__circle", flat=True)))
    found: Counter[int] = getattr(request, _NEEDS)
    return found[circle]
