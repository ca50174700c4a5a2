"""What we say: rooms, their gapless log, messages, and the acts that keep a room kind."""

from chat.models.acts import Asking, Hiding, ModerationAction, Mute, SetAside
from chat.models.messages import Message, Response
from chat.models.rooms import AccessCount, DailyHours, Event, Room, Seat
from chat.models.sessions import Attendance, LiveSession, Place

__all__ = [
    "AccessCount",
    "Asking",
    "Attendance",
    "DailyHours",
    "Event",
    "Hiding",
    "LiveSession",
    "Message",
    "ModerationAction",
    "Mute",
    "Place",
    "Response",
    "Room",
    "Seat",
    "SetAside",
]
