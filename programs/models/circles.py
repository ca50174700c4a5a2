"""A cohort's closed groups, and who may open them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from community.models import PublicIdField
from programs.models.cohorts import Cohort
from programs.models.joining import Application
from programs.models.memberships import SWATCHES, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import User


class CircleQuerySet(models.QuerySet["Circle"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Circles `user` may open: those they belong to now. What shows a circle starts here."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Exists(Membership.objects.current().filter(circle=OuterRef("pk"), user=user))
        )

    def open_to(self, user: User | AnonymousUser) -> Self:
        """Open circles of the programs that `user` belongs to, where they may come and listen."""
        if not user.is_authenticated:
            return self.none()
        theirs = Membership.objects.current().filter(
            user=user, circle__cohort__program=OuterRef("cohort__program")
        )
        return self.filter(
            Exists(theirs.exclude(role=Membership.Role.LISTENER)),
            is_open=True,
            cohort__is_cancelled=False,
        )

    def facilitated_by(self, user: User | AnonymousUser) -> Self:
        """Circles that `user` holds as a facilitator now."""
        if not user.is_authenticated:
            return self.none()
        facilitators = Membership.objects.current().facilitators().filter(user=user)
        return self.filter(Exists(facilitators.filter(circle=OuterRef("pk"))))

    def locked(self) -> Self:
        """For whoever comes in, one after the other; before the room's own lock.

        What only refers to the circle waits for none of them: a room that is written twice in one
        transaction has the database look whether its circle is there, and they wait for the room.
        """
        return self.select_for_update(of=("self",), no_key=True)

    def places_left(self, circle: int) -> int:
        """How many may still be accepted into the circle with this key."""
        return self.with_places().values_list("places_left", flat=True).get(pk=circle)

    def with_places(self) -> Self:
        """Adds `peers`, who belong or were accepted and may enter, and `places_left`."""
        belonging = Membership.objects.current().peers()
        accepted = Application.objects.filter(state=Application.State.ACCEPTED)
        return self.annotate(
            peers=_how_many(belonging) + _how_many(accepted),
            places_left=Greatest(F("cohort__largest") - F("peers"), 0),
        )

    def gathering(self, on: datetime.date | None = None) -> Self:
        """Circles of open cohorts, with their places."""
        return (
            self.filter(cohort__in=Cohort.objects.gathering(on), is_open=False)
            .with_places()
            .select_related("cohort__program")
            .order_by("cohort__starts_on", "name")
        )


def _how_many(rows: QuerySet) -> Coalesce:
    """How many of `rows` belong to the circle at hand: a subquery, so that counts never mix."""
    counted = rows.filter(circle=OuterRef("pk")).order_by().values("circle")
    counted = counted.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class Circle(models.Model):
    """A cohort's closed group of peers with one or two facilitators."""

    public_id = PublicIdField()
    cohort = models.ForeignKey(
        Cohort, verbose_name=_("cohort"), on_delete=models.PROTECT, related_name="circles"
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("Such as “Alder circle”."))
    swatch = models.PositiveSmallIntegerField(
        _("cloth"),
        default=0,
        validators=[MaxValueValidator(SWATCHES - 1)],
        help_text=_("The number of the woven patch beside its name, 0 to 287."),
    )
    # Nobody applies to it: whoever belongs to the program may come and listen, by the hundred.
    is_open = models.BooleanField(
        _("open to listeners"),
        default=False,
        help_text=_(
            "A room for open sessions: everyone who belongs to a circle of the program may come "
            "and listen. Nobody applies to it, and it is asked no questions."
        ),
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="circles"
    )

    objects = CircleQuerySet.as_manager()

    class Meta:
        verbose_name = _("circle")
        verbose_name_plural = _("circles")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "name"],
                name="one_circle_per_name_in_cohort",
                violation_error_message=_("This cohort has a circle of that name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def membership_of(self, user: User | AnonymousUser) -> Membership | None:
        if not user.is_authenticated:
            return None
        return self.memberships.current().filter(user=user).first()
