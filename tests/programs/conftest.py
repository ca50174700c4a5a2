"""What the tests of the programs share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from community.models import User
from programs import enrolment
from programs.models import Agreement, Application, Circle, PromptDelivery
from programs.signals import prompt_due
from tests.cast import Cast

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def lark(db: None) -> User:
    """Lark would like to join."""
    return User.objects.create_user("lark@example.org", time_zone="Europe/London")


@pytest.fixture
def agreement(db: None) -> Agreement:
    return Agreement.objects.latest("version")


@pytest.fixture
def full_answers(agreement: Agreement) -> dict[str, str]:
    """Everything an application asks, as it is typed."""
    clauses = {
        f"clause_{agreement.version}_{n}": "on" for n, _ in enumerate(agreement.each_clause(), 1)
    }
    return {
        "adult": "yes",
        "country": "Ireland",
        "hopes": "Company for the quiet weeks.",
        "access": "",
        "evaluated": "yes",
        "evaluator": "A nurse at the day clinic",
        "evaluated_on": (timezone.localdate() - 30 * DAY).isoformat(),
        "care": "yes",
        "tonight": "yes",
        "safe": "no",
        "name": "Lark",
        **clauses,
    }


@pytest.fixture
def apply(
    cast: Cast, agreement: Agreement, full_answers: dict[str, str]
) -> Callable[[User], Application]:
    """Sends someone's application to the alder circle."""

    def send(person: User) -> Application:
        application = enrolment.begin_application(circle=cast.circle, person=person)
        enrolment.send_application(
            application=application,
            answers=full_answers,
            evaluator=full_answers["evaluator"],
            evaluated_on=dt.date.fromisoformat(full_answers["evaluated_on"]),
            agreement=agreement,
        )
        return application

    return send


@pytest.fixture
def heard() -> Iterator[list[PromptDelivery]]:
    """The questions that were handed on to be posted, in their order."""
    asked: list[PromptDelivery] = []

    def listen(delivery: PromptDelivery, **kwargs: object) -> None:
        asked.append(delivery)

    prompt_due.connect(listen)
    yield asked
    prompt_due.disconnect(listen)


def rows(circle: Circle) -> dict[int, tuple[dt.datetime, str]]:
    """Of a circle, by week: when it is due and where it stands."""
    found = PromptDelivery.objects.filter(circle=circle)
    return {row.week: (row.due_at, row.state) for row in found}
