"""A circle's room, the log of all that happens in it, and each member's seat."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from community import statements
from programs.models import Circle, Membership


class RoomQuerySet(models.QuerySet["Room"]):
    def locked(self) -> Self:
        """For a transaction that writes: always in id order, so that two never wait in a ring."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Room(models.Model):
    """One circle's conversation. `last_seq` is the newest place in its log.

    What forbids writing stands on this row and on the seats, so that posting asks it all at once,
    under the lock it holds anyway.
    """

    class Hours(models.TextChoices):
        OPEN = "open"
        ATTENDED = "attended"
        READING = "reading"

    class Floor(models.TextChoices):
        EVERYONE = "everyone"
        FACILITATORS = "facilitators"
        HOLDER = "holder"

    circle = models.OneToOneField(Circle, on_delete=models.CASCADE, related_name="room")
    last_seq = models.BigIntegerField(default=0)
    # Grows with every change of who may read here, in the transaction that makes it: a process
    # that remembers the company at the same count need not ask for it again.
    company = models.BigIntegerField(default=0)
    # Seconds that a member waits between two messages; 0 is no pace.
    pace_seconds = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    # While set, what peers write waits for a facilitator.
    holds_all = models.BooleanField(default=False)
    # When peers may write at all: always, only while a facilitator is here, or not now.
    hours = models.CharField(max_length=8, choices=Hours, default=Hours.OPEN)
    # Since when, by hand or by the day's schedule; the schedule changes only what is older.
    hours_since = models.DateTimeField(default=timezone.now, editable=False)
    # In a live session: who may write now, and in a round, who holds the talking piece.
    floor = models.CharField(max_length=12, choices=Floor, default=Floor.EVERYONE)
    holder = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = RoomQuerySet.as_manager()

    def __str__(self) -> str:
        return f"room of {self.circle_id}"

    def next_seq(self) -> int:
        """Takes the next place in the log; the caller holds the row's lock and saves it."""
        self.last_seq += 1
        return self.last_seq


class DailyHours(models.Model):
    """From this time of each day by the cohort's clocks, the room keeps these hours."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="daily_hours")
    at = models.TimeField()
    hours = models.CharField(max_length=8, choices=Room.Hours)

    class Meta:
        ordering = ("at",)
        constraints = [
            models.UniqueConstraint(fields=["room", "at"], name="one_change_of_hours_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.at:%H:%M} {self.hours}"


class AccessCount(models.Model):
    """One row that counts the changes of anybody's sessions or rights.

    A message is handed to sockets only by a process that has looked at them since the newest.
    """

    changes = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.changes} changes"

    @classmethod
    def grow(cls) -> int:
        """Counts one more; how many there were then, with those of others meanwhile."""
        if not cls.objects.filter(pk=1).update(changes=F("changes") + 1):
            cls.objects.update_or_create(
                pk=1, defaults={"changes": F("changes") + 1}, create_defaults={"changes": 1}
            )
        return cls.now()

    @classmethod
    def now(cls) -> int:
        # Written out: asked with whatever is read of any room.
        rows = statements.rows("SELECT changes FROM chat_accesscount WHERE id = 1", [])
        return rows[0][0] if rows else 0


class Event(models.Model):
    """One thing that happened in a room, at its place in the log. It never holds words."""

    class Kind(models.TextChoices):
        POSTED = "message.posted"
        EDITED = "message.edited"
        TAKEN_BACK = "message.taken_back"
        SET_ASIDE = "message.set_aside"
        PUT_BACK = "message.put_back"
        HELD = "message.held"
        LET_THROUGH = "message.let_through"
        ASKED = "message.asked"
        RESPONDED = "message.responded"
        PROMPT_POSTED = "prompt.posted"
        PACE = "room.pace"
        PAUSED = "room.paused"
        RESUMED = "room.resumed"
        HOLDS = "room.holds"
        HOURS = "room.hours"
        JOINED = "member.joined"
        LEFT = "member.left"
        MUTED = "member.muted"
        UNMUTED = "member.unmuted"
        HELD_MEMBER = "member.held"
        UNHELD_MEMBER = "member.unheld"
        # For the one it is for, and wordless for those who care for the room.
        CARE_CARD = "care.card"
        CARE_FLAG = "care.flag"
        REPORT_MADE = "report.made"
        DESK_CHANGED = "desk.changed"
        SESSION_OPENED = "session.opened"
        SESSION_PHASE = "session.phase"
        SESSION_PIECE = "session.piece"
        SESSION_HAND = "session.hand"
        SESSION_PASSED = "session.passed"
        SESSION_LAST = "session.last"
        SESSION_ORDER = "session.order"
        SESSION_SEATED = "session.seated"
        SESSION_LEFT = "session.left"
        SESSION_BREATH = "session.breath"
        SESSION_TIME = "session.time"
        SESSION_LED = "session.led"
        SESSION_ATTENDED = "session.attended"
        SESSION_UNATTENDED = "session.unattended"
        SESSION_ENDED = "session.ended"

    class Audience(models.TextChoices):
        ALL = "all"
        FACILITATORS = "facilitators"
        # The one concerned, and the facilitators.
        ONE = "one"

    # The constraint below begins with it; an index of its own would only cost.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=24, choices=Kind)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.ALL)
    member = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    message = models.ForeignKey(
        "chat.Message", null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    # Small facts that are no words: a pace in seconds, until when.
    facts = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="one_event_per_place"),
            models.CheckConstraint(
                condition=~Q(audience="one") | Q(member__isnull=False), name="one_means_someone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.seq} {self.kind}"


class Seat(models.Model):
    """A member's place in the room: where their history begins and how far they have read."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="seat")
    # The log's newest place when they came in; they read what lies after it.
    joined_seq = models.BigIntegerField(default=0)
    read_seq = models.BigIntegerField(default=0)
    hushed_until = models.DateTimeField(null=True, blank=True)
    # Since when what they write waits for a facilitator.
    held_at = models.DateTimeField(null=True, blank=True)
    # A facilitator's lease: they are here until then, unless they say so again. Past is not here.
    here_until = models.DateTimeField(null=True, blank=True)
    # They were in this circle before: what they sent then may be sent again now.
    came_again = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(read_seq__gte=F("joined_seq")), name="read_from_joining"
            )
        ]

    def __str__(self) -> str:
        return f"seat of {self.membership_id}"

    @property
    def from_seq(self) -> int:
        """Events after this are theirs to read."""
        return 0 if self.membership.sees_earlier else self.joined_seq
