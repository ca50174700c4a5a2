"""What beat sets off."""

import logging

from celery import shared_task

from community.models import Tick
from community.signals import tick as ticked

logger = logging.getLogger(__name__)


@shared_task(name="community.tick")
def tick() -> None:
    """Remember that beat lives, and let every app sweep what is due.

    One app's trouble keeps no other from its sweep. Only the kind of trouble is logged: its
    text may hold what people wrote.
    """
    Tick.record()
    for receiver, outcome in ticked.send_robust(sender=None):
        if isinstance(outcome, Exception):
            name = getattr(receiver, "__qualname__", type(receiver).__name__)
            logger.error("sweep failed: %s in %s", type(outcome).__name__, name)
