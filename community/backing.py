"""What the house stands on, its database and its Redis, from their addresses.

Imported by settings: standard library only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from community.environment import Environment, refuse

_SQLITE_OPTIONS = {
    # A transaction that will write says so at its start, or two of them lock each other up.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000; "
        # The room's hub moves the log on beside whoever writes (community/wal.py); where none
        # runs, the commit that fills it does.
        "PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=8000;"
    ),
}

# Of what is said twice the last holds, so an address can say otherwise.
_POSTGRES_SETTINGS = (
    # A machine that vanishes in the middle of a transaction leaves its locks behind, for hours
    # where nothing looks after it; and whoever writes for all circles would wait as long for one.
    "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s "
    # Of what is prepared (community/planned.py): or it compares costs first, and would go on
    # planning the shortest statements.
    "-c plan_cache_mode=force_generic_plan"
)

# As for its silence: with nothing said of it, the system goes on sending to a machine that is gone
# for a quarter of an hour, and waits for its answer for two. All these are the client's own.
_POSTGRES_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "tcp_user_timeout": 15_000,  # milliseconds; the others are seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}


def database(env: Environment, var: Path) -> dict[str, Any]:
    """Django's settings for DATABASE_URL; without one, a SQLite file in `var`.

    `postgres://user:password@host:5432/name?sslmode=verify-full`, or `sqlite:///path`.
    """
    pool = env.number("REWEAVE_DB_POOL", default=20, least=2, most=500)
    if not env.text("DATABASE_URL"):
        return _sqlite(var / "reweave.sqlite3")
    parts = env.url("DATABASE_URL", "", "postgres", "postgresql", "sqlite")
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path[1:])))
    name = unquote(parts.path.strip("/"))
    if not name:
        refuse("DATABASE_URL", "names no database")
    given = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        # Under ASGI a connection that outlives its request is never closed; the pool keeps them.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **_POSTGRES_PATIENCE,
            **given,
            "options": f"{_POSTGRES_SETTINGS} {given.get('options', '')}".strip(),
            "pool": {"min_size": 2, "max_size": pool},
        },
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": dict(_SQLITE_OPTIONS),
    }


class Redis:
    """One server, and in it a database for each use."""

    def __init__(self, env: Environment) -> None:
        parts = env.url("REDIS_URL", "redis://127.0.0.1:6379/0", "redis", "rediss")
        if parts.path.strip("/") and not parts.path.strip("/").isdigit():
            refuse("REDIS_URL", "names no database by number")
        self._root = parts._replace(path="", query="", fragment="").geturl()
        self._query = f"?{parts.query}" if parts.query else ""
        self.has_password = bool(parts.password)
        self.is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}

    @property
    def broker(self) -> str:
        return f"{self._root}/0{self._query}"

    @property
    def channels(self) -> str:
        return f"{self._root}/1{self._query}"

    @property
    def memory(self) -> str:
        return f"{self._root}/2{self._query}"
