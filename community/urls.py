"""Every address of the house: the wiring names each app, by string."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from community import account_urls, media
from community.people_admin import StaffAccount

urlpatterns = [
    path("healthz/", include("community.health")),
    path("cms/login/", account_urls.to_sign_in),
    path("cms/logout/", account_urls.sign_out),
    path("cms/account/", StaffAccount.as_view()),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("accounts/", include("community.account_urls")),
    path("", include("chat.urls")),
    path("", include("programs.urls")),
    path("", include("home.urls")),
    path("media/<str:folder>/<str:name>", media.picture),
    path("_util/login/", account_urls.to_sign_in),
    path("", include(wagtail_urls)),
]

handler400 = "community.refusals.bad_request"
handler403 = "community.refusals.not_allowed"
handler404 = "community.refusals.not_found"
handler429 = "community.refusals.too_many"
handler500 = "community.refusals.server_error"
