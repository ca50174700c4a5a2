"""Two who do the same thing at the same moment: one of them does it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from chat.models import Event, Message
from community.models import Notice, User
from programs import enrolment, journal, prompts
from programs.models import Application, Cohort, Membership, PromptDelivery, Reflection
from programs.refusal import Refused
from tests.cast import Cast, gather
from tests.live import _database_url

pytestmark = pytest.mark.django_db(transaction=True)
State = PromptDelivery.State

_BEAT = """
import django
django.setup()
from programs import prompts
print(prompts.deliver_due())
"""
_KILLED_HALF_WAY = """
import os, signal, django
django.setup()
from programs import prompts
from programs.signals import prompt_due
def killed(**kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
prompt_due.connect(killed)
prompts.deliver_due()
"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return gather()


@pytest.fixture
def due(cast: Cast) -> Cohort:
    """The cast's cohort, with a question of both circles due a minute ago."""
    prompts.reschedule(cast.cohort)
    PromptDelivery.objects.filter(week=1).update(
        due_at=timezone.now() - dt.timedelta(minutes=1), state=State.WAITING, settled_at=None
    )
    PromptDelivery.objects.exclude(week=1).update(due_at=timezone.now() + dt.timedelta(days=20))
    return cast.cohort


def at_once(*verbs: Callable[[], object]) -> list[object]:
    """What each came to, a return value or an exception, when all begin in the same moment."""
    gate, came = threading.Barrier(len(verbs)), [None] * len(verbs)

    def run(place: int, verb: Callable[[], object]) -> None:
        gate.wait()
        try:
            came[place] = verb()
        except Exception as error:
            came[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def processes(script: str, count: int) -> list[subprocess.CompletedProcess[str]]:
    environ = {
        **os.environ,
        "DATABASE_URL": _database_url(),
        "DJANGO_SETTINGS_MODULE": "community.settings",
        "REWEAVE_VAR": str(settings.VAR_DIR),
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(count)
    ]
    ended = []
    for one in started:
        told, _ = one.communicate(timeout=300)
        ended.append(subprocess.CompletedProcess(one.args, one.returncode, told))
    return ended


def test_a_task_delivered_four_times_at_once_asks_once(due: Cohort):
    asked = at_once(*[prompts.deliver_due] * 4)

    assert sum(asked) == 2
    assert Message.objects.filter(prompt__isnull=False).count() == 2
    assert Event.objects.filter(kind=Event.Kind.PROMPT_POSTED).count() == 2
    assert Notice.objects.filter(kind=Notice.Kind.QUESTION).count() == 5


def test_two_beats_and_a_worker_killed_half_way_still_ask_exactly_once(due: Cohort):
    [killed] = processes(_KILLED_HALF_WAY, 1)
    assert killed.returncode == -9
    assert not Message.objects.filter(prompt__isnull=False).exists()
    assert PromptDelivery.objects.due().count() == 2
    assert not Notice.objects.exists()

    beats = processes(_BEAT, 2)

    assert sum(int(beat.stdout) for beat in beats) == 2
    assert Message.objects.filter(prompt__isnull=False).count() == 2
    assert not PromptDelivery.objects.due().exists()


def test_asking_and_moving_the_dates_at_once_asks_once(cast: Cast, due: Cohort):
    later = Cohort.objects.get(pk=due.pk)
    later.prompt_time = dt.time(9, 30)
    later.save()

    at_once(prompts.deliver_due, lambda: prompts.reschedule(later), prompts.deliver_due)
    prompts.deliver_due()

    for circle in (cast.circle, cast.next_door):
        assert Message.objects.filter(prompt__circle=circle).count() <= 1
        row = PromptDelivery.objects.get(circle=circle, week=1)
        posted = Message.objects.filter(prompt=row).exists()
        assert posted == (row.state == State.DELIVERED)


def test_a_cohort_scheduled_twice_at_once_has_each_week_once(cast: Cast):
    at_once(*[lambda: prompts.reschedule(cast.cohort)] * 3)
    assert PromptDelivery.objects.filter(circle=cast.circle).count() == 4


def test_the_last_place_is_given_once(cast: Cast, agreement, full_answers):
    Cohort.objects.update(largest=3, smallest=2)  # Noor and Ines have two of the three
    applications = []
    for name in ("lark", "moss", "vale"):
        person = User.objects.create_user(f"{name}@example.org")
        application = enrolment.begin_application(circle=cast.circle, person=person)
        enrolment.send_application(
            application=application,
            answers=full_answers,
            evaluator="A nurse",
            evaluated_on=timezone.localdate(),
            agreement=agreement,
        )
        applications.append(application)

    came = at_once(
        *[lambda one=one: enrolment.accept(application=one, by=cast.mina) for one in applications]
    )

    assert sum(isinstance(outcome, Refused) for outcome in came) == 2
    assert Application.objects.filter(state=Application.State.ACCEPTED).count() == 1


def test_one_name_is_not_taken_by_two_who_enter_at_once(cast: Cast):
    accepted = []
    for name in ("lark", "moss"):
        person = User.objects.create_user(f"{name}@example.org")
        application = Application.objects.create(
            circle=cast.circle, person=person, state=Application.State.ACCEPTED
        )
        accepted.append(application)

    came = at_once(
        *[lambda one=one: enrolment.enter(application=one, name="Wren") for one in accepted]
    )

    assert sum(isinstance(outcome, Membership) for outcome in came) == 1
    assert sum(isinstance(outcome, Refused) for outcome in came) == 1


def test_leaving_twice_at_once_ends_one_membership_once(cast: Cast):
    member = cast.member(cast.noor)
    came = at_once(*[lambda: enrolment.leave(membership=member)] * 2)
    assert sum(isinstance(outcome, Refused) for outcome in came) == 1
    assert Event.objects.filter(kind=Event.Kind.LEFT).count() == 1


def test_two_tabs_that_keep_the_same_page_at_once_lose_nothing(cast: Cast, due: Cohort):
    prompts.deliver_due()
    asked = PromptDelivery.objects.asked().get(circle=cast.circle)
    came = at_once(
        lambda: journal.keep(person=cast.noor, words="From the desk", prompt=asked),
        lambda: journal.keep(person=cast.noor, words="From the phone", prompt=asked),
    )
    assert not [outcome for outcome in came if isinstance(outcome, Exception)]
    page = Reflection.objects.get(person=cast.noor)
    assert {page.words, page.other_words} == {"From the desk", "From the phone"}
