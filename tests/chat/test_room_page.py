"""The room's page: who may open it, what stands on it, and what it costs."""

import datetime
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chat import beside, editing, hiding, hush, leases, seats, surroundings
from chat.care import concerns
from chat.keeping import holding, hours, moderation, pacing
from chat.live import leading
from chat.models import CareCard, Message, Mute, Response, Room, Seat
from chat.posting import Draft, post, post_batch
from chat.reading import history, replay
from chat.seats import seat_of
from programs import calendar
from programs.enrolment import remove
from programs.models import Circle, CohortPause, PromptDelivery
from programs.signals import prompt_due
from tests.chat.circle_live import in_round
from tests.chat.talk import ask_the_question, in_an_hour, join

pytestmark = pytest.mark.usefixtures("nobody_waits")


def said(cast, who, body, **more):
    return post(Draft(who.pk, cast.circle.public_id, uuid.uuid4(), body, **more))


def room_of(cast):
    return reverse("room", args=[cast.circle.public_id])


def page_for(client, user, address):
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def question(cast):
    """The week's question, asked an hour ago."""
    delivery = PromptDelivery.objects.create(
        circle=cast.circle,
        week=99,
        due_at=timezone.now() - datetime.timedelta(hours=1),
        state=PromptDelivery.State.DELIVERED,
        theme="choosing a seed",
        question="What keeps returning?",
    )
    prompt_due.send(PromptDelivery, delivery=delivery)
    return delivery


def everywhere(cast, message):
    circle, member = cast.circle.public_id, cast.member(cast.noor).public_id
    yield "get", reverse("room", args=[circle])
    yield "get", reverse("room_before", args=[circle, 10])
    yield "get", reverse("message", args=[circle, message])
    yield "post", reverse("post_message", args=[circle])
    for verb in ("respond", "edit", "take_back", "set_aside"):
        yield "post", reverse(verb, args=[circle, message])
    for verb in ("mute", "unmute"):
        yield "post", reverse(verb, args=[circle, member])


def test_otto_and_those_who_lead_or_edit_find_nothing_there(cast, client):
    message = said(cast, cast.noor, "Between us.").id

    for stranger in (cast.otto, cast.bela, cast.sade, cast.edda):
        client.force_login(stranger)
        for method, address in everywhere(cast, message):
            response = getattr(client, method)(address, {"body": "Let me in", "why": "Because"})
            assert response.status_code == 404, address
            assert "Between us." not in response.content.decode()
    assert Message.objects.get().state == Message.State.POSTED


def test_a_visitor_is_asked_who_they_are(cast, client):
    message = said(cast, cast.noor, "Between us.").id

    for method, address in everywhere(cast, message):
        response = getattr(client, method)(address)
        assert response.status_code in (302, 401), address
        assert "Between us." not in response.content.decode()


def test_who_was_removed_finds_nothing_there(cast, client):
    client.force_login(cast.noor)
    assert client.get(room_of(cast)).status_code == 200

    remove(membership=cast.member(cast.noor), by=cast.mina, why="It was time")

    assert client.get(room_of(cast)).status_code == 404


def test_a_message_of_another_circle_is_not_found_through_ones_own(cast, client):
    circle = cast.next_door.public_id
    theirs = post(Draft(cast.otto.pk, circle, uuid.uuid4(), "Next door."))
    client.force_login(cast.noor)

    for verb in ("message", "respond", "edit", "take_back", "set_aside"):
        address = reverse(verb, args=[cast.circle.public_id, theirs.id])
        method = client.get if verb == "message" else client.post
        response = method(address, {"response": "heard", "body": "Mine now", "why": "Mine"})
        assert response.status_code == 404, verb


def test_the_page_shows_to_the_letter_what_a_frame_carries(cast, client, question):
    first = said(cast, cast.ines, "One.\n\nTwo https://example.org/three")
    said(cast, cast.mina, "Folded.", note="a note", reply_to=first.id)
    circle = cast.circle.public_id
    editing.respond(by=cast.noor, circle=circle, message=first.id, response="heard")
    stretch = replay.read(cast.circle, after=0)
    frames = {h.shown["id"]: h.shown["html"] for h in stretch.happenings if "html" in h.shown}

    page = page_for(client, cast.noor, room_of(cast))

    assert len(frames) == 3
    for html in frames.values():
        assert html in page


