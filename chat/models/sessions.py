"""Live sessions: what the circle does together for an hour, in parts and in turns."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.rooms import Room
from community.models import PublicIdField
from programs.models import Agreement, Membership


class LiveSessionQuerySet(models.QuerySet["LiveSession"]):
    def going_on(self) -> Self:
        return self.filter(ended_at=None)


class LiveSession(models.Model):
    """One session of a circle: which part it is in, who leads, how long the holder has.

    Who holds the talking piece stands on the room's row, where posting asks for it.
    """

    class Phase(models.TextChoices):
        OPENING = "opening", _("Opening")
        GROUNDING = "grounding", _("Grounding")
        CHECK_IN = "check_in", _("Check-in")
        SHARING = "sharing", _("Sharing")
        CLOSING = "closing", _("Closing")
        ENDED = "ended", _("Ended")

    ROUNDS = (Phase.CHECK_IN, Phase.SHARING)

    public_id = PublicIdField()
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="sessions")
    phase = models.CharField(max_length=12, choices=Phase, default=Phase.OPENING)
    # Grows with all that happens; `settled_step` is the newest that moved the piece or the parts,
    # so that of two facilitators who act on the same sight of things the second is told.
    step = models.PositiveIntegerField(default=0)
    settled_step = models.PositiveIntegerField(default=0)
    # How many rounds have begun.
    round = models.PositiveSmallIntegerField(default=0)
    leader = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # When the calendar had it; None for one that was opened without being planned.
    planned_for = models.DateTimeField(null=True, blank=True)
    # Nothing is cut off then; screens say how much time is left.
    planned_until = models.DateTimeField()
    opened_at = models.DateTimeField(default=timezone.now)
    phase_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    holder_at = models.DateTimeField(null=True, blank=True)
    # Seconds that the holder was given beyond what the part gives everyone.
    given_seconds = models.PositiveIntegerField(default=0)
    breath_until = models.DateTimeField(null=True, blank=True)
    # Since when nobody has held the room.
    unattended_at = models.DateTimeField(null=True, blank=True)

    objects = LiveSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=Q(ended_at=None), name="one_session_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) & ~Q(phase="ended")
                | Q(ended_at__isnull=False, phase="ended"),
                name="ended_is_the_last_part",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def in_round(self) -> bool:
        return self.phase in self.ROUNDS


class Place(models.Model):
    """A member's place in the order of the rounds. Holding is not kept here: see the room."""

    class State(models.TextChoices):
        WAITING = "waiting"
        # Comes when the others have spoken.
        LAST = "last"
        SPOKEN = "spoken"
        PASSED = "passed"
        OUT = "out"

    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="places")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    hand_at = models.DateTimeField(null=True, blank=True)
    # The newest round they spoke in, 0 for none: who has not spoken comes first.
    spoke_in = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "member"], name="one_place_in_the_order")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.state}"


class Attendance(models.Model):
    """That a member was present and agreed to what was read out. Nothing finer is kept."""

    session = models.ForeignKey(LiveSession, on_delete=models.CASCADE, related_name="attendances")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="attendances")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "member"], name="present_once_a_session")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.session_id}"
