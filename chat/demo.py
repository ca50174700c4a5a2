"""Weeks of conversation for the demo house, and rooms full of it for trials of size."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from chat import log, posting
from chat.care import concerns
from chat.models import Event, Message, Response, Room, Seat
from chat.models.messages import Words
from chat.posting import Draft
from community import vault
from programs.models import Circle, Membership

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """What someone says in the demo: `day` counts from today back, `reply` from this line back."""

    day: int
    at: str
    name: str
    body: str
    note: str = ""
    reply: int = 0
    responses: str = ""


_ALDER = [
    Line(27, "08:40", "Marit", "Good morning, all of you. This room is open at any hour. Nobody has to keep up; reading along counts as being here."),
    Line(27, "09:15", "Odell", "Hello. I’m Odell. I found the chair by the window again this morning, which is as far as I’ve got.", responses="heard:Tove,Bay with_you:Fen"),
    Line(27, "19:50", "Sorrel", "I’m Sorrel. I don’t know how to start, so I’m starting by saying that."),
    Line(27, "20:02", "Marit", "That’s a start, Sorrel. You’re welcome here just like that.", reply=1, responses="thank_you:Sorrel"),
    Line(25, "21:31", "Bay", "The question about a belief that loosened stayed with me all day. Mine was that rest has to be earned. I sat in the garden for an hour and nobody came to collect.", responses="with_you:Iris,Odell,Fen heard:Tove"),
    Line(24, "07:12", "Iris", "“Nobody came to collect.” I’ve written that on the fridge.", reply=1, responses="thank_you:Bay"),
    Line(22, "18:20", "Rue", "My body knew before I did, on Saturday. I said yes to a dinner and my shoulders went up to my ears. I rang back and said no. First time, I think.", responses="heard:Juniper,Marit with_you:Calder"),
    Line(20, "08:05", "Calder", "A small report: I’ve been walking to the harbour before breakfast. Same bench, different weather."),
    Line(20, "22:40", "Juniper", "It was a difficult week at home. I’m all right. I’d like not to be asked about it, only to have said it here.", note="family, an argument", responses="with_you:Marit,Tove,Odell,Bay sitting:Iris"),
    Line(19, "09:00", "Tove", "I hear you, Juniper.", reply=1),
    Line(17, "19:05", "Fen", "I missed the live session because I fell asleep at seven with my boots on. Taking it as an answer to this week’s question.", responses="heard:Marit,Rue,Calder"),
    Line(15, "12:30", "Iris", "Has anyone found something that works for the hour after waking? Not advice, more what your own first hour is like."),
    Line(15, "12:52", "Calder", "Mine is the kettle, then the door open for a minute, even in rain. No phone till the cup is empty.", reply=1),
    Line(15, "13:20", "Sorrel", "I lie still and count what I can hear. Yesterday: a gull, the fridge, a neighbour singing badly.", reply=2, responses="thank_you:Iris with_you:Fen"),
    Line(13, "20:15", "Odell", "I wrote two lines from the worried part of me and two back. The second two took an hour. They were very short.", responses="heard:Marit,Juniper"),
    Line(10, "08:30", "Bay", "I’ve begun a sort of blanket out of old jumpers. It’s ugly so far. I like it."),
    Line(10, "08:47", "Rue", "I would like to see the ugly blanket one day.", reply=1, responses="thank_you:Bay with_you:Sorrel"),
    Line(8, "21:10", "Juniper", "Slept through for three nights. Writing it down before I stop believing it.", responses="with_you:Tove,Iris,Marit,Bay heard:Odell"),
    Line(6, "17:45", "Marit", "On Thursday we’ll begin with two minutes of breathing, then a check-in round. Passing is always fine."),
    Line(5, "21:40", "Tove", "I said the sentence to my sister. “I don’t need you to fix it.” She put the kettle on and sat down. That was all of it and it was enough.", responses="heard:Fen,Odell,Marit thank_you:Juniper,Bay"),
    Line(5, "21:52", "Marit", "Thank you for carrying that one home, Tove."),
    Line(5, "22:05", "Rue", "You should just stop seeing her, honestly. I did and it changed everything."),
    Line(3, "08:15", "Odell", "Warm: the smell of rain on the station platform, of all things. It stopped me for a whole minute.\n\nQuiet: everywhere with a screen in it.", responses="with_you:Iris,Calder,Tove,Rue sitting:Bay"),
    Line(2, "17:58", "Juniper", "It would have been his birthday. I set a place at the table without thinking. I didn’t clear it away.", note="grief, a parent’s death", responses="with_you:Fen,Odell,Tove,Bay,Marit,Iris sitting:Calder,Rue"),
    Line(1, "18:10", "Bay", "I’m the same with screens. I’ve started leaving the phone in the bread bin. It looks ridiculous. It works until about nine.", reply=2, responses="heard:Odell,Sorrel"),
    Line(1, "18:14", "Fen", "Mine was a hand on my back that nobody had put there. I felt it again on Tuesday, hanging up washing."),
]  # fmt: skip
_OTHERS = [
    Line(9, "08:20", "", "Good morning. The room is open; say hello in your own time."),
    Line(8, "19:40", "", "Hello everyone. I’m here, mostly reading for now."),
    Line(
        6,
        "21:05",
        "",
        "The question found me on the bus and I missed my stop. A good sign, I think.",
    ),
    Line(2, "07:50", "", "A slow week here. The heron was on the weir again."),
]


def plant() -> None:
    """Puts the weeks so far into each room, once: where someone has written, nothing changes."""
    for circle in Circle.objects.filter(room__isnull=False).select_related("room", "cohort"):
        if circle.room.messages.filter(membership__isnull=False).exists():
            continue
        lines = _ALDER if circle.name.startswith("Alder") else _OTHERS
        if circle.cohort.starts_on <= timezone.localdate():
            _tell_from_the_beginning(circle, lines)
            if lines is _ALDER:
                _leave_on_the_desk(circle)


def plant_more(messages: int) -> None:
    """At least `messages` messages in the room of every trial circle, written in turn."""
    trials = Circle.objects.filter(name__startswith="Trial ")
    # Circles made by the hundred come without the signals that give others room and seats.
    Room.objects.bulk_create(Room(circle=circle) for circle in trials.filter(room=None))
    seatless = Membership.objects.filter(circle__in=trials, seat=None)
    Seat.objects.bulk_create(Seat(membership=member) for member in seatless)
    for circle in trials.select_related("room"):
        _fill(circle, messages - circle.room.messages.count())


def _leave_on_the_desk(circle: Circle) -> None:
    """A worry, a held message and a report, so that the facilitators' desk is not empty."""
    members = {member.name: member for member in circle.memberships.current()}
    if not {"Tove", "Sorrel", "Fen", "Rue"} <= set(members):
        return
    Room.objects.filter(circle=circle).update(holds_all=True)
    street = (
        "I keep thinking about my old street, number 14, and what happened on the stairs there."
    )
    draft = Draft(members["Fen"].user_id, circle.public_id, uuid.uuid4(), street)
    posting.post(draft)
    Room.objects.filter(circle=circle).update(holds_all=False)
    concerns.tell(
        by=members["Tove"].user,
        circle=circle.public_id,
        member=members["Sorrel"].public_id,
        reason=concerns.Reason.WORRIED,
        note="So quiet since Tuesday, and the last thing sounded dark.",
    )
    advice = Message.objects.filter(room__circle=circle, membership=members["Rue"])
    concerns.tell(
        by=members["Tove"].user,
        circle=circle.public_id,
        message=advice.order_by("-placed_seq")[0].public_id,
        reason=concerns.Reason.ADVICE,
        note="It felt like advice I didn’t ask for.",
    )


