"""People at the demo's door: some waiting for an answer, one still writing, one on a list."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from community.models import User
from programs import enrolment
from programs.models import Agreement, Application, Circle

_ANSWERS = {
    "adult": "yes",
    "country": "Ireland",
    "access": "",
    "evaluated": "yes",
    "care": "yes",
    "tonight": "yes",
    "safe": "no",
}
# Circle, name, hopes.
_SENT = (
    ("Rowan circle", "Lark", "Company. I’ve told two people and both changed the subject."),
    ("Rowan circle", "Moss", "To hear how others get from the big feeling to a Wednesday."),
    (
        "Heron circle",
        "Nettle",
        "A place to bring songs. It’s been three years and they still come.",
    ),
)
_FULL = ("Lantern circle", "Vale", "Something slow. I work nights, so the noon hour suits me.")


def plant_applications() -> None:
    if Application.objects.exists():
        return
    for circle, name, hopes in _SENT:
        _send(circle, name, hopes)
    _put_on_the_list(_send(*_FULL))
    _begin("Rowan circle", "Teasel")


def _begin(circle: str, name: str) -> Application:
    address = f"{name.lower()}@example.org"
    someone = User.objects.filter(email=address).first() or User.objects.create_user(
        address, first_name=name
    )
    return enrolment.begin_application(
        circle=Circle.objects.select_related("cohort").get(name=circle), person=someone
    )


def _send(circle: str, name: str, hopes: str) -> Application:
    application = _begin(circle, name)
    evaluated_on = timezone.localdate() - dt.timedelta(days=40)
    agreement = Agreement.objects.latest("version")
    clauses = enumerate(agreement.each_clause(), 1)
    ticks = {f"clause_{agreement.version}_{number}": "on" for number, _clause in clauses}
    evaluator = "A psychiatrist at the day clinic"
    answers = _ANSWERS | ticks
    answers |= {"hopes": hopes, "name": name, "evaluator": evaluator}
    answers["evaluated_on"] = evaluated_on.isoformat()
    enrolment.send_application(
        application=application,
        answers=answers,
        evaluator=evaluator,
        evaluated_on=evaluated_on,
        agreement=agreement,
    )
    return application


def _put_on_the_list(application: Application) -> None:
    holder = application.circle.memberships.current().facilitators().first()
    if holder:
        enrolment.offer_waiting_list(
            application=application,
            by=holder.user,
            words="We’d have liked to have you this time. If someone steps back, you’re next.",
        )
