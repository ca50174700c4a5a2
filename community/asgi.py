"""The door for HTTP and for the socket."""

import gc
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.sessions import CookieMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from community import checks, logs  # noqa: E402

logs.guard()
checks.refuse_what_is_unsafe()

from community.charsets import OnlyUtf8  # noqa: E402
from community.doors import SocketDoor  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": import_string("chat.letterbox.Letterbox")(OnlyUtf8()),
        "websocket": SocketDoor(
            CookieMiddleware(URLRouter(import_string("chat.routing.websocket_urlpatterns"))),
            path="/ws/",
            origins=settings.SOCKET_ORIGINS,
        ),
    }
)

# What is loaded by now stays for as long as the process lives: the collector need not look
# through it again, which it would with every few messages.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 50, 100)
# A process has one loop and a few threads beside it that talk to the database: five milliseconds,
# Python's own, is long for someone who waits for the others' turn to end.
sys.setswitchinterval(0.0005)
