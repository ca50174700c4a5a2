"""When a circle meets: the list, the files for calendars, and moving or calling off one."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import zones
from community.language import in_language
from community.people import SignedInRequest, signed_in
from programs import calendar, feeds, ics
from programs.models import Membership
from programs.refusal import Refused
from programs.session_forms import SessionChangeForm, coming


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: SignedInRequest, circle: str) -> HttpResponse:
    """The sessions to come, for members; those who hold the circle may change one."""
    membership = _membership(request, circle)
    if request.method == "POST" and not membership.is_facilitator:
        raise Http404
    group, cohort = membership.circle, membership.circle.cohort
    form = None
    if membership.is_facilitator:
        form = SessionChangeForm(request.POST or None, cohort=cohort, circle=group)
        if form.is_valid():
            try:
                form.change(by=request.user)
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Done. The circle is told that something changed."))
                return redirect("sessions", circle)
    context = {
        "circle": group,
        "cohort": cohort,
        "membership": membership,
        "form": form,
        "sessions": coming(cohort, group),
        "subscription": subscription(feeds.feed_of(request.user)),
    }
    status = 422 if form and form.errors else 200
    return render(request, "programs/sessions.html", context, status=status)


@signed_in
@never_cache
@require_safe
def one_session(request: SignedInRequest, circle: str, week_of: str) -> HttpResponse:
    """One session as a file for a calendar."""
    group = _membership(request, circle).circle
    try:
        session = calendar.session_of(group.cohort, dt.date.fromisoformat(week_of), group)
    except ValueError:
        raise Http404 from None
    if session is None:
        raise Http404
    return _file(ics.calendar([(group, session)]), name="circle.ics")


@never_cache
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What a calendar program reads, without a session: the address is the key.

    It stands in the query, which our logs leave out.
    """
    person = feeds.person_behind(request.GET.get("key", ""))
    if person is None:
        raise Http404
    # It asks in no language, and is read by one person.
    with in_language(person.language):
        return _file(ics.calendar(feeds.meetings_of(person)), name="circles.ics")


@signed_in
@require_POST
def subscribe(request: SignedInRequest) -> HttpResponse:
    """Make the address anew, or take it back."""
    if request.POST.get("revoke"):
        feeds.revoke(request.user)
        messages.success(request, _("The address leads nowhere now."))
    else:
        feeds.make(request.user)
        messages.success(request, _("Here is the address. Whoever has it sees when you meet."))
    back = request.POST.get("circle", "")
    mine = Membership.objects.current().filter(user=request.user, circle__public_id=back)
    return redirect("sessions", back) if mine.exists() else redirect("places")


def subscription(feed: feeds.CalendarFeed | None) -> str:
    """The whole address of a feed; empty where there is none."""
    if feed is None:
        return ""
    return settings.ORIGIN + reverse("calendar_feed", query={"key": feeds.token_of(feed)})


def _file(words: str, *, name: str) -> HttpResponse:
    answer = HttpResponse(words, content_type=ics.CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _membership(request: SignedInRequest, circle: str) -> Membership:
    mine = Membership.objects.current().filter(user=request.user).select_related("circle__cohort")
    mine = mine.prefetch_related("circle__cohort__pauses", "circle__cohort__session_changes")
    found = get_object_or_404(mine, circle__public_id=circle)
    zones.tell_by(found.circle.cohort.zone, request)
    return found
