"""What facilitators do to keep a room kind: each with who, why and until when."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone

from chat.models.messages import Message
from chat.models.rooms import Room
from community import vault
from community.models import PublicIdField
from programs.models import Membership


class SetAside(models.Model):
    """That a facilitator took a message out of the room, and the reason its author reads."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="setting_aside")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    sealed_why = models.BinaryField()
    at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.message_id}"

    def seal(self, why: str, *, owner: str) -> None:
        self.sealed_why = vault.seal(why, owner=owner, about=f"set-aside:{self.message.public_id}")

    def why(self, *, owner: str) -> str:
        return vault.open_sealed(
            self.sealed_why, owner=owner, about=f"set-aside:{self.message.public_id}"
        )


class Asking(models.Model):
    """That a facilitator asked a held message's author to change it, and why."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="asking")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    sealed_why = models.BinaryField()
    at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.message_id}"

    def seal(self, why: str, *, owner: str) -> None:
        self.sealed_why = vault.seal(why, owner=owner, about=self._about)

    def why(self, *, owner: str) -> str:
        return vault.open_sealed(self.sealed_why, owner=owner, about=self._about)

    @property
    def _about(self) -> str:
        return f"asking:{self.message.public_id}"


class Reminder(models.Model):
    """That a program lead last reminded those who hold a room of what waits in it too long."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="reminder")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.room_id} at {self.at.isoformat()}"


class MuteQuerySet(models.QuerySet["Mute"]):
    def in_force(self, now: datetime.datetime | None = None) -> Self:
        return self.filter(lifted_at=None, until__gt=now or timezone.now())


class Mute(models.Model):
    """Someone reads and responds but does not write, until a time they are told."""

    public_id = PublicIdField()
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="mutes")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    sealed_why = models.BinaryField()
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField()
    # It is over when the room's session is; `until` moves along with one that runs over.
    ends_with_session = models.BooleanField(default=False)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    objects = MuteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(lifted_at=None), name="one_mute_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} until {self.until.isoformat()}"

    def seal(self, why: str, *, owner: str) -> None:
        self.sealed_why = vault.seal(why, owner=owner, about=f"mute:{self.public_id}")

    def why(self, *, owner: str) -> str:
        return vault.open_sealed(self.sealed_why, owner=owner, about=f"mute:{self.public_id}")


class ModerationActionQuerySet(models.QuerySet):
    def of_the_pace(self, room: Room | OuterRef) -> Self:
        """Where the pace of `room` was set, or one taken back; newest first."""
        return self.filter(room=room, verb__in=("pace", "put_pace_back")).order_by("-pk")

    def of_the_hold(self, *, circle: Any, user: Any) -> Self:
        """Where facilitators came to read first what this person writes; newest first. It may be
        older than their membership (see `coming_back`)."""
        acts = self.filter(verb="hold", member__circle=circle, member__user=user)
        return acts.order_by("-pk")


class ModerationAction(models.Model):
    """The record of one act: who did what to whom, never the words."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="actions")
    verb = models.CharField(max_length=24)
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    until = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    # Of pace and hours: the place in the log, and of what was set, how it stood before, to put it
    # back.
    seq = models.BigIntegerField(null=True, blank=True)
    before = models.JSONField(null=True, blank=True)

    objects = ModerationActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="one_act_at_a_place_in_the_log")
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at.isoformat()}"
