"""The socket's address."""

websocket_urlpatterns: list = []
