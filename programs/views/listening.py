"""The door of an open session."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from community.people import SignedInRequest, signed_in
from programs import listening
from programs.forms import NameForm
from programs.models import Circle
from programs.refusal import Refused


@signed_in
@require_http_methods(["GET", "POST"])
def listen(request: SignedInRequest, circle: str) -> HttpResponse:
    """Says what an open session is, and lets them in under the name they choose."""
    found = get_object_or_404(
        Circle.objects.open_to(request.user).select_related("cohort__program"), public_id=circle
    )
    if found.membership_of(request.user):
        return redirect("live", circle)
    if request.method == "GET":
        form = NameForm(initial={"name": listening.known_as(request.user, found)})
        return render(request, "programs/listen.html", {"form": form, "circle": found})
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            listening.come_in(circle=found, person=request.user, name=form.cleaned_data["name"])
            return redirect("live", circle)
        except Refused as refused:
            form.add_error("name", str(refused))
    return render(request, "programs/listen.html", {"form": form, "circle": found}, status=422)
