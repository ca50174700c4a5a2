"""What the lead's views have in common: a form that is one action, and deleting with care."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from programs.refusal import Refused


class ActionView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """A form about `self.object` that does one thing; a refusal is said on the form."""

    model: type[Model]
    permission_required = "change"
    template_name = "programs/admin/action.html"
    submit_button_label: Any = _("Save")
    index_url_name = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if "pk" in kwargs and self.user_has_permission(self.permission_required):
            self.object = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return self.model._default_manager.all()

    def act(self, form: Form) -> str:
        """Does it; a sentence that says so. Raises Refused."""
        raise NotImplementedError

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            said = self.act(form)
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        messages.success(self.request, said)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return reverse(self.index_url_name)

    def get_page_subtitle(self) -> str:
        return str(getattr(self, "object", ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["media"] = context["form"].media
        context["action_url"] = self.request.path
        context["submit_button_label"] = self.submit_button_label
        return context


class KeepsWhatIsUsed:
    """For a delete view: what others hang from is cancelled or ended, never deleted."""

    held_by = ""

    def get_object(self, queryset: Any = None) -> Model:
        found: Model = super().get_object(queryset)  # type: ignore[misc]
        if getattr(found, self.held_by).exists():
            raise PermissionDenied
        return found
