"""The clock of the house: beat, which only ticks. What is due, the database knows.

It sends a task by its name, so it loads nothing of the house but its settings.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

from celery import Celery
from celery.beat import Scheduler

from community.house.alive import EVERY, SignOfLife

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

app = Celery("clock", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")

_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Clock(Scheduler):
    """Ticks as soon as it starts, so that a restart delays nothing that is due, and keeps no
    file: what would be lost with it is in the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from django.conf import settings

        self._sign = SignOfLife(settings.VAR_DIR, "beat")
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = _LONG_AGO

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        self._sign.give()
        return min(wait, EVERY)