def test_an_entry_does_not_know_who_reads_it(cast, client, question):
    said(cast, cast.noor, "Mine.")

    def log(user):
        page = page_for(client, user, room_of(cast))
        return re.search(r"<ol class=\"plain\" data-log.*?</ol>", page, re.DOTALL).group()

    mine = log(cast.noor)
    Seat.objects.update(read_seq=0, joined_seq=0)
    assert mine == log(cast.ines) == log(cast.mina)
    assert "csrf" not in mine


def test_words_are_escaped_wherever_they_stand(cast, client):
    nasty = "<script>alert(1)</script>\"'{{ 7|add:7 }}"
    one = said(cast, cast.ines, nasty, note=nasty)
    said(cast, cast.noor, "Answer", reply_to=one.id)
    moderation.set_aside(by=cast.mina, circle=cast.circle.public_id, message=one.id, why=nasty)
    two = said(cast, cast.ines, nasty)
    said(cast, cast.noor, "Answer", reply_to=two.id)

    for address in (room_of(cast), reverse("message", args=[cast.circle.public_id, one.id])):
        page = page_for(client, cast.ines, address)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_weeks_question_stands_out_and_leads_to_a_private_page(cast, client, question):
    page = page_for(client, cast.noor, room_of(cast))

    assert page.count("What keeps returning?") == 3  # in the log, in the fold, in the column
    assert reverse("reflect", args=[question.public_id]) in page
    assert "Week 99, choosing a seed" in page


def test_whoever_is_alone_in_a_room_where_nothing_was_said_is_told_so_kindly(cast, client):
    alone = Circle.objects.create(cohort=cast.cohort, name="Willow circle")
    moss = join("moss", alone)

    page = page_for(client, moss, reverse("room", args=[alone.public_id]))

    empty = page.split("data-empty>")[1].split("</div>")[0]
    assert 'class="art"' in empty
    assert "The first line can be a short one." in empty
    assert "Only you can read this so far." in page


def test_what_is_new_begins_with_a_line(cast, client):
    said(cast, cast.ines, "Old.")
    editing.mark_read(by=cast.noor, circle=cast.circle.public_id, seq=4)
    said(cast, cast.ines, "New.")

    page = page_for(client, cast.noor, room_of(cast))

    assert page.index("Old.") < page.index('<li class="unread">') < page.index("New.")
    editing.mark_read(by=cast.noor, circle=cast.circle.public_id, seq=5)
    log, _, _ = page_for(client, cast.noor, room_of(cast)).partition("<template")
    assert '<li class="unread">' not in log


def test_only_its_author_reads_why_a_message_was_set_aside(cast, client):
    message = said(cast, cast.noor, "You should just stop.").id
    circle = cast.circle.public_id
    moderation.set_aside(by=cast.mina, circle=circle, message=message, why="It read as advice")

    for address in (room_of(cast), reverse("message", args=[circle, message])):
        for user in (cast.noor, cast.ines, cast.mina):
            page = page_for(client, user, address)
            assert "Mina set this message aside." in page
            assert "You should just stop." not in page
            assert ("It read as advice" in page) == (user == cast.noor)


def test_only_the_muted_and_the_facilitators_learn_of_a_mute(cast, client):
    member = cast.member(cast.noor).public_id
    until = timezone.now() + datetime.timedelta(hours=1)
    circle = cast.circle.public_id
    moderation.mute(by=cast.mina, circle=circle, member=member, until=until, why="A pause")

    assert "A pause" in page_for(client, cast.noor, room_of(cast))
    assert f"{{&quot;{member}&quot;: " in page_for(client, cast.mina, room_of(cast))
    theirs = page_for(client, cast.ines, room_of(cast))
    assert "A pause" not in theirs
    assert 'data-muted="{}"' in theirs


def test_a_peer_is_not_offered_what_only_facilitators_may_do(cast, client):
    message = reverse("message", args=[cast.circle.public_id, said(cast, cast.ines, "One.").id])

    assert "As facilitator" in page_for(client, cast.mina, message)
    assert "As facilitator" not in page_for(client, cast.noor, message)
    assert "ask-mute" in page_for(client, cast.mina, room_of(cast))
    assert "ask-mute" not in page_for(client, cast.noor, room_of(cast))


def test_older_messages_are_a_page_of_their_own_and_a_list_for_the_script(cast, client):
    for n in range(60):
        said(cast, cast.ines, f"Line {n:02}.")
    page = page_for(client, cast.noor, room_of(cast))
    older = re.search(r'data-older href="([^"]+)"', page).group(1)

    whole = page_for(client, cast.noor, older)
    fragment = client.get(older, headers={"X-Fragment": "1"}).content.decode()

    assert "Line 09." not in page
    assert "Line 10." in page
    for text in (whole, fragment):
        assert "Line 00." in text
        assert "Line 09." in text
        assert "Line 10." not in text
    assert "<html" in whole
    assert "<html" not in fragment


