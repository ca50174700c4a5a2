"""Looking at what was said for words to care for: after it was delivered, beside everything else.

It holds, delays and deletes nothing. Where posting has seen with half an eye that there may be
something, a thread of its process looks within moments. How far each room was looked at is a row of
its own, and the worker looks at everything every minute, so that nothing is missed while nobody
looks. What is written in talks of two is looked at right after its commit, and whatever dies in
between, by the worker: each line says itself whether it was.
"""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import close_old_connections
from django.db.models import F, Q
from django.dispatch import receiver

from chat.care import caring
from chat.models import CheckInLine, Event, Looked, Message, Room
from community.signals import tick

logger = logging.getLogger(__name__)
_SAID = (Event.Kind.POSTED, Event.Kind.HELD, Event.Kind.EDITED)
_AT_ONCE = 50
_A_SWEEP = 20_000  # events; the next sweep comes within a minute
# It rests four times as long as it looked: who talks goes before.
_PAUSE_SECONDS = 0.1

_rooms: set[str] = set()
_something = threading.Event()
_thread: threading.Thread | None = None
_lock = threading.Lock()


def noticed(circle: str) -> None:
    """Something was committed in this circle's room that asks for a closer look. Never waits,
    never raises."""
    if not settings.CARE_LOOKS_AT_ONCE:
        return
    global _thread
    with _lock:
        _rooms.add(circle)
        if _thread is None:
            thread = threading.Thread(target=_look_on, name="care", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                # No more threads to be had: the message stands, and the sweep comes by.
                logger.error("looking_failed: %s", type(error).__name__)
                return
            _thread = thread
    _something.set()


@receiver(tick)
def sweep(sender: object = None, **kwargs: object) -> int:
    """Looks at all that nobody looked at yet; how many events that were."""
    looked = 0
    behind = Room.objects.filter(Q(looked=None, last_seq__gt=0) | Q(last_seq__gt=F("looked__upto")))
    for circle in list(behind.values_list("circle__public_id", flat=True)):
        try:
            while looked < _A_SWEEP and (some := look(circle, at_most=500)):
                looked += some
        except Exception as error:
            # It keeps no other room from being looked at; the next sweep comes back to it.
            logger.error("looking_failed: %s", type(error).__name__)
    return looked


@receiver(tick)
def sweep_talks(sender: object = None, **kwargs: object) -> int:
    """Looks at what was written in talks of two and nobody looked at yet; how many lines."""
    looked = 0
    unseen = CheckInLine.objects.filter(looked_at=None)
    lines = unseen.select_related("by", "check_in__room__circle")
    for pk in list(unseen.order_by("at").values_list("pk", flat=True)):
        # Another sweep may have come to it meanwhile.
        line = lines.filter(pk=pk).first()
        if line is None:
            continue
        try:
            caring.care_for_line(line)
            looked += 1
        except Exception as error:
            # It keeps nobody else's from being looked at; the next sweep comes back to it.
            logger.error("looking_failed: %s", type(error).__name__)
    return looked


def look(circle: str, *, at_most: int = _AT_ONCE) -> int:
    """Looks at the next events of a room that were not looked at; how many there were."""
    room = Room.objects.select_related("circle").filter(circle__public_id=circle).first()
    if room is None:
        return 0
    cursor, _ = Looked.objects.get_or_create(room=room)
    events = list(
        Event.objects.filter(room=room, seq__gt=cursor.upto, seq__lte=room.last_seq)
        .order_by("seq")
        .values_list("seq", "kind", "message")[:at_most]
    )
    if not events:
        return 0
    said = {message for _, kind, message in events if kind in _SAID and message}
    if said:
        _look_at(room, said)
    # Only forwards: another may have looked further meanwhile.
    Looked.objects.filter(pk=cursor.pk, upto__lt=events[-1][0]).update(upto=events[-1][0])
    return len(events)


def _look_at(room: Room, messages: set[int]) -> None:
    standing = (Message.State.POSTED, Message.State.HELD, Message.State.SET_ASIDE)
    found = Message.objects.filter(pk__in=messages, state__in=standing, membership__isnull=False)
    for message in found.select_related("membership").order_by("pk"):
        caring.care_for(room, message)


def _look_on() -> None:
    """What the thread does: a little of each room in turn, then rest."""
    while True:
        _something.wait()
        began = time.monotonic()
        with _lock:
            circles = set(_rooms)
            _rooms.clear()
            _something.clear()
        for circle in circles:
            try:
                if look(circle) == _AT_ONCE:
                    noticed(circle)
            except Exception as error:
                # Nobody waits for this; the sweep comes by again.
                logger.error("looking_failed: %s", type(error).__name__)
        close_old_connections()
        time.sleep(max(_PAUSE_SECONDS, 4 * (time.monotonic() - began)))
