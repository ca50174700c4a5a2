"""What we say: rooms, their gapless log, messages, and the acts that keep a room kind."""

from chat.models.acts import Hiding, ModerationAction, Mute, SetAside
from chat.models.messages import Message, Response

from chat.models.rooms import AccessCount, Event, Room, Seat

__all__ = [
    "AccessCount",
    "Event",
    "Hiding",
    "Message",
    "ModerationAction",
    "Mute",
    "Response",
    "Room",
    "Seat",
    "SetAside",
]
