"""Five hundred messages on their way while a facilitator acts: none gets past the act."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from chat import editing
from chat.keeping import holding, hours, moderation, pacing
from chat.models import Event, Message
from chat.posting import Posted, post_batch
from chat.refusal import Refused
from tests.cast import Cast
from tests.chat.talk import all_at_once, draft, in_an_hour, log_of, say

WRITERS, BATCHES, BATCH = 4, 25, 5


def _mute(by, circle, member):
    moderation.mute(by=by, circle=circle, member=member, until=in_an_hour(), why="A pause.")


def _hold(by, circle, member):
    holding.hold(by=by, circle=circle, member=member)


def _hold_all(by, circle, member):
    holding.hold_all(by=by, circle=circle)


def _pause(by, circle, member):
    pacing.pause(by=by, circle=circle)


def _close(by, circle, member):
    hours.keep(by=by, circle=circle, hours="reading")


def _remove(by, circle, member):
    moderation.remove(by=by, circle=circle, member=member, why="It was agreed.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "kind", "code"),
    [
        (_mute, Event.Kind.MUTED, "muted"),
        (_hold, Event.Kind.HELD_MEMBER, ""),
        (_hold_all, Event.Kind.HOLDS, ""),
        (_pause, Event.Kind.PAUSED, "paused"),
        (_close, Event.Kind.HOURS, "closed"),
        (_remove, Event.Kind.LEFT, "not_member"),
    ],
)
def test_nothing_gets_past_an_act(cast: Cast, settings, act, kind: str, code: str):
    settings.ROOM_POSTS_PER_10S = 100_000
    first = say(cast.noor, "Before it all.", circle=cast.circle)
    member = cast.member(cast.noor).public_id
    circle = cast.circle.public_id
    outcomes: list[Posted | Refused] = []
    has_acted = threading.Event()

    def write(writer: int) -> Callable[[], Any]:
        def work() -> None:
            for n in range(BATCHES + 1):
                if n == BATCHES:
                    # Where the act came to its turn only now, there is still one to stop.
                    has_acted.wait(timeout=120)
                drafts = [
                    draft(cast.noor, f"{writer} {n} {k}", circle=cast.circle) for k in range(BATCH)
                ]
                outcomes.extend(post_batch(drafts))
                if n % 5 == 0:
                    with suppress(Refused):
                        body = f"Changed by {writer}, {n}."
                        editing.edit(by=cast.noor, circle=circle, message=first.id, body=body)

        return work

    def act_in_the_middle() -> None:
        while sum(isinstance(outcome, Posted) for outcome in outcomes) < 60:
            time.sleep(0.001)
        try:
            act(cast.mina, circle, member)
        finally:
            has_acted.set()

    all_at_once([*(write(n) for n in range(WRITERS)), act_in_the_middle])

    assert len(outcomes) == WRITERS * (BATCHES + 1) * BATCH
    (acted,) = [event for event in log_of(cast.circle) if event.kind == kind]
    after = Message.objects.filter(membership__public_id=member, placed_seq__gt=acted.seq)
    assert not after.exclude(state=Message.State.HELD).exists()
    assert not Event.objects.filter(kind=Event.Kind.EDITED, seq__gt=acted.seq).exists()
    posted = {outcome.seq: outcome for outcome in outcomes if isinstance(outcome, Posted)}
    assert all(one.state == "posted" for seq, one in posted.items() if seq < acted.seq)
    assert all(one.state == "held" for seq, one in posted.items() if seq > acted.seq)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert {one.code for one in refused} == ({code} if code else set())
    # The act came in the middle: there was something to stop.
    assert len(posted) >= 60
    assert len(refused) + sum(seq > acted.seq for seq in posted) > 0
