"""A batch of drafts: what came together while the last one was committed.

Everything that may forbid a message is asked inside the transaction, under the lock of its
room, so that nothing gets past a mute or a removal that was committed before it.
"""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat import announcing, mentions, refusal, words
from chat.care import flagging, lists
from chat.models import Message
from chat.models.messages import Words, sealed_about
from chat.posting import gate, rows
from chat.posting.drafts import LATER, Commit, Draft, Later, NewMessage, Outcome, Posted, Said
from chat.posting.ground import Ground, Speaker
from chat.refusal import Refused
from community import statements, vault
from community.language import in_language
from community.models import public_id
from programs.models import Membership

logger = logging.getLogger(__name__)

# Their texts: asking an enumeration for them costs something each time.
_POSTED, _HELD = Message.State.POSTED.value, Message.State.HELD.value
_CONCERNING = frozenset({lists.Kind.CRISIS.value, lists.Kind.DOSE.value})


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
    outcomes = commit(drafts).outcomes
    return [refusal.not_kept() if outcome is LATER else outcome for outcome in outcomes]


def commit(drafts: Sequence[Draft], *, wait: bool = True) -> Commit:
    """As `post_batch`, with the messages as they were written, room by room.

    LATER for the drafts to a room that somebody else holds for longer than this connection waits
    for a lock (PostgreSQL's `lock_timeout`), and without `wait` to one that is held at all.
    """
    committed = _committed(drafts, wait=wait)
    for said in committed.said:
        if said.concerns_someone:
            flagging.noticed(said.ground.circle.public_id)
    return committed


def _committed(drafts: Sequence[Draft], *, wait: bool, looking_first: bool = False) -> Commit:
    try:
        return _commit(drafts, wait=wait, looking_first=looking_first)
    except Exception as error:
        if isinstance(error, IntegrityError) and not looking_first:
            # Most likely a message that is known already, sent again: whoever looks first, sees.
            return _committed(drafts, wait=wait, looking_first=True)
        if wait and statements.waited_too_long(error):
            # For one room, which keeps no other waiting twice.
            return _committed(drafts, wait=False, looking_first=looking_first)
        if len(drafts) == 1:
            raise
    return _one_by_one(drafts)


def _one_by_one(drafts: Sequence[Draft]) -> Commit:
    together = Commit([])
    broken: list[Exception] = []
    for draft in drafts:
        try:
            alone = _commit([draft], wait=False, looking_first=True)
        except Exception as error:
            logger.error("draft_failed: %s", type(error).__name__)
            together.outcomes.append(refusal.not_kept())
            broken.append(error)
        else:
            together.outcomes += alone.outcomes
            together.said += alone.said
            together.changes = max(together.changes, alone.changes)
    if len(broken) == len(drafts):
        raise broken[-1]
    return together


def _commit(drafts: Sequence[Draft], *, wait: bool, looking_first: bool) -> Commit:
    with transaction.atomic():
        batch = _Batch.gather(drafts, wait=wait)
        batch.look_for_known(drafts if looking_first else batch.unguarded(drafts))
        outcomes = batch.outcomes_of(drafts)
        outcomes = batch.with_known_instead_of_refused(drafts, outcomes)
        batch.write()
    return Commit(outcomes, list(batch.said.values()), batch.changes)


