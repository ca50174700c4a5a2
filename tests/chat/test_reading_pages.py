"""Finding words, opening the room at an older place, and what may be kept from reaching one."""

import re
import uuid

import pytest
from django.urls import reverse

from chat import editing, hiding
from chat.keeping import moderation
from chat.models import Hiding, Message, Seat
from chat.posting import Draft, post_batch
from chat.reading import finding
from tests.chat.talk import ask_the_question, join, row, say, set_room

pytestmark = pytest.mark.usefixtures("nobody_waits")


def address(cast, name, *more, circle=None):
    return reverse(name, args=[(circle or cast.circle).public_id, *more])


def find(client, cast, who, words):
    """What someone finds; the whole page."""
    client.force_login(who)
    response = client.post(address(cast, "find"), {"q": words}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def found(page):
    return re.findall(r'<div class="body">(?:<p[^>]*>)?(.*?)</', page)


# Finding ------------------------------------------------------------------------------


def test_words_are_found_whatever_their_capitals_accents_and_quotes(client, cast):
    say(cast.ines, "The café by the harbour wasn’t open.", circle=cast.circle)
    say(cast.mina, "Nothing of that kind.", circle=cast.circle)
    say(cast.noor, "I walked past the HARBOUR, too.", circle=cast.circle)

    assert len(found(find(client, cast, cast.noor, "Harbour"))) == 2
    page = find(client, cast, cast.noor, "CAFE wasn't")
    assert "One message" in page
    assert found(page) == ["The café by the harbour wasn’t open."]
    assert "holds these words" in find(client, cast, cast.noor, "bakery")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("seedcorn", "The seed\u00adcorn keeps."),
        ("❤️", "So it was ❤"),
        ("❤", "So it was ❤\ufe0f"),
        ('"so tired"', "I was *so* tired"),
        ("tired", "I was so *tired*."),
    ],
)
def test_words_are_found_as_they_are_read(client, cast, words, said):
    say(cast.ines, said, circle=cast.circle)
    say(cast.ines, "Something else.", circle=cast.circle)

    assert "One message" in find(client, cast, cast.noor, words)


def test_words_in_quotes_of_any_kind_are_looked_for_as_they_stand(client, cast):
    say(cast.ines, "She put the “kettle” on.", circle=cast.circle)
    say(cast.mina, "On the kettle she put it.", circle=cast.circle)

    for words in ('"kettle"', "‘kettle’", "«kettle»", "„kettle“", "'put' the", "„on the kettle"):
        assert len(found(find(client, cast, cast.noor, words))) == 2
    for words in ('"on the kettle"', "“On  the kettle” put"):
        assert found(find(client, cast, cast.noor, words)) == ["On the kettle she put it."]
    assert "Nothing found" in find(client, cast, cast.noor, "“kettle the”")


def test_each_page_keeps_what_it_asked_for(client, cast):
    say(cast.ines, "The harbour.", circle=cast.circle)
    say(cast.ines, "The bakery.", circle=cast.circle)
    client.force_login(cast.noor)

    def asked(words):
        return client.post(address(cast, "find"), {"q": words})["Location"]

    first, second = asked("harbour"), asked("bakery")

    assert "harbour" not in first
    assert "harbour" not in str(dict(client.session))
    for page, words in ((first, "harbour"), (second, "bakery"), (first, "harbour")):
        shown = client.get(page).content.decode()
        assert f'value="{words}"' in shown
        assert found(shown) == [f"The {words}."]
    # Under another's session, or in another circle, its name opens nothing.
    client.force_login(cast.ines)
    assert "forgotten by now" in client.get(first).content.decode()
    client.force_login(cast.noor)
    for n in range(20):
        last = asked(f"harbour {n}")
    assert len(client.session["looked_for"]) == 12
    assert "forgotten by now" in client.get(first).content.decode()
    assert 'value="harbour 19"' in client.get(last).content.decode()


def test_notes_and_the_weeks_question_are_looked_through_too(client, cast):
    ask_the_question(cast.circle)
    said = say(cast.ines, "It was his birthday.", circle=cast.circle, note="grief")

    assert f'id="m-{said.id}"' in find(client, cast, cast.noor, "grief")
    assert 'class="prompt' in find(client, cast, cast.noor, "keeps returning")


