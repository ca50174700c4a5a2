"""The house's name and its links, for the frame of every page."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import template

from home import links
from home.models import HouseSettings

register = template.Library()


@register.simple_tag(takes_context=True)
def house(context: template.Context) -> HouseSettings:
    """The settings of the house; the house as it comes where there is no request."""
    return HouseSettings.current(context.get("request"))


@register.simple_tag(takes_context=True)
def house_links(context: template.Context) -> dict[str, list[dict[str, Any]]]:
    """`menu` and `foot`: the programs, then the pages marked for each. `programs`: those alone.
    Nothing where there is no request.
    """
    request = context.get("request")
    if request is None:
        return {}
    known = links.of(request)
    # What the house is for comes first.
    programs = [link for link in known if link.is_programs]
    others = [link for link in known if not link.is_programs]
    chosen = {
        "programs": programs,
        "menu": programs + [link for link in others if link.in_menu],
        "foot": programs + [link for link in others if link.in_foot],
    }
    return {
        place: [
            {"label": one.label, "url": one.url, "here": request.path.startswith(one.url)}
            for one in those
        ]
        for place, those in chosen.items()
    }


@register.filter
def dialled(number: str) -> str:
    """A number as a telephone wants it: "116 123" is 116123."""
    return re.sub(r"[^0-9+]", "", number)


@register.filter
def host(address: str) -> str:
    """The host of an address, for a link that leads away from the house."""
    return urlsplit(address).netloc.removeprefix("www.")
