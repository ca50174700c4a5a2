"""Messages that bring their session along, and are asked for it in the go in which they are posted.

A socket is looked up once, when it comes. By HTTP each message stands at the door anew, and a
question of its own for each would cost more than the posting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chat.hub import admission
from chat.hub.admission import SignedIn
from chat.posting import LATER, Draft, Later, Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """`draft_of` makes the message of whoever sent it, once that is known; None where it may not
    be posted in this way. It is called in the writing thread, and doesn't raise."""

    session: str
    draft_of: Callable[[SignedIn], Draft | None]


@dataclass(frozen=True, slots=True)
class Delivered:
    """Whose session it was, and what became of the message."""

    sender: SignedIn
    outcome: Outcome


def delivered(
    letters: Sequence[Letter], post: Callable[[Sequence[Draft]], Sequence[Outcome | Later]]
) -> list[Delivered | Later | None]:
    """`post`s what may be; None for a letter whose session has ended, or that was kept back. A
    letter that is LATER is asked who sent it again, too."""
    found = admission.standing([letter.session for letter in letters])
    senders = [
        (sender, draft) if sender and (draft := letter.draft_of(sender)) else None
        for letter, sender in zip(letters, found, strict=True)
    ]
    outcomes = iter(post([sent[1] for sent in senders if sent]))
    return [_answer(sent[0], next(outcomes)) if sent else None for sent in senders]


def _answer(sender: SignedIn, outcome: Outcome | Later) -> Delivered | Later:
    return LATER if outcome is LATER else Delivered(sender, outcome)
