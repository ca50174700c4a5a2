"""Addresses of what the world sees, beside the pages that editors make."""

from django.urls import path

from home import views

urlpatterns = [
    path("theme/", views.choose_theme, name="theme"),
    path("support/", views.support, name="support"),
    path("support/worker.js", views.support_worker, name="support_worker"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
