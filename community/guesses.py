"""How often a code may be tried, counted where tries that come at once see each other.

allauth counts them in the session, which every request reads as it begins: of a hundred that are
sent together each would find that there was none before it. An app's code it takes once in thirty
seconds, and the code is good for ninety.
"""

from __future__ import annotations

import hashlib

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa_settings
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

# How long a page that asks for a code can stand.
_KEPT = settings.ACCOUNT_LOGIN_TIMEOUT
_APP_CODE_STANDS = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)


def may_guess(request: HttpRequest, code: str) -> bool:
    """Whether this browser may try once more at `code`, the right one."""
    key = _key("guesses", request.session.session_key or "", code)
    cache.add(key, 0, timeout=_KEPT)
    return _counted(key) <= settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS


def is_new(person: int, code: str) -> bool:
    """Whether this code of their app was not taken before, as far back as it is good."""
    key = _key("app-code", str(person), normalize_user_code(code))
    return cache.add(key, 1, timeout=_APP_CODE_STANDS)


def _counted(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # forgotten between the two, or no memory just now
        return 1


def _key(what: str, whose: str, code: str) -> str:
    """Without the code: whoever reads the memory learns none."""
    said = f"{settings.SECRET_KEY}.{whose}.{code}".encode()
    return f"{what}.{hashlib.sha256(said).hexdigest()}"
