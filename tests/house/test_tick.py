"""Beat's tick: remembered, and passed on to whoever sweeps."""

import logging

import pytest
from django.conf import settings

from community.house.alive import SignOfLife
from community.house.clock import app as clock
from community.models import Tick
from community.signals import tick as ticked
from community.tasks import tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def sweeps():
    """Receivers that last for a test."""
    connected = []

    def connect(receiver):
        ticked.connect(receiver, weak=False)
        connected.append(receiver)

    yield connect
    for receiver in connected:
        ticked.disconnect(receiver)


def test_it_is_remembered():
    tick()

    assert Tick.age() < 60


def test_it_stays_one_row():
    tick()
    tick()

    assert Tick.objects.count() == 1


def test_one_sweep_that_fails_keeps_no_other_from_sweeping(sweeps, caplog):
    swept = []

    def fails(**named):
        raise ValueError("what keeps returning to me is")

    sweeps(fails)
    sweeps(lambda **named: swept.append("swept"))

    tick()

    assert swept == ["swept"]
    written = [logging.getLogger().handlers[0].format(record) for record in caplog.records]
    assert "ValueError" in " ".join(written)
    assert "returning" not in " ".join(written)


def test_beat_sends_what_the_worker_knows(settings):
    from community.celery import app as worker

    worker.loader.import_default_modules()
    sent = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert sent <= set(worker.tasks)


def test_beat_ticks_as_soon_as_it_starts(valkey):
    scheduler = clock.Beat().Service(app=clock, scheduler_cls=settings.CELERY_BEAT_SCHEDULER)

    due = [entry.is_due().is_due for entry in scheduler.scheduler.schedule.values()]

    assert due
    assert all(due)


def test_beat_gives_signs_of_life(valkey):
    scheduler = clock.Beat().Service(app=clock, scheduler_cls=settings.CELERY_BEAT_SCHEDULER)

    scheduler.scheduler.tick()

    assert SignOfLife(settings.VAR_DIR, "beat").age() < 60
    scheduler.scheduler.close()
