"""What `manage.py check` says of settings that are unsafe or can't work.

Errors keep every command and the web process from starting. A house on the
loopback is on trial and may do much; one with a name in the world may not.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from community import keyring

# Read elsewhere than in settings, or by those who start us.
_OTHER_NAMES = {"REWEAVE_NO_BOOTSTRAP", "REWEAVE_TEST_TEMPLATE"}


@register(Tags.security)
def the_house_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_origin(), *_keys(), *_environment()]


@register(Tags.compatibility)
def the_house_can_stand(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_mail(), *_backing(), *_sessions()]


def refuse_what_is_unsafe() -> None:
    """End a process that no command started, and that has not been checked by one."""
    for message in [*the_house_is_safe(None), *the_house_can_stand(None)]:
        if message.is_serious():
            sys.exit(f"The house can't start: {message.msg} {message.hint or ''}".strip())


def _origin() -> Iterator[CheckMessage]:
    if settings.LOOPBACK:
        return
    if not settings.SECURE:
        yield Error(
            "REWEAVE_ORIGIN is a name in the world without https.",
            hint="Words and cookies would travel in the open. Put TLS in front.",
            id="community.E001",
        )
    if settings.DEBUG:
        yield Error(
            "REWEAVE_DEBUG is on for a house with a name in the world.",
            hint="Its error pages show what people wrote.",
            id="community.E002",
        )
    if settings.SECURE and not settings.BEHIND_PROXY:
        yield Warning(
            "REWEAVE_BEHIND_PROXY is off, and this process speaks no TLS itself.",
            hint="Set it where a proxy of yours adds X-Forwarded-Proto and X-Forwarded-For.",
            id="community.W003",
        )
    if not settings.STAFF_NEED_SECOND_FACTOR:
        yield Warning(
            "REWEAVE_STAFF_NEED_SECOND_FACTOR is off: a code by mail opens the CMS.",
            id="community.W004",
        )


def _keys() -> Iterator[CheckMessage]:
    if settings.SEALING_KEYS and (settings.SEALING_KEYS_DIR / "sealing_keys").exists():
        yield Warning(
            "There are sealing keys in the environment and in var/keys; the file is not read.",
            hint="Words sealed with the file's keys can't be opened. Keep one of the two.",
            id="community.W005",
        )
    if not settings.LOOPBACK and settings.SECRET_KEY_IN_VAR:
        yield Warning(
            "SECRET_KEY is kept in var/keys.",
            hint="Every machine has to have the same: set SECRET_KEY or SECRET_KEY_FILE.",
            id="community.W006",
        )
    if not settings.LOOPBACK and not settings.SEALING_KEYS:
        yield Warning(
            "The sealing keys are kept in var/keys, beside what they seal.",
            hint="Set REWEAVE_SEALING_KEYS or REWEAVE_SEALING_KEYS_FILE, and keep a copy.",
            id="community.W007",
        )
    if any(_is_open(name) for name in ("sealing_keys", "secret_key", "retired_keys")):
        yield Error(
            "Others on this machine can read the keys in var/keys.",
            hint="chmod 600 var/keys/*",
            id="community.E008",
        )
    try:
        folder = settings.SEALING_KEYS_DIR / "sealing_keys"
        if not settings.SEALING_KEYS and folder.exists():
            keyring.parsed(folder.read_text())
    except (keyring.UnusableKey, OSError, UnicodeDecodeError):
        yield Error("A key in var/keys/sealing_keys can't be read.", id="community.E009")


def _is_open(name: str) -> bool:
    try:
        mode = (settings.SEALING_KEYS_DIR / name).stat().st_mode
    except OSError:
        return False
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _environment() -> Iterator[CheckMessage]:
    known = settings.ENVIRONMENT_NAMES | _OTHER_NAMES
    for name in sorted(os.environ):
        if name.startswith("REWEAVE_") and name not in known:
            yield Warning(
                f"{name} is set, and nothing reads it.",
                hint="docs/operations.md lists the names there are.",
                id="community.W010",
            )


def _mail() -> Iterator[CheckMessage]:
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    by_file = "filebased" in settings.MAILERS["default"]["BACKEND"]
    if by_file and not settings.LOOPBACK:
        yield Error(
            "There is no mailer: nobody could sign in.",
            hint="Set REWEAVE_MAIL_URL, such as smtp://user:password@mail.example:587.",
            id="community.E011",
        )
    try:
        EmailValidator(allowlist=[])(address) if not settings.LOOPBACK else None
    except ValidationError:
        yield Error("REWEAVE_MAIL_FROM is no address that mail can come from.", id="community.E012")


def _backing() -> Iterator[CheckMessage]:
    if settings.LOOPBACK:
        return
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Warning(
            "SQLite serves one machine and few people.",
            hint="Set DATABASE_URL to a PostgreSQL.",
            id="community.W013",
        )
    if not settings.REDIS.has_password and not settings.REDIS.is_here:
        yield Warning(
            "REDIS_URL has no password, and is not on this machine.",
            hint="Whoever can reach it can disturb every room.",
            id="community.W014",
        )


def _sessions() -> Iterator[CheckMessage]:
    # Chat asks for them there itself, and the list of one's devices is joined to them.
    if settings.SESSION_ENGINE != "django.contrib.sessions.backends.db":
        yield Error(
            "SESSION_ENGINE keeps sessions elsewhere than in the database.",
            hint="Rooms look there for who is signed in, and would let nobody in.",
            id="community.E015",
        )
