"""Looking after what was told: taking it up, settling it, undoing that, and what nobody did.

Of two who act on one concern the first does, and the second is told who it was.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import log, refusal, words
from chat.keeping import record
from chat.models import Concern, Event, Message, Room
from chat.models.care import A_LEAD
from chat.refusal import Refused
from community import audit, notices
from community.models import Notice, User
from community.signals import tick
from programs.leads import is_lead, program_leads
from programs.models import Membership
from programs.signals import membership_ended

UNDO_WITHIN = datetime.timedelta(seconds=10)
# A little longer than the page offers it: the click was in time.
_GRACE = datetime.timedelta(seconds=5)
_KEEP_WORDS = datetime.timedelta(days=30)
_KEEP = datetime.timedelta(days=730)


def take(*, by: User, concern: str, circle: str = "") -> None:
    """Says that one is looking at it: its clock stops. Raises Refused.

    Here as below: where a `circle` is named, the concern is one of that circle.
    """
    with _looking(by, concern, circle) as (room, found, holder):
        if found.taken_at and found.taken_by_id != by.pk:
            raise Refused(
                "conflict", _("%(name)s is looking at it already.") % {"name": found.taken_by_name}
            )
        if found.taken_at:
            return
        found.taken_at, found.taken_by, found.taken_as = timezone.now(), by, _name(holder)
        found.save(update_fields=["taken_at", "taken_by", "taken_as"])
        _write_down(room, "take_up", found, by, holder)


def give_back(*, by: User, concern: str, circle: str = "") -> None:
    """Says that one isn't looking at it after all: its clock goes on. Raises Refused."""
    with _looking(by, concern, circle) as (room, found, holder):
        if found.taken_at is None:
            return
        if found.taken_by_id != by.pk:
            raise Refused(
                "conflict", _("%(name)s is looking at it.") % {"name": found.taken_by_name}
            )
        _nobody_looks(Concern.objects.filter(pk=found.pk))
        _write_down(room, "give_back", found, by, holder)


def settle(*, by: User, concern: str, outcome: str, answer: str = "", circle: str = "") -> None:
    """Ends it. `answer` is told to whoever raised it. Raises Refused; `conflict` for the second."""
    if outcome not in Concern.Outcome.values:
        raise Refused("bad_frame", _("Choose what became of it."))
    said = words.clean_remark(answer)
    with _looking(by, concern, circle) as (room, found, holder):
        found.settled_at, found.settled_by, found.settled_as = timezone.now(), by, _name(holder)
        found.outcome = outcome
        found.seal_answer(said)
        found.save(
            update_fields=["settled_at", "settled_by", "settled_as", "outcome", "sealed_answer"]
        )
        if found.raised_by:
            notices.tell(
                found.raised_by.user,
                kind=Notice.Kind.CIRCLE,
                about=_answered(found),
                # Not before it can no longer be undone.
                not_before=found.settled_at + 2 * UNDO_WITHIN,
            )
        _write_down(room, "settle", found, by, holder)


def reopen(*, by: User, concern: str, circle: str = "") -> None:
    """Undoes one's own settling, for ten seconds. Raises Refused.

    Whoever was looking at it goes on, where they still may; otherwise it waits as new.
    """
    with _looking(by, concern, circle, settled=True) as (room, found, holder):
        now = timezone.now()
        if (
            found.settled_at is None
            or found.settled_by_id != by.pk
            or now - found.settled_at > UNDO_WITHIN + _GRACE
        ):
            raise Refused("closed", _("It’s too late to undo this."))
        # Nobody was told yet; they are when it is settled again.
        Notice.objects.filter(about=_answered(found), sent_at=None).delete()
        found.settled_at, found.settled_by, found.settled_as = None, None, ""
        found.outcome, found.sealed_answer = "", b""
        found.save(
            update_fields=["settled_at", "settled_by", "settled_as", "outcome", "sealed_answer"]
        )
        if found.taken_at and not _still_theirs(found):
            _nobody_looks(Concern.objects.filter(pk=found.pk))
        _write_down(room, "reopen", found, by, holder)


def mine_to_look_at(user: User) -> QuerySet[Concern]:
    """All that `user` may look after: their circles', and for leads what is theirs to hear."""
    mine = Q(pk__in=Concern.objects.for_facilitator(user).values("pk"))
    if is_lead(user):
        mine |= Q(pk__in=Concern.objects.for_leads(user).values("pk"))
    return Concern.objects.filter(mine)


# What nobody looks at, and what need not be kept --------------------------------
@receiver(membership_ended)
def drop_what_they_took_up(sender: type, membership: Membership, **kwargs: object) -> None:
    """Whoever left or handed over looks at nothing any more: its clock goes on."""
    theirs = Concern.objects.open().filter(
        room__circle=membership.circle_id, taken_by=membership.user_id, to_leads=False
    )
    if membership.is_facilitator and theirs.exists():
        with log.writing(membership.circle.public_id) as room:
            _nobody_looks(theirs)
            log.append(room, Event.Kind.DESK_CHANGED, audience=Event.Audience.FACILITATORS)


