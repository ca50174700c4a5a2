"""The doors of sign-in that differ from allauth's, and the page of one's own account."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.flows.manage_email import sync_user_email_address
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, LogoutView
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.internal import flows as passkey_flows
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.generic.edit import FormView

from community import links
from community.forms import AccountForm
from community.people import signed_in

_NO_CODE = account_settings.EmailVerificationMethod.NONE


class _SignInByCode(LoginCodeVerificationProcess):
    """allauth's, which forgets that an address may have become another's, or nobody's, meanwhile:
    whoever still reads its mail has then no more to do with the account than any stranger."""

    @property
    def user(self) -> Any:
        person = super().user
        is_theirs = person and person.email.lower() == self.state["email"].lower()
        return person if is_theirs else None

    @property
    def code(self) -> str:
        return super().code if self.user else ""


@method_decorator(
    login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login"),
    name="dispatch",
)
class EnterCode(ConfirmLoginCodeView):
    """The code of a sign-in. One that has expired can be asked for anew on the same page."""

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.stage = request._login_stage  # type: ignore[attr-defined]
        self._process = _SignInByCode(stage=self.stage)
        self._expired = not self._process.is_valid()
        # Past the parent's dispatch, which would send someone with an expired code away.
        return FormView.dispatch(self, request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return kwargs if self._action == "resend" else kwargs | {"expired": self._expired}

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        if self._expired or not form.data.get("code", "").strip():
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_invalid(form)

    def _verify_form_valid(self, form: forms.Form) -> HttpResponse:
        self.request.session.set_expiry(None if form.cleaned_data["remember"] else 0)
        # Whoever was entered by others has no row that says their address reaches them; it does.
        sync_user_email_address(self._process.user)
        return super()._verify_form_valid(form)

    def _resend_form_valid(self, form: forms.Form) -> HttpResponse:
        address = self._process.state["email"]
        if ratelimit.consume(self.request, action="request_login_code", key=address.lower()):
            self._process.state["at"] = time.time()
            # As the first time, so that waiting for it tells nobody whether we know the address.
            self._process.send()
            self._process.record_resend()
            self._process.persist()
            messages.success(self.request, _("A new code is on its way."))
        else:
            messages.error(self.request, get_adapter().error_messages["rate_limited"])
        return redirect(self.passthrough_next_url(reverse("account_confirm_login_code")))


class SignInWithPasskey(LoginWebAuthnView):
    """allauth's, which forgets where someone was going.

    Whoever holds the passkey is the one who added it when they were signed in: a code to their
    address would prove no more.
    """

    def form_valid(self, form: forms.Form) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        login = Login(
            user=authenticator.user,
            redirect_url=get_next_redirect_url(self.request),
            email_verification=_NO_CODE,
        )
        return passkey_flows.perform_passwordless_login(self.request, authenticator, login)


class SignOut(LogoutView):
    """Ends the session, and what this browser kept of it, drafts included."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_link(request: HttpRequest) -> HttpResponse:
    """A link an operator printed. Only the button uses it up: mail scanners follow links."""
    if request.method == "GET":
        token = request.GET.get("token", "")
        good = links.is_good(token)
        context = {"token": token if good else "", "good": good}
        return render(request, "community/sign_in_link.html", context, status=200 if good else 410)
    person = links.use(request.POST.get("token", ""))
    if person is None:
        return render(request, "community/sign_in_link.html", {"good": False}, status=410)
    record_authentication(request, person, method="link")
    # The operator vouches for the address; a second factor is asked for all the same.
    return perform_login(request, Login(user=person, email_verification=_NO_CODE))


@signed_in
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own settings, and the ways to one's keys and sessions."""
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Kept."))
        return redirect("account")
    context = {"form": form, "has_second_factor": is_mfa_enabled(request.user)}
    return render(request, "community/account.html", context, status=422 if form.errors else 200)
