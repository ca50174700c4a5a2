"""What someone was told of a message or a person, and the private cards that care for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from chat.models.messages import Message, Words
from chat.models.rooms import Room
from community import vault
from community.models import PublicIdField
from programs.leads import program_leads
from programs.models import Circle, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


# As it is kept; each reads it in their own language.
A_LEAD = gettext_noop("A program lead")


class ConcernQuerySet(models.QuerySet["Concern"]):
    def open(self) -> Self:
        return self.filter(settled_at=None)

    def for_facilitator(self, user: User | AnonymousUser) -> Self:
        """What waits on `user`'s desk: of circles they hold, never what is about themselves."""
        held = Circle.objects.facilitated_by(user)
        mine = self.filter(room__circle__in=held, to_leads=False)
        return mine.exclude(about__user=user.pk)

    def for_leads(self, user: User) -> Self:
        """About facilitators, appeals, and what nobody looked at in time; never about themselves,
        nor what became of something that was, nor, where another may decide, against what they
        did or what they themselves ask to be looked at again.

        Whether `user` leads at all is the caller's question.
        """
        told = Q(to_leads=True) | Q(passed_on_at__isnull=False)
        theirs = self.filter(told).exclude(about__user=user.pk)
        theirs = theirs.exclude(looks_again_at__about__user=user.pk)
        another = program_leads().exclude(pk=user.pk)
        members = ("about__user", "raised_by__user", "looks_again_at__about__user")
        for concerned in ("against", *members):
            another = another.exclude(pk=Coalesce(OuterRef(concerned), 0))
        own = Q(against=user.pk) | Q(kind=Concern.Kind.APPEAL, raised_by__user=user.pk)
        return theirs.exclude(own & Exists(another))

    def raised_by_person(self, user: User | AnonymousUser) -> Self:
        return self.filter(raised_by__user=user.pk)


