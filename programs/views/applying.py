"""Coming in, as the one who applies: step by step, kept as it goes."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from community.people import SignedInRequest, signed_in
from programs import enrolment
from programs.forms import STEPS, NameForm, StepForm, as_read
from programs.models import Agreement, Application, Circle, Membership
from programs.refusal import Refused

State = Application.State
_BEING_WRITTEN = (State.DRAFT, State.ASKED)
_ORDER = list(STEPS)
_FIRST, _LAST = _ORDER[0], _ORDER[-1]


@signed_in
@require_http_methods(["GET", "POST"])
def begin(request: SignedInRequest, circle: str) -> HttpResponse:
    """What comes, before it begins; afterwards, how the application stands."""
    application = _open_application(request, circle)
    if application:
        if application.state == State.DRAFT:
            return redirect("apply_step", circle, _first_to_do(application) or _LAST)
        return _standing(request, application)
    found = get_object_or_404(Circle.objects.gathering(), public_id=circle)
    if request.method == "GET":
        context = {"circle": found, "steps": STEPS.values()}
        return render(request, "programs/apply_begin.html", context)
    try:
        enrolment.begin_application(circle=found, person=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("places")
    return redirect("apply_step", circle, _FIRST)


@signed_in
@require_http_methods(["GET", "POST"])
def step(request: SignedInRequest, circle: str, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    application = _open_application(request, circle)
    if application is None or application.state not in _BEING_WRITTEN:
        return redirect("apply", circle)
    agreement = Agreement.in_force()
    if request.method == "GET":
        form = STEPS[step](initial=application.draft, agreement=agreement)
        return _page(request, application, step, form)
    form = STEPS[step](request.POST, agreement=agreement)
    try:
        answers = application.draft | form.typed()
        enrolment.save_draft(application=application, answers=answers)
        if "later" in request.POST:
            messages.success(request, _("Kept. You’ll find it here when you come back."))
            return redirect("places")
        return _go_on(request, application, step, form)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("apply", circle)


@signed_in
@require_POST
def change(request: SignedInRequest, circle: str) -> HttpResponse:
    """Take what was sent back to the desk, while nobody has answered."""
    application = _own(request, circle)
    try:
        enrolment.reopen(application=application)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("apply", circle)
    return redirect("apply_step", circle, _FIRST)


@signed_in
@require_POST
def withdraw(request: SignedInRequest, circle: str) -> HttpResponse:
    application = _own(request, circle)
    try:
        enrolment.withdraw(application=application)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Taken back. What you had written is erased."))
    return redirect("places")


@signed_in
@require_http_methods(["GET", "POST"])
def enter(request: SignedInRequest, circle: str) -> HttpResponse:
    """The last step: the name they go by, and in. Sent twice, it leads in twice."""
    if _is_in(request, circle):
        return redirect("room", circle)
    application = _own(request, circle)
    if application.state != State.ACCEPTED:
        return redirect("apply", circle)
    if request.method == "GET":
        form = NameForm(initial={"name": application.answers.get("name", "")})
        return render(request, "programs/enter.html", {"form": form, "application": application})
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            enrolment.enter(application=application, name=form.cleaned_data["name"])
            return redirect("room", circle)
        except Refused as refused:
            if _is_in(request, circle):  # by the same form, a moment before
                return redirect("room", circle)
            form.add_error("name", str(refused))
    context = {"form": form, "application": application}
    return render(request, "programs/enter.html", context, status=422)


def _go_on(
    request: SignedInRequest, application: Application, step: str, form: StepForm
) -> HttpResponse:
    """To the next step that needs them; after the last, off it goes."""
    if not form.is_valid():
        return _page(request, application, step, form, status=422)
    circle = application.circle.public_id
    to_do = _first_to_do(application)
    if step != _LAST:
        return redirect("apply_step", circle, _ORDER[_ORDER.index(step) + 1])
    if to_do:
        messages.warning(request, _("Something on this page still needs you. All else is kept."))
        return redirect("apply_step", circle, to_do)
    if form.leads_to_support and "seen_support" not in request.POST:
        # Kept, and not sent before they have seen where there are people tonight.
        return _page(request, application, step, form, support=True)
    care = STEPS["care"](application.draft)
    care.is_valid()
    agreement = Agreement.in_force()
    if agreement is None:
        raise Refused(_("This house has no agreement yet. Your answers are kept."))
    enrolment.send_application(
        application=application,
        answers=application.draft,
        evaluator=care.cleaned_data["evaluator"],
        evaluated_on=care.cleaned_data["evaluated_on"],
        agreement=agreement,
    )
    messages.success(request, _("Sent. You’ll hear from those who hold the circle."))
    return redirect("places")


def _first_to_do(application: Application) -> str:
    """The first step that isn't done; empty where all are."""
    agreement, answers = Agreement.in_force(), application.draft
    for name, form in STEPS.items():
        if not form(answers, agreement=agreement).is_valid():
            return name
    return ""


def _page(
    request: SignedInRequest,
    application: Application,
    step: str,
    form: StepForm,
    *,
    status: int = 200,
    support: bool = False,
) -> HttpResponse:
    here = _ORDER.index(step)
    context = {
        "application": application,
        "circle": application.circle,
        "form": form,
        "step": step,
        "number": here + 1,
        "total": len(_ORDER),
        "before": _ORDER[here - 1] if here else "",
        "steps_done": range(here + 1),
        "steps_to_do": range(len(_ORDER) - here - 1),
        "support": support,
    }
    return render(request, "programs/apply_step.html", context, status=status)


def _standing(request: SignedInRequest, application: Application) -> HttpResponse:
    context = {
        "application": application,
        "answers": as_read(application.answers),
        "readings": application.readings.all()[:20],
    }
    return render(request, "programs/application_standing.html", context)


def _open_application(request: SignedInRequest, circle: str) -> Application | None:
    """Theirs, while it is open or its decline can still be read."""
    mine = Application.objects.filter(person=request.user, circle__public_id=circle)
    mine = mine.select_related("circle__cohort__program", "person")
    return mine.open().first()


def _is_in(request: SignedInRequest, circle: str) -> bool:
    entered = Application.objects.filter(person=request.user, state=State.ENTERED)
    mine = Membership.objects.current().filter(user=request.user, circle__public_id=circle)
    return mine.filter(circle__in=entered.values("circle")).exists()


def _own(request: SignedInRequest, circle: str) -> Application:
    mine = Application.objects.filter(~Q(state=State.ENTERED), person=request.user)
    mine = mine.select_related("circle__cohort", "person").order_by("-began_at")
    found = mine.filter(circle__public_id=circle).first()
    if found is None:
        raise Http404
    return found
