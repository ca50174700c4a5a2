"""What many tests begin with, as rows. The house's own verbs need a twentieth of a second for the
cast, and fifteen hundred tests ask for it: after the first time it is put into the database as it
was made then, with other names and at another hour.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from wagtail.models import Page

from community.models import User, public_id
from tests.ground import Ground

Row = tuple[Any, ...]
_NAMES_COLUMN = "public_id"


@dataclass
class Rehearsal:
    """Something that `make` makes in an otherwise empty house, from the second time on as rows."""

    make: Callable[[], Any]
    _seen: Rehearsed | None = field(default=None, init=False)

    def play(self) -> Any:
        """What `make` gives back; None where it was only watched, or made of rows."""
        if not Rehearsed.is_worth_it():
            return self.make()
        if self._seen is None:
            self._seen = Rehearsed.watching(self.make)
        elif not self._seen.again():
            return self.make()
        return None


@dataclass
class Rehearsed:
    """What someone's making left in the database, and of which moment it is."""

    at: datetime.datetime
    ground: list[Row]
    added: dict[str, list[Row]]
    changed: dict[str, list[Row]]
    columns: dict[str, list[str]]

    @staticmethod
    def is_worth_it() -> bool:
        """Whether nobody has done anything here yet, and nothing of it will stay."""
        return connection.in_atomic_block and _what_stands()[0] == (0,)

    @classmethod
    def watching(cls, make: Callable[[], Any]) -> Rehearsed:
        ground, before = _what_stands(), Ground().rows
        make()
        at = timezone.now()
        rows, columns = Ground().rows, {}
        added: dict[str, list[Row]] = {}
        changed: dict[str, list[Row]] = {}
        for table, now in rows.items():
            # SQLite's own triggers fill what words are searched in.
            if now == before[table] or table.endswith("_fts"):
                continue
            known = {row[0] for row in before[table]}
            added[table] = [row for row in now if row[0] not in known]
            stood = set(map(repr, before[table]))
            changed[table] = [row for row in now if row[0] in known and repr(row) not in stood]
            columns[table] = _columns(table)
        return cls(at, ground, added, changed, columns)

    def again(self) -> bool:
        """Put it into the database; False where something else stands there, or on another day."""
        now = timezone.now()
        if timezone.localdate(now) != timezone.localdate(self.at) or _what_stands() != self.ground:
            return False
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for table, rows in self.changed.items():
                    for row in rows:
                        self._change(cursor, table, row)
                for table, rows in self.added.items():
                    self._add(
                        cursor, table, [self._anew(table, row, now - self.at) for row in rows]
                    )
        except IntegrityError:
            return False
        return True

    def _anew(self, table: str, row: Row, later: datetime.timedelta) -> Row:
        """As if it were made now: at this hour, and with a name that no process has seen."""
        values = [_moved(value, later) for value in row]
        if _NAMES_COLUMN in self.columns[table]:
            values[self.columns[table].index(_NAMES_COLUMN)] = public_id()
        return tuple(values)

    def _add(self, cursor: Any, table: str, rows: list[Row]) -> None:
        if rows:
            places = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
            values = [value for row in rows for value in row]
            cursor.execute(f"INSERT INTO {_quoted(table)} VALUES {places}", values)

    def _change(self, cursor: Any, table: str, row: Row) -> None:
        key, *names = map(_quoted, self.columns[table])
        values = ", ".join(f"{name} = %s" for name in names)
        cursor.execute(f"UPDATE {_quoted(table)} SET {values} WHERE {key} = %s", [*row[1:], row[0]])


def _moved(value: Any, later: datetime.timedelta) -> Any:
    if isinstance(value, datetime.datetime):
        return value + later
    # Which SQLite gives and doesn't take.
    return value.isoformat() if isinstance(value, datetime.time) else value


def _what_stands() -> list[Row]:
    """What is told from a house in which nobody has done anything yet."""
    pages = Page.objects.order_by("pk").values_list("pk", "path", "numchild", "title")
    return [(User.objects.count(),), *pages]


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in described]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