def test_what_is_looked_for_stands_in_no_address_and_sealed_in_the_session(client, cast):
    say(cast.ines, "The harbour.", circle=cast.circle)
    client.force_login(cast.noor)

    response = client.post(address(cast, "find"), {"q": "harbour"})

    assert response.status_code == 303
    assert "harbour" not in response["Location"]
    assert "harbour" not in str(dict(client.session))
    assert 'value="harbour"' in client.get(response["Location"]).content.decode()
    elsewhere = client.get(address(cast, "find", circle=cast.next_door))
    assert elsewhere.status_code == 404


def test_nobody_finds_what_they_may_not_read(client, cast):
    circle = cast.circle.public_id
    say(cast.ines, "secret: before their time", circle=cast.circle)
    newcomer = join("wren", cast.circle)
    set_room(cast.circle, holds_all=True)
    say(cast.ines, "secret: held", circle=cast.circle)
    set_room(cast.circle, holds_all=False)
    gone = say(cast.ines, "secret: taken back", circle=cast.circle)
    aside = say(cast.ines, "secret: set aside", circle=cast.circle)
    editing.take_back(by=cast.ines, circle=circle, message=gone.id)
    moderation.set_aside(by=cast.mina, circle=circle, message=aside.id, why="It was agreed.")
    say(cast.ines, "secret: hidden", circle=cast.circle)
    say(cast.mina, "secret: for all", circle=cast.circle)

    assert found(find(client, cast, newcomer, "secret")) == [
        "secret: for all",
        "secret: hidden",
    ]
    hiding.hide(by=newcomer, circle=circle, member=cast.member(cast.ines).public_id)
    assert found(find(client, cast, newcomer, "secret")) == ["secret: for all"]
    client.force_login(cast.otto)
    assert client.post(address(cast, "find"), {"q": "secret"}).status_code == 404


def test_looking_is_bounded_and_goes_on_where_it_stopped(client, cast, monkeypatch):
    monkeypatch.setattr(finding, "_MOST_OPENED", 300)
    drafts = [
        Draft(cast.ines.pk, cast.circle.public_id, uuid.uuid4(), f"Line {n:04}.")
        for n in range(700)
    ]
    post_batch(drafts)
    seat = Seat.objects.get(membership=cast.member(cast.noor))

    first = finding.find(seat, "line 0650")
    assert len(first.entries) == 1
    assert first.before
    second = finding.find(seat, "line 0005", before=first.before)
    assert second.entries == []
    third = finding.find(seat, "line 0005", before=second.before)
    assert len(third.entries) == 1
    assert third.before == 0
    many = finding.find(seat, "line")
    assert len(many.entries) == finding.MOST_FOUND
    rest = finding.find(seat, "line", before=many.before)
    assert rest.entries[0].seq == many.entries[-1].seq - 1

    page = find(client, cast, cast.noor, "line 0005")
    assert "Look further back" in page
    assert "Nothing back to" in page


def test_nothing_and_too_much_to_look_for_are_said_plainly(client, cast):
    client.force_login(cast.noor)
    for words, status in (("", 400), (" ´ ", 400), ("“ ”", 400), ("x" * 101, 413)):
        response = client.post(address(cast, "find"), {"q": words})
        assert response.status_code == status
        assert 'aria-invalid="true"' in response.content.decode()
    for before in ("x", "-1", "9" * 40):
        assert client.get(f"{address(cast, 'find')}?asked=x&before={before}").status_code == 200


# At an older place --------------------------------------------------------------------


@pytest.fixture
def long_talk(cast):
    drafts = [
        Draft(cast.ines.pk, cast.circle.public_id, uuid.uuid4(), f"Line {n}.") for n in range(200)
    ]
    return [row(posted) for posted in post_batch(drafts)]


def lines(page):
    return [int(n) for n in re.findall(r">Line (\d+)\.<", page)]


def test_the_room_opens_at_a_place_or_a_message_with_history_on_both_sides(client, cast, long_talk):
    client.force_login(cast.noor)
    for at in (long_talk[100].placed_seq, long_talk[100].public_id):
        page = client.get(f"{address(cast, 'room')}?at={at}").content.decode()
        assert lines(page) == list(range(75, 125))
        assert "Older messages" in page
        assert "Newer messages" in page
        assert f'data-at="{long_talk[100].placed_seq}"' in page
    newest = client.get(address(cast, "room")).content.decode()
    for nonsense in ("x", "9" * 30, "A" * 16, "%00"):
        page = client.get(f"{address(cast, 'room')}?at={nonsense}").content.decode()
        assert lines(page) == lines(newest) == list(range(150, 200))
    assert "Newer messages" not in newest.split("<template")[0]


