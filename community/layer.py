"""The layer that hints travel over (chat/hub/hints.py), by way of Redis.

Channels' own, but for one thing. Where the machine that Redis is on is gone without a word, the
system gives its connection up after a while, and says so in an error that is a TimeoutError, too.
The client takes every TimeoutError for its own, that nothing came within the moment it waited, and
at once reads again from what is gone: the process would do nothing else from then on, for ever.
"""

from __future__ import annotations

from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.asyncio.connection import AbstractConnection, Connection, parse_url
from redis.exceptions import ConnectionError as NotConnected


class HintLayer(RedisPubSubChannelLayer):
    """`hosts` are addresses. What is lost is connected to anew, and listened to as before."""

    def __init__(self, hosts: list[str], **config: Any) -> None:
        super().__init__(hosts=[_noticing(address) for address in hosts], **config)


def _noticing(address: str) -> dict[str, Any]:
    """What is needed to connect there, in a way that notices when the connection is gone."""
    options: dict[str, Any] = dict(parse_url(address))
    kind: type[AbstractConnection] = options.get("connection_class", Connection)

    async def read_response(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = await kind.read_response(self, *args, **kwargs)
        reader = self._reader
        if found is None and reader is not None and isinstance(reader.exception(), TimeoutError):
            raise NotConnected("the system gave the connection up")
        return found

    noticing = type(f"Noticing{kind.__name__}", (kind,), {"read_response": read_response})
    return options | {"connection_class": noticing}
