"""Celery, wired to Django's settings; each package brings its own `tasks` module."""

import os
from typing import Any

from celery import Celery, bootsteps, signals

from community import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

app = Celery("reweave")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_the_houses_logging(**kwargs: Any) -> None:
    """Celery leaves logging as Django set it up, since someone listens here."""
    logs.guard()


class GivesSignsOfLife(bootsteps.StartStopStep):
    """Says that the worker is there, while it is connected: see `manage.py worker_health`."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        from django.conf import settings

        from community.house.alive import EVERY, SignOfLife

        sign = SignOfLife(settings.VAR_DIR, "worker")
        sign.give()
        self.timer = consumer.timer.call_repeatedly(EVERY, sign.give)

    def stop(self, consumer: Any) -> None:
        timer = getattr(self, "timer", None)
        if timer is not None:
            timer.cancel()

    shutdown = stop


app.steps["consumer"].add(GivesSignsOfLife)
