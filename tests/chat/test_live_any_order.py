"""Whatever people do in a session, and in whatever order, it holds together."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.refusal import Refused
from programs import enrolment
from programs.models import Circle, Membership
from tests.cast import Cast
from tests.chat.circle_live import Session, holds_together

PEERS = ["noor", "ines", "fen", "rue"]
FACILITATORS = ["mina", "linden"]

peers_steps = st.tuples(
    st.sampled_from(PEERS + FACILITATORS),
    st.sampled_from(["seat", "step_out", "hand", "pass", "last", "done", "done"]),
    st.just({}),
)
names = st.sampled_from(PEERS + FACILITATORS)
leading_steps = st.one_of(
    st.tuples(
        st.just("phase"),
        st.fixed_dictionaries(
            {"phase": st.sampled_from(["opening", "grounding", "check_in", "sharing", "closing"])}
        ),
    ),
    st.tuples(
        st.just("give_piece"), st.fixed_dictionaries({"member": st.one_of(st.none(), names)})
    ),
    st.tuples(
        st.just("order"),
        st.fixed_dictionaries({"members": st.lists(names, min_size=1, max_size=6)}),
    ),
    st.tuples(st.just("breath"), st.just({})),
    st.tuples(st.just("give_time"), st.just({"seconds": 60})),
    st.tuples(st.just("take_over"), st.just({})),
    st.tuples(st.just("end"), st.just({})),
    st.tuples(st.just("begin"), st.just({})),
).flatmap(
    lambda step: st.tuples(
        st.sampled_from([*FACILITATORS, "noor"]), st.just(step[0]), st.just(step[1])
    )
)
going = st.tuples(st.sampled_from(PEERS), st.just("leave"), st.just({}))
steps = st.lists(st.one_of(peers_steps, peers_steps, leading_steps, going), max_size=25)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
def test_any_steps_in_any_order_keep_it_whole(cast: Cast, steps) -> None:
    """At most one holder, who belongs; each once in the order; and everyone told what is."""
    session = a_circle(cast)
    for name, verb, fields in steps:
        try:
            if verb == "leave":
                leave(session, name)
            else:
                session.do(name, verb, **(fields | ({"agreed": True} if verb == "seat" else {})))
        except Refused:
            pass
        holds_together(session.circle)


def a_circle(cast: Cast) -> Session:
    """A new circle for each example, in a round from the start."""
    circle = Circle.objects.create(
        cohort=cast.cohort, name=f"Circle {Circle.objects.count()}", swatch=1
    )
    people = {"mina": cast.mina, "noor": cast.noor, "ines": cast.ines, "fen": cast.otto}
    people |= {"rue": cast.bela, "linden": cast.sade}
    for swatch, (name, person) in enumerate(people.items()):
        role = "facilitator" if name in FACILITATORS else "peer"
        Membership.objects.create(
            circle=circle, user=person, role=role, name=name.title(), swatch=swatch
        )
    session = Session(circle, people)
    session.do("mina", "begin")
    for name in PEERS[:3]:
        session.do(name, "seat", agreed=True)
    session.do("mina", "phase", phase="check_in")
    session.do("mina", "give_piece", member=None)
    return session


def leave(session: Session, name: str) -> None:
    member = session.circle.membership_of(session.people[name])
    if member is not None:
        enrolment.leave(membership=member)
