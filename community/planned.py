"""Statements that PostgreSQL plans once for each connection, and not each time they are asked.

For a few that are asked all the time and whose planning took longer than their rows. Django binds
values on its own side, which leaves nothing to prepare; inside `planned_once` the server binds
them, so the text of a statement must be the same whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL


@contextmanager
def planned_once() -> Iterator[None]:
    """The statements inside are prepared; on SQLite, which plans in no time, as they always are."""
    if connection.vendor != "postgresql":
        yield
        return
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    server = connection.connection
    before = server.cursor_factory, server.prepare_threshold
    server.cursor_factory, server.prepare_threshold = ServerBindingCursor, 0
    try:
        yield
    finally:
        server.cursor_factory, server.prepare_threshold = before


# No text from outside comes into these: names of tables and columns, and places for values.
def one_of(column: str, ids: Collection[int]) -> Q:
    """Whether a column is one of these: the same text, however many there are."""
    is_one = " = ANY(%s)" if connection.vendor == "postgresql" else f" IN ({_places(ids)})"
    return Q(RawSQL(column + is_one, _given(ids), output_field=BooleanField()))  # noqa: S611


def rows_of(table: str, column: str, ids: Collection[int]) -> tuple[str, list[Any]]:
    """What follows FROM for those rows of a table (and its alias) whose column is one of these;
    and the parameters. On PostgreSQL each is looked up by itself: it does not know how few are
    asked for, and would sooner read a whole table."""
    name, alias = table.split()
    if connection.vendor == "postgresql":
        one = f"SELECT * FROM {name} WHERE {column} = wanted.one OFFSET 0"  # noqa: S608
        these = f"unnest(%s) AS wanted(one) CROSS JOIN LATERAL ({one}) {alias}"
    else:
        these = f"{table} WHERE {alias}.{column} IN ({_places(ids)})"
    return these, _given(ids)


def _given(ids: Collection[int]) -> list[Any]:
    return [sorted(ids)] if connection.vendor == "postgresql" else sorted(ids)


def _places(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))
