"""Letters to people outside the house. They name no therapy, no topic, no circle, nobody.

A letter is a pair of templates, `NAME.txt` and `NAME.html`; the first line of the text is
its subject.
"""

from __future__ import annotations

import smtplib
from email.utils import formataddr, parseaddr
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext


class NotSent(Exception):
    """The letter could not be handed over. It may be tried again."""


def send(name: str, *, to: str, language: str = "", about: dict[str, Any] | None = None) -> None:
    """Send the letter `name` in the person's language. Raises NotSent."""
    with translation.override(language or settings.LANGUAGE_CODE):
        context = {"house": mail_name(), "origin": settings.ORIGIN, **(about or {})}
        context["account_url"] = settings.ORIGIN + reverse("account")
        subject, _, text = render_to_string(f"{name}.txt", context).strip().partition("\n")
        letter = EmailMultiAlternatives(
            subject.strip(), text.strip() + "\n", sender(), [to], headers=_quiet()
        )
        letter.attach_alternative(
            render_to_string(f"{name}.html", context | {"subject": subject.strip()}), "text/html"
        )
    try:
        letter.send()
    except (smtplib.SMTPException, OSError):
        # Without the cause: it may repeat the address.
        raise NotSent from None


def mail_name() -> str:
    """The neutral name that the house gave itself for inboxes, on one line: with two of them no
    letter could be written."""
    house = apps.get_model("home", "HouseSettings").objects.order_by("pk").first()
    named = " ".join(house.mail_name.split()) if house else ""
    return named or gettext("The house")


def sender() -> str:
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((mail_name(), address))


def _quiet() -> dict[str, str]:
    """No answers by machines on holiday."""
    return {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
