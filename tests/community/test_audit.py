"""The record of what was done: only added to, and broken where someone touched it."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from community import audit
from community.audit_models import NeverChanged
from community.models import AuditEntry, AuditHead
from tests.chat.talk import all_at_once


@pytest.fixture
def acts(cast):
    with transaction.atomic():
        return [
            audit.record(verb="mute", by=cast.mina, about=cast.noor, circle=cast.circle.public_id),
            audit.record(
                verb="pace",
                by=cast.mina,
                circle=cast.circle.public_id,
                until=timezone.now() + datetime.timedelta(hours=1),
            ),
            audit.record(verb="unmute", by=cast.mina, about=cast.noor),
            audit.record(verb="hold", by=None, about=cast.ines, message="m" * 16),
        ]


def verify(*options: str) -> str:
    out = StringIO()
    call_command("verify_audit", *options, stdout=out)
    return out.getvalue()


def tamper(*statements: str) -> None:
    """As someone would who has the database and lowers its guards."""
    with connection.cursor() as cursor:
        standing = []
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            standing = cursor.fetchall()
            for name, _ in standing:
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        for _, sql in standing:
            cursor.execute(sql)
        if not standing:
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_what_nobody_touched_is_whole(acts):
    assert list(audit.faults()) == []
    assert audit.missing_guards() == []
    assert f"whole: 4 entries. The newest is {acts[-1].hash}" in verify("--has", acts[1].hash)


def test_an_empty_record_is_whole(db):
    assert "empty and whole" in verify()


@pytest.mark.parametrize(
    "change",
    [
        "about = 'someoneElse_____'",
        "verb = 'unmute'",
        "\"by\" = ''",
        "at = '2020-01-01 00:00:00+00:00'",
        "until = '2030-01-01 00:00:00+00:00'",
        "message = 'another_message_'",
        "hash = previous",
    ],
)
def test_an_edited_entry_is_found(acts, change):
    tamper(f"UPDATE community_auditentry SET {change} WHERE seq = 2")

    with pytest.raises(CommandError, match="entry 2: edited"):
        verify()


@pytest.mark.parametrize("seq", [1, 3, 4])
def test_a_removed_entry_is_found(acts, seq):
    tamper(f"DELETE FROM community_auditentry WHERE seq = {seq}")

    with pytest.raises(CommandError, match=f"entry {seq}: removed"):
        verify()


def test_two_that_changed_places_are_found(acts):
    tamper(
        "UPDATE community_auditentry SET seq = 99 WHERE seq = 2",
        "UPDATE community_auditentry SET seq = 2 WHERE seq = 3",
        "UPDATE community_auditentry SET seq = 3 WHERE seq = 99",
    )

    with pytest.raises(CommandError, match="entry 2"):
        verify()


def test_an_end_cut_off_together_with_its_head_is_found_by_who_kept_the_newest(acts):
    tamper(
        "DELETE FROM community_auditentry WHERE seq = 4",
        f"UPDATE community_audithead SET seq = 3, hash = '{acts[2].hash}'",
    )

    assert "whole" in verify()
    with pytest.raises(CommandError, match="not in this chain"):
        verify("--has", acts[3].hash)


def test_guards_that_were_taken_down_are_missed(acts):
    with connection.cursor() as cursor:
        on = " ON community_auditentry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER audit_entry_is_not_deleted{on}")

    with pytest.raises(CommandError, match="no longer guards it: audit_entry_is_not_deleted"):
        verify()


def test_the_applications_code_has_no_way_to_change_one(acts):
    entry = AuditEntry.objects.get(seq=2)
    entry.verb = "unmute"
    everything = AuditEntry.objects.all()

    for attempt in [
        entry.save,
        lambda: entry.save(force_update=True),
        lambda: entry.save(update_fields=["verb"]),
        entry.delete,
        everything.delete,
        lambda: everything.update(verb="unmute"),
        lambda: everything.bulk_update([entry], ["verb"]),
        lambda: everything.bulk_create([entry], update_conflicts=True),
        lambda: everything.update_or_create(seq=2, defaults={"verb": "unmute"}),
        lambda: AuditEntry._base_manager.filter(seq=2).update(verb="unmute"),
    ]:
        with pytest.raises(NeverChanged):
            attempt()
    assert list(audit.faults()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE community_auditentry SET verb = 'unmute' WHERE seq = 2",
        "DELETE FROM community_auditentry WHERE seq = 4",
        "UPDATE community_audithead SET seq = 1",
        "UPDATE community_audithead SET hash = ''",
    ],
)
def test_the_database_refuses_as_well(acts, statement):
    with (
        pytest.raises(DatabaseError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_an_act_and_its_record_stand_or_fall_together(cast):
    with pytest.raises(RuntimeError):
        audit.record(verb="mute", by=cast.mina)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(verb="mute", by=cast.mina)
        raise ZeroDivisionError

    assert not AuditEntry.objects.exists()
    assert list(audit.faults()) == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain(cast):
    def act():
        for _ in range(5):
            with transaction.atomic():
                audit.record(verb="mute", by=cast.mina, about=cast.noor)

    all_at_once([act] * 6)

    assert AuditHead.objects.get().seq == AuditEntry.objects.count() == 30
    assert list(audit.faults()) == []


def test_it_says_nothing_but_names_and_times(acts, cast):
    said = {field.name for field in AuditEntry._meta.get_fields()} - {"id", "seq"}

    assert said == {
        "verb",
        "by",
        "about",
        "circle",
        "message",
        "until",
        "at",
        "previous",
        "hash",
    }
    assert acts[0].by == cast.mina.public_id
    assert "@" not in "".join(map(str, AuditEntry.objects.values_list("by", "about")))
