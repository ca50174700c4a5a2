"""Everyone the table speaks of, and two circles with one of each thing that can be acted on."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from chat import beside
from chat.care import concerns, settling
from chat.keeping import moderation, pacing
from chat.live import leading, rounds
from chat.models import CareCard, Concern, LiveSession, Message
from community.models import AuditEntry, User
from programs import calendar, enrolment, journal
from programs.circles import appoint
from programs.models import Agreement, Circle, Membership
from tests.cast import Cast, gather
from tests.chat.talk import ask_the_question, in_an_hour, join, remove, say, set_room

WORDS = "The heron stood on the weir."


@dataclass
class World:
    cast: Cast
    people: dict[str, User]
    here: dict[str, Any]
    next_door: dict[str, Any]

    def things(self, role: str, *, elsewhere: bool = False) -> dict[str, Any]:
        """What `role` finds in the alder circle, with a message of their own where they have
        one; or in the one next door."""
        if elsewhere:
            return self.next_door
        return self.here | {"mine": self.here["own"].get(role, self.here["message"])}


def build() -> World:
    cast = gather()
    alder, birch = cast.circle, cast.next_door
    join("linden", alder, role=Membership.Role.FACILITATOR)
    people = {
        "applicant": User.objects.create_user("lark@example.org", time_zone="Europe/London"),
        "peer": cast.noor,
        "muted": join("moss", alder),
        "resting": join("rue", alder),
        "removed": join("reed", alder),
        "facilitator": cast.mina,
        "neighbour": cast.bela,
        "lead": cast.sade,
        "editor": cast.edda,
        "superuser": User.objects.create_superuser("keeper@example.org"),
    }
    here = furnish(alder, cast.mina, cast.ines, cast.noor, people["applicant"])
    here["own"] = {
        role: say(people[role], WORDS, circle=alder).id
        for role in ("peer", "muted", "resting", "removed", "facilitator")
    }
    enrolment.rest(membership=alder.membership_of(people["resting"]))
    remove(people["removed"], alder, by=cast.mina)
    here["entry"] = mute(alder, people["muted"], by=cast.mina)
    join("willow", birch, role=Membership.Role.FACILITATOR)
    pia, wren = join("pia", birch), User.objects.create_user("wren@example.org")
    next_door = furnish(birch, cast.bela, cast.otto, pia, wren)
    next_door["mine"], next_door["entry"] = (
        next_door["message"],
        mute(birch, cast.otto, by=cast.bela),
    )
    return World(cast, people, here, next_door)


def furnish(
    circle: Circle, holder: User, author: User, other: User, applicant: User
) -> dict[str, Any]:
    """One of each thing. The author wrote; the other told of it, and is in a talk with `holder`."""
    circle_id, member = circle.public_id, circle.membership_of(author).public_id
    message = say(author, WORDS, circle=circle).id
    aside = say(author, WORDS, circle=circle).id
    moderation.set_aside(by=holder, circle=circle_id, message=aside, why="It names someone.")
    set_room(circle, holds_all=True)
    held = say(author, WORDS, circle=circle).id
    set_room(circle, holds_all=False)
    concern = concerns.tell(by=other, circle=circle_id, message=message, reason="advice")
    settled = concerns.tell(by=other, circle=circle_id, member=member, reason="other")
    settling.settle(by=holder, concern=settled.public_id, outcome="talked")
    talk = beside.check_in(
        by=holder, circle=circle_id, member=circle.membership_of(other).public_id, body=WORDS
    )
    note = beside.note(by=holder, circle=circle_id, member=member, body=WORDS)
    gone = join(f"vale{circle.pk}", circle)
    gone_member = circle.membership_of(gone).public_id
    remove(gone, circle, by=holder)
    delivery = ask_the_question(circle)
    others = circle.memberships.current().facilitators().exclude(user=holder)
    session = calendar.next_session(circle.cohort, circle)
    assert session is not None
    return {
        "circle": circle_id,
        "circle_pk": circle.pk,
        "cohort_pk": circle.cohort_id,
        "member": member,
        "gone": gone_member,
        "person_pk": author.pk,
        "member_pk": circle.membership_of(author).pk,
        "message": message,
        "aside": aside,
        "held": held,
        "concern": concern.public_id,
        "settled": settled.public_id,
        "talk": talk.public_id,
        "card": CareCard.objects.get(membership=circle.membership_of(other)).public_id,
        "note": note.public_id,
        "co": others.get().public_id,
        "delivery": delivery.public_id,
        "page": journal.keep(person=other, words=WORDS, prompt=delivery).page.public_id,
        "application": apply(circle, applicant),
        "week_of": session.week_of.isoformat(),
        "seq": 2,
        "tomorrow": in_an_hour().isoformat(),
        "client_id": "3f0f0d2e-6a0b-4b5e-9b8e-2f6d3c1a7e55",
        "slug": circle.cohort.program.slug,
        "step": "about",
        "own": {},
    }


def apply(circle: Circle, person: User) -> str:
    """Someone has applied, and nobody has answered yet."""
    application = enrolment.begin_application(circle=circle, person=person)
    enrolment.send_application(
        application=application,
        answers={"hopes": WORDS},
        evaluator="A nurse at the day clinic",
        evaluated_on=timezone.localdate() - datetime.timedelta(days=30),
        agreement=Agreement.objects.latest("version"),
    )
    return application.public_id


def mute(circle: Circle, person: User, *, by: User) -> int:
    """They are muted; the place of that in the record."""
    moderation.mute(
        by=by,
        circle=circle.public_id,
        member=circle.membership_of(person).public_id,
        until=in_an_hour(),
        why="It was agreed.",
    )
    return AuditEntry.objects.filter(about=person.public_id, verb="mute").latest("seq").seq


def open_listening(world: World) -> None:
    """The program's open session, where nobody is yet but who holds it."""
    circle = Circle.objects.create(
        cohort=world.cast.cohort, name="Open evening", swatch=60, is_open=True
    )
    appoint(circle=circle, person=User.objects.create_user("oak@example.org"), name="Oak")
    for things in (world.here, world.next_door):
        things["open_circle"] = circle.public_id