def _nobody_looks(concerns: QuerySet[Concern]) -> None:
    concerns.update(taken_at=None, taken_by=None, taken_as="")


def _still_theirs(found: Concern) -> bool:
    """Whether whoever took it up may go on: they hold the circle still, or lead, and nobody asked
    for another look at what they made of it."""
    looking = found.taken_by
    if looking is None or not looking.is_active or found.appeals.filter(against=looking).exists():
        return False
    return mine_to_look_at(looking).filter(pk=found.pk).exists()


@receiver(tick)
def pass_on_what_waited(now: datetime.datetime | None = None, **kwargs: object) -> int:
    """Tells the program leads of what nobody took up in its time; how many that were."""
    now = now or timezone.now()
    # Whoever's account was closed says nothing of it themselves.
    _nobody_looks(Concern.objects.open().filter(taken_by__is_active=False))
    late = Concern.objects.open().filter(taken_at=None, passed_on_at=None, due_at__lt=now)
    passed_on = 0
    for concern in late:
        claimed = Concern.objects.open().filter(pk=concern.pk, taken_at=None, passed_on_at=None)
        if claimed.update(passed_on_at=now):
            passed_on += 1
            for lead in program_leads():
                # A mail that leads to nothing would say that it is about oneself.
                if Concern.objects.for_leads(lead).filter(pk=concern.pk).exists():
                    notices.tell(lead, kind=Notice.Kind.CARE, about=f"late:{concern.public_id}")
    for message in held_too_long(now):
        _tell_leads(f"held:{message.public_id}", but=message.membership)
    return passed_on


def held_too_long(now: datetime.datetime | None = None) -> QuerySet[Message]:
    """Messages that wait for a facilitator longer than the house promises. Never deleted."""
    since = (now or timezone.now()) - datetime.timedelta(hours=settings.REPORT_HOURS)
    held = Message.objects.filter(state=Message.State.HELD, posted_at__lt=since)
    return held.select_related("membership", "room__circle").order_by("posted_at")


@receiver(tick)
def let_words_go(now: datetime.datetime | None = None, **kwargs: object) -> None:
    """Thirty days after it was settled the words go; after two years the rest."""
    now = now or timezone.now()
    settled = Concern.objects.filter(settled_at__lt=now - _KEEP_WORDS)
    with_words = ~Q(sealed_note=b"") | ~Q(sealed_snapshot=b"") | ~Q(sealed_answer=b"")
    settled.filter(with_words).update(sealed_note=b"", sealed_snapshot=b"", sealed_answer=b"")
    Concern.objects.filter(settled_at__lt=now - _KEEP).delete()


def _tell_leads(about: str, *, but: Membership | None) -> None:
    for lead in program_leads():
        if but is not None and but.user_id == lead.pk:
            continue
        notices.tell(lead, kind=Notice.Kind.CARE, about=about)


@contextmanager
def _looking(
    by: User, concern: str, circle: str, *, settled: bool = False
) -> Iterator[tuple[Room, Concern, Membership | None]]:
    """The concern under the room's lock, and who `by` is there; None for a lead.

    Raises Refused for whoever may not look at it, and where it was settled meanwhile.
    """
    mine = mine_to_look_at(by).filter(public_id=concern)
    if circle:
        mine = mine.filter(room__circle__public_id=circle)
    known = mine.select_related("room__circle").first()
    if known is None or not by.is_active:
        raise refusal.not_member()
    with log.writing(known.room.circle.public_id) as room:
        # Asked again under the lock: what changed while one waited for it counts.
        if not mine_to_look_at(by).filter(pk=known.pk).exists():
            raise refusal.not_member()
        found = Concern.objects.select_related("raised_by__user", "room__circle").get(pk=known.pk)
        if found.settled_at and not settled:
            name = found.settled_by_name
            raise Refused("conflict", _("%(name)s has settled this already.") % {"name": name})
        holders = Membership.objects.current().facilitators()
        yield room, found, holders.filter(circle=room.circle_id, user=by).first()
        if not found.to_leads:
            log.append(room, Event.Kind.DESK_CHANGED, audience=Event.Audience.FACILITATORS)


def _answered(concern: Concern) -> str:
    return f"answered:{concern.public_id}"


def _name(holder: Membership | None) -> str:
    return holder.name if holder else A_LEAD


def _write_down(
    room: Room, verb: str, concern: Concern, by: User, holder: Membership | None
) -> None:
    """Without whom it is about: that something was told of them is not theirs to learn from it."""
    if holder is not None and not concern.to_leads:
        record.act(room, verb, by=holder, message=concern.message)
        return
    message = concern.message.public_id if concern.message else ""
    audit.record(verb=verb, by=by, circle=room.circle.public_id, message=message)
