"""People, their keys, and the few things that the whole house shares."""

from __future__ import annotations

import datetime
import re
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from community import zones
from community.audit_models import AuditEntry as AuditEntry
from community.audit_models import AuditHead as AuditHead
from community.randomness import random_name


def public_id() -> str:
    """A random, unguessable name for a row in addresses: 16 characters, 96 bits."""
    return random_name(12)


def known_zone(name: str) -> None:
    """Raises ValidationError where `name` is no IANA time zone."""
    if not zones.is_known(name):
        raise ValidationError(_("This time zone is not known here."))


# What `public_id` makes, and nothing else is looked for.
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{16}")


class PublicIdField(models.CharField):
    """The random name a row goes by outside the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_length": 16, "unique": True, "default": public_id, "editable": False}
        super().__init__(*args, **kwargs)


class People(BaseUserManager["User"]):
    """Makes people by their address; a password is optional here."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        # As allauth does with what is typed, so that both mean the same row.
        return super().normalize_email(email).lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        if not email:
            raise ValueError("A person needs an address.")
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password) if password else person.set_unusable_password()
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(
            email, password, **fields | {"is_staff": True, "is_superuser": True}
        )

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class User(AbstractUser):
    """Someone who signs in. How others know them is a membership's name, never this row."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    public_id = PublicIdField()
    language = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[known_zone])
    mail_updates = models.BooleanField(_("mail when there is something new"), default=True)
    opens_notes = models.BooleanField(_("content notes always stand open"), default=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()  # type: ignore[misc, assignment]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [("lead_programs", "Opens cohorts, appoints facilitators, hears complaints")]
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_per_address")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def __repr__(self) -> str:
        """Without the address: a repr ends up in logs."""
        return f"<User {self.public_id}>"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.password:
            # An empty one counts as a password that could be asked for.
            self.set_unusable_password()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)


class HouseImage(AbstractImage):
    admin_form_fields = Image.admin_form_fields


class HouseRendition(AbstractRendition):
    image = models.ForeignKey(HouseImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_per_filter"
            )
        ]


class HouseDocument(AbstractDocument):
    admin_form_fields = Document.admin_form_fields


class DataKey(models.Model):
    """The key that seals one circle's or one person's words, wrapped by a key of the house.

    An erased row keeps its owner and no key, so that nothing is ever sealed for them again.
    """

    owner = models.CharField(
        max_length=64, help_text="`circle:<public id>` or `person:<public id>`"
    )
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=32, blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner"], name="one_data_key_per_owner"),
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(wrapped_by=""),
                name="an_erased_key_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return self.owner


class Tick(models.Model):
    """When beat was last heard of, and the day the house was last tidied: one row."""

    at = models.DateTimeField()
    tidied_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="only_one_tick")]

    def __str__(self) -> str:
        return self.at.isoformat()

    @classmethod
    def record(cls) -> None:
        cls.objects.update_or_create(pk=1, defaults={"at": timezone.now()})

    @classmethod
    def age(cls) -> float | None:
        """Seconds since the last tick; None before the first."""
        last = cls.objects.values_list("at", flat=True).first()
        return None if last is None else (timezone.now() - last).total_seconds()

    @classmethod
    def claims_today(cls) -> bool:
        """Whether this caller is the one who tidies today: compare and set."""
        today = timezone.now().astimezone(datetime.UTC).date()
        untidied = models.Q(tidied_on=None) | models.Q(tidied_on__lt=today)
        return cls.objects.filter(untidied).update(tidied_on=today) == 1


class Notice(models.Model):
    """Something to tell a person outside the house. It never says what: only that there is."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("this week’s question")
        JOINING = "joining", _("an answer to an application")
        CIRCLE = "circle", _("something in a circle")
        CARE = "care", _("something for a facilitator")
        # The only kind that is told at night: they are up, and it is a matter of minutes.
        ON_DUTY = "on_duty", _("something for a facilitator who is at a session now")

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=Kind)
    # What it is about, so that the same thing is never told twice: `prompt:<delivery id>`.
    about = models.CharField(max_length=64)
    not_before = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    # Set by whoever is about to send, so that no two do; taken back where it did not go out.
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "about"], name="one_notice_per_person_and_thing"
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"], name="notices_to_send", condition=models.Q(sent_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"


class SignInLink(models.Model):
    """A single-use link an operator printed, and the record that they did."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    printed_by = models.CharField(max_length=64, help_text="the account on the machine")
    printed_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"link for {self.person_id}"
