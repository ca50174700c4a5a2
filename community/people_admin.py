"""People in the CMS: an address, a name if they like, and what they may do. No passwords."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import (
    AccountView,
    AvatarSettingsPanel,
    BaseSettingsPanel,
    NameEmailSettingsPanel,
)
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import DeleteView, UserViewSet

from community.models import User

HOLDS_A_PLACE = _(
    "This person has, or had, a place in a circle. Close their account instead: others’ talk "
    "would lose its thread."
)


class _Person(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = False
        self.fields["first_name"].label = _("Name")
        self.fields["first_name"].help_text = _(
            "Only for staff, so that colleagues recognise each other. Members need none."
        )
        # Nobody's full legal name is asked for; the page that draws this field expects it.
        self.fields["last_name"].required = False
        self.fields["last_name"].widget = forms.HiddenInput()

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])


class NewPersonForm(_Person, UserCreationForm):
    pass


class PersonForm(_Person, UserEditForm):
    def save(self, commit: bool = True) -> User:
        person = super().save(commit)
        if commit and "email" in self.changed_data:
            # An address that was taken from someone must not sign them in any more.
            EmailAddress.objects.filter(user=person).exclude(email=person.email).delete()
        return person


class _OwnNameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("first_name",)
        labels = {"first_name": _("Name")}


class _OwnName(NameEmailSettingsPanel):
    form_class = _OwnNameForm


@method_decorator(require_admin_access, name="dispatch")
class StaffAccount(AccountView):
    """Wagtail's, which keeps nothing of whoever has no last name; and here nobody has a picture."""

    def get_panels(self) -> list[BaseSettingsPanel]:
        kept = [panel for panel in super().get_panels() if not isinstance(panel, _REPLACED)]
        first = kept[0]
        return [_OwnName(first.request, first.user, first.profile), *kept]


_REPLACED = (NameEmailSettingsPanel, AvatarSettingsPanel)


class DeletePerson(DeleteView):
    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            return super().form_valid(form)
        except ProtectedError:
            messages.error(self.request, str(HOLDS_A_PLACE))
            return redirect(self.index_url_name)


class PeopleViewSet(UserViewSet):
    delete_view_class = DeletePerson

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return PersonForm if for_update else NewPersonForm
