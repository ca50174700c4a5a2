"""SQLite's write-ahead log: what is committed, and not in the database's own file yet.

By itself it is moved there by the commit that fills it, while everyone whose words are in that
commit waits for the disk. https://www.sqlite.org/wal.html#ckpt
"""

from __future__ import annotations

from django.db import connection


def is_kept() -> bool:
    return connection.vendor == "sqlite"


def move_on() -> None:
    """Moves what can be moved, without waiting for anyone and without anyone waiting for it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
