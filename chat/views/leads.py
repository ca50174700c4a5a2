"""What program leads hear: about facilitators, appeals, and what nobody looked at in time."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chat.care import desk, reminding
from chat.models import Concern
from chat.refusal import Refused
from chat.views.answers import check_tries, let_strangers_find_nothing, see_other, status_of
from chat.views.forms import what_was_written
from community.people import SignedInRequest, signed_in
from programs.leads import is_lead


@signed_in
@never_cache
@require_safe
def leads(request: SignedInRequest) -> HttpResponse:
    """Of members' words only what was told of, as it was then."""
    return leads_page(request)


@signed_in
@require_POST
def remind(request: SignedInRequest, circle: str) -> HttpResponse:
    """Reminds those who hold a circle of what waits there too long."""
    try:
        check_tries(request)
        reminding.remind(by=request.user, circle=circle)
    except Refused as refused:
        let_strangers_find_nothing(refused)
        return leads_page(request, say=refused.say, status=status_of(refused))
    done = _(
        "They’re reminded: on their desk now, and by mail, if they want any, when it is day where "
        "they are."
    )
    messages.success(request, done)
    return see_other("leads")


def leads_page(request: SignedInRequest, *, say: str = "", status: int = 200) -> HttpResponse:
    if not is_lead(request.user):
        raise Http404
    open_ones = Concern.objects.for_leads(request.user).open()
    open_ones = open_ones.select_related(
        "about", "message", "room__circle", "raised_by", "looks_again_at__room__circle"
    )
    context = {
        "told": [one for one in open_ones.order_by("at") if one.to_leads],
        "late": [one for one in open_ones.order_by("due_at") if not one.to_leads],
        "held": reminding.waiting_too_long(request.user),
        "say": say,
        "written": what_was_written(request) if say else "",
        "undo": desk.just_settled(request.user),
        "outcomes": Concern.Outcome,
    }
    return render(request, "chat/leads.html", context, status=status)