@transaction.atomic
def _tell_from_the_beginning(circle: Circle, lines: list[Line]) -> None:
    """Writes the room's log anew in the order of time: joinings, questions, what was said."""
    asked = list(Message.objects.filter(room=circle.room).select_related("prompt"))
    Event.objects.filter(room=circle.room).delete()
    with log.writing(circle.public_id) as room:
        room.last_seq = 0
        members = list(circle.memberships.current().order_by("pk"))
        for member in members:
            log.append(room, Event.Kind.JOINED, member=member)
        Seat.objects.filter(membership__in=members).update(joined_seq=0, read_seq=0)
        # Out of the way of the places that are given again below.
        for number, message in enumerate(asked):
            Message.objects.filter(pk=message.pk).update(placed_seq=-1 - number)
        happenings: list[tuple[datetime.datetime, Message | Line]] = [
            (message.posted_at, message) for message in asked
        ]
        happenings += [(_moment(circle, line), line) for line in lines]
        _write(room, circle, members, sorted(happenings, key=lambda pair: pair[0]))
    Seat.objects.filter(membership__in=members).update(read_seq=max(0, room.last_seq - 4))


def _write(
    room: Room,
    circle: Circle,
    members: list[Membership],
    happenings: list[tuple[datetime.datetime, Message | Line]],
) -> None:
    said: list[Message] = []
    for at, what in happenings:
        if at > timezone.now():
            continue
        if isinstance(what, Message):
            what.placed_seq = room.last_seq + 1
            what.save(update_fields=["placed_seq"])
            log.append(room, Event.Kind.PROMPT_POSTED, message=what)
            continue
        speaker = _speaker(members, what, len(said))
        if speaker is not None:
            said.append(_say(room, circle, speaker, what, at, said))
            _respond(said[-1], members, what)


