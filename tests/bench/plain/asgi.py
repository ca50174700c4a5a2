"""The tutorial's routing, and one view that posts as its consumer does."""

from __future__ import annotations

import json
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.plain.settings")
django_asgi_app = get_asgi_application()

from asgiref.sync import async_to_sync  # noqa: E402
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path, re_path  # noqa: E402
from django.views.decorators.http import require_POST  # noqa: E402

from tests.bench.plain.consumers import ChatConsumer  # noqa: E402
from tests.bench.plain.models import Message  # noqa: E402


@login_required
@require_POST
def post_message(request, room_name):
    said = json.loads(request.body)
    row = Message.objects.create(
        room=room_name, author=request.user, client_id=said["id"], text=said["message"]
    )
    async_to_sync(get_channel_layer().group_send)(
        f"chat_{room_name}",
        {"type": "chat.message", "id": said["id"], "message": said["message"]},
    )
    return JsonResponse({"id": row.client_id}, status=201)


urlpatterns = [path("chat/<room_name>/messages/", post_message)]
websocket_urlpatterns = [re_path(r"ws/chat/(?P<room_name>[\w-]+)/$", ChatConsumer.as_asgi())]
application = ProtocolTypeRouter(
    {
        "http": django_asgi_app,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
