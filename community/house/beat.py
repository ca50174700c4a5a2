"""The clock of the house. It ticks; what is due, the database knows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from celery.beat import Scheduler
from django.conf import settings

from community.house.alive import EVERY, SignOfLife

_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Clock(Scheduler):
    """Ticks as soon as it starts, so that a restart delays nothing that is due, and keeps no
    file: what would be lost with it is in the database."""

    max_interval = EVERY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
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
