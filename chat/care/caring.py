"""What follows from words that the house's lists found: a card for who wrote them, a flag."""

from __future__ import annotations

from django.db import IntegrityError

from chat import concerns, log
from chat.care import cards, lists
from chat.models import Concern, Message, Room
from community import vault

Kind, Reason = Concern.Kind, Concern.Reason


def care_for(room: Room, message: Message) -> None:
    """Looks at one message, and cares where there is something to care for: once for each."""
    try:
        said = message.words(owner=vault.circle_owner(room.circle.public_id))
    except vault.Unopenable:
        return
    text = f"{said.note}\n{said.body}"
    if lists.patterns(lists.Kind.CRISIS).found_in(text):
        _flag(room, message, Kind.CARE, Reason.WORDS, cards.Kind.HELP)
    if lists.patterns(lists.Kind.DOSE).found_in(text):
        _flag(room, message, Kind.REPORT, Reason.DOSE, cards.Kind.DOSE)


def _flag(room: Room, message: Message, kind: str, reason: str, card: str) -> None:
    flagged = Concern.objects.filter(message=message, reason=reason, raised_by=None)
    if flagged.exists():
        return
    try:
        with log.writing(room.circle.public_id) as locked:
            if flagged.exists() or message.membership is None:
                return
            concern = Concern(room=locked, kind=kind, reason=reason)
            concern.about, concern.message = message.membership, message
            concerns.raise_concern(locked, concern)
            if message.membership.left_at is None:
                cards.show(locked, message.membership, card)
    except IntegrityError:  # another looked at the same moment
        return