def _say(
    room: Room,
    circle: Circle,
    speaker: Membership,
    line: Line,
    at: datetime.datetime,
    said: list[Message],
) -> Message:
    message = Message(
        room=room,
        membership=speaker,
        client_id=uuid.uuid4(),
        placed_seq=room.last_seq + 1,
        posted_at=at,
        reply_to=said[-line.reply] if 0 < line.reply <= len(said) else None,
    )
    message.seal(Words(line.body, line.note), owner=vault.circle_owner(circle.public_id))
    message.save()
    log.append(room, Event.Kind.POSTED, message=message)
    return message


def _respond(message: Message, members: list[Membership], line: Line) -> None:
    by_name = {member.name: member for member in members}
    Response.objects.bulk_create(
        Response(message=message, membership=by_name[name], kind=kind)
        for kind, _, names in (part.partition(":") for part in line.responses.split())
        for name in names.split(",")
        if name in by_name
    )


def _speaker(members: list[Membership], line: Line, turn: int) -> Membership | None:
    if line.name:
        return next((member for member in members if member.name == line.name), None)
    facilitators = [member for member in members if member.is_facilitator]
    peers = [member for member in members if not member.is_facilitator]
    group = facilitators if turn == 0 else peers
    return group[turn % len(group)] if group else None


def _moment(circle: Circle, line: Line) -> datetime.datetime:
    day = timezone.localdate(timezone=circle.cohort.zone) - datetime.timedelta(days=line.day)
    time = datetime.time.fromisoformat(line.at)
    return datetime.datetime.combine(day, time, circle.cohort.zone)


def _fill(circle: Circle, missing: int) -> None:
    owner = vault.circle_owner(circle.public_id)
    vault.seal("", owner=owner, about="warming up")  # the key, before the transaction
    speakers = list(circle.memberships.current().order_by("pk"))
    while missing > 0 and speakers:
        count = min(missing, _BATCH)
        missing -= count
        with transaction.atomic():
            room = Room.objects.locked().get(circle=circle)
            messages = [_trial_message(room, speakers, owner) for _ in range(count)]
            Message.objects.bulk_create(messages, batch_size=500)
            Event.objects.bulk_create(
                (
                    Event(room=room, seq=m.placed_seq, kind=Event.Kind.POSTED, message=m)
                    for m in messages
                ),
                batch_size=500,
            )
            room.save(update_fields=["last_seq"])


def _trial_message(room: Room, speakers: list[Membership], owner: str) -> Message:
    seq = room.next_seq()
    message = Message(
        room=room,
        membership=speakers[seq % len(speakers)],
        client_id=uuid.uuid4(),
        placed_seq=seq,
    )
    message.seal(
        Words(f"Trial message {seq}, of a length that people write at night."), owner=owner
    )
    return message
