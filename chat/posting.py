"""Posting: many people's messages, one transaction, one place each in their room's log.

A batch is what came together while the last one was committed. Everything that may forbid
a message is asked inside the transaction, under the lock of its room, so that nothing gets
past a mute or a removal that was committed before it.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat import announcing, log, refusal, words
from chat.models import Event, Message, Mute, Room
from chat.models.messages import Words
from chat.refusal import Refused
from community import vault
from programs.models import Membership, PromptDelivery
from programs.signals import prompt_due

_WINDOW = datetime.timedelta(seconds=10)
_LONGEST_PACE = datetime.timedelta(hours=1)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """What someone wants to say: not yet looked at."""

    user_id: int
    circle: str
    client_id: uuid.UUID
    body: str
    note: str = ""
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is in the database: `state` is posted or held."""

    id: str
    client_id: uuid.UUID
    seq: int
    state: str


Outcome = Posted | Refused


@dataclass(frozen=True, slots=True)
class Commit:
    """A committed batch: an outcome for each draft, and the new messages of each room."""

    outcomes: list[Outcome]
    messages: list[Message]


def post(draft: Draft) -> Posted:
    """Posts one message. Raises Refused."""
    outcome = post_batch([draft])[0]
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def post_batch(drafts: Sequence[Draft]) -> list[Outcome]:
    """Posts what may be posted, all in one transaction; an outcome for each draft, in order.

    Where the batch fails as a whole, each draft is tried by itself, so that one of them can't
    sink the others. A database that can't write at all raises.
    """
    return commit(drafts).outcomes


def commit(drafts: Sequence[Draft]) -> Commit:
    """As `post_batch`, with the messages as they were written, in the order of their places."""
    try:
        return _commit(drafts)
    except Exception:
        if len(drafts) == 1:
            raise
    return _one_by_one(drafts)


def _one_by_one(drafts: Sequence[Draft]) -> Commit:
    together = Commit([], [])
    broken: list[Exception] = []
    for draft in drafts:
        try:
            alone = _commit([draft])
        except Exception as error:
            logger.error("draft_failed: %s", type(error).__name__)
            together.outcomes.append(refusal.not_kept())
            broken.append(error)
        else:
            together.outcomes.extend(alone.outcomes)
            together.messages.extend(alone.messages)
    if len(broken) == len(drafts):
        raise broken[-1]
    return together


@receiver(prompt_due)
def post_prompt(sender: type, delivery: PromptDelivery, **kwargs: object) -> None:
    """Asks a circle's due question in its room, in the transaction that claimed it."""
    with log.writing(delivery.circle.public_id) as room:
        message = Message.objects.create(
            room=room, prompt=delivery, placed_seq=room.last_seq + 1, posted_at=delivery.due_at
        )
        log.append(room, Event.Kind.PROMPT_POSTED, message=message)


def _commit(drafts: Sequence[Draft]) -> Commit:
    with transaction.atomic():
        batch = _Batch.gather(drafts)
        outcomes: list[Outcome] = []
        for draft in drafts:
            try:
                outcomes.append(batch.settle(draft))
            except Refused as refused:
                outcomes.append(refused)
            except Exception as error:
                # One message that can't be kept must not sink the others.
                logger.error("draft_failed: %s", type(error).__name__)
                outcomes.append(refusal.not_kept())
        batch.write()
    return Commit(outcomes, batch.messages)


