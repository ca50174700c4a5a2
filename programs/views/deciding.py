"""Those who hold a circle read who would like to join, and answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from community.people import SignedInRequest, signed_in
from programs import enrolment
from programs.forms import DecisionForm, as_read
from programs.models import Application, Circle
from programs.refusal import Refused

_VERBS = {
    "accept": enrolment.accept,
    "waiting": enrolment.offer_waiting_list,
    "ask": enrolment.ask,
    "decline": enrolment.decline,
}


@signed_in
@require_GET
def applications(request: SignedInRequest, circle: str) -> HttpResponse:
    """All that were sent to a circle, without their answers: opening one is written down."""
    held = Circle.objects.facilitated_by(request.user).with_places().select_related("cohort")
    found = get_object_or_404(held, public_id=circle)
    sent = Application.objects.held_by(request.user).filter(circle=found).order_by("sent_at")
    waiting_for = [one for one in sent if one.state == Application.State.SENT]
    context = {
        "circle": found,
        "to_read": waiting_for,
        "others": [one for one in sent if one.state != Application.State.SENT],
    }
    return render(request, "programs/applications.html", context)


@signed_in
@require_GET
def one(request: SignedInRequest, application: str) -> HttpResponse:
    found = _held(request, application)
    answers = enrolment.read_answers(application=found, by=request.user)
    return _page(request, found, answers, DecisionForm())


@signed_in
@require_POST
def decide(request: SignedInRequest, application: str) -> HttpResponse:
    found = _held(request, application)
    form = DecisionForm(request.POST)
    if form.is_valid():
        verb = _VERBS[form.cleaned_data["decision"]]
        try:
            verb(application=found, by=request.user, words=form.cleaned_data["words"])
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("They’ll get your answer, and a mail that there is one."))
            return redirect("applications", found.circle.public_id)
    # The answers stand on this page, too: it is a reading like any other.
    answers = enrolment.read_answers(application=found, by=request.user)
    return _page(request, found, answers, form, status=422)


def _held(request: SignedInRequest, application: str) -> Application:
    held = Application.objects.held_by(request.user)
    held = held.select_related("circle__cohort__program", "person")
    return get_object_or_404(held, public_id=application)


def _page(
    request: SignedInRequest,
    application: Application,
    answers: dict[str, str],
    form: DecisionForm,
    *,
    status: int = 200,
) -> HttpResponse:
    places_left = Circle.objects.places_left(application.circle_id)
    context = {
        "application": application,
        "answers": as_read(answers),
        "form": form,
        "places_left": places_left,
        "may_decide": application.state
        in {Application.State.SENT, Application.State.ASKED, Application.State.WAITING},
    }
    return render(request, "programs/application.html", context, status=status)
