"""The socket's address."""

from django.urls import path

from chat.consumers import Room

websocket_urlpatterns = [path("ws/", Room.as_asgi())]
