from __future__ import annotations

from django.conf import settings
from django.db import models


class Message(models.Model):
    room = models.CharField(max_length=32, db_index=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    client_id = models.CharField(max_length=36)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.client_id
