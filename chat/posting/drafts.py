"""What someone wants to say, and what became of it."""

from __future__ import annotations

import datetime
import enum
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple

from chat.refusal import Refused

if TYPE_CHECKING:
    from chat.models import Message
    from chat.models.messages import Words
    from chat.posting.ground import Ground
    from programs.models import Membership


class Draft(NamedTuple):
    """What someone wants to say: not yet looked at."""

    user_id: int
    circle: str
    client_id: uuid.UUID
    body: str
    note: str = ""
    reply_to: str | None = None
    # What its author is answered in, where it can't be posted.
    language: str = ""


class Posted(NamedTuple):
    """A message that is in the database: `state` is posted or held."""

    id: str
    client_id: uuid.UUID
    seq: int
    state: str


Outcome = Posted | Refused


class _Later(enum.Enum):
    LATER = "later"


# Nothing was decided: somebody else holds the room. Try it again.
LATER: Final = _Later.LATER
Later = Literal[_Later.LATER]


@dataclass(slots=True, eq=False)
class NewMessage:
    """A message on its way into the database: what drawing and writing ask of a `Message`.

    One of the model's own costs ten times as much to make, and the writer makes them all.
    """

    public_id: str
    room_id: int
    membership: Membership
    client_id: uuid.UUID
    fingerprint: bytes
    sealed_words: bytes
    reply_to: Message | None
    state: str
    # Held, and shown to no other peer yet.
    unshown: bool
    posted_at: datetime.datetime
    placed_seq: int

    # None of these has a new one.
    pk: ClassVar[None] = None
    prompt: ClassVar[None] = None
    edited_at: ClassVar[None] = None


@dataclass(slots=True)
class Said:
    """What a batch added to one room, in the order of places, with the room as it was locked;
    beside each message its words, as long as they are at hand."""

    ground: Ground
    messages: list[NewMessage] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    # Something in them asks for a closer look, once they are delivered.
    concerns_someone: bool = False


@dataclass(slots=True)
class Commit:
    """A committed batch: an outcome for each draft, and what is new in each room.

    `changes` is how many changes of anybody's rights the transaction knew of.
    """

    outcomes: list[Outcome | Later]
    said: list[Said] = field(default_factory=list)
    changes: int = 0
