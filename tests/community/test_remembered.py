"""Facts that are looked up often: remembered, and never told wrong for longer than it takes."""

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.db import transaction
from django.utils import timezone

from community import remembered
from community.remembered import Remembered


@pytest.fixture
def told():
    """What is so, and how often that was asked."""
    return {"is": "as it was", "asked": 0}


def asker(told):
    def ask():
        told["asked"] += 1
        return told["is"]

    return ask


def test_it_is_asked_once_for_each_key(told):
    facts = Remembered("a-fact")

    assert [facts.get(key, asker(told)) for key in "aab"] == ["as it was"] * 3
    assert told["asked"] == 2


def test_nothing_found_is_remembered_too_where_it_is_a_list(told):
    told["is"] = []
    facts = Remembered("a-fact")

    assert [facts.get("a", asker(told)) for _ in range(2)] == [[], []]
    assert told["asked"] == 1


def test_one_fact_is_not_another(told):
    Remembered("a-fact").get("a", asker(told))
    told["is"] = "another"

    assert Remembered("another-fact").get("a", asker(told)) == "another"


def test_it_is_asked_again_after_a_while(told, time_machine, monkeypatch):
    # A server of its own would go by its own clock.
    monkeypatch.setattr(remembered, "cache", LocMemCache("here", {}))
    time_machine.move_to(timezone.now())
    facts = Remembered("a-fact", seconds=30)
    facts.get("a", asker(told))
    told["is"] = "as it is"

    time_machine.shift(29)
    assert facts.get("a", asker(told)) == "as it was"
    time_machine.shift(2)
    assert facts.get("a", asker(told)) == "as it is"


@pytest.mark.django_db
def test_what_is_changed_is_seen_at_once(told):
    facts = Remembered("a-fact")
    facts.get("a", asker(told))

    told["is"] = "as it is"
    facts.forget()

    assert facts.get("a", asker(told)) == "as it is"


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_a_change_was_committed_is_not_kept(told):
    facts = Remembered("a-fact")
    with transaction.atomic():
        facts.forget()
        # Another process, which does not see yet what is being changed.
        facts.get("a", asker(told))
        told["is"] = "as it is"

    assert facts.get("a", asker(told)) == "as it is"
