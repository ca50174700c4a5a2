"""What was done about a person by those who hold a circle, as they read it themselves."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from community import audit, vault
from community.models import AuditEntry, User
from community.people import SignedInRequest, signed_in
from programs.models import Circle, Membership, Removal

_A_PAGE = 50


@signed_in
@never_cache
@require_safe
def record(request: SignedInRequest) -> HttpResponse:
    """One's own entries, newest first. Who acted goes by the name they have in that circle."""
    entries = AuditEntry.objects.filter(about=request.user.public_id).order_by("-seq")
    page = Paginator(entries, _A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "acts": _in_words(list(page)), "ended": _ended(request.user)}
    return render(request, "programs/record.html", context)


def _ended(person: User) -> list[dict[str, Any]]:
    """Circles in which someone ended this person's place, and why."""
    ended = []
    for removal in Removal.objects.of(person):
        try:
            why = removal.why
        except vault.Unopenable:
            why = ""
        ended.append({"circle": removal.membership.circle.name, "at": removal.at, "why": why})
    return ended


def _in_words(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Three queries for all: the entries, the circles, the names."""
    circles = {entry.circle for entry in entries} - {""}
    actors = {entry.by for entry in entries} - {""}
    circle_names = dict(
        Circle.objects.filter(public_id__in=circles).values_list("public_id", "name")
    )
    names = {
        (circle, person): name
        for circle, person, name in Membership.objects.filter(
            circle__public_id__in=circles, user__public_id__in=actors
        )
        .order_by("pk")
        .values_list("circle__public_id", "user__public_id", "name")
    }
    return [
        {
            "say": audit.sentence_of(entry.verb)
            % {
                "name": names.get((entry.circle, entry.by)) or _whoever(entry),
                "until": _when(entry.until),
            },
            "circle": circle_names.get(entry.circle, ""),
            "at": entry.at,
            "seq": entry.seq if audit.may_be_appealed(entry.verb) else None,
        }
        for entry in entries
    ]


def _when(moment: datetime.datetime | None) -> str:
    if moment is None:
        return ""
    return date_format(timezone.localtime(moment), _("j F, H:i"))


def _whoever(entry: AuditEntry) -> str:
    return _("A program lead") if entry.by else _("The house")
