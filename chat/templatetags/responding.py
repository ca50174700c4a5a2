"""The four responses, for whatever offers them."""

from __future__ import annotations

from django import template

from chat.models import Response

register = template.Library()


@register.simple_tag
def responses() -> list[Response.Kind]:
    return list(Response.Kind)
