"""How the house hands over mail: one address, read strictly. Imported by settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from community.environment import Environment


def mailer(env: Environment, folder: Path) -> dict[str, Any]:
    """Django's mailer for REWEAVE_MAIL_URL; without one, letters are kept as files in `folder`.

    `smtp://user:password@host:587` starts with STARTTLS, `smtps://…:465` with TLS.
    """
    if not env.text("REWEAVE_MAIL_URL"):
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    parts = env.url("REWEAVE_MAIL_URL", "", "smtp", "smtps")
    tls = parts.scheme == "smtps"
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or (465 if tls else 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": tls,
            "use_tls": not tls,
            "timeout": 10,
        },
    }