class Concern(models.Model):
    """Something for those who hold a circle to look at: a care flag, a report, or an appeal.

    Who raised it is never shown to the one it is about. The words as they were when it was raised
    are kept with it, sealed, and go some time after it was settled.
    """

    class Kind(models.TextChoices):
        CARE = "care", _("Care flag")
        REPORT = "report", _("Report")
        APPEAL = "appeal", _("Appeal")

    class Reason(models.TextChoices):
        WORRIED = "worried", _("I’m worried about them")
        ADVICE = "advice", _("Advice nobody asked for")
        UNKIND = "unkind", _("Unkind, or it makes me feel unsafe")
        PRIVATE = "private", _("It says too much about someone")
        SOURCING = "sourcing", _("Asking for, offering or selling something")
        OTHER = "other", _("Something else")
        # Raised by the house's own lists, or by whom an act concerned.
        WORDS = "words", _("Words that may be about a crisis")
        DOSE = "dose", _("Asking about doses, or telling them")
        APPEAL = "appeal", _("Asks for another look")

    class Outcome(models.TextChoices):
        TALKED = "talked", _("Talked with them")
        ACTED = "acted", _("Did something about it")
        LEFT = "left", _("Left it as it is")

    public_id = PublicIdField()
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="concerns")
    kind = models.CharField(max_length=8, choices=Kind)
    reason = models.CharField(max_length=12, choices=Reason)
    # None where the house's lists raised it.
    raised_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.CASCADE, related_name="raised"
    )
    about = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.CASCADE, related_name="concerns"
    )
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="concerns"
    )
    # What an appeal is about: an entry of the record, or what became of something one told; and
    # whose doing that was, who doesn't decide about it.
    entry = models.PositiveBigIntegerField(null=True, blank=True)
    looks_again_at = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="appeals"
    )
    against = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sealed_note = models.BinaryField(default=bytes)
    sealed_snapshot = models.BinaryField(default=bytes)
    # About a facilitator, or an appeal against one: no facilitator of the circle sees it.
    to_leads = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField()
    # When the program leads were told that nobody had looked in time.
    passed_on_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_as = models.CharField(max_length=160, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The name they go by in the circle, or `A_LEAD`.
    settled_as = models.CharField(max_length=160, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    sealed_answer = models.BinaryField(default=bytes)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "reason"],
                condition=Q(raised_by=None),
                name="the_house_flags_a_message_once",
            ),
            models.UniqueConstraint(
                fields=["raised_by", "message", "reason"],
                condition=Q(message__isnull=False) & ~Q(reason="appeal"),
                name="told_once_by_each_of_a_message",
            ),
            models.UniqueConstraint(
                fields=["raised_by", "entry"],
                condition=Q(entry__isnull=False),
                name="one_appeal_of_an_act",
            ),
            models.UniqueConstraint(
                fields=["looks_again_at"],
                condition=Q(looks_again_at__isnull=False),
                name="one_appeal_of_an_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="concerns_waiting", condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def taken_by_name(self) -> str:
        return _name_in_words(self.taken_as)

    @property
    def settled_by_name(self) -> str:
        return _name_in_words(self.settled_as)

    @property
    def is_care(self) -> bool:
        return self.kind == self.Kind.CARE

    def seal_note(self, words: str) -> None:
        self.sealed_note = self._sealed(words, "note")

    @property
    def note(self) -> str:
        """What the one who raised it wrote with it."""
        return self._opened(self.sealed_note, "note")

    def seal_snapshot(self, words: Words) -> None:
        self.sealed_snapshot = self._sealed(
            json.dumps([words.body, words.note], ensure_ascii=False), "snapshot"
        )

    @property
    def snapshot(self) -> Words | None:
        """The message as it was then; None where there was none or it is erased."""
        opened = self._opened(self.sealed_snapshot, "snapshot")
        return Words(*json.loads(opened)) if opened else None

    def seal_answer(self, words: str) -> None:
        self.sealed_answer = self._sealed(words, "answer")

    @property
    def answer(self) -> str:
        """What whoever settled it wrote back to the one who raised it."""
        return self._opened(self.sealed_answer, "answer")

    def _sealed(self, words: str, what: str) -> bytes:
        if not words:
            return b""
        return vault.seal(words, owner=self._owner, about=f"concern:{self.public_id}:{what}")

    def _opened(self, sealed: bytes | memoryview, what: str) -> str:
        if not sealed:
            return ""
        try:
            about = f"concern:{self.public_id}:{what}"
            return vault.open_sealed(sealed, owner=self._owner, about=about)
        except vault.Unopenable:
            return ""

    @property
    def _owner(self) -> str:
        return vault.circle_owner(self.room.circle.public_id)


class CareCard(models.Model):
    """A card that one member alone sees in the room, until they close it."""

    class Kind(models.TextChoices):
        HELP = "help"
        DOSE = "dose"
        CHECK_IN = "check_in"

    public_id = PublicIdField()
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="cards")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "kind"],
                condition=Q(closed_at=None),
                name="one_open_card_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.membership_id}"


class Looked(models.Model):
    """How far in a room's log the words were looked at: nothing is missed while nobody looks."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="looked")
    upto = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.room_id} up to {self.upto}"


class WordList(models.Model):
    """Words of one language that the house looks for; kept by those who care for the house."""

    class Kind(models.TextChoices):
        CRISIS = "crisis", _("may be about a crisis: a card for the author, a quiet flag")
        SOURCING = "sourcing", _("asking for or offering medicines: held for a facilitator")
        DOSE = "dose", _("asking about or telling doses: a word to the author, a flag")
        MEDICINE = "medicine", _("names of medicines, for {medicine} in the other lists")

    kind = models.CharField(_("what they are about"), max_length=8, choices=Kind)
    language = models.CharField(_("language"), max_length=12)
    phrases = models.TextField(
        _("phrases"),
        help_text=_(
            "One a line. Capitals, accents and signs between words don’t matter; whole words only. "
            "An asterisk ends a word that may go on (“kill*”), three dots stand for up to three "
            "words, # for a number, {medicine} for each name in the list of medicines."
        ),
    )
    passes = models.TextField(
        _("what is not meant"),
        blank=True,
        help_text=_("Phrases that hold one of those above and mean something else, one a line."),
    )

    class Meta:
        verbose_name = _("list of words")
        verbose_name_plural = _("lists of words")
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language"],
                name="one_list_of_a_kind_and_language",
                violation_error_message=_("There is such a list already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.get_kind_display()}"


def _name_in_words(name: str) -> str:
    return gettext(name) if name == A_LEAD else name
