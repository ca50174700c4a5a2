"""The week's question, asked in its room."""

from __future__ import annotations

from django.dispatch import receiver

from chat import log
from chat.models import Event, Message
from programs.models import PromptDelivery
from programs.signals import prompt_due


@receiver(prompt_due)
def post_prompt(sender: type, delivery: PromptDelivery, **kwargs: object) -> None:
    """Asks a circle's due question in its room, in the transaction that claimed it."""
    with log.writing(delivery.circle.public_id) as room:
        message = Message.objects.create(
            room=room, prompt=delivery, placed_seq=room.last_seq + 1, posted_at=delivery.due_at
        )
        log.append(room, Event.Kind.PROMPT_POSTED, message=message)
