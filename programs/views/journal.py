"""A page of one's own, and all of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from community.models import public_id
from community.people import SignedInRequest, signed_in
from community.vault import Unopenable
from programs import journal
from programs.models import PromptDelivery, Reflection
from programs.refusal import Refused

_PER_PAGE = 40
_EARLIER = 6


class LeafForm(forms.Form):
    """The ruled page, with what its writer had before them when they began."""

    words = forms.CharField(
        label=_("Your reflection"),
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"class": "leaf", "rows": 10, "spellcheck": "true"}),
    )
    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    name = forms.RegexField(r"^[\w-]{16}$", required=False, widget=forms.HiddenInput)


@signed_in
@require_http_methods(["GET", "POST"])
def reflect(request: SignedInRequest, delivery: str) -> HttpResponse:
    """The page about a week's question, for those whose circle was asked."""
    asked = get_object_or_404(
        PromptDelivery.objects.visible_to(request.user).select_related("circle", "realm"),
        public_id=delivery,
    )
    page = Reflection.objects.visible_to(request.user).filter(prompt=asked).first()
    return _write(request, page, asked)


@signed_in
@require_http_methods(["GET", "POST"])
def new_page(request: SignedInRequest) -> HttpResponse:
    """A free page, about no question. Its name travels with the form: sent twice, it is one."""
    page = None
    if request.method == "POST":
        mine = Reflection.objects.visible_to(request.user)
        page = mine.filter(public_id=request.POST.get("name", "")[:16]).first()
    return _write(request, page, None)


@signed_in
@require_http_methods(["GET", "POST"])
def one_page(request: SignedInRequest, page: str) -> HttpResponse:
    return _write(request, *_mine(request, page))


@signed_in
@require_GET
def pages(request: SignedInRequest) -> HttpResponse:
    mine = Reflection.objects.visible_to(request.user)
    mine = mine.select_related("prompt__circle", "prompt__realm", "person").order_by("-written_at")
    listed = Paginator(mine, _PER_PAGE).get_page(request.GET.get("page"))
    leaves = [(page, first_line(page)) for page in listed]
    return render(request, "programs/journal.html", {"leaves": leaves, "listed": listed})


@signed_in
@require_GET
def copy(request: SignedInRequest, page: str) -> HttpResponse:
    """One's own words to take along, as plain text."""
    found, _asked = _mine(request, page)
    response = HttpResponse(words_of(found), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="page-{found.written_at:%Y-%m-%d}.txt"'
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, page: str) -> HttpResponse:
    found, _asked = _mine(request, page)
    if request.method == "GET":
        return render(request, "programs/delete_page.html", {"page": found})
    journal.let_go(page=found)
    messages.success(request, gettext("That page is gone, for good."))
    return redirect("journal")


def words_of(page: Reflection) -> str:
    try:
        return page.words
    except Unopenable:
        return ""


def first_line(page: Reflection) -> str:
    """What a page is called in lists: how it begins."""
    line = next((line.strip() for line in words_of(page).split("\n") if line.strip()), "")
    return line if len(line) <= 80 else line[:79].rsplit(" ", 1)[0] + "…"


def _mine(request: SignedInRequest, page: str) -> tuple[Reflection, PromptDelivery | None]:
    mine = Reflection.objects.visible_to(request.user).select_related(
        "prompt__circle", "prompt__realm", "person"
    )
    found = get_object_or_404(mine, public_id=page)
    return found, found.prompt


def _write(
    request: SignedInRequest, page: Reflection | None, asked: PromptDelivery | None
) -> HttpResponse:
    if request.method == "GET":
        return _leaf(request, _form_for(page), page, asked)
    form = LeafForm(request.POST)
    if not form.is_valid():
        return _leaf(request, form, page, asked, status=422)
    try:
        kept = journal.keep(
            person=request.user,
            words=form.cleaned_data["words"],
            prompt=asked,
            name=form.cleaned_data["name"] or (page.public_id if page else ""),
            seen=form.cleaned_data["seen"] or 0,
        )
    except Refused as refused:
        form.add_error("words", str(refused))
        return _leaf(request, form, page, asked, status=422)
    except Reflection.DoesNotExist as error:
        raise Http404 from error
    if kept.both:
        # What they have just written stays before them; what was kept first is shown below it.
        again = _form_for(kept.page, words=form.cleaned_data["words"])
        return _leaf(request, again, kept.page, asked, status=409, other=words_of(kept.page))
    messages.success(request, gettext("Kept. Only you can read it."))
    return redirect("reflect", asked.public_id) if asked else redirect("page", kept.page.public_id)


def _form_for(page: Reflection | None, words: str | None = None) -> LeafForm:
    if page is None:
        return LeafForm(initial={"seen": 0, "name": public_id()})
    shown = words_of(page) if words is None else words
    return LeafForm(initial={"words": shown, "seen": page.version, "name": page.public_id})


def _leaf(
    request: SignedInRequest,
    form: LeafForm,
    page: Reflection | None,
    asked: PromptDelivery | None,
    *,
    status: int = 200,
    other: str | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "asked": asked,
        "other": other if other is not None else (page.other_words if page else ""),
        "earlier": _earlier_than(request, page),
    }
    if asked:
        holders = asked.circle.memberships.current().facilitators().order_by("joined_at")
        context["asker"] = holders.values_list("name", flat=True).first() or ""
    return render(request, "programs/reflect.html", context, status=status)


def _earlier_than(
    request: SignedInRequest, page: Reflection | None
) -> list[tuple[Reflection, str]]:
    others = Reflection.objects.visible_to(request.user).select_related("prompt", "person")
    if page:
        others = others.exclude(pk=page.pk)
    return [(one, first_line(one)) for one in others.order_by("-written_at")[:_EARLIER]]
