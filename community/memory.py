"""What processes share for a while: limits on tries, and facts that are looked up often.

It stands in Redis, so that a limit holds whichever process is asked. While Redis is away
each process keeps its own, so that nothing fails for want of a counter.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisSerializer
from redis.backoff import NoBackoff
from redis.retry import Retry

_AWAY_FOR = 5.0  # seconds until Redis is asked again
_PATIENCE = 0.5
# What another key signed, or nobody did: as if it weren't there.
_UNREADABLE = object()


class SignedSerializer(RedisSerializer):
    """Pickles carry a signature: who can write to Redis can't make this process run code."""

    def dumps(self, obj: Any) -> Any:
        plain: Any = super().dumps(obj)
        return plain if isinstance(plain, int) else _signature(plain) + plain

    def loads(self, data: Any) -> Any:
        try:
            return int(data)
        except ValueError:
            signature, plain = data[:32], data[32:]
        is_ours = hmac.compare_digest(signature, _signature(plain))
        return super().loads(plain) if is_ours else _UNREADABLE


class _Redis:
    """One door to Redis for the whole process: its connections outlive a request."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "serializer": SignedSerializer(),
            "socket_connect_timeout": _PATIENCE,
            "socket_timeout": _PATIENCE,
            "retry": Retry(NoBackoff(), 0),
        }
        self.cache = RedisCache(server, params | {"OPTIONS": options})
        self.away_until = 0.0


_doors: dict[str, _Redis] = {}


class HouseMemory(BaseCache):
    """Django's cache in Redis, with a process's own memory to fall back on."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = _doors.get(server) or _doors.setdefault(server, _Redis(server, params))
        self._own = LocMemCache("house", params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        found = self._ask(lambda memory: memory.get(key, default, version))
        return default if found is _UNREADABLE else found

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._ask(lambda memory: memory.set(key, value, timeout, version))

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return bool(self._ask(lambda memory: memory.add(key, value, timeout, version)))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask(lambda memory: memory.touch(key, timeout, version)))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._ask(lambda memory: memory.delete(key, version)))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask(lambda memory: memory.incr(key, delta, version)))

    def clear(self) -> None:
        self._own.clear()
        self._ask(lambda memory: memory.clear())

    def _ask(self, question: Callable[[BaseCache], Any]) -> Any:
        if time.monotonic() >= self._redis.away_until:
            try:
                return question(self._redis.cache)
            except (redis.RedisError, OSError):
                self._redis.away_until = time.monotonic() + _AWAY_FOR
        return question(self._own)


def _signature(plain: bytes) -> bytes:
    key = hashlib.sha256(b"house memory" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, plain, "sha256")
