"""Celery, wired to Django's settings; each package brings its own `tasks` module."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

app = Celery("reweave")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
