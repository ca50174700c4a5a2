"""What members write to each other, sealed, and the worded answers they give."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import NamedTuple, Self

import orjson
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.hiding import Hiding
from chat.models.rooms import Room
from community import vault
from community.models import PublicIdField
from programs.models import Membership, PromptDelivery


class Mention(NamedTuple):
    """A member named in a message: their public id, and the name they went by."""

    member: str
    name: str


class Words(NamedTuple):
    """What someone wrote: the body and, where they left one, a content note; whom it names."""

    body: str
    note: str = ""
    mentions: tuple[Mention, ...] = ()

    @classmethod
    def opened(cls, text: str) -> Words:
        body, note, *named = json.loads(text)
        return cls(body, note, tuple(Mention(*one) for one in (named[0] if named else ())))

    def to_seal(self) -> str:
        parts: list[object] = [self.body, self.note]
        if self.mentions:
            parts.append([[one.member, one.name] for one in self.mentions])
        return orjson.dumps(parts).decode()


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(
        self,
        membership: Membership,
        *,
        from_seq: int | Combinable,
        hidden: Collection[int] | None = None,
    ) -> Self:
        """What this member finds in the log. Held words are their author's and facilitators',
        and so is what becomes of them until they are let through. Whom a peer reads nothing of
        (`hiding.hidden_from`) is `hidden`; where that isn't known, it is asked."""
        mine = self.filter(placed_seq__gt=from_seq)
        if membership.is_facilitator:
            return mine
        shown = mine.exclude(Q(unshown=True) & ~Q(membership=membership))
        if hidden is None:
            return shown.not_hidden_from(membership)
        return shown.exclude(membership__in=hidden) if hidden else shown

    def not_hidden_from(self, membership: Membership) -> Self:
        """Without those whom this member reads nothing of, whoever of the two asked for that."""
        pairs = Hiding.objects.in_force().between(membership, OuterRef("membership"))
        return self.exclude(Exists(pairs))


class Message(models.Model):
    """One thing said in a room by a member, or the week's question (then without a member)."""

    class State(models.TextChoices):
        POSTED = "posted"
        HELD = "held"
        SET_ASIDE = "set_aside"
        TAKEN_BACK = "taken_back"

    public_id = PublicIdField()
    # The constraints below begin with these two; indexes of their own would only cost.
    room = models.ForeignKey(
        Room, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    membership = models.ForeignKey(
        Membership, null=True, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    prompt = models.OneToOneField(
        PromptDelivery, null=True, on_delete=models.CASCADE, related_name="message"
    )
    # The browser's own name for what it sent, and a keyed fingerprint of the words it came with:
    # the same again is answered as before, other words under that name are refused.
    client_id = models.UUIDField(null=True)
    fingerprint = models.BinaryField(max_length=16, default=bytes)
    sealed_words = models.BinaryField(default=bytes)
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replies"
    )
    state = models.CharField(max_length=12, choices=State, default=State.POSTED)
    # Held from the start and not let through since: no other peer has ever seen it.
    unshown = models.BooleanField(default=False)
    # Where it stands in the log; a message let through moves to where that happened.
    placed_seq = models.BigIntegerField()
    posted_at = models.DateTimeField(default=timezone.now, editable=False)
    # When it was written, of a message that was let through since; of all others, `posted_at`.
    written_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "client_id"], name="one_message_per_client_id"
            ),
            models.UniqueConstraint(fields=["room", "placed_seq"], name="one_message_per_place"),
            models.CheckConstraint(
                condition=Q(membership__isnull=False, prompt=None, client_id__isnull=False)
                | Q(membership=None, prompt__isnull=False),
                name="said_by_a_member_or_asked_by_the_program",
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(unshown=True), name="held_means_unshown"
            ),
        ]
        indexes = [
            # With all that is counted of the last seconds before someone may write, so that no row
            # is fetched for it.
            models.Index(
                fields=["membership", "posted_at", "written_at"], name="messages_of_a_member"
            ),
            models.Index(fields=["posted_at"], name="messages_held", condition=Q(state="held")),
        ]

    def __str__(self) -> str:
        return self.public_id

    def seal(self, words: Words, *, owner: str) -> None:
        """`owner` is the circle's name in the vault."""
        self.sealed_words = vault.seal(
            words.to_seal(), owner=owner, about=sealed_about(self.public_id)
        )

    def words(self, *, owner: str) -> Words:
        """Raises vault.Unopenable where the words were erased or altered."""
        about = sealed_about(self.public_id)
        return Words.opened(vault.open_sealed(self.sealed_words, owner=owner, about=about))


def sealed_about(public_id: str) -> str:
    """What the words of the message with this id are bound to (see `community.vault`)."""
    return f"message:{public_id}"


# By their name in `drawings.py`.
_ICONS = {"with_you": "with", "heard": "heard", "sitting": "sit", "thank_you": "knot"}


class Response(models.Model):
    """One of four worded answers to a message."""

    class Kind(models.TextChoices):
        WITH_YOU = "with_you", _("With you")
        HEARD = "heard", _("Heard")
        SITTING = "sitting", _("Sitting with this")
        THANK_YOU = "thank_you", _("Thank you")

        @property
        def icon(self) -> str:
            return _ICONS[self.value]

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="responses")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="responses")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "membership", "kind"], name="one_response_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.message_id}"