@pytest.mark.parametrize(
    ("seq", "status", "shown"), [("0", 200, False), ("9" * 18, 200, True), ("9" * 5000, 404, False)]
)
def test_a_place_that_never_was_brings_no_fault(cast, client, seq, status, shown):
    said(cast, cast.ines, "Good evening.")
    client.force_login(cast.noor)

    response = client.get(f"{room_of(cast)}before/{seq}/")

    assert response.status_code == status
    assert ("Good evening." in response.content.decode()) == shown


def test_peers_find_nothing_from_before_their_time(cast, client):
    said(cast, cast.ines, "Before Noor came.")
    seat = Seat.objects.get(membership=cast.member(cast.noor))
    seat.joined_seq = seat.read_seq = Room.objects.get(circle=cast.circle).last_seq
    seat.save()

    page = page_for(client, cast.noor, room_of(cast))

    assert "Before Noor came." not in page
    assert "Older messages</a></p>" not in page.partition("<template")[0]


@pytest.mark.once
def test_the_page_asks_as_little_of_ten_thousand_messages_as_of_ten(
    cast, client, question, django_assert_max_num_queries
):
    everybody = [cast.noor, cast.ines, cast.mina]
    circle = cast.circle.public_id

    def talk(count):
        drafts = [
            Draft(everybody[n % 3].pk, circle, uuid.uuid4(), f"Line {n}.") for n in range(count)
        ]
        for at in range(0, count, 500):
            post_batch(drafts[at : at + 500])
        first, *_, last = Message.objects.exclude(membership=None).order_by("placed_seq")
        editing.respond(by=cast.noor, circle=circle, message=last.public_id, response="heard")
        pacing.pace(by=cast.mina, circle=circle, seconds=0)
        said(cast, cast.ines, "An answer.", reply_to=last.public_id)
        said(cast, cast.ines, "An answer to what lies far back.", reply_to=first.public_id)
        pacing.pace(by=cast.mina, circle=circle, seconds=60)

    def queries(user, address, **headers):
        client.force_login(user)
        for _ in range(2):
            client.get(address)  # what a process remembers of the house and its keys
        with django_assert_max_num_queries(10) as asked:
            client.get(address, headers=headers)
        return len(asked)

    talk(10)
    few = [queries(user, room_of(cast)) for user in everybody]
    talk(10_000)
    many = [queries(user, room_of(cast)) for user in everybody]

    assert few == many
    for way in ("before", "after"):
        older = f"{room_of(cast)}{way}/5000/"
        assert queries(cast.noor, older) <= 6
        assert queries(cast.noor, older, **{"X-Fragment": "1"}) <= 6


@pytest.mark.once
def test_whoever_is_held_at_a_slow_pace_asks_no_more_for_it(
    cast, client, django_assert_num_queries
):
    said(cast, cast.ines, "An answer.", reply_to=said(cast, cast.noor, "Hello.").id)
    client.force_login(cast.noor)
    for _ in range(2):
        client.get(room_of(cast))
    with CaptureQueriesContext(connection) as before:
        client.get(room_of(cast))
    noor = cast.member(cast.noor).public_id
    holding.hold(by=cast.mina, circle=cast.circle.public_id, member=noor)
    pacing.pace(by=cast.mina, circle=cast.circle.public_id, seconds=60)

    with django_assert_num_queries(len(before)):
        page = client.get(room_of(cast)).text

    assert "Mina reads what you write" in page


def in_the_circle(verb, who="mina", **fields):
    """What `who` does in the alder circle; of the `member` with that name, where one is given."""

    def happen(cast):
        given = dict(fields)
        if "member" in given:
            given["member"] = cast.member(getattr(cast, given["member"])).public_id
        return verb(by=getattr(cast, who), circle=cast.circle.public_id, **given)

    return happen


def hold_a_message(cast):
    in_the_circle(holding.hold_all)(cast)
    held = said(cast, cast.noor, "My old street.")
    in_the_circle(holding.ask_to_change, message=held.id, why="It names a street.")(cast)


def set_aside(cast):
    message = said(cast, cast.noor, "Her street.").id
    in_the_circle(moderation.set_aside, message=message, why="It names a street.")(cast)


