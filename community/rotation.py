"""Changing the keys of the house while it is running.

A new key comes first, then every data key is wrapped with it, then the old keys go: only
once no row needs them. Nothing that members wrote is sealed again; only the keys are.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from community import keyring, vault
from community.models import DataKey


class StillNeeded(Exception):
    """A key can't be retired: rows are wrapped by it that could not be wrapped anew."""


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many data keys were wrapped anew, and how many could not be opened."""

    done: int
    failed: int


def keys_are_ours_to_change() -> bool:
    """Whether the keys stand in `var/keys`; those in the environment are the operator's."""
    return not settings.SEALING_KEYS.strip()


def bring_a_new_key() -> None:
    """Put a fresh key first. Running processes wrap with it from their next new data key on."""
    vault.house_keys()  # there is one already, or this house is new and gets its first
    keyring.put_first(keyring.new_key_line(), settings.SEALING_KEYS_DIR)


def rewrap_all() -> Rewrapped:
    """Wrap every data key with the newest key of the house. Safe to repeat and beside others."""
    newest = next(iter(vault.house_keys()))
    done = failed = 0
    # Read to the end before the first write: SQLite lets nobody write who is still reading.
    for row in list(_wrapped().exclude(wrapped_by=newest)):
        try:
            wrapped_by, wrapped = vault.wrap(vault.unwrap(row), owner=row.owner)
        except (vault.Unopenable, vault.KeyAway):
            failed += 1
            continue
        # Compare and set: erased, or wrapped anew by another, meanwhile.
        done += DataKey.objects.filter(pk=row.pk, wrapped=row.wrapped, erased_at=None).update(
            wrapped=wrapped, wrapped_by=wrapped_by
        )
    return Rewrapped(done, failed)


def old_keys() -> list[str]:
    """The ids of every key of the house but the newest."""
    return list(vault.house_keys())[1:]


def retire_old_keys() -> list[str]:
    """Take the old keys out of use, and say which; those in the environment are only checked.

    Raises StillNeeded, changing nothing, where a row is still wrapped by one of them.
    """
    with transaction.atomic():
        _keep_others_from_writing()
        old = old_keys()
        if _wrapped().filter(wrapped_by__in=old).exists():
            raise StillNeeded
        if old and keys_are_ours_to_change():
            # Whoever waits to write a data key looks at the keys again after it.
            keyring.retire(old, settings.SEALING_KEYS_DIR)
    return old


def _keep_others_from_writing() -> None:
    # On SQLite an atomic block that will write is alone already.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(DataKey._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def _wrapped() -> QuerySet[DataKey]:
    return DataKey.objects.filter(erased_at=None)
