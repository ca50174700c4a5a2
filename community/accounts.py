"""How someone signs in: by a code sent to their address; passkeys and TOTP can be added.

This is the house's word where allauth leaves things open. Whether an address is known here
is never told to whoever types it: known or not, the same page follows and a letter goes out.
"""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community import letters, vault
from community.models import User

# The owner, in the vault, of what authenticator apps share with us.
_SECOND_FACTORS = "house:second-factors"
# Of those that allauth knows, the letters that this house sends.
_LETTERS = {
    "account/email/login_code": "community/mail/code",
    "account/email/email_confirmation": "community/mail/code",
    "account/email/email_confirmation_signup": "community/mail/code",
    "account/email/unknown_account": "community/mail/unknown",
    "account/email/account_already_exists": "community/mail/known",
}


class AccountAdapter(DefaultAccountAdapter):
    """The house's choices where allauth leaves them open."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Write to the house if that’s a mistake."),
        "duplicate_email": _("That is your address already."),
        "email_taken": _("This address can’t be used here."),
        "incorrect_code": _("That isn’t the code we sent. Look at the newest mail, and try again."),
        "incorrect_password": _("That isn’t the password."),
        "invalid_login": _("Write your e-mail address, such as fen@example.org."),
        "rate_limited": _("A few minutes’ rest, please. Then ask again."),
        "same_as_current": _("That is your address already."),
        "too_many_login_attempts": _(
            "That was one try too many. Ask for a new code; your place is safe."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGN_UP_OPEN

    def new_user(self, request: HttpRequest) -> User:
        """Mail has no browser that asks: whoever is spoken to in another language than the house's
        own is written to in that, until they choose."""
        user: User = super().new_user(request)
        language = get_language() or ""
        user.language = "" if language == settings.LANGUAGE_CODE else language
        return user

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of the house's letters, at most ten an hour to the same address.

        Beyond that nothing is sent and nothing said: the page is the same. Where mail can't go
        out at all, the person is told so, whoever they are.
        """
        request = _current_request()
        if not ratelimit.consume(request, action="letter", key=email.lower()):
            return
        said = {
            "code": context.get("code", ""),
            "sign_up_url": settings.ORIGIN + reverse("account_signup"),
            "sign_in_url": settings.ORIGIN + reverse("account_login"),
            "sign_up_open": settings.SIGN_UP_OPEN,
        }
        try:
            letters.send(
                _LETTERS[template_prefix], to=email, language=get_language() or "", about=said
            )
        except letters.NotSent:
            answer = render(request, "community/mail_away.html", status=503)
            raise ImmediateHttpResponse(answer) from None

    def send_account_already_exists_mail(self, email: str) -> None:
        self.send_mail("account/email/account_already_exists", email, {})


class MFAAdapter(DefaultMFAAdapter):
    """What devices show when a passkey or an app is added; and secrets that are kept sealed."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That isn’t the code your app shows now. Try the next one."),
        "cannot_delete_authenticator": _("This can’t be taken away while you rely on it."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": letters.mail_name()}

    def get_totp_issuer(self) -> str:
        return letters.mail_name()

    def encrypt(self, text: str) -> str:
        sealed = vault.seal(text, owner=_SECOND_FACTORS, about=_SECOND_FACTORS)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text)
        return vault.open_sealed(sealed, owner=_SECOND_FACTORS, about=_SECOND_FACTORS)


def _current_request() -> HttpRequest:
    return context.request
