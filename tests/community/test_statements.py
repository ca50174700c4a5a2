"""Statements that are written out: what is asked with lists, on every database we keep."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from community import statements
from community.models import User
from community.statements import as_list, as_pairs

_NAMED = "SELECT u.email FROM community_user u WHERE u.email {among} ORDER BY u.email"
_PAIRED = (
    "SELECT given.other, u.email FROM ({pairs}) AS given JOIN community_user u ON u.id = given.one"
)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_list_is_asked_for_however_long_it_is(db, count):
    emails = [f"{name}@example.org" for name in ("fen", "ines", "mina")]
    for email in emails:
        User.objects.create(email=email)

    found = statements.rows(_NAMED, [as_list(emails[:count])])

    assert [email for (email,) in found] == emails[:count]


def test_what_stands_in_a_list_is_never_read_as_a_part_of_the_statement(db):
    User.objects.create(email="fen@example.org")

    assert statements.rows(_NAMED, [as_list(["' OR 1=1 --", '"] %s', "fen"])]) == []


def test_pairs_are_joined_each_with_its_own(db):
    fen = User.objects.create(email="fen@example.org")
    mina = User.objects.create(email="mina@example.org")

    found = statements.rows(_PAIRED, [as_pairs([(fen.pk, 7), (mina.pk, 2**40), (0, 1)])])

    assert sorted(map(tuple, found)) == [(7, "fen@example.org"), (2**40, "mina@example.org")]


def test_whoever_listens_hears_of_a_statement_and_the_answer_is_the_same(db):
    User.objects.create(email="fen@example.org")
    parameters = [as_list(["fen@example.org"])]

    with CaptureQueriesContext(connection) as heard:
        found = statements.rows(_NAMED, parameters)

    assert len(heard) == 1
    assert found == statements.rows(_NAMED, parameters) == [("fen@example.org",)]


@pytest.mark.parametrize("is_lasting", [True, False])
def test_of_rows_that_fail_halfway_nothing_stays(db, is_lasting):
    sql = "{insert} INTO auth_group (name) VALUES (%s), (%s), (%s)"

    with pytest.raises(IntegrityError), transaction.atomic():
        statements.rows(sql, ["weavers", "dyers", "weavers"], is_lasting=is_lasting)
    assert not Group.objects.filter(name__in=["weavers", "dyers"]).exists()

    assert statements.rows(sql, ["weavers", "dyers", "spinners"], is_lasting=is_lasting) == []
    assert Group.objects.filter(name__in=["weavers", "dyers", "spinners"]).count() == 3


def test_nothing_is_asked_in_a_transaction_that_is_lost(db):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            statements.rows(_NAMED, [as_list([])])


def test_the_oldest_sqlite_that_django_takes_can_read_what_it_is_asked():
    """3.37: the arrows came with 3.38."""
    for statement in (statements._AMONG["sqlite"], statements._PAIRS["sqlite"]):
        assert "->" not in statement
