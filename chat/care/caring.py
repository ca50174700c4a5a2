"""What follows from words that the house's lists found: a card for who wrote them, a flag."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils import timezone

from chat import log
from chat.care import cards, concerns, lists
from chat.models import CheckInLine, Concern, Message, Room
from community import vault

Kind, Reason = Concern.Kind, Concern.Reason


def care_for(room: Room, message: Message) -> None:
    """Looks at one message, and cares where there is something to care for: once for each."""
    try:
        said = message.words(owner=vault.circle_owner(room.circle.public_id))
    except vault.Unopenable:
        return
    text = f"{said.note}\n{said.body}"
    if message.membership and message.membership.is_facilitator:
        _listen_to_who_leads(room, message, text)
        return
    if lists.patterns(lists.Kind.CRISIS).found_in(text):
        _flag(room, message, Kind.CARE, Reason.WORDS, cards.Kind.HELP)
    if lists.patterns(lists.Kind.DOSE).found_in(text):
        _flag(room, message, Kind.REPORT, Reason.DOSE, cards.Kind.DOSE)


def care_for_line(line: CheckInLine) -> None:
    """Looks at what a member wrote to a facilitator alone, who may not be there to read it.

    A card for them, and a flag with its clock for those who hold the circle: without the words,
    which stay between the two. Once for each line, however often it is asked for.
    """
    circle = line.check_in.room.circle.public_id
    if not _may_be_a_crisis(line, circle):
        _first_to_look(line)
        return
    with log.writing(circle) as room:
        if not _first_to_look(line):
            return
        line.by.refresh_from_db(fields=["left_at"])
        ours = Concern.objects.open().filter(room=room, raised_by=None, reason=Reason.WORDS)
        if not ours.filter(about=line.by, message=None).exists():
            concern = Concern(room=room, kind=Kind.CARE, reason=Reason.WORDS, about=line.by)
            concerns.raise_concern(room, concern)
        if line.by.left_at is None:
            cards.show(room, line.by, cards.Kind.HELP)


def _may_be_a_crisis(line: CheckInLine, circle: str) -> bool:
    """Whoever leads asks plainly: only what the member wrote is looked at."""
    if line.by_id != line.check_in.member_id:
        return False
    return lists.patterns(lists.Kind.CRISIS).found_in(line.words(circle=circle))


def _first_to_look(line: CheckInLine) -> bool:
    """Notes that this line was looked at; False where another has noted it."""
    unseen = CheckInLine.objects.filter(pk=line.pk, looked_at=None)
    return unseen.update(looked_at=timezone.now()) == 1


def _listen_to_who_leads(room: Room, message: Message, text: str) -> None:
    """Whoever leads speaks of crises and help. What they sell, and doses, the leads hear of."""
    if lists.patterns(lists.Kind.SOURCING).found_in(text):
        _flag(room, message, Kind.REPORT, Reason.SOURCING)
    if lists.patterns(lists.Kind.DOSE).found_in(text):
        _flag(room, message, Kind.REPORT, Reason.DOSE)


def _flag(room: Room, message: Message, kind: str, reason: str, card: str = "") -> None:
    flagged = Concern.objects.filter(message=message, reason=reason, raised_by=None)
    if flagged.exists():
        return
    try:
        with log.writing(room.circle.public_id) as locked:
            if flagged.exists() or message.membership is None:
                return
            concern = Concern(room=locked, kind=kind, reason=reason)
            concern.about, concern.message = message.membership, message
            concern.to_leads = message.membership.is_facilitator
            concerns.raise_concern(locked, concern)
            if card and message.membership.left_at is None:
                cards.show(locked, message.membership, card)
    except IntegrityError:  # another looked at the same moment
        return
