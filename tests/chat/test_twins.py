"""The socket's HTTP twins: the same answers, for clients without a socket."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat import editing, hiding, posting
from chat.hub.opening import Asked, open_circles
from chat.keeping import moderation
from chat.live import leading
from chat.models import Message
from chat.reading import drawing, finding, history, replay
from tests.chat.junk import UNREADABLE
from tests.chat.reader import Reader
from tests.chat.talk import draft, in_an_hour, join, leave, log_of, remove, say, set_room

pytestmark = pytest.mark.once


class Browser:
    def __init__(self, user, circle, **more) -> None:
        self.client = Client(**more)
        self.circle = circle
        if user is not None:
            self.client.force_login(user)

    def post(self, fields, *, circle=None, **more):
        body = fields if isinstance(fields, str | bytes) else json.dumps(fields)
        where = circle or self.circle.public_id
        return self.client.post(
            f"/circles/{where}/messages/", body, content_type="application/json", **more
        )

    def say(self, body, **more):
        return self.post({"id": str(uuid.uuid4()), "body": body} | more)

    def events(self, since=0, *, circle=None, **more):
        where = circle or self.circle.public_id
        return self.client.get(f"/circles/{where}/events", {"since": since} | more)


@pytest.fixture
def noor(cast):
    return Browser(cast.noor, cast.circle)


@pytest.fixture
def ines(cast):
    return Browser(cast.ines, cast.circle)


def test_a_message_is_answered_as_on_the_socket(cast, noor):
    name = str(uuid.uuid4())

    answer = noor.post({"id": name, "body": "Hello", "ref": "r1"})

    event = log_of(cast.circle)[-1]
    assert answer.status_code == 201
    assert answer.json() == {
        "is": "ack",
        "id": name,
        "ref": "r1",
        "seq": event.seq,
        "state": "posted",
        "message": event.message.public_id,
    }
    assert noor.post({"id": name, "body": "Hello"}).json()["seq"] == event.seq
    conflict = noor.post({"id": name, "body": "Other"})
    assert (conflict.status_code, conflict.json()["code"]) == (409, "conflict")
    assert conflict.json()["id"] == name


@pytest.mark.parametrize("who", ["otto", "bela", "sade", "edda"])
def test_strangers_find_nothing(cast, who):
    browser = Browser(getattr(cast, who), cast.circle)

    assert browser.say("Hello").status_code == 404
    assert browser.events().status_code == 404
    # Not even whether they wrote it well.
    assert browser.post("junk").status_code == 404


def test_who_is_not_signed_in_finds_nothing(cast):
    browser = Browser(None, cast.circle)

    assert browser.say("Hello").status_code == 404
    assert browser.events().status_code == 404


@pytest.mark.parametrize("end", [leave, remove])
def test_who_belongs_no_more_finds_nothing(cast, noor, end):
    end(cast.noor, cast.circle, **({"by": cast.mina} if end is remove else {}))

    assert noor.say("Hello").status_code == 404
    assert noor.events().status_code == 404


@pytest.mark.parametrize(
    "name", ["A" * 16, "%00" * 16, "%00", "..%2f..%2f", "%ff%fe", "a" * 5000, "%ed%a0%80"]
)
def test_an_address_that_names_no_circle_is_not_found(cast, noor, name):
    assert noor.client.get(f"/circles/{name}/events", follow=True).status_code == 404
    assert noor.client.get(f"/circles/{name}/").status_code == 404
    assert noor.post({"id": str(uuid.uuid4()), "body": "x"}, circle=name).status_code == 404
    where = f"/circles/{cast.circle.public_id}/messages/{name}/"
    assert noor.client.get(where).status_code == 404
    assert noor.client.post(f"{where}take-back/").status_code == 404


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_junk_is_refused_in_a_sentence(noor, text):
    # A client of Django's sends no type with nothing.
    answer = noor.post(text.encode("utf-8", "surrogatepass") or b" ")

    assert answer.status_code in (400, 413)
    assert answer.json()["code"] in ("bad_frame", "too_long")
    assert answer.json()["say"].endswith(".")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"body": ""}, 400, "bad_frame"),
        ({"body": "a" * 4001}, 413, "too_long"),
        ({"body": "क्षि" * 6000}, 413, "too_long"),
        ({"body": "Hello", "note": "n" * 81}, 413, "too_long"),
        ({"body": "\0"}, 400, "bad_frame"),
        ({"body": "\ud800"}, 400, "bad_frame"),
        ({"body": "Hello", "id": "7"}, 400, "bad_frame"),
        ({"body": "Hello", "reply_to": "\0" * 16}, 400, "bad_frame"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_named(noor, fields, status, code):
    answer = noor.say(**({"body": ""} | fields))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "id" in answer.json()


def test_what_may_not_be_now_says_why_and_when(cast, noor, settings):
    set_room(cast.circle, pace_seconds=60)
    assert noor.say("One").status_code == 201
    slow = noor.say("Two")
    assert (slow.status_code, slow.json()["code"]) == (429, "slow")
    assert 0 < slow.json()["again_in"] <= 60
    set_room(cast.circle, pace_seconds=0)
    settings.ROOM_POSTS_PER_10S = 1
    assert noor.say("Three").json()["code"] == "too_fast"
    assert noor.say("Three").status_code == 429
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=in_an_hour(),
        why="A pause.",
    )
    muted = noor.say("Four")
    assert (muted.status_code, muted.json()["code"]) == (422, "muted")


def test_a_form_from_elsewhere_is_refused(cast):
    browser = Browser(cast.noor, cast.circle, enforce_csrf_checks=True)
    before = len(log_of(cast.circle))

    assert browser.say("Hello").status_code == 403
    assert len(log_of(cast.circle)) == before


def test_events_are_those_of_the_socket(cast, ines):
    page = Reader(cast.ines, cast.circle)
    say(cast.noor, "One", circle=cast.circle)
    say(cast.mina, "Two", circle=cast.circle)
    page.catch_up()

    answer = ines.events(page.cursor - 2)

    assert answer.json() == {
        "circle": cast.circle.public_id,
        "after": page.cursor - 2,
        "upto": page.cursor,
        "head": page.cursor,
        "sight": history.latest_page(page.seat).sight,
        "events": page.heard,
    }
    assert "no-store" in answer.headers["Cache-Control"]
    assert ines.events(page.cursor).json()["events"] == []


def test_long_absences_are_made_up_for_in_stretches(cast, ines, settings):
    settings.ROOM_POSTS_PER_10S = 1000
    posting.post_batch([draft(cast.noor, f"{n}", circle=cast.circle) for n in range(205)])
    since, seen = 0, []
    while True:
        part = ines.events(since).json()
        seen += [event["seq"] for event in part["events"]]
        since = part["upto"]
        if since == part["head"]:
            break

    own = cast.member(cast.ines).seat.from_seq
    assert seen == list(range(own + 1, part["head"] + 1))


def test_events_keep_to_what_each_may_see(cast):
    say(cast.noor, "A SECRET", circle=cast.circle)
    hana = join("hana", cast.circle)
    set_room(cast.circle, holds_all=True)
    say(cast.noor, "A SECRET that waits", circle=cast.circle)

    answers = {
        user.email: Browser(user, cast.circle).events().content.decode().count("A SECRET")
        for user in (hana, cast.ines, cast.noor, cast.mina)
    }

    assert list(answers.values()) == [0, 1, 2, 2]


@pytest.mark.parametrize(
    "since", ["", "-1", "1.5", "x", "1e3", "٣", "9" * 16, "9" * 5000, "\0", "null", "+1"]
)
def test_a_place_that_is_none_is_refused(ines, since):
    answer = ines.events(since)

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_frame"


def test_a_place_beyond_the_end_is_the_end(cast, ines):
    assert ines.events(10**9).json()["events"] == []


def test_events_are_only_read(cast, ines):
    assert ines.client.post(f"/circles/{cast.circle.public_id}/events").status_code == 405


def test_a_page_that_asks_every_second_is_answered_without_what_only_a_page_shows(cast, ines):
    say(cast.noor, "Hello", circle=cast.circle)
    ines.events()

    with CaptureQueriesContext(connection) as asked:
        assert ines.events().json()["events"]

    told = " ".join(one["sql"] for one in asked)
    assert "chat_seat" in told
    for beside in ("carecard", "dailyhours", "mute", "concern", "checkin", "moderationaction"):
        assert f"chat_{beside}" not in told


def test_two_who_do_not_read_each_other_find_nothing_of_each_other(cast):
    circle = cast.circle.public_id
    hiding.hide(by=cast.ines, circle=circle, member=cast.member(cast.noor).public_id)
    hers = say(cast.ines, "A SECRET of Ines", circle=cast.circle)
    say(cast.noor, "A SECRET of Noor", circle=cast.circle)
    say(cast.mina, "An answer", circle=cast.circle, reply_to=hers.id)

    seen = {
        user.email: Browser(user, cast.circle).events().content.decode()
        for user in (cast.ines, cast.noor, cast.mina)
    }

    assert [text.count("A SECRET of Ines") for text in seen.values()] == [2, 0, 2]
    assert [text.count("A SECRET of Noor") for text in seen.values()] == [0, 1, 1]


def test_whoever_is_removed_while_the_log_is_read_finds_nothing(cast, ines, monkeypatch):
    read = replay.read

    def removed_meanwhile(*args, **more):
        remove(cast.ines, cast.circle, by=cast.mina)
        say(cast.noor, "After it", circle=cast.circle)
        return read(*args, **more)

    monkeypatch.setattr(replay, "read", removed_meanwhile)

    assert ines.events().status_code == 404


@pytest.mark.parametrize(
    "address",
    ["", "before/1000/", "after/0/", "live/", "find/", "messages/{}/", "messages/{}/tell/"],
)
def test_whoever_is_removed_while_a_page_is_drawn_finds_nothing(cast, ines, monkeypatch, address):
    said = say(cast.mina, "Before it", circle=cast.circle).id
    at = f"/circles/{cast.circle.public_id}/{address.format(said)}"
    if address == "live/":
        leading.begin(by=cast.mina, circle=cast.circle.public_id)
    if address == "find/":
        at = ines.client.post(at, {"q": "after"}).url
    draw = drawing.for_drawing if address != "find/" else finding.find

    def removed_meanwhile(*args, **more):
        if cast.circle.membership_of(cast.ines):
            remove(cast.ines, cast.circle, by=cast.mina)
            say(cast.mina, "After it", circle=cast.circle)
            here = {"circle": cast.circle.public_id, "message": said}
            editing.edit(by=cast.mina, body="After it", **here)
        return draw(*args, **more)

    where = drawing if address != "find/" else finding
    monkeypatch.setattr(where, draw.__name__, removed_meanwhile)

    answer = ines.client.get(at)

    assert answer.status_code == 404
    assert "After it" not in answer.content.decode()


def test_where_the_newest_message_is_not_there_any_more_the_page_is_to_be_loaded_anew(cast, ines):
    kept, lost = [say(cast.noor, words, circle=cast.circle).id for words in ("Kept", "Lost")]
    Message.objects.filter(public_id=lost).delete()
    elsewhere = say(cast.otto, "Next door", circle=cast.next_door).id

    assert "reload" not in ines.events(newest=kept).json()
    assert "reload" not in ines.events(newest="").json()
    assert ines.events(newest=lost).json()["reload"] is True
    assert ines.events(newest=elsewhere).json()["reload"] is True
    assert ines.events(newest="'").status_code == 400
    assert ines.events(newest=elsewhere, circle=cast.next_door.public_id).status_code == 404


def test_page_line_and_twin_say_alike_what_of_the_log_may_be_read(cast, ines):
    def told() -> set[str]:
        page = ines.client.get(f"/circles/{cast.circle.public_id}/").content.decode()
        [drawn] = re.findall(r'data-sight="([^"]+)"', page)
        [opening] = open_circles([Asked(cast.ines.pk, cast.circle.public_id, None)])
        return {drawn, ines.events().json()["sight"], json.loads(opening.packet.text)["sight"]}

    [before] = told()
    hiding.hide(by=cast.noor, circle=cast.circle.public_id, member=cast.member(cast.ines).public_id)
    [after] = told()

    assert before != after