def move_the_session(cast):
    session = calendar.next_session(cast.cohort, cast.circle)
    to = session.begins_at + datetime.timedelta(hours=1)
    calendar.move(cohort=cast.cohort, week_of=session.week_of, to=to, by=cast.mina)


def rest_for_a_week(cast):
    day = cast.cohort.starts_on + datetime.timedelta(days=70)
    CohortPause.objects.create(cohort=cast.cohort, week_of=day)


@pytest.mark.once
def test_what_a_page_knows_of_weeks_of_rest_is_never_saved(cast):
    rest_for_a_week(cast)
    pauses = list(CohortPause.objects.values())
    cohort = Circle.objects.select_related("cohort").get(pk=cast.circle.pk).cohort

    circle = Circle.objects.select_related("cohort").get(pk=cast.circle.pk)
    surroundings.around(circle)
    assert circle.cohort.weeks_at_rest() == cohort.weeks_at_rest() == {11}
    circle.cohort.save()

    assert list(CohortPause.objects.values()) == pauses
    assert list(circle.cohort.pauses.values()) == pauses


NIGHT = [(datetime.time(0, 0), "reading"), (datetime.time(23, 59), "open")]
# All that a room can be like, each by itself and all of it together.
STATES = {
    "an answer": lambda cast: said(
        cast, cast.ines, "Yes.", reply_to=said(cast, cast.noor, "So?").id
    ),
    "a question": lambda cast: ask_the_question(cast.circle),
    "something held": hold_a_message,
    "something set aside": set_aside,
    "someone hidden": in_the_circle(hiding.hide, "noor", member="ines"),
    "a hush": in_the_circle(hush.hush, "noor"),
    "a talk of two": in_the_circle(beside.check_in, member="noor", body="How are you?"),
    "where help is": lambda cast: CareCard.objects.create(
        membership=cast.member(cast.noor), kind="help"
    ),
    "something told": in_the_circle(concerns.tell, "ines", member="noor", reason="worried"),
    "one who is held": in_the_circle(holding.hold, member="noor"),
    "one who is muted": lambda cast: in_the_circle(
        moderation.mute, member="noor", until=in_an_hour(), why="It was agreed."
    )(cast),
    "a slow pace": in_the_circle(pacing.pace, seconds=60),
    "daily hours": in_the_circle(hours.keep_daily, changes=NIGHT),
    "hours with a facilitator": in_the_circle(hours.keep, hours="attended"),
    "rest": in_the_circle(pacing.pause),
    "someone here": in_the_circle(leases.here),
    "a session": in_the_circle(leading.begin),
    "a session that was moved": move_the_session,
    "a week of rest": rest_for_a_week,
}


@pytest.mark.once
@pytest.mark.parametrize("state", [*STATES, "all of it"])
def test_in_no_state_a_page_asks_more_than_ten_questions_and_an_older_one_six(
    cast, client, state, django_assert_max_num_queries
):
    first = said(cast, cast.mina, "The kettle sang.").id
    for happen in STATES.values() if state == "all of it" else [STATES[state]]:
        happen(cast)
    for user in (cast.noor, cast.ines, cast.mina):
        client.force_login(user)
        room, older = room_of(cast), f"{room_of(cast)}before/9/"
        for address, headers, most in (
            (room, {}, 10),
            *((f"{room}?at={at}", {}, 10) for at in (first, "5", "A" * 16)),
            (older, {}, 6),
            (older, {"X-Fragment": "1"}, 6),
        ):
            for _ in range(3):
                client.get(address, headers=headers)
            with django_assert_max_num_queries(most):
                assert client.get(address, headers=headers).status_code == 200


@pytest.mark.parametrize("page", ["", "?at=1", "before/9/", "after/0/"])
@pytest.mark.parametrize("headers", [{}, {"X-Fragment": "1"}])
def test_whoever_is_removed_while_the_log_is_read_finds_nothing(
    cast, client, monkeypatch, page, headers
):
    said(cast, cast.ines, "Written before.")
    reads = history.drawn

    def remove_her_then_read(*args, **more):
        moderation.remove(
            by=cast.mina,
            circle=cast.circle.public_id,
            member=cast.member(cast.noor).public_id,
            why="It was agreed.",
        )
        return reads(*args, **more)

    client.force_login(cast.noor)
    monkeypatch.setattr(history, "drawn", remove_her_then_read)

    answer = client.get(f"{room_of(cast)}{page}", headers=headers)

    assert answer.status_code == 404
    assert "Written before." not in answer.text


