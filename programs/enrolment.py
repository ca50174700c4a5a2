"""How someone comes into a circle, and how they leave it.

An application goes draft → sent → accepted → entered, and from each state only where `_FROM`
lets it; every step is a compare-and-set, so that of two people who decide at once one does.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import audit, notices
from community.models import Notice
from community.signals import tick
from programs import swatches
from programs.leads import is_lead
from programs.models import (
    Agreement,
    AgreementAcceptance,
    AnswerReading,
    Application,
    Break,
    Circle,
    Membership,
    Removal,
)
from programs.names import claimed_name
from programs.refusal import Refused
from programs.signals import membership_ended, membership_resumed

if TYPE_CHECKING:
    from community.models import User

State = Application.State
# Where each state may be come to from.
_FROM: dict[str, tuple[str, ...]] = {
    State.SENT: (State.DRAFT, State.ASKED),
    State.DRAFT: (State.SENT,),
    State.ASKED: (State.SENT, State.WAITING),
    State.ACCEPTED: (State.SENT, State.ASKED, State.WAITING),
    State.WAITING: (State.SENT, State.ASKED),
    State.DECLINED: (State.SENT, State.ASKED, State.WAITING, State.ACCEPTED),
    State.WITHDRAWN: (State.DRAFT, State.SENT, State.ASKED, State.WAITING, State.ACCEPTED),
    State.ENTERED: (State.ACCEPTED,),
}
_KEEP_ANSWERS = dt.timedelta(days=30)
# So long a removal can be taken back: a slip, or second thoughts, and not another decision.
LET_BACK_IN_WITHIN = dt.timedelta(hours=1)
audit.describe(
    {
        "read_answers": gettext_lazy("%(name)s read the answers of your application."),
        "remove": gettext_lazy("%(name)s ended your place in the circle."),
        "let_back_in": gettext_lazy("%(name)s gave you your place in the circle back."),
    },
    appealable=("remove",),
)


# The one who applies ---------------------------------------------------------
def begin_application(*, circle: Circle, person: User) -> Application:
    """Their open application to `circle`, begun if there is none.

    Raises Refused where nobody can join any more, or they can't.
    """
    current = circle.applications.open().filter(person=person).first()
    if current:
        return current
    if circle.membership_of(person):
        raise Refused(_("You belong to this circle already."))
    _check_not_removed(circle, person)
    _check_door(circle)
    try:
        with transaction.atomic():
            return Application.objects.create(circle=circle, person=person)
    except IntegrityError:  # begun in another tab at the same moment
        return circle.applications.open().get(person=person)


def save_draft(*, application: Application, answers: dict[str, str]) -> None:
    """Keep the answers so far, complete or not. Raises Refused once they were sent.

    Since a question came back they are kept beside what was sent, which those who hold the circle
    go on reading.
    """
    own = Application.objects.filter(pk=application.pk)
    application.seal_draft(answers)
    if own.filter(state=State.ASKED).update(sealed_draft=application.sealed_draft):
        return
    application.sealed_draft = b""
    application.seal_answers(answers)
    if not own.filter(state=State.DRAFT).update(sealed_answers=application.sealed_answers):
        raise Refused(_("This was sent already. What stands there now is what was sent."))


@transaction.atomic
def send_application(
    *,
    application: Application,
    answers: dict[str, str],
    evaluator: str,
    evaluated_on: dt.date,
    agreement: Agreement,
) -> None:
    """Hand it to those who hold the circle. Raises Refused where it was sent or closed already, or
    nobody can join any more."""
    _check_not_removed(application.circle, application.person)
    _check_door(application.circle)
    # To take it back and send it again is anyone's to do, as often as they like: that is told once
    # an hour. Whoever asked something hears of each answer.
    answered = application.state == State.ASKED and application.decided_at
    stamp = f"{answered:%y%m%d%H%M%S}" if answered else f"{timezone.now():%y%m%d%H}"
    application.seal_answers(answers)
    application.seal_evaluator(evaluator)
    _move(
        application,
        State.SENT,
        sealed_answers=application.sealed_answers,
        sealed_draft=b"",
        sealed_evaluator=application.sealed_evaluator,
        evaluated_on=evaluated_on,
        sent_at=timezone.now(),
    )
    AgreementAcceptance.objects.get_or_create(agreement=agreement, person=application.person)
    who = f"{application.circle.public_id}:{application.person.public_id}"
    _tell_holders(application.circle, f"sent:{who}:{stamp}")


def reopen(*, application: Application) -> None:
    """Take it back to change something, while nobody has answered. Raises Refused."""
    _move(application, State.DRAFT)


def withdraw(*, application: Application) -> None:
    """End it, in one step; what they wrote is erased at once. Raises Refused."""
    _move(
        application,
        State.WITHDRAWN,
        decided_at=timezone.now(),
        sealed_answers=b"",
        sealed_draft=b"",
        sealed_evaluator=b"",
        answers_erased_at=timezone.now(),
    )


@transaction.atomic
def enter(*, application: Application, name: str) -> Membership:
    """Take the place, under `name`. Raises Refused where the name or the place is not theirs."""
    circle = _locked(application.circle)
    if circle.cohort.is_cancelled:
        raise Refused(_("This circle doesn’t take place."))
    if circle.membership_of(application.person):
        raise Refused(_("You belong to this circle already."))
    # Begun before they were taken in by another way, it would lead back what was ended since.
    _check_not_removed(circle, application.person)
    name = claimed_name(circle, application.person, name)
    _move(application, State.ENTERED)
    return Membership.objects.create(
        circle=circle, user=application.person, name=name, swatch=swatches.for_newcomer(circle)
    )


# Those who hold the circle ---------------------------------------------------
@transaction.atomic
def read_answers(*, application: Application, by: User) -> dict[str, str]:
    """The answers; that `by` read them is written down, and the applicant sees it."""
    holder = _holder(application, by)
    AnswerReading.objects.create(application=application, reader=by, reader_name=holder.name)
    circle = application.circle.public_id
    audit.record(verb="read_answers", by=by, about=application.person, circle=circle)
    return application.answers


def ask(*, application: Application, by: User, words: str) -> None:
    """Send it back with a question. Raises Refused."""
    _holder(application, by)
    _decide(application, State.ASKED, by, words)


@transaction.atomic
def accept(*, application: Application, by: User, words: str = "") -> None:
    """Give them a place. Raises Refused where the last one is gone or the door is closed."""
    _holder(application, by)
    circle = _locked(application.circle)  # of two who give the last place, one waits here
    if not circle.cohort.is_gathering:
        raise Refused(_("The roster is closed: nobody joins this circle any more."))
    if not Circle.objects.places_left(circle.pk):
        raise Refused(_("There is no place left. You can offer the waiting list."))
    _decide(application, State.ACCEPTED, by, words)


def offer_waiting_list(*, application: Application, by: User, words: str = "") -> None:
    _holder(application, by)
    _decide(application, State.WAITING, by, words)


def decline(*, application: Application, by: User, words: str) -> None:
    """Not now, kindly: the words are all they will know. Raises Refused where there are none."""
    if not words.strip():
        raise Refused(_("Write a few words to them. “Not now” alone is hard to be left with."))
    _holder(application, by)
    _decide(application, State.DECLINED, by, words)


@transaction.atomic
def remove(*, membership: Membership, by: User, why: str) -> Removal:
    """End someone's membership. Facilitators may for peers, program leads for anyone.

    Raises PermissionDenied for others, Refused where it had ended already.
    """
    if not _may_remove(membership, by):
        raise PermissionDenied
    _end(membership, by=by, removed=True)
    removal = Removal(membership=membership, by=by)
    removal.seal(why)
    removal.save()
    notices.tell(membership.user, kind=Notice.Kind.CIRCLE, about=_removed(removal))
    circle = membership.circle.public_id
    audit.record(verb="remove", by=by, about=membership.user, circle=circle)
    return removal


@transaction.atomic
def let_back_in(*, membership: Membership, by: User) -> None:
    """Takes a removal back: their place, name and history are as if it had not been.

    Whoever may remove them may, for an hour; what a program lead ended, only a lead. Raises
    PermissionDenied for others, Refused where it is too late or their place is another's by now.
    """
    circle = _locked(membership.circle)
    removal = Removal.objects.filter(membership=membership).select_related("by").first()
    if not _may_remove(membership, by) or (removal and not _may_take_back(removal, by)):
        raise PermissionDenied
    if removal is None or circle.membership_of(membership.user):
        raise Refused(_("They belong to the circle already."))
    if timezone.now() - removal.at > LET_BACK_IN_WITHIN or not membership.user.is_active:
        raise Refused(_("It’s too late to take this back. The program lead can talk with them."))
    is_peer = membership.role == Membership.Role.PEER
    if is_peer and not Circle.objects.places_left(circle.pk):
        raise Refused(_("Their place was given to someone else meanwhile."))
    _resume(membership, circle, since=removal.at)
    Notice.objects.filter(about=_removed(removal), sent_at=None).delete()
    removal.delete()
    membership_resumed.send(sender=Membership, membership=membership)
    audit.record(verb="let_back_in", by=by, about=membership.user, circle=circle.public_id)


# A member --------------------------------------------------------------------
@transaction.atomic
def leave(*, membership: Membership) -> None:
    """In one step, quietly. Raises Refused for the only facilitator, and where it had ended."""
    if membership.is_facilitator and holders_of(membership.circle) <= {membership.pk}:
        raise Refused(_("You hold this circle alone. Ask the program lead to hand it over first."))
    _end(membership, by=membership.user, removed=False)


def holders_of(circle: Circle) -> set[int]:
    """Who holds the circle, by the keys of their memberships. Of two who would leave at once one
    waits here, and then holds it alone. It comes before the room's lock."""
    holding = circle.memberships.holding().order_by("pk")
    return {one.pk for one in holding.select_for_update(of=("self",), no_key=True)}


