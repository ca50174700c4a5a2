"""The record of what was done about people: appended to, chained, never changed, without words.

Each entry carries a hash over what it says and over the hash before it; one row, locked by
whoever appends, holds the newest. So an entry that was changed, taken out or moved breaks the
chain at its place, which `manage.py verify_audit` finds. The database itself refuses to change or
delete an entry (see the migration that made its table).

An entry names people, circles and messages by their public ids and says nothing else: whoever is
erased from the house leaves only a random name here that leads nowhere.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.models import AuditEntry, AuditHead, User

# What the one concerned reads of an act: `%(name)s` is who did it, `%(until)s` until when.
_said: dict[str, Promise] = {}
_appealable: set[str] = set()
_OTHERWISE = _("%(name)s did something about your place here.")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain is broken, and how."""

    seq: int
    what: str


def describe(sentences: Mapping[str, Promise], *, appealable: Iterable[str] = ()) -> None:
    """Those who write entries say here how the one concerned reads them, by verb.

    Of `appealable` they may ask that somebody looks again.
    """
    _said.update(sentences)
    _appealable.update(appealable)


def may_be_appealed(verb: str) -> bool:
    return verb in _appealable


def sentence_of(verb: str) -> Promise:
    return _said.get(verb, _OTHERWISE)


def record(
    *,
    verb: str,
    by: User | None,
    about: User | None = None,
    circle: str = "",
    message: str = "",
    until: datetime.datetime | None = None,
) -> AuditEntry:
    """Appends an entry, in the transaction of the act itself and as the last thing in it.

    `by` is None where the house did it by its rules; `circle` and `message` are public ids.
    Raises RuntimeError outside a transaction: an act and its record stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an act is recorded in its own transaction")
    head = _locked_head()
    entry = AuditEntry(
        seq=head.seq + 1,
        verb=verb,
        by=by.public_id if by else "",
        about=about.public_id if about else "",
        circle=circle,
        message=message,
        until=until,
        at=timezone.now(),
        previous=head.hash,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    head.seq, head.hash = entry.seq, entry.hash
    head.save(update_fields=["seq", "hash"])
    return entry


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 over what the entry says and the hash of the one before it."""
    said = [
        entry.seq,
        entry.verb,
        entry.by,
        entry.about,
        entry.circle,
        entry.message,
        _instant(entry.until),
        _instant(entry.at),
        entry.previous,
    ]
    canonical = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def faults() -> Iterator[Fault]:
    """Walks the whole chain, oldest first; nothing where it is whole."""
    seq, newest = 0, ""
    for entry in AuditEntry.objects.order_by("seq").iterator(chunk_size=1000):
        if entry.seq != seq + 1:
            yield Fault(seq + 1, "removed")
        elif entry.previous != newest:
            yield Fault(entry.seq, "moved, or its neighbour was replaced")
        if entry.hash != hash_of(entry):
            yield Fault(entry.seq, "edited")
        seq, newest = entry.seq, entry.hash
    head = AuditHead.objects.first() or AuditHead()
    if head.seq > seq:
        yield Fault(seq + 1, "removed")
    elif (head.seq, head.hash) != (seq, newest):
        yield Fault(seq, "not what the newest entry is remembered as")


def missing_guards() -> list[str]:
    """Those of the database's own refusals to change the record that are no longer there."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'")
        standing = {name for (name,) in cursor.fetchall()}
    return [name for name in GUARDS if name not in standing]


GUARDS = ("audit_entry_stays_as_it_is", "audit_entry_is_not_deleted", "audit_head_only_moves_on")


def _locked_head() -> AuditHead:
    locked = AuditHead.objects.select_for_update()
    head = locked.first()
    if head is None:
        # The very first: of two who come at once, one makes the row and both lock it.
        AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
        head = locked.get(pk=1)
    return head


def _instant(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds") if moment else ""
