"""What processes share holds across them, and nothing fails while Redis is away."""

import pickle
import time

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache

from community import memory
from community.memory import HouseMemory, SignedSerializer

pytestmark = pytest.mark.once


@pytest.fixture
def away():
    """A memory whose Redis is not there."""
    return HouseMemory("redis://127.0.0.1:1/2", {})


def test_what_one_process_puts_another_finds():
    cache.set("key", {"words": [1, 2]}, 60)
    assert RedisCache(settings.REDIS.memory, {"OPTIONS": {"serializer": SignedSerializer()}}).get(
        "key"
    ) == {"words": [1, 2]}


def test_it_counts_and_forgets():
    assert cache.add("n", 1) and not cache.add("n", 5)
    assert cache.incr("n") == 2 and cache.get("n") == 2
    assert cache.touch("n", 60) and cache.delete("n")
    assert cache.get("n", "gone") == "gone"
    assert cache.get_or_set("n", lambda: 7) == 7 and cache.get_many(["n", "m"]) == {"n": 7}


def test_a_pickle_that_somebody_put_there_is_not_opened():
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("the trap went off",))

    theirs = RedisCache(settings.REDIS.memory, {})
    theirs.set("key", Trap(), 60)
    assert cache.get("key") is None


def test_without_redis_it_remembers_for_itself(away):
    away.clear()
    away.set("key", "words")
    assert away.get("key") == "words" and away.add("other", 1)


def test_without_redis_it_does_not_ask_each_time(away, monkeypatch):
    asked = []
    monkeypatch.setattr(away._redis, "cache", _Unreachable(asked))
    away._redis.away_until = 0
    for _ in range(10):
        away.get("key")
    assert len(asked) == 1
    monkeypatch.setattr(memory.time, "monotonic", lambda: away._redis.away_until + 1)
    away.get("key")
    assert len(asked) == 2


class _Unreachable:
    def __init__(self, asked: list) -> None:
        self._asked = asked

    def get(self, *args):
        self._asked.append(args)
        raise ConnectionRefusedError


def test_signing_in_works_while_redis_is_away(client, db, valkey):
    valkey.kill()
    cache._redis.away_until = 0
    began = time.monotonic()
    assert client.post("/accounts/login/", {"login": "noor@example.org"}).status_code == 302
    assert time.monotonic() - began < 30  # nor is it waited for
    cache._redis.away_until = 0


def test_what_another_house_has_signed_is_not_there(settings):
    cache.set("lines", ["of yesterday"], 60)
    assert cache.get("lines") == ["of yesterday"]

    settings.SECRET_KEY = "another house"

    assert cache.get("lines") is None and cache.get("lines", 0) == 0
    assert cache.get_or_set("lines", lambda: ["of today"]) == ["of today"]


def test_what_nobody_has_signed_is_never_read():
    serializer = SignedSerializer()
    assert serializer.loads(serializer.dumps(["words"])) == ["words"]
    assert serializer.loads(pickle.dumps(["words"])) != ["words"]
