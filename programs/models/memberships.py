"""Who belongs to a circle, under which name, and how that ends or rests."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import vault
from community.drawings import SWATCHES
from community.models import PublicIdField

if TYPE_CHECKING:
    from community.models import User


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        """Those who belong now: left or removed people never count."""
        return self.filter(left_at=None)

    def facilitators(self) -> Self:
        return self.filter(role=Membership.Role.FACILITATOR)

    def holding(self) -> Self:
        """Who can answer for their circle now: its facilitators whose accounts are open."""
        return self.current().facilitators().filter(user__is_active=True)

    def peers(self) -> Self:
        return self.filter(role=Membership.Role.PEER)

    def led(self) -> Self:
        """Everyone whom facilitators hold the room for: peers, and those who listen."""
        return self.exclude(role=Membership.Role.FACILITATOR)

    def awake(self) -> Self:
        """Those who are not taking a break."""
        resting = Break.objects.filter(membership=OuterRef("pk"), ended_at=None)
        return self.exclude(Exists(resting))


def name_key(name: str) -> str:
    """What two names have in common when people would take the one for the other."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(unicodedata.normalize("NFKC", folded).split())[:160]


class Membership(models.Model):
    """A person in a circle, under the name they go by there. The row is the right to enter."""

    class Role(models.TextChoices):
        PEER = "peer", _("peer")
        FACILITATOR = "facilitator", _("facilitator")
        # In an open session: one of many, who may be asked onto the stage.
        LISTENER = "listener", _("listener")

    public_id = PublicIdField()
    circle = models.ForeignKey(
        "programs.Circle",
        verbose_name=_("circle"),
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.PEER)
    # 40 characters as people count them; some of those take several to write.
    name = models.CharField(_("name they go by"), max_length=160)
    name_key = models.CharField(max_length=160, editable=False)
    swatch = models.PositiveSmallIntegerField(
        _("cloth"), validators=[MaxValueValidator(SWATCHES - 1)]
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    # Peers read from their joining on; a facilitator may open what lies before.
    sees_earlier = models.BooleanField(_("sees what was said before they joined"), default=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["circle", "user"], condition=Q(left_at=None), name="one_current_membership"
            ),
            # Nobody takes the name of someone who left, either: `enrolment` sees to that,
            # and lets a person who comes back have their own again.
            models.UniqueConstraint(
                fields=["circle", "name_key"],
                condition=Q(left_at=None),
                name="one_member_per_name_in_circle",
            ),
            models.UniqueConstraint(
                fields=["circle", "swatch"],
                # There are 288 patches; five hundred who listen share them.
                condition=Q(left_at=None) & ~Q(role="listener"),
                name="one_member_per_swatch_in_circle",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.name_key = name_key(self.name)
        if fields := kwargs.get("update_fields"):
            kwargs["update_fields"] = {*fields, "name_key"}
        super().save(*args, **kwargs)

    @property
    def is_facilitator(self) -> bool:
        return self.role == self.Role.FACILITATOR


class RemovalQuerySet(models.QuerySet["Removal"]):
    def of(self, person: User) -> Self:
        """The places of `person` that others ended, newest first."""
        mine = self.filter(membership__user=person).order_by("-at")
        return mine.select_related("membership__circle")


class Removal(models.Model):
    """That, when and why a membership was ended by someone else."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="removal")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    sealed_why = models.BinaryField()
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RemovalQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.membership_id}"

    def seal(self, why: str) -> None:
        self.sealed_why = vault.seal(why, owner=self._owner, about=self._about)

    @property
    def why(self) -> str:
        """Raises vault.Unopenable where the words were erased."""
        return vault.open_sealed(self.sealed_why, owner=self._owner, about=self._about)

    @property
    def _owner(self) -> str:
        return vault.circle_owner(self.membership.circle.public_id)

    @property
    def _about(self) -> str:
        return f"removal:{self.membership.public_id}"


class Break(models.Model):
    """A rest a member takes: no question, no notice, one click back."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="breaks")
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(ended_at=None), name="one_break_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}"
