"""Statements that are written out, for what is asked so often that building them costs most.

Each is asked with the same text however much is asked for, so that a database knows it again and
need not read it anew, nor PostgreSQL plan it: lists are given as its own, and to SQLite as JSON.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from contextlib import nullcontext
from functools import cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections

from community.planned import planned_once

_AMONG = {
    "sqlite": "IN (SELECT value FROM json_each(%s))",
    "postgresql": "= ANY(%s)",
}
_PAIRS = {
    "sqlite": (
        "SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS other "
        "FROM json_each(%s)"
    ),
    "postgresql": (
        "SELECT (pair ->> 0)::bigint AS one, (pair ->> 1)::bigint AS other "
        "FROM jsonb_array_elements(%s::jsonb) AS pair"
    ),
}
_TRIPLES = {
    "sqlite": (
        "SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS other, "
        "json_extract(value, '$[2]') AS third FROM json_each(%s)"
    ),
    "postgresql": (
        "SELECT (triple ->> 0)::bigint AS one, (triple ->> 1)::bigint AS other, "
        "(triple ->> 2)::bigint AS third FROM jsonb_array_elements(%s::jsonb) AS triple"
    ),
}
# Of a statement that fails halfway SQLite would keep what was there before, in a file beside, and
# for that copy each page first. Where the transaction ends with it anyway, it need not. (On a full
# disk SQLite then ends the whole transaction, which Django finds out at the next savepoint.)
_INSERT = {"sqlite": "INSERT OR FAIL", "postgresql": "INSERT"}


def asking(sql: str) -> str:
    """The statement as this database reads it: `{among}` is one of a list (`as_list`), `{pairs}`
    the rows `one, other` of a list of pairs of numbers (`as_pairs`), `{triples}` with a `third`,
    `{insert}` INSERT, in a transaction that ends with it where one of its rows fails."""
    return _in_words_of(connection.vendor, sql)


def rows(sql: str, parameters: list[Any], *, is_lasting: bool = True) -> list[Any]:
    """What the database answers to a statement (see `asking`): nothing where it changes rows. One
    whose text or kinds of values differ from time to time is none for PostgreSQL to keep."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "sqlite" and not _needs_django(database):
        # Past Django's cursor, which reads the statement anew each time to write its places as
        # SQLite does: with many rows that took longer than to insert them. It would also look
        # whether the thread is the connection's own; each has its own here.
        database.ensure_connection()
        with database.wrap_database_errors:
            return database.connection.execute(_with_marks(sql), parameters).fetchall()
    with planned_once() if is_lasting else nullcontext(), database.cursor() as cursor:
        cursor.execute(asking(sql), parameters)
        return cursor.fetchall() if cursor.description else []


def waited_too_long(error: Exception) -> bool:
    """Whether a statement failed because somebody else kept a lock for longer than it may wait."""
    # PostgreSQL's lock_not_available (Appendix A of its manual).
    return getattr(error.__cause__, "sqlstate", None) == "55P03"


def as_list(values: Collection[Any]) -> Any:
    given = list(values)
    return given if connection.vendor == "postgresql" else orjson.dumps(given).decode()


def as_pairs(pairs: Collection[tuple[int, int]]) -> str:
    return orjson.dumps(list(pairs)).decode()


def as_triples(triples: Collection[tuple[int, int, int]]) -> str:
    return orjson.dumps(list(triples)).decode()


def as_instant(value: Any) -> datetime.datetime:
    """A time as the database gave it; SQLite keeps times as text, in UTC, and those of a column are
    read already, without saying so."""
    at: datetime.datetime = (
        datetime.datetime.fromisoformat(value) if isinstance(value, str) else value
    )
    return at if at.tzinfo else at.replace(tzinfo=datetime.UTC)


def _needs_django(database: Any) -> bool:
    """Whether someone listens to what is asked, or the transaction is lost, so that nothing may be
    asked in it any more: its cursor tells the one and refuses the other."""
    return database.execute_wrappers or database.needs_rollback or database.queries_logged


@cache
def _with_marks(sql: str) -> str:
    """With its places as SQLite itself writes them."""
    marked = _in_words_of("sqlite", sql).replace("%s", "?")
    if "%" in marked:
        raise ValueError("Django would read this sign for per cent otherwise.")
    return marked


@cache
def _in_words_of(vendor: str, sql: str) -> str:
    return sql.format(
        among=_AMONG[vendor],
        pairs=_PAIRS[vendor],
        triples=_TRIPLES[vendor],
        insert=_INSERT[vendor],
    )
