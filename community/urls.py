"""Every address of the house: the wiring names each app, by string."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("healthz/", include("community.health")),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("accounts/", include("community.account_urls")),
    path("", include("chat.urls")),
    path("", include("programs.urls")),
    path("", include("home.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    path("", include(wagtail_urls)),
]

handler404 = "community.refusals.not_found"
handler500 = "community.refusals.server_error"