def rest(*, membership: Membership) -> None:
    """Take a break: no question, no notice. Doing it twice changes nothing."""
    Break.objects.get_or_create(membership=membership, ended_at=None)


def come_back(*, membership: Membership) -> None:
    Break.objects.filter(membership=membership, ended_at=None).update(ended_at=timezone.now())


# Keeping little --------------------------------------------------------------
@receiver(tick)
def erase_old_answers(now: dt.datetime | None = None, **kwargs: object) -> int:
    """Thirty days after the decision the answers go; who evaluated and when stays."""
    now = now or timezone.now()
    settled = (State.ENTERED, State.DECLINED, State.WITHDRAWN)
    return Application.objects.filter(
        state__in=settled, decided_at__lt=now - _KEEP_ANSWERS, answers_erased_at=None
    ).update(sealed_answers=b"", sealed_draft=b"", answers_erased_at=now)


def _check_not_removed(circle: Circle, person: User) -> None:
    if Removal.objects.filter(membership__circle=circle, membership__user=person).exists():
        raise Refused(
            _("Your place in this circle was ended. The program lead can talk with you about it.")
        )


def _check_door(circle: Circle) -> None:
    if not circle.cohort.is_gathering:
        raise Refused(_("This circle has closed its door: nobody joins once it is under way."))


