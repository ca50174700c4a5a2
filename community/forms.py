"""The forms of sign-in and account, in the house's words."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any, cast

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from community import guesses
from community.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

# A credential from a browser is below 4 KB.
_LONGEST_CREDENTIAL = 16 * 1024
_AS_IT_COMES = "-"


def _ask_for_address(
    form: forms.Form, name: str, *, autocomplete: str, hint: str | StrPromise
) -> None:
    field = form.fields[name]
    field.label = _("Your e-mail address")
    field.help_text = hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs |= {"autocomplete": autocomplete, "inputmode": "email", "maxlength": 254}
    field.validators.append(MaxLengthValidator(254, _("This is too long for an address.")))
    field.error_messages["required"] = _("Write your e-mail address, such as fen@example.org.")


class SignInForm(account_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("We’ll send a six-digit code. The message won’t say what this site is about.")
        _ask_for_address(self, "login", autocomplete="username webauthn", hint=hint)


class SignUpForm(account_forms.SignupForm):
    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("We’ll send a six-digit code, to be sure that it reaches you.")
        _ask_for_address(self, "email", autocomplete="email", hint=hint)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if not self.account_already_exists:
            try:
                with transaction.atomic():
                    return super().try_save(request)
            except IntegrityError:  # sent twice at once
                self.account_already_exists = True
        return super().try_save(request)


class NewAddressForm(account_forms.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("We’ll send a code there. Until you’ve entered it, your old address holds.")
        _ask_for_address(self, "email", autocomplete="email", hint=hint)
        self.fields["email"].label = _("Your new e-mail address")


class _AsksForCode(forms.Form):
    expected_code: str | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Six-digit code")
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs |= {"inputmode": "numeric", "class": "code", "maxlength": 12}
        code.error_messages["required"] = _("Write the six digits from the mail.")

    def clean_code(self) -> str:
        if not guesses.may_guess(context.request, self.expected_code or ""):
            raise get_adapter().validation_error("incorrect_code")
        code: str = super().clean_code()  # type: ignore[misc]
        return code


class CodeForm(_AsksForCode, account_forms.ConfirmLoginCodeForm):
    """The code of a sign-in. `expired` where its ten minutes are over."""

    remember = forms.BooleanField(
        required=False,
        label=_("Stay signed in on this device"),
        help_text=_("Leave this empty if others use it."),
    )

    def __init__(self, *args: Any, expired: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expired = expired

    def clean_code(self) -> str:
        if self.expired:
            raise ValidationError(
                _(
                    "That code has passed its ten minutes. Ask for a new one below; "
                    "your place is safe."
                )
            )
        return super().clean_code()


class AddressCodeForm(_AsksForCode, account_forms.ConfirmEmailVerificationCodeForm):
    pass


class PasswordForm(account_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Your password")
        self.fields["password"].widget.attrs.pop("placeholder", None)


class _TakesAppCodeOnce(forms.Form):
    """Nobody comes in with a code that they saw someone else write."""

    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        found = self.authenticator
        if found.type == Authenticator.Type.TOTP and not guesses.is_new(found.user_id, code):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_TakesAppCodeOnce, mfa_forms.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_app_code(self)


class SecondFactorAgainForm(_TakesAppCodeOnce, mfa_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_app_code(self)


class AddAppForm(totp_forms.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_app_code(self)
        self.fields["code"].help_text = _("The six digits that your app shows after scanning.")


def _ask_for_app_code(form: forms.Form) -> None:
    code = form.fields["code"]
    code.label = _("Code from your app")
    code.help_text = _("A recovery code works too.")
    code.widget.attrs.pop("placeholder", None)
    code.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "text", "maxlength": 16}
    code.error_messages["required"] = _("Write the code that your app shows.")


class CredentialField(forms.JSONField):
    """What a browser says of a passkey. Anyone may send anything here."""

    def __init__(self) -> None:
        super().__init__(required=True, widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        try:
            if len(value or "") > _LONGEST_CREDENTIAL:
                raise ValueError
            said = super().to_python(value)
        except (RecursionError, ValueError):
            said = None
        if not isinstance(said, dict):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return said


class _TakesCredential(forms.Form):
    """Whatever the parts of allauth and fido2 make of a credential: it is refused, not a fault."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField()

    def clean_credential(self) -> Any:
        read = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])
        return _refused_if_unreadable(read)

    def clean(self) -> Any:
        return _refused_if_unreadable(super().clean)


