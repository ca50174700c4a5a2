"""What every form that is sent carries, beside its token: whose it is.

A browser that goes back to a page puts into its forms what stood in them, and knows them by the
names of their first fields. One that says in a name whose form it is keeps another's words to them.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from community.admin_door import CMS
from community.refusals import OF

register = template.Library()


class _Token(CsrfTokenNode):
    def render(self, context: template.Context) -> SafeString:
        token, whose = super().render(context), _whose(context.get("request"))
        return format_html("{}{}", token, whose)


def _whose(request: Any) -> SafeString:
    user = getattr(request, "user", None)
    # In the editor's pages lie no words of members.
    if user is None or not user.is_authenticated or request.path.startswith(CMS):
        return SafeString("")
    return format_html('<input type="hidden" name="{}{}">', OF, user.public_id)


@register.tag
def csrf_token(parser: template.base.Parser, token: template.base.Token) -> _Token:
    """Django's, and whose the form is."""
    return _Token()