def a_session(world: World) -> None:
    """One has begun, led by another facilitator than the one of the table."""
    circle = world.cast.circle
    leading.begin(by=circle.memberships.get(name="Linden").user, circle=circle.public_id)
    _look(world)


def a_round(world: World) -> None:
    """All the peers sit in it, and Noor holds the piece."""
    a_session(world)
    circle = world.cast.circle.public_id
    for role in ("peer", "muted", "resting"):
        rounds.seat(by=world.people[role], circle=circle, agreed=True)
    leading.phase(by=world.cast.mina, circle=circle, phase="sharing", seen=world.here["live_step"])
    _look(world)
    leading.give_piece(
        by=world.cast.mina,
        circle=circle,
        member=world.cast.member(world.cast.noor).public_id,
        seen=world.here["live_step"],
    )
    _look(world)


def _look(world: World) -> None:
    step = LiveSession.objects.going_on().get().step
    for things in (world.here, world.next_door):
        things["live_step"] = step


def just_settled(world: World) -> None:
    """As long as whoever settled something may still undo it."""
    Concern.objects.exclude(settled_at=None).update(settled_at=timezone.now())


def waiting_too_long(world: World) -> None:
    """What is held has waited for more than a day."""
    Message.objects.filter(state=Message.State.HELD).update(
        posted_at=timezone.now() - datetime.timedelta(hours=25)
    )


def just_set(world: World) -> None:
    """The room has a pace, which may be undone."""
    cast = world.cast
    for things, holder in ((world.here, cast.mina), (world.next_door, cast.bela)):
        things["set_at"] = pacing.pace(by=holder, circle=things["circle"], seconds=30)


DURING = {
    "": lambda world: None,
    "waiting": waiting_too_long,
    "set": just_set,
    "settled": just_settled,
    "session": a_session,
    "round": a_round,
    "open": open_listening,
}
