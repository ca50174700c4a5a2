"""What a session was opened with, in words that its owner recognises."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# In this order: most browsers claim to be several others too.
_BROWSERS = {
    "Firefox/": "Firefox",
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Chrom": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


@register.filter
def device(user_agent: str) -> str:
    """ "Firefox, Android" from what a browser calls itself; as little as it gives away."""
    known = [
        next((word for mark, word in names.items() if mark in user_agent), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, known)) or _("Some other device")