def _refused_if_unreadable(read: Any) -> Any:
    try:
        return read()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        raise get_mfa_adapter().validation_error("incorrect_code") from None


class AddPasskeyForm(_TakesCredential, webauthn_forms.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call it")
        self.fields["name"].help_text = _("Such as “my phone”. Only you see it.")
        cast(forms.CharField, self.fields["name"]).max_length = 100
        self.fields["name"].widget.attrs |= {"maxlength": 100, "autocomplete": "off"}
        self.fields["passwordless"].label = _("Sign in with this alone")
        self.fields["passwordless"].help_text = _(
            "Then no code by mail is needed. Your device asks for a finger, a face or its PIN."
        )
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label=_("What you call it"), max_length=100)


class _MadeSureWho(webauthn_forms.LoginWebAuthnForm):
    """Alone, a key has to know who holds it, whichever question it answers: allauth asks for that
    where it puts one, and takes the answer to any that the session still has."""

    def clean_credential(self) -> Authenticator:
        said = parse_authentication_response(self.cleaned_data["credential"])
        found: Authenticator = super().clean_credential()
        if not said.response.authenticator_data.is_user_verified():
            raise get_mfa_adapter().validation_error("incorrect_code")
        return found


class PasskeySignInForm(_TakesCredential, _MadeSureWho):
    pass


class PasskeySecondForm(_TakesCredential, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(_TakesCredential, webauthn_forms.ReauthenticateWebAuthnForm):
    pass


class AccountForm(forms.ModelForm):
    """Language, time zone, mail and content notes of whoever is signed in."""

    class Meta:
        model = User
        fields = ("language", "time_zone", "mail_updates", "opens_notes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = _choice(
            _("Language"), _("As my browser asks"), list(settings.LANGUAGES)
        )
        self.fields["time_zone"] = _choice(
            _("Time zone"), _("As the house: %(zone)s") % {"zone": settings.TIME_ZONE}, _zones()
        )
        self.fields["time_zone"].help_text = _(
            "Times are shown in it, and it says when your night is."
        )
        for name in ("language", "time_zone"):
            self.initial[name] = self.initial[name] or _AS_IT_COMES
        self.fields["mail_updates"].label = _("Mail me when there is something new")
        self.fields["mail_updates"].help_text = _(
            "The message never says what it is, and comes between 8:00 and 21:00; at night only to "
            "a facilitator who is at a live session, where something there can’t wait."
        )
        self.fields["opens_notes"].label = _("Show messages with a content note open")
        self.fields["opens_notes"].help_text = _(
            "Otherwise they are folded, and you open each when you’re ready."
        )


def _choice(
    label: str | StrPromise, as_it_comes: str | StrPromise, choices: list[Any]
) -> forms.TypedChoiceField:
    """A list in which leaving it to the house is a choice like any other."""
    return forms.TypedChoiceField(
        label=label,
        choices=[(_AS_IT_COMES, as_it_comes), *choices],
        coerce=lambda chosen: "" if chosen == _AS_IT_COMES else chosen,
    )


def _zones() -> list[tuple[str, list[tuple[str, str]]]]:
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, slash, place = name.partition("/")
        if slash and region not in {"Etc", "SystemV", "posix", "right"}:
            regions.setdefault(region, []).append((name, place.replace("_", " ")))
    return [*regions.items(), (str(_("Elsewhere")), [("UTC", "UTC")])]
