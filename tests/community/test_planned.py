"""What PostgreSQL plans once is prepared in its session, and the connection is left as it was."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction

from community import statements
from community.models import User
from community.planned import planned_once
from community.statements import as_list

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans in no time"),
]

_NAMED = "SELECT u.email AS planned_or_not FROM community_user u WHERE u.email {among}"


def prepared(text: str) -> int:
    """How many statements with this in them this connection has prepared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return sum(text in statement for (statement,) in cursor.fetchall())


def settings_of_the_connection() -> tuple[object, object]:
    connection.ensure_connection()
    return connection.connection.cursor_factory, connection.connection.prepare_threshold


def test_a_queryset_is_prepared_by_the_first_who_asks_and_once_for_all():
    def ask(email: str) -> None:
        list(User.objects.filter(email=email).values_list("email", "time_zone", "language"))

    asked = '"community_user"."time_zone"'
    before = prepared(asked)

    ask("noor@example.org")
    assert prepared(asked) == before
    for email in ("noor@example.org", "ines@example.org"):
        with planned_once():
            ask(email)
        assert prepared(asked) == before + 1


def test_what_is_written_out_is_prepared_where_it_lasts():
    for emails in (["noor@example.org"], [], ["ines@example.org", "mina@example.org"]):
        statements.rows(_NAMED, [as_list(emails)], is_lasting=False)
        assert prepared("planned_or_not") == 0
    for emails in (["noor@example.org"], [], ["ines@example.org", "mina@example.org"]):
        statements.rows(_NAMED, [as_list(emails)])
        assert prepared("planned_or_not") == 1


def test_the_connection_is_left_as_it_was():
    before = settings_of_the_connection()

    with planned_once():
        inside = settings_of_the_connection()

    assert settings_of_the_connection() == before
    assert all(own != was for own, was in zip(inside, before, strict=True))


def test_it_is_left_as_it_was_after_an_error_too():
    before = settings_of_the_connection()

    with (
        pytest.raises(DataError),
        transaction.atomic(),
        planned_once(),
        connection.cursor() as asks,
    ):
        asks.execute("SELECT 1 / %s", [0])

    assert settings_of_the_connection() == before
    assert not User.objects.filter(email="nobody@example.org").exists()
