"""The bench itself: small, so that it doesn't rot, and honest about what goes wrong."""

from __future__ import annotations

import asyncio

import uvloop

from tests.bench import dialects, room, shapes
from tests.bench.crowd import Talk
from tests.bench.sides import OURS, Use
from tests.bench.tally import judge
from tests.bench.wire import Book, Delivery, Socket

SMALL = shapes.Size(circles=2, members=3, talking=2, big=3, seconds=0.5)


def test_a_small_room_loses_nothing_and_the_audit_finds_every_word():
    with room.ground(postgres=False) as bench:
        people = bench.fill(OURS, circles=2, members=3, big=3)
        one = room.run(bench, OURS, people, "a", SMALL, processes=1)

    assert one.result.outcome.deliveries == 10 * 3
    assert one.result.outcome.is_clean
    assert one.audit == {
        "acknowledged": 14,  # four of them to warm up
        "missing": 0,
        "twice": 0,
        "altered": 0,
        "unasked": 0,
        "gaps": 0,
    }


def test_what_is_lost_doubled_or_in_another_order_is_counted():
    outcome = _heard([1, 2, 3, 4], [1, 2, 3, 4], [1, 3, 2, 4], [1, 2, 2, 4])

    assert (outcome.lost, outcome.twice, outcome.reordered) == (1, 1, 1)
    assert outcome.deliveries == 15
    assert not outcome.is_clean


def test_what_never_came_counts_as_latest_of_all():
    assert _heard([1, 2, 3, 4], [1, 2, 3]).percentile(0.99) == float("inf")
    assert _heard([1, 2, 3, 4], [1, 2, 3, 4]).percentile(0.99) == 1.0


def test_frames_that_come_in_pieces_are_read_as_if_they_came_whole():
    payload = b'{"is":"events","events":[' + _event(7) + b"," + b" " * 70_000 + _event(8) + b"]}"
    data = b"\x81\x7f" + len(payload).to_bytes(8) + payload
    whole, pieces = _socket(), _socket()

    whole.data_received(data)
    for at in range(0, len(data), 1000):
        pieces.data_received(data[at : at + 1000])

    assert [delivery.numbers for _, delivery in whole.seen] == [(7, 8)]
    assert [delivery.numbers for _, delivery in pieces.seen] == [(7, 8)]


def _event(number: int) -> bytes:
    return b'{"client_id":"%b"}' % dialects.uuid_of(number).encode()


def _socket() -> Socket:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        live = runner.get_loop().create_future()
    socket = Socket(dialects.Seat("", "alder"), 0, Book(OURS.dialect), live)
    socket._accepted = True
    return socket


def _heard(*by_each: list[int]):
    """The outcome where four messages were due at 0 and each of these came a second later."""
    deliveries = {number: Delivery(b"", (number,)) for number in range(1, 5)}
    members = []
    for numbers in by_each:
        socket = _socket()
        socket.seen = [(1.0, deliveries[number]) for number in numbers]
        members.append(socket)
    talk = Talk(
        due=dict.fromkeys(range(1, 5), 0.0),
        room_of=dict.fromkeys(range(1, 5), "alder"),
        members={"alder": members},
        acked_at={},
        refused={},
        seconds=1.0,
        used=Use(),
        load=0.0,
        late=0.0,
        bytes=0,
    )
    return judge(talk)
