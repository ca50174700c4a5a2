"""The order of a round: those who are done, the one who holds the piece, those to come.

Everything here works on the list it is given, in that order, and asks nothing else.
"""

from __future__ import annotations

from chat.models import Place

State = Place.State
_TO_COME = (State.WAITING, State.LAST)
_DONE = (State.SPOKEN, State.PASSED)


def to_come(places: list[Place], holder: int | None) -> list[Place]:
    """Those who are still to hold the piece, the next one first. `holder` is a member's key."""
    return [p for p in places if p.state in _TO_COME and p.member_id != holder]


def begin_round(places: list[Place]) -> None:
    """Everyone waits again: who has not spoken in this session first, raised hands before them."""
    for place in places:
        if place.state == State.OUT or place.member.is_facilitator:
            # Facilitators take a turn when they are given one.
            place.state = State.OUT
        else:
            place.state = State.WAITING
    places.sort(key=lambda p: (p.state == State.OUT, p.spoke_in > 0, _hand(p)))


def come_in(places: list[Place], place: Place, holder: int | None) -> None:
    """`place` waits from now on: before those who have spoken before, or asked to be last."""
    place.state = State.WAITING
    _take_out(places, place)
    later = (p for p in to_come(places, holder) if _rank(p) > _rank(place))
    first = next(later, None)
    if first is None:
        _insert_before_those_out(places, place)
    else:
        places.insert(places.index(first), place)


def come_last(places: list[Place], place: Place) -> None:
    """`place` comes when all the others have spoken."""
    place.state = State.LAST
    _take_out(places, place)
    _insert_before_those_out(places, place)


def be_done(places: list[Place], place: Place, state: Place.State) -> None:
    """`place` has spoken or passed; it stands with those who did."""
    place.state = state
    place.hand_at = None
    _put_after_the_done(places, place)


def hold(places: list[Place], place: Place) -> None:
    """`place` has the piece now: after those who are done, before those to come."""
    place.state = State.WAITING
    place.hand_at = None
    _put_after_the_done(places, place)


def go_out(places: list[Place], place: Place) -> None:
    """`place` leaves the order; that they have spoken is remembered."""
    place.state = State.OUT
    place.hand_at = None
    _take_out(places, place)
    places.append(place)


def arrange(places: list[Place], named: list[Place], holder: int | None) -> None:
    """Those `named` come next, in that order, whatever they did before; the others after them."""
    coming = [place for place in named if place.member_id != holder]
    for place in coming:
        if place.state != State.LAST or place is not coming[-1]:
            place.state = State.WAITING
    places[:] = [place for place in places if place not in coming]
    first = next(iter(to_come(places, holder)), None)
    for place in coming:
        if first is None:
            _insert_before_those_out(places, place)
        else:
            places.insert(places.index(first), place)


def _hand(place: Place) -> tuple[bool, float]:
    return (place.hand_at is None, place.hand_at.timestamp() if place.hand_at else 0.0)


def _rank(place: Place) -> tuple[bool, bool, tuple[bool, float]]:
    return (place.state == State.LAST, place.spoke_in > 0, _hand(place))


def _take_out(places: list[Place], place: Place) -> None:
    if place in places:
        places.remove(place)


def _put_after_the_done(places: list[Place], place: Place) -> None:
    _take_out(places, place)
    done = [index for index, other in enumerate(places) if other.state in _DONE]
    places.insert(done[-1] + 1 if done else 0, place)


def _insert_before_those_out(places: list[Place], place: Place) -> None:
    out = next((i for i, p in enumerate(places) if p.state == State.OUT), len(places))
    places.insert(out, place)
