"""The consumer of the tutorial's third part, with a session check and a row for each message."""

from __future__ import annotations

import json

from channels.generic.websocket import AsyncWebsocketConsumer

from tests.bench.plain.models import Message


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        self.room_name = self.scope["url_route"]["kwargs"]["room_name"]
        self.room_group_name = f"chat_{self.room_name}"
        if not self.scope["user"].is_authenticated:
            await self.close()
            return
        await self.channel_layer.group_add(self.room_group_name, self.channel_name)
        await self.accept()

    async def disconnect(self, close_code):
        await self.channel_layer.group_discard(self.room_group_name, self.channel_name)

    async def receive(self, text_data):
        text_data_json = json.loads(text_data)
        message = text_data_json["message"]
        await Message.objects.acreate(
            room=self.room_name,
            author=self.scope["user"],
            client_id=text_data_json["id"],
            text=message,
        )
        await self.channel_layer.group_send(
            self.room_group_name,
            {"type": "chat.message", "id": text_data_json["id"], "message": message},
        )

    async def chat_message(self, event):
        await self.send(text_data=json.dumps({"id": event["id"], "message": event["message"]}))
