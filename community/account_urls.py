"""Addresses of sign-in and account. There are no passwords to set: codes, passkeys and apps."""

from allauth.account import views
from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from community.account_views import EnterCode, SignInWithPasskey, SignOut, account, sign_in_link

to_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)
sign_out = SignOut.as_view()
sign_in = views.LoginView.as_view(extra_context={"sign_up_open": settings.SIGN_UP_OPEN})

urlpatterns = [
    path("", account, name="account"),
    path("login/", sign_in, name="account_login"),
    path("login/code/", to_sign_in, name="account_request_login_code"),
    path("login/code/confirm/", EnterCode.as_view(), name="account_confirm_login_code"),
    path("link/", sign_in_link, name="sign_in_link"),
    path("signup/", views.signup, name="account_signup"),
    path("confirm-email/", views.email_verification_sent, name="account_email_verification_sent"),
    path("email/", views.email, name="account_email"),
    path("logout/", sign_out, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("2fa/webauthn/login/", SignInWithPasskey.as_view(), name="mfa_login_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