def test_what_a_page_asks_of_a_seat_is_put_together_once(cast, client, monkeypatch):
    page_for(client, cast.noor, room_of(cast))
    made = []
    monkeypatch.setattr(seats, "_all_beside", lambda: made.append(1) or {})

    pages = [page_for(client, who, room_of(cast)) for who in (cast.mina, cast.ines, cast.noor)]

    assert not made and len(set(pages)) == 3


def test_a_mute_is_over_when_it_said_it_would_be(cast, client):
    in_the_circle(moderation.mute, member="noor", until=in_an_hour(), why="It was agreed.")(cast)
    assert seat_of(cast.noor, cast.circle.public_id).mute_until
    assert "It was agreed." in page_for(client, cast.noor, room_of(cast))

    Mute.objects.update(until=timezone.now() - datetime.timedelta(seconds=1))

    assert "It was agreed." not in page_for(client, cast.noor, room_of(cast))


def bars_in(markup):
    """Each bar by its name, without what the script fills in."""
    bars = re.findall(r'<div class="statusbar"[^>]* data-bar="(\w+)">(.*?)</div>', markup, re.S)
    filled = re.compile(r"(<(b|span) data-(?:say|until)[^>]*>).*?(?=</\2>)")
    return {name: filled.sub(r"\1", bar) for name, bar in bars}


def test_the_script_draws_each_bar_as_the_page_does(cast, client):
    circle, member = cast.circle.public_id, cast.member(cast.noor).public_id
    until = timezone.now() + datetime.timedelta(hours=1)
    it = {"by": cast.mina, "circle": circle, "member": member}
    moderation.mute(**it, until=until, why="A pause.")
    holding.hold(**it)
    hush.hush(by=cast.noor, circle=circle)
    resting = {"paused_at": timezone.now(), "holds_all": True, "pace_seconds": 120}
    names = set()
    for who, open_at in [(cast.noor, Room.Hours.READING), (cast.ines, Room.Hours.ATTENDED)]:
        Room.objects.filter(circle=cast.circle).update(hours=open_at, **resting)
        page = page_for(client, who, room_of(cast))
        drawn, _, parts = page.partition('<template id="part-draft">')
        stand, cut = bars_in(drawn), bars_in(parts)
        names |= stand.keys()
        assert stand == {name: cut[name] for name in stand}
    both = {"muted", "held", "holds", "paused", "pace", "reading", "unattended", "hush"}
    assert names == both


def test_what_the_script_says_of_a_number_has_a_form_for_one_and_for_many(cast, client):
    in_round(cast.circle, cast.mina, cast.noor)
    page = page_for(client, cast.noor, reverse("live", args=[cast.circle.public_id]))
    said = dict(re.findall(r'data-saying="([^"]+)">([^<]*)<', page))
    counted = {name for name, words in said.items() if re.search(r"\{[nN]\}", words)}

    assert {name.rpartition(".")[2] for name in counted} <= {"one", "other"}
    forms = {f"{name.rpartition('.')[0]}.{form}" for name in counted for form in ("one", "other")}
    assert forms <= said.keys()


def test_every_response_is_offered_with_its_mark(cast, client):
    page = page_for(client, cast.noor, room_of(cast))

    offered = re.findall(r'data-respond="(\w+)"><svg.*?#i-(\w+)".*?</svg>([^<]+)<', page)
    assert offered == [(kind.value, kind.icon, kind.label) for kind in Response.Kind]


def test_whatever_one_writes_runs_in_its_own_direction(cast, client):
    message = said(cast, cast.mina, "Good evening.")
    fields = []
    for address in (room_of(cast), reverse("message", args=[cast.circle.public_id, message.id])):
        page = page_for(client, cast.mina, address)
        fields += re.findall(r'<(?:textarea|input class="input")[^>]*\bname="[^"]*"[^>]*>', page)

    assert len(fields) > 8
    assert [field for field in fields if 'dir="auto"' not in field] == []


@pytest.mark.parametrize(("held", "told"), [(False, "sees that you did"), (True, "has seen it")])
def test_whether_the_circle_will_know_is_said_before_a_message_is_taken_back(
    cast, client, held, told
):
    if held:
        holding.hold_all(by=cast.mina, circle=cast.circle.public_id)
    message = said(cast, cast.noor, "My old street.")
    address = reverse("message", args=[cast.circle.public_id, message.id])

    for who in (cast.noor, cast.mina):
        page = page_for(client, who, address)
        assert told in page
        assert ("sees that you did" in page) != held
