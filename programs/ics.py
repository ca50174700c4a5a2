"""Calendars as files (RFC 5545), which say when and nothing else.

No name of a circle, a program or a person stands in them: they lie about on other machines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from community.letters import mail_name
from programs.calendar import Session
from programs.models import Circle

CONTENT_TYPE = "text/calendar; charset=utf-8"
_LINE = 75  # bytes, of which a folded line spends one on its blank


def calendar(meetings: Iterable[tuple[Circle, Session]]) -> str:
    """A whole calendar of those `meetings`."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Reweave//Sessions//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(mail_name())}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for circle, session in meetings:
        lines += _event(circle, session)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(circle: Circle, session: Session) -> list[str]:
    stamp = _instant(session.changed_at or timezone.now())
    # Where the series puts it names it, so that it stays the same meeting wherever it moves.
    name = f"{_instant(session.planned_at)}-{circle.public_id}@{urlsplit(settings.ORIGIN).hostname}"
    return [
        "BEGIN:VEVENT",
        f"UID:{name}",
        f"SEQUENCE:{session.turn}",
        f"DTSTAMP:{stamp}",
        f"DTSTART:{_instant(session.begins_at)}",
        f"DTEND:{_instant(session.ends_at)}",
        f"SUMMARY:{_text(_('Circle'))}",
        f"LOCATION:{_text(mail_name())}",
        f"URL:{settings.ORIGIN}{reverse('places')}",
        f"STATUS:{'CANCELLED' if session.is_cancelled else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        "END:VEVENT",
    ]


def _instant(when: dt.datetime) -> str:
    return f"{when.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Escaped as the format asks."""
    for mark in ("\\", ";", ","):
        words = words.replace(mark, f"\\{mark}")
    return "\\n".join(words.splitlines())


def _folded(line: str) -> str:
    """In lines of at most 75 bytes, never cutting a character in two."""
    found, length = [""], 0
    for character in line:
        size = len(character.encode())
        if length + size > _LINE:
            found.append("")
            length = 1
        found[-1] += character
        length += size
    return "\r\n ".join(found)