def _locked(circle: Circle) -> Circle:
    return Circle.objects.locked().select_related("cohort").get(pk=circle.pk)


def _holder(application: Application, by: User) -> Membership:
    """Their membership as a facilitator of the circle. Raises PermissionDenied."""
    holder = application.circle.memberships.current().facilitators().filter(user=by).first()
    if holder is None or application.person_id == by.pk:
        raise PermissionDenied
    return holder


@transaction.atomic
def _decide(application: Application, state: State, by: User, words: str) -> None:
    now = timezone.now()
    application.seal_decision_words(words.strip())
    # What was begun and can't be sent any more is nobody's to read.
    unsent = {"sealed_draft": b""} if state in (State.ACCEPTED, State.DECLINED) else {}
    _move(
        application,
        state,
        sealed_decision_words=application.sealed_decision_words,
        decided_by=by,
        decided_at=now,
        **unsent,
    )
    about = f"application:{application.public_id}:{now:%y%m%d%H%M%S}"
    notices.tell(application.person, kind=Notice.Kind.JOINING, about=about)


def _move(application: Application, state: State, **changes: Any) -> None:
    """Compare and set. Raises Refused where the application is no longer where it was."""
    movable = Application.objects.filter(pk=application.pk, state__in=_FROM[state])
    if not movable.update(state=state, **changes):
        raise Refused(_("This application has moved on meanwhile. Look at it again."))
    application.refresh_from_db()


def _removed(removal: Removal) -> str:
    return f"removed:{removal.membership.public_id}:{removal.at:%y%m%d%H%M%S}"


def _end(membership: Membership, *, by: User, removed: bool) -> None:
    now = timezone.now()
    if not Membership.objects.current().filter(pk=membership.pk).update(left_at=now):
        raise Refused(_("They have left already."))
    membership.left_at = now
    come_back(membership=membership)
    membership_ended.send(sender=Membership, membership=membership, by=by, removed=removed)
    if membership.circle.applications.filter(state=State.WAITING).exists():
        stamp = f"{timezone.now():%y%m%d%H%M%S}"
        _tell_holders(membership.circle, f"place:{membership.public_id}:{stamp}")


def _resume(membership: Membership, circle: Circle, *, since: dt.datetime) -> None:
    ended_at, membership.left_at = membership.left_at, None
    if circle.memberships.current().filter(swatch=membership.swatch).exists():
        membership.swatch = swatches.for_newcomer(circle)
    membership.save(update_fields=["left_at", "swatch"])
    # The break that ended with it goes on.
    Break.objects.filter(membership=membership, ended_at__range=(ended_at, since)).update(
        ended_at=None
    )


def _may_remove(membership: Membership, by: User) -> bool:
    holds = membership.circle.memberships.current().facilitators().filter(user=by)
    of_a_peer = not membership.is_facilitator and holds.exists()
    return membership.user_id != by.pk and (of_a_peer or is_lead(by))


def _may_take_back(removal: Removal, by: User) -> bool:
    holders = removal.membership.circle.memberships.current().facilitators()
    return is_lead(by) or holders.filter(user=removal.by).exists()


def _tell_holders(circle: Circle, about: str) -> None:
    for holder in circle.memberships.current().facilitators().select_related("user"):
        notices.tell(holder.user, kind=Notice.Kind.CARE, about=about)
