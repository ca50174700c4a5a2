"""What someone wants to say, and what became of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chat.refusal import Refused

if TYPE_CHECKING:
    from chat.models import Message
    from chat.models.messages import Words
    from chat.posting.rows import Ground


@dataclass(frozen=True, slots=True)
class Draft:
    """What someone wants to say: not yet looked at."""

    user_id: int
    circle: str
    client_id: uuid.UUID
    body: str
    note: str = ""
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is in the database: `state` is posted or held."""

    id: str
    client_id: uuid.UUID
    seq: int
    state: str


Outcome = Posted | Refused


@dataclass(slots=True)
class Said:
    """What a batch added to one room, in the order of places, with the room as it was locked;
    beside each message its words, as long as they are at hand."""

    ground: Ground
    messages: list[Message] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    # Something in them asks for a closer look, once they are delivered.
    concerns_someone: bool = False


@dataclass(slots=True)
class Commit:
    """A committed batch: an outcome for each draft, and what is new in each room.

    `changes` is how many changes of anybody's rights the transaction knew of.
    """

    outcomes: list[Outcome]
    said: list[Said] = field(default_factory=list)
    changes: int = 0