@dataclass(slots=True)
class _Batch:
    """What a batch knows of its rooms and people, read under lock, and what it will write."""

    now: datetime.datetime
    rooms: dict[str, Room]
    members: dict[tuple[str, int], Membership]
    known: dict[tuple[int, uuid.UUID], Message]
    mutes: dict[int, Mute]
    recent: Counter[int]
    last_at: dict[int, datetime.datetime]
    quotable: dict[str, Message]
    messages: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    grown: set[str] = field(default_factory=set)

    @classmethod
    def gather(cls, drafts: Sequence[Draft]) -> _Batch:
        locked = Room.objects.locked().filter(circle__public_id__in={d.circle for d in drafts})
        rooms = {room.circle.public_id: room for room in locked.select_related("circle__cohort")}
        # After the wait for the locks: in the order of places times never go back.
        now = timezone.now()
        current = (
            Membership.objects.current()
            .filter(
                circle__in=[room.circle_id for room in rooms.values()],
                user__in={draft.user_id for draft in drafts},
                user__is_active=True,
            )
            .select_related("circle", "seat")
        )
        members = {(m.circle.public_id, m.user_id): m for m in current}
        ids = [member.pk for member in members.values()]
        known = Message.objects.filter(
            membership__in=ids, client_id__in={draft.client_id for draft in drafts}
        )
        mutes = Mute.objects.in_force(now).filter(member__in=ids)
        mutes = mutes.select_related("member__circle__cohort")
        pace = (
            Message.objects.filter(membership__in=ids, posted_at__gt=now - _LONGEST_PACE)
            .order_by()
            .values("membership")
            .annotate(last=Max("posted_at"), n=Count("pk", filter=Q(posted_at__gt=now - _WINDOW)))
        )
        rates = {row["membership"]: row for row in pace}
        # A form may send anything; what no database would look for is not asked for.
        replies = {d.reply_to for d in drafts if d.reply_to and "\0" not in d.reply_to}
        quotable = Message.objects.filter(
            public_id__in=replies,
            room__in=rooms.values(),
            state=Message.State.POSTED,
        ).select_related("membership", "prompt")
        return cls(
            now=now,
            rooms=rooms,
            members=members,
            known={
                (m.membership_id, m.client_id): m for m in known if m.membership_id and m.client_id
            },
            mutes={mute.member_id: mute for mute in mutes},
            recent=Counter({pk: row["n"] for pk, row in rates.items()}),
            last_at={pk: row["last"] for pk, row in rates.items()},
            quotable={m.public_id: m for m in quotable} if replies else {},
        )

    def settle(self, draft: Draft) -> Posted:
        """Decides about one draft; raises Refused. Nothing is written yet."""
        member = self.members.get((draft.circle, draft.user_id))
        if member is None:
            raise refusal.not_member()
        said = Words(words.clean_body(draft.body), words.clean_note(draft.note))
        owner = vault.circle_owner(draft.circle)
        fingerprint = vault.fingerprint(f"{said.note}\n{said.body}\n{draft.reply_to}", owner=owner)
        if known := self.known.get((member.pk, draft.client_id)):
            return _again(known, draft.client_id, fingerprint)
        room = self.rooms[draft.circle]
        self._allow(member, room)
        state = Message.State.POSTED
        if room.holds_all and not member.is_facilitator:
            state = Message.State.HELD
        message = Message(
            room=room,
            membership=member,
            client_id=draft.client_id,
            fingerprint=fingerprint,
            reply_to=self._quoted(draft, member),
            state=state,
            unshown=state == Message.State.HELD,
            posted_at=self.now,
        )
        message.seal(said, owner=owner)
        # Last, when nothing can fail any more: a place once taken must be filled.
        message.placed_seq = room.next_seq()
        self._note(draft, member, message)
        return Posted(message.public_id, draft.client_id, message.placed_seq, state)

    def _allow(self, member: Membership, room: Room) -> None:
        if mute := self.mutes.get(member.pk):
            raise muted(mute, self.now)
        if room.paused_at and not member.is_facilitator:
            raise Refused("paused", _("The room is resting. You can read, and write in private."))
        waited = (self.now - self.last_at[member.pk]) if member.pk in self.last_at else None
        pace = datetime.timedelta(seconds=room.pace_seconds)
        if waited is not None and waited < pace and not member.is_facilitator:
            left = max(1, round((pace - waited).total_seconds()))
            raise Refused(
                "slow",
                ngettext(
                    "The room goes slowly now. You can write again in %(left)s second.",
                    "The room goes slowly now. You can write again in %(left)s seconds.",
                    left,
                )
                % {"left": left},
                again_in=left,
            )
        if self.recent[member.pk] >= settings.ROOM_POSTS_PER_10S:
            raise Refused(
                "too_fast",
                _("That's a lot at once. It's kept here; send it again in ten seconds."),
                again_in=10,
            )

    def _quoted(self, draft: Draft, member: Membership) -> Message | None:
        if not draft.reply_to:
            return None
        quoted = self.quotable.get(draft.reply_to)
        if (
            quoted is None
            or quoted.room_id != self.rooms[draft.circle].pk
            or quoted.placed_seq <= member.seat.joined_seq * (not member.sees_earlier)
        ):
            # Gone or set aside meanwhile: the answer still stands, by itself.
            return None
        return quoted

    def _note(self, draft: Draft, member: Membership, message: Message) -> None:
        self.messages.append(message)
        self.events.append(event_of(message))
        self.known[member.pk, draft.client_id] = message
        self.recent[member.pk] += 1
        self.last_at[member.pk] = self.now
        self.grown.add(draft.circle)

    def write(self) -> None:
        if not self.messages:
            return
        Message.objects.bulk_create(self.messages)
        Event.objects.bulk_create(self.events)
        grown = [self.rooms[circle] for circle in sorted(self.grown)]
        Room.objects.bulk_update(grown, ["last_seq"])
        for circle in self.grown:
            announcing.room_changed(circle, self.rooms[circle].last_seq)


def event_of(message: Message) -> Event:
    """The event that tells of a new message: to all, or while it is held to those who may see."""
    held = message.state == Message.State.HELD
    return Event(
        room=message.room,
        seq=message.placed_seq,
        kind=Event.Kind.HELD if held else Event.Kind.POSTED,
        audience=Event.Audience.ONE if held else Event.Audience.ALL,
        member=message.membership if held else None,
        message=message,
        at=message.posted_at,
    )


def _again(known: Message, client_id: uuid.UUID, fingerprint: bytes) -> Posted:
    if bytes(known.fingerprint) != fingerprint:
        raise Refused("conflict", _("Something else was already sent under that name."))
    state = Message.State.HELD if known.state == Message.State.HELD else Message.State.POSTED
    return Posted(known.public_id, client_id, known.placed_seq, state)


def muted(mute: Mute, now: datetime.datetime) -> Refused:
    """The sentence someone reads who may not write for a while."""
    until = timezone.localtime(mute.until, mute.member.circle.cohort.zone)
    same_day = until.date() == timezone.localtime(now, until.tzinfo).date()
    when = until.strftime("%H:%M" if same_day else "%d.%m. %H:%M")
    return Refused(
        "muted",
        _(
            "You can read and respond until %(when)s (%(zone)s), not write. "
            "Your words are kept here. You can ask your facilitator about it."
        )
        % {"when": when, "zone": mute.member.circle.cohort.time_zone},
        again_in=max(1, round((mute.until - now).total_seconds())),
    )
