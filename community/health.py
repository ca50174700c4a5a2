"""Whether the house stands, for supervisors and scripts.

`live`: this process answers. `ready`: it can serve. A broker that is away is told and does
not make the house unready, since rooms go on from the database; a database that is away does.
"""

from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from redis.backoff import NoBackoff
from redis.retry import Retry

from community.models import Tick

_PATIENCE = 1.0  # seconds; who asks has a limit of their own


@never_cache
async def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"live": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    said: dict[str, Any] = {"database": "ok", "broker": _broker(), "beat_age": None}
    try:
        age = Tick.age()
    except DatabaseError:
        connection.close()  # the next question deserves a fresh one
        return JsonResponse(said | {"database": "down"}, status=503)
    if age is not None:
        said["beat_age"] = round(age, 1)
    return JsonResponse(said)


def _broker() -> str:
    asked = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_connect_timeout=_PATIENCE,
        socket_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        with asked:
            asked.ping()
    except (redis.RedisError, OSError):
        return "down"
    return "ok"


urlpatterns = [path("live", live), path("ready", ready)]