def test_pages_follow_each_other_in_both_directions_without_gaps(client, cast, long_talk):
    client.force_login(cast.noor)
    seen, seq = [], long_talk[60].placed_seq
    while True:
        page = client.get(address(cast, "room_after", seq), headers={"X-Fragment": "1"})
        text = page.content.decode()
        seen += lines(text)
        if "data-newer" not in text:
            break
        seq = int(re.search(r'data-last="(\d+)"', text)[1])
    assert seen == list(range(61, 200))
    whole = client.get(address(cast, "room_after", long_talk[60].placed_seq)).content.decode()
    assert "Newer messages" in whole
    assert "Older messages" in whole


def test_an_older_place_shows_a_newcomer_nothing_from_before_their_time(client, cast, long_talk):
    client.force_login(join("wren", cast.circle))
    say(cast.ines, "Line 900.", circle=cast.circle)
    for at in (long_talk[10].placed_seq, long_talk[10].public_id, 0):
        assert lines(client.get(f"{address(cast, 'room')}?at={at}").content.decode()) == [900]
    assert lines(client.get(address(cast, "room_after", 5)).content.decode()) == [900]
    client.force_login(cast.otto)
    assert client.get(address(cast, "room_after", 5)).status_code == 404
    assert client.get(f"{address(cast, 'room')}?at=5").status_code == 404


# What reaches one ---------------------------------------------------------------------


def test_all_of_it_works_without_script(client, cast):
    client.force_login(cast.noor)
    ines = cast.member(cast.ines).public_id
    noors = Seat.objects.get(membership=cast.member(cast.noor))

    assert client.post(address(cast, "hush")).status_code == 303
    noors.refresh_from_db()
    assert noors.hushed_until
    page = client.get(address(cast, "reaching")).content.decode()
    assert "Hushed until" in page
    client.post(address(cast, "hush"), {"off": "1"})
    noors.refresh_from_db()
    assert noors.hushed_until is None

    page = client.post(address(cast, "hide", ines), follow=True).content.decode()
    assert "Read them again" in page
    assert Hiding.objects.count() == 1
    client.post(address(cast, "unhide", ines))
    assert not Hiding.objects.exists()
    mina = cast.member(cast.mina).public_id
    response = client.post(address(cast, "hide", mina))
    assert response.status_code == 400
    assert "looks after this room" in response.content.decode()

    say(cast.ines, "One.", circle=cast.circle)
    head = Message.objects.get().placed_seq
    client.post(address(cast, "read"), {"seq": str(head)})
    noors.refresh_from_db()
    assert noors.read_seq == head
    client.post(address(cast, "read"), {"seq": "nonsense"})


def test_only_its_author_sees_who_responded(client, cast):
    mine = say(cast.noor, "Mine.", circle=cast.circle)
    circle = cast.circle.public_id
    editing.respond(by=cast.ines, circle=circle, message=mine.id, response="heard")
    editing.respond(by=cast.mina, circle=circle, message=mine.id, response="with_you")

    client.force_login(cast.noor)
    page = client.get(address(cast, "who", mine.id)).content.decode()
    people = re.findall(r"<bdi>(\w+)</bdi></li>", page)
    assert people == ["Mina", "Ines"]
    hiding.hide(by=cast.noor, circle=circle, member=cast.member(cast.ines).public_id)
    page = client.get(address(cast, "who", mine.id)).content.decode()
    assert re.findall(r"<bdi>(\w+)</bdi></li>", page) == ["Mina"]
    for user in (cast.ines, cast.mina, cast.otto, cast.sade):
        client.force_login(user)
        assert client.get(address(cast, "who", mine.id)).status_code == 404


def test_notes_stand_open_for_whoever_wants_them_so_and_for_nobody_else(client, cast):
    say(cast.ines, "Behind it.", circle=cast.circle, note="grief")
    client.force_login(cast.noor)
    assert '<details class="veil">' in client.get(address(cast, "room")).content.decode()
    cast.noor.opens_notes = True
    cast.noor.save()
    assert '<details class="veil" open>' in client.get(address(cast, "room")).content.decode()
    client.force_login(cast.mina)
    assert '<details class="veil">' in client.get(address(cast, "room")).content.decode()


def test_none_of_it_is_there_for_a_stranger(client, cast):
    client.force_login(cast.otto)
    ines = cast.member(cast.ines).public_id
    assert client.get(address(cast, "reaching")).status_code == 404
    for name, more in (("hush", []), ("read", []), ("hide", [ines]), ("unhide", [ines])):
        assert client.post(address(cast, name, *more)).status_code == 404
