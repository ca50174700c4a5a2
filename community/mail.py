"""How the house sends mail: one URL, read strictly. Imported by settings."""

from pathlib import Path
from urllib.parse import unquote, urlsplit


def mailer(url: str, folder: Path) -> dict:
    """Django's mailer for `url`; without one, letters are kept as files in `folder`.

    `smtp://user:password@host:587` starts with STARTTLS, `smtps://…:465` with TLS.
    Raises ValueError for any other scheme.
    """
    if not url:
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("REWEAVE_MAIL_URL is not an smtp:// or smtps:// address.")
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
