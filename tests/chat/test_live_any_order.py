"""Whatever people do in a session, and in whatever order, it holds together."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from chat.refusal import Refused
from programs import enrolment
from programs.models import Circle, Membership
from tests.cast import Cast
from tests.chat.circle_live import Session, holds_together

PEERS = ["noor", "ines", "fen", "rue", "sol"]
FACILITATORS = ["mina", "linden"]
# How often each is tried; most of what is tried is refused at some time or other.
PEERS_VERBS = {"seat": 4, "step_out": 2, "hand": 4, "pass": 3, "last": 3, "done": 9, "leave": 2}
FACILITATORS_VERBS = {"begin": 3, "phase": 4, "give_piece": 8, "order": 4, "breath": 1}
FACILITATORS_VERBS |= {"give_time": 1, "take_over": 2, "end": 1, "done": 1, "seat": 1, "leave": 1}
PHASES = ["opening", "grounding", "check_in", "sharing", "sharing", "closing"]


@pytest.mark.parametrize(
    "walk", [*range(4), *(pytest.param(walk, marks=pytest.mark.once) for walk in range(4, 16))]
)
def test_any_steps_in_any_order_keep_it_whole(cast: Cast, walk: int) -> None:
    """At most one holder, who belongs; each once in the order; and everyone told what is."""
    chance = Random(walk)
    session = a_circle(cast)
    for _ in range(30):
        name, verb, fields = any_step(chance)
        try:
            if verb == "leave":
                leave(session, name)
            else:
                session.do(name, verb, **fields)
        except Refused:
            pass
        holds_together(session.circle)


def any_step(chance: Random) -> tuple[str, str, dict[str, Any]]:
    leads = chance.random() < 0.4
    verbs = FACILITATORS_VERBS if leads else PEERS_VERBS
    verb = chance.choices(list(verbs), weights=list(verbs.values()))[0]
    people = PEERS + FACILITATORS
    fields: dict[str, Any] = {
        "seat": {"agreed": True},
        "phase": {"phase": chance.choice(PHASES)},
        "give_piece": {"member": chance.choice([None, None, *people])},
        "order": {"members": chance.sample(people, chance.randint(1, 4))},
        "give_time": {"seconds": 60},
    }.get(verb, {})
    return chance.choice(FACILITATORS if leads else PEERS), verb, fields


def a_circle(cast: Cast) -> Session:
    """Five peers and two facilitators in a round; the piece is at the first of them."""
    circle = Circle.objects.create(cohort=cast.cohort, name="Cedar circle", swatch=1)
    people = {"mina": cast.mina, "noor": cast.noor, "ines": cast.ines, "fen": cast.otto}
    people |= {"rue": cast.bela, "linden": cast.sade, "sol": cast.edda}
    for swatch, (name, person) in enumerate(people.items()):
        role = "facilitator" if name in FACILITATORS else "peer"
        Membership.objects.create(
            circle=circle, user=person, role=role, name=name.title(), swatch=swatch
        )
    session = Session(circle, people)
    session.do("mina", "begin")
    for name in PEERS[:4]:
        session.do(name, "seat", agreed=True)
    session.do("mina", "phase", phase="check_in")
    session.do("mina", "give_piece", member=None)
    return session


def leave(session: Session, name: str) -> None:
    """They go; whoever holds the circle alone stays, as the house wants it."""
    member = session.circle.membership_of(session.people[name])
    facilitators = session.circle.memberships.current().facilitators()
    if member is not None and (not member.is_facilitator or facilitators.count() > 1):
        enrolment.leave(membership=member)
