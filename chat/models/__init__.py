"""What we say: rooms, their gapless log, messages, and the acts that keep a room kind."""

from chat.models.acts import Asking, ModerationAction, Mute, Reminder, SetAside
from chat.models.care import CareCard, Concern, Looked, WordList
from chat.models.desk import CheckIn, CheckInLine, HandOver, PrivateNote
from chat.models.hiding import Hiding
from chat.models.messages import Message, Response
from chat.models.rooms import AccessCount, DailyHours, Event, Room, Seat
from chat.models.sessions import Attendance, LiveSession, Place

__all__ = [
    "AccessCount",
    "Asking",
    "Attendance",
    "CareCard",
    "CheckIn",
    "CheckInLine",
    "Concern",
    "DailyHours",
    "Event",
    "HandOver",
    "Hiding",
    "LiveSession",
    "Looked",
    "Message",
    "ModerationAction",
    "Mute",
    "Place",
    "PrivateNote",
    "Reminder",
    "Response",
    "Room",
    "Seat",
    "SetAside",
    "WordList",
]
