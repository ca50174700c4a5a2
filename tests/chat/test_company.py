"""Who may read a room, remembered: never longer than it is true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import editing, hiding
from chat.hub.opening import Asked, open_circles
from chat.keeping import moderation
from chat.models import AccessCount, Room, SetAside
from chat.reading import replay
from chat.reading.company import companies
from chat.reading.replay import Wanted
from community.signals import access_changed
from programs.models import Circle, Cohort
from tests.chat.talk import company_of, join, leave, remove, say


def names(company):
    return [member["name"] for member in company.members]


def test_what_is_known_is_not_asked_again(cast):
    known = company_of(cast)

    with CaptureQueriesContext(connection) as queries:
        again = companies({cast.circle.pk: known.count}, known={cast.circle.pk: known})

    assert again[cast.circle.pk] is known
    assert len(queries) == 0


@pytest.mark.parametrize("what", ["joined", "left", "removed", "renamed", "shown more", "hidden"])
def test_every_change_is_counted_and_seen(cast, what):
    known = company_of(cast)
    noor = cast.member(cast.noor)
    if what == "joined":
        join("hana", cast.circle)
    elif what == "left":
        leave(cast.noor, cast.circle)
    elif what == "removed":
        remove(cast.noor, cast.circle, by=cast.mina)
    elif what == "renamed":
        noor.name = "Nur"
        noor.save()
    elif what == "shown more":
        noor.sees_earlier = True
        noor.save()
    else:
        hiding.hide(
            by=cast.ines, circle=cast.circle.public_id, member=cast.member(cast.noor).public_id
        )

    now = company_of(cast, known)

    assert now is not known
    if what == "joined":
        assert "Hana" in names(now)
    elif what in ("left", "removed"):
        assert noor.pk not in now.viewers
    elif what == "renamed":
        assert "Nur" in names(now)
    elif what == "shown more":
        assert now.viewers[noor.pk].from_seq == 0
    else:
        ines = cast.member(cast.ines).pk
        assert now.viewers[noor.pk].hidden == {ines}
        assert now.viewers[ines].hidden == {noor.pk}
        assert not now.viewers[cast.member(cast.mina).pk].hidden


def test_nothing_read_after_a_removal_is_for_who_was_removed(cast):
    known = company_of(cast)
    noor = cast.member(cast.noor)
    after = Room.objects.get(circle=cast.circle).last_seq
    remove(cast.noor, cast.circle, by=cast.mina)
    say(cast.ines, "After that", circle=cast.circle)

    [reading] = replay.read_on([Wanted(cast.circle, after, known)])

    assert "After that" in reading.stretch.packet_for(known.viewers[cast.member(cast.ines).pk]).text
    assert noor.pk not in reading.company.viewers


@pytest.mark.parametrize("what", ["removed", "hidden"])
def test_what_is_changed_while_it_is_read_is_not_for_who_may_read_it_no_more(
    cast, monkeypatch, what
):
    known = company_of(cast)
    noor, ines = cast.member(cast.noor), cast.member(cast.ines)
    after = Room.objects.get(circle=cast.circle).last_seq
    said = say(cast.ines, "As it was", circle=cast.circle)
    editing.edit(by=cast.ines, circle=cast.circle.public_id, message=said.id, body="As it is")
    events_of = replay._events

    def read_slowly(ranges):
        """What was to be read is known; before the messages are looked at, it goes on."""
        found = events_of(ranges)
        monkeypatch.undo()
        if what == "removed":
            remove(cast.noor, cast.circle, by=cast.mina)
        else:
            hiding.hide(by=cast.ines, circle=cast.circle.public_id, member=noor.public_id)
        editing.edit(by=cast.ines, circle=cast.circle.public_id, message=said.id, body="Not hers")
        return found

    monkeypatch.setattr(replay, "_events", read_slowly)
    [reading] = replay.read_on([Wanted(cast.circle, after, known)])

    stretch, viewers = reading.stretch, reading.company.viewers
    assert "Not hers" in stretch.packet_for(viewers[ines.pk]).text
    if what == "removed":
        assert noor.pk not in viewers
    else:
        assert "Not hers" not in stretch.packet_for(viewers[noor.pk]).text


def test_rooms_read_together_cost_as_one_and_do_not_mix(cast, settings):
    settings.ROOM_POSTS_PER_10S = 100
    rooms = [(cast.circle, cast.noor), (cast.next_door, cast.otto)]
    afters = [Room.objects.get(circle=circle).last_seq for circle, _ in rooms]
    for circle, person in rooms:
        for n in range(3):
            say(person, f"{circle.name} {n}", circle=circle)
    wanted = [Wanted(circle, after) for (circle, _), after in zip(rooms, afters, strict=True)]

    with CaptureQueriesContext(connection) as one:
        replay.read_on(wanted[:1])
    with CaptureQueriesContext(connection) as both:
        readings = replay.read_on([*wanted, Wanted(cast.circle, afters[0] + 2)])

    assert len(both) == len(one)
    here, there, later = (reading.stretch for reading in readings)
    shown = [[one.shown["html"] for one in stretch.happenings] for stretch in (here, there, later)]
    assert [len(one) for one in shown] == [3, 3, 1]
    assert all("Alder" in html for html in shown[0])
    assert all("Birch" in html for html in shown[1])
    assert (later.after, later.upto) == (afters[0] + 2, afters[0] + 3)


def test_who_signs_out_is_counted(cast):
    before = replay.access_changes()
    access_changed.send(sender=None, person_id=cast.noor.pk)
    assert replay.access_changes() == before + 1
    AccessCount.objects.all().delete()
    access_changed.send(sender=None, person_id=cast.noor.pk)
    assert replay.access_changes() == 1


def test_a_room_that_can_not_be_read_keeps_nothing_from_the_others(cast):
    afters = [Room.objects.get(circle=circle).last_seq for circle in (cast.circle, cast.next_door)]
    said = say(cast.noor, "Set aside", circle=cast.circle)
    moderation.set_aside(
        by=cast.mina, circle=cast.circle.public_id, message=said.id, why="It names someone."
    )
    say(cast.otto, "Next door", circle=cast.next_door)
    # Nothing in the house does this.
    SetAside.objects.all().delete()

    wanted = [Wanted(cast.circle, afters[0]), Wanted(cast.next_door, afters[1])]
    broken, sound = replay.read_each(wanted)

    assert broken is None
    assert sound is not None and "Next door" in str(sound.stretch.events_for(_anybody(sound)))


def _anybody(reading):
    return next(iter(reading.company.viewers.values()))


def test_whose_account_is_opened_again_comes_in_whatever_changed_meanwhile(cast):
    cast.ines.is_active = False
    cast.ines.save()
    asked = Asked(cast.ines.pk, cast.circle.public_id, None, None)
    assert open_circles([asked]) == [None]
    join("hana", cast.circle)
    known = company_of(cast)
    cast.ines.is_active = True
    cast.ines.save()

    [opening] = open_circles([replace(asked, company=known)])

    assert opening is not None


def test_what_is_read_on_is_drawn_by_the_clocks_of_now(cast):
    circle = Circle.objects.select_related("cohort").get(pk=cast.circle.pk)
    posted = say(cast.mina, "Hello", circle=cast.circle, note="Rain")
    Cohort.objects.filter(pk=circle.cohort_id).update(time_zone="Asia/Tokyo")

    [reading] = replay.read_on([Wanted(circle, posted.seq - 1)])

    [happening] = reading.stretch.happenings
    fresh = replay.read(Circle.objects.get(pk=circle.pk), after=posted.seq - 1)
    assert [happening.entry.html] == [one.entry.html for one in fresh.happenings]