@dataclass(slots=True)
class _Batch:
    """What a batch knows of its rooms and people, read under lock, and what it will write."""

    now: datetime.datetime
    grounds: dict[str, Ground]
    speakers: dict[tuple[str, int], Speaker]
    changes: int
    quotable: dict[str, Message]
    # Of circles, as far as this process knows them.
    keys: dict[str, vault.OpenedKey]
    # Circles whose rooms somebody else holds.
    taken: frozenset[str]
    known: dict[tuple[int, uuid.UUID], Message | NewMessage] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)

    @classmethod
    def gather(cls, drafts: Sequence[Draft], *, wait: bool) -> _Batch:
        grounds, taken = rows.lock_rooms({draft.circle for draft in drafts}, wait=wait)
        # After the wait for the locks: in the order of places times never go back.
        now = timezone.now()
        who = {(draft.circle, draft.user_id) for draft in drafts}
        speakers, changes = rows.speakers(grounds, who, now, gate.WINDOW)
        return cls(
            now=now,
            grounds={ground.circle.public_id: ground for ground in grounds},
            speakers=speakers,
            changes=changes,
            quotable=_quotable(drafts, grounds),
            keys=vault.known_keys(
                vault.circle_owner(ground.circle.public_id) for ground in grounds
            ),
            taken=taken,
        )

    def unguarded(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Those that no constraint keeps from being posted twice: of people who were here before,
        and may have posted them then."""
        return [
            draft for draft in drafts if (speaker := self._speaker(draft)) and speaker.came_again
        ]

    def look_for_known(self, drafts: Sequence[Draft]) -> None:
        """Learns which of these were posted before."""
        speakers = {speaker.member.id: speaker for d in drafts if (speaker := self._speaker(d))}
        if not speakers:
            return
        now_by_then = _memberships_of(speakers.values())
        found = Message.objects.filter(
            membership__in=now_by_then, client_id__in={draft.client_id for draft in drafts}
        )
        for message in found:
            if message.membership_id and message.client_id:
                self.known[now_by_then[message.membership_id], message.client_id] = message

    def outcomes_of(self, drafts: Iterable[Draft]) -> list[Outcome | Later]:
        outcomes: list[Outcome | Later] = []
        # To change the language costs something: once for all who are spoken to in the same.
        for language, some in groupby(drafts, key=attrgetter("language")):
            with in_language(language):
                outcomes += map(self._outcome_of, some)
        return outcomes

    def _outcome_of(self, draft: Draft) -> Outcome | Later:
        if draft.circle in self.taken:
            return LATER
        try:
            return self._settle(draft)
        except Refused as refused:
            return refused
        except Exception as error:
            # One message that can't be kept must not sink the others.
            logger.error("draft_failed: %s", type(error).__name__)
            return refusal.not_kept()

    def with_known_instead_of_refused(
        self, drafts: Sequence[Draft], outcomes: list[Outcome | Later]
    ) -> list[Outcome | Later]:
        """What was taken once is answered as it was then, whatever forbids writing now."""
        refused = [
            draft
            for draft, outcome in zip(drafts, outcomes, strict=True)
            if isinstance(outcome, Refused) and self._speaker(draft)
        ]
        if not refused:
            return outcomes
        before = set(self.known)
        self.look_for_known(refused)
        if set(self.known) == before:
            return outcomes
        return [
            self.outcomes_of([draft])[0] if isinstance(outcome, Refused) else outcome
            for draft, outcome in zip(drafts, outcomes, strict=True)
        ]

    def _settle(self, draft: Draft) -> Posted:
        """Decides about one draft; raises Refused. Nothing is written yet."""
        speaker = self._speaker(draft)
        if speaker is None:
            raise refusal.not_member()
        known = self.known.get((speaker.member.id, draft.client_id))
        if known is None:
            # Before the words are looked at, which takes longest.
            gate.check(self.grounds[draft.circle], speaker, self.now)
        said = Words(words.clean_body(draft.body), words.clean_note(draft.note))
        key = self._key(draft.circle)
        fingerprint = key.fingerprint(f"{said.note}\n{said.body}\n{draft.reply_to}")
        if known is not None:
            return _again(known, draft.client_id, fingerprint)
        message = self._take(draft, speaker, said, fingerprint)
        return Posted(message.public_id, draft.client_id, message.placed_seq, message.state)

    def _take(self, draft: Draft, speaker: Speaker, said: Words, fingerprint: bytes) -> NewMessage:
        """The message as it will be written, at the next place of its room."""
        ground, leads = self.grounds[draft.circle], speaker.member.is_facilitator
        found = frozenset() if leads else _words_of_care(f"{said.note}\n{said.body}")
        held = not leads and (
            ground.holds_all or speaker.held or lists.Kind.SOURCING.value in found
        )
        quoted = self._quoted(draft, ground, speaker)
        said = mentions.named(said, circle=ground.circle)
        name = public_id()
        sealed = self._key(draft.circle).seal(said.to_seal(), about=sealed_about(name))
        message = NewMessage(
            public_id=name,
            room_id=ground.room,
            membership=speaker.member,
            client_id=draft.client_id,
            fingerprint=fingerprint,
            sealed_words=sealed,
            reply_to=quoted,
            state=_HELD if held else _POSTED,
            unshown=held,
            posted_at=self.now,
            # Last, when nothing can fail any more: a place once taken must be filled.
            placed_seq=ground.next_seq(),
        )
        self._note(draft, speaker, message, said)
        if found & _CONCERNING:
            self.said[draft.circle].concerns_someone = True
        return message

    def _speaker(self, draft: Draft) -> Speaker | None:
        return self.speakers.get((draft.circle, draft.user_id))

    def _quoted(self, draft: Draft, ground: Ground, speaker: Speaker) -> Message | None:
        quoted = self.quotable.get(draft.reply_to) if draft.reply_to else None
        if quoted is None or quoted.room_id != ground.room or quoted.placed_seq <= speaker.from_seq:
            # Gone or set aside meanwhile: the answer still stands, by itself.
            return None
        return quoted

    def _key(self, circle: str) -> vault.OpenedKey:
        owner = vault.circle_owner(circle)
        key = self.keys.get(owner)
        if key is None:
            key = self.keys[owner] = vault.key_for(owner)
        return key

    def _note(self, draft: Draft, speaker: Speaker, message: NewMessage, words: Words) -> None:
        if draft.circle not in self.said:
            self.said[draft.circle] = Said(self.grounds[draft.circle])
        said = self.said[draft.circle]
        said.messages.append(message)
        said.words.append(words)
        self.known[speaker.member.id, draft.client_id] = message
        speaker.recent += 1
        speaker.last_at = self.now

    def write(self) -> None:
        if not self.said:
            return
        rows.insert([message for said in self.said.values() for message in said.messages])
        rows.grow([said.ground for said in self.said.values()])
        heads = {circle: said.ground.last_seq for circle, said in self.said.items()}
        announcing.rooms_changed(heads)


def _memberships_of(speakers: Iterable[Speaker]) -> dict[int, int]:
    """The memberships of these people, now and before: by each, the one they have now."""
    found = {speaker.member.id: speaker.member.id for speaker in speakers}
    again = {
        (speaker.member.circle_id, speaker.member.user_id): speaker.member.id
        for speaker in speakers
        if speaker.came_again
    }
    if again:
        circles, people = zip(*again, strict=True)
        before = Membership.objects.filter(circle__in=circles, user__in=people)
        for pk, circle, person in before.values_list("pk", "circle_id", "user_id"):
            if (circle, person) in again:
                found[pk] = again[circle, person]
    return found


def _quotable(drafts: Sequence[Draft], grounds: Sequence[Ground]) -> dict[str, Message]:
    """What the drafts answer, where it can be answered."""
    # A form may send anything; what no database would look for is not asked for.
    replies = {d.reply_to for d in drafts if d.reply_to and "\0" not in d.reply_to}
    if not replies:
        return {}
    found = Message.objects.filter(
        public_id__in=replies,
        room__in=[ground.room for ground in grounds],
        state=Message.State.POSTED,
    )
    return {message.public_id: message for message in found.select_related("membership", "prompt")}


def _words_of_care(text: str) -> frozenset[str]:
    """What the house's lists find in it. Whatever is wrong with them keeps no message back: the
    worker looks at all of them later."""
    try:
        return lists.kinds_in(text)
    except Exception as error:
        logger.error("words_not_looked_at: %s", type(error).__name__)
        return frozenset()


def _again(known: Message | NewMessage, client_id: uuid.UUID, fingerprint: bytes) -> Posted:
    if bytes(known.fingerprint) != fingerprint:
        raise Refused("conflict", _("This was already sent with other words. These are kept here."))
    state = _HELD if known.unshown else _POSTED
    return Posted(known.public_id, client_id, known.placed_seq, state)
