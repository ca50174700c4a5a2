"""The room without script: forms over the same verbs, and nothing that was written is lost."""

import datetime
import uuid

import pytest
from django.contrib.messages import get_messages
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from chat import editing
from chat.keeping import moderation
from chat.models import Message, Mute, Response
from chat.posting import Draft, post
from community import vault

pytestmark = pytest.mark.once


@pytest.fixture
def noor(cast, client):
    client.force_login(cast.noor)
    return client


def to(cast, verb, *rest):
    return reverse(verb, args=[cast.circle.public_id, *rest])


def said(cast, who, body):
    return post(Draft(who.pk, cast.circle.public_id, uuid.uuid4(), body)).id


def words(cast, message):
    row = Message.objects.get(public_id=message)
    return row.words(owner=vault.circle_owner(cast.circle.public_id))


def test_a_form_posts_and_leads_back_to_what_was_said(cast, noor):
    response = noor.post(to(cast, "post_message"), {"id": uuid.uuid4(), "body": "Hello."})

    message = Message.objects.get()
    assert response.status_code == 303
    assert response.url == f"{to(cast, 'room')}#m-{message.public_id}"
    assert "Hello." in noor.get(to(cast, "room")).content.decode()


def test_a_form_sent_twice_posts_once(cast, noor):
    fields = {"id": uuid.uuid4(), "body": "Hello."}

    assert noor.post(to(cast, "post_message"), fields).status_code == 303
    assert noor.post(to(cast, "post_message"), fields).status_code == 303

    assert Message.objects.count() == 1


def test_other_words_from_a_page_already_sent_are_kept_and_go_the_next_time(cast, noor):
    name = uuid.uuid4()
    noor.post(to(cast, "post_message"), {"id": name, "body": "Hello."})

    page = noor.post(to(cast, "post_message"), {"id": name, "body": "Hello again."})

    assert page.status_code == 409
    assert page.context["written"]["body"] == "Hello again."
    again = {"id": page.context["written"]["id"], "body": "Hello again."}
    assert noor.post(to(cast, "post_message"), again).status_code == 303
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("   ", 400), ("x" * 4001, 413), ("a\x00b", 400), ("x" * 200_000, 413)],
)
def test_what_can_not_be_posted_comes_back_with_a_sentence(cast, noor, body, status):
    page = noor.post(to(cast, "post_message"), {"id": uuid.uuid4(), "body": body, "note": "n"})

    assert page.status_code == status
    assert page.context["written"]["say"] in page.content.decode()
    assert page.context["written"]["body"] == body
    assert 'value="n"' in page.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("field", ["id", "reply_to"])
@pytest.mark.parametrize("value", ["nonsense", "é", "x" * 5000, "\x00"])
def test_a_form_that_was_tampered_with_is_refused_and_the_words_kept(cast, noor, field, value):
    fields = {"id": uuid.uuid4(), "body": "Hello."} | {field: value}

    page = noor.post(to(cast, "post_message"), fields)

    assert page.status_code == 400
    assert "Hello." in page.content.decode()


def test_a_muted_peer_keeps_their_words_and_reads_until_when(cast, noor):
    until = timezone.now() + datetime.timedelta(hours=1)
    moderation.mute(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=cast.member(cast.noor).public_id,
        until=until,
        why="A pause",
    )

    page = noor.post(to(cast, "post_message"), {"id": uuid.uuid4(), "body": "One more thing."})

    assert page.status_code == 422
    assert "You can read and respond until" in page.content.decode()
    assert ">One more thing.</textarea>" in page.content.decode()
    assert not Message.objects.exists()


def test_someone_whose_session_is_over_gets_their_words_back(cast, client):
    page = client.post(to(cast, "post_message"), {"id": uuid.uuid4(), "body": "Hello."})

    assert page.status_code == 401
    assert "Hello." in page.content.decode()
    assert "Sign in" in page.content.decode()


def test_a_response_is_given_and_taken_back(cast, noor):
    message = said(cast, cast.ines, "One.")

    assert noor.post(to(cast, "respond", message), {"response": "heard"}).status_code == 303
    assert Response.objects.get().kind == "heard"
    assert 'value="heard" aria-pressed="true"' in _page(noor, cast, message)
    noor.force_login(cast.mina)
    assert 'value="heard" aria-pressed="false"' in _page(noor, cast, message)
    noor.force_login(cast.noor)
    noor.post(to(cast, "respond", message), {"response": "heard"})
    assert not Response.objects.exists()
    assert noor.post(to(cast, "respond", message), {"response": "adored"}).status_code == 400


def test_ones_own_message_is_changed_and_taken_back(cast, noor):
    message = said(cast, cast.noor, "One & only.")
    assert ">One &amp; only.</textarea>" in _page(noor, cast, message)

    noor.post(to(cast, "edit", message), {"body": "Two.", "note": "a note"})
    assert words(cast, message).body == "Two."
    assert words(cast, message).note == "a note"
    noor.post(to(cast, "take_back", message))

    assert Message.objects.get().state == Message.State.TAKEN_BACK
    assert "Two." not in _page(noor, cast, message)
    assert "Noor took this message back." in _page(noor, cast, message)


def test_a_change_that_can_not_be_keeps_both_the_message_and_the_words(cast, noor):
    message = said(cast, cast.noor, "One.")

    page = noor.post(to(cast, "edit", message), {"body": "x" * 4001})

    assert page.status_code == 413
    assert "x" * 4001 in page.content.decode()
    assert words(cast, message).body == "One."


def test_a_change_replaces_nothing_that_its_page_did_not_show(cast, noor):
    message = said(cast, cast.noor, "One.")
    seen = noor.get(to(cast, "message", message)).context["version"]
    editing.edit(
        by=cast.noor, circle=cast.circle.public_id, message=message, body="Two.", as_of=seen
    )

    page = noor.post(to(cast, "edit", message), {"body": "Three.", "as_of": seen})

    assert page.status_code == 409
    assert "Two." in page.content.decode()
    assert ">Three.</textarea>" in page.content.decode()
    noor.post(to(cast, "edit", message), {"body": "Three.", "as_of": page.context["version"]})
    assert words(cast, message).body == "Three."


def test_what_is_too_old_is_not_offered_to_be_changed_and_what_was_written_comes_back(cast, noor):
    message = said(cast, cast.noor, "One.")
    assert 'name="as_of"' in _page(noor, cast, message)
    Message.objects.update(posted_at=timezone.now() - datetime.timedelta(minutes=31))

    assert 'name="as_of"' not in _page(noor, cast, message)
    late = noor.post(to(cast, "edit", message), {"body": "Two.", "as_of": ""})

    assert late.status_code == 422
    assert ">Two.</textarea>" in late.content.decode()
    assert words(cast, message).body == "One."


def test_nobody_changes_what_another_wrote(cast, noor):
    message = said(cast, cast.ines, "Hers.")

    page = noor.post(to(cast, "edit", message), {"body": "Mine."})
    taken = noor.post(to(cast, "take_back", message))

    assert page.status_code == taken.status_code == 400
    assert words(cast, message).body == "Hers."
    assert "Hers." not in page.context["written"].values()


def test_a_facilitator_sets_aside_with_a_reason_and_peers_can_not(cast, client):
    message = said(cast, cast.noor, "You should just stop.")
    client.force_login(cast.ines)
    assert client.post(to(cast, "set_aside", message), {"why": "No"}).status_code == 404

    client.force_login(cast.mina)
    assert client.post(to(cast, "set_aside", message), {"why": " "}).status_code == 400
    assert Message.objects.get().state == Message.State.POSTED
    assert client.post(to(cast, "set_aside", message), {"why": "Advice"}).status_code == 303

    assert Message.objects.get().state == Message.State.SET_ASIDE


def test_a_facilitator_mutes_for_a_time_and_lets_write_again(cast, client):
    message = said(cast, cast.noor, "Again and again.")
    member = cast.member(cast.noor).public_id
    fields = {"why": "A pause", "for": "morning", "message": message}
    client.force_login(cast.ines)
    assert client.post(to(cast, "mute", member), fields).status_code == 404

    client.force_login(cast.mina)
    refused = client.post(to(cast, "mute", member), fields | {"why": ""})
    assert refused.status_code == 400
    assert not Mute.objects.exists()
    response = client.post(to(cast, "mute", member), fields)

    assert response.url.endswith(f"#m-{message}")
    assert "told why" in str(next(iter(get_messages(response.wsgi_request))))
    until = timezone.localtime(Mute.objects.get().until, cast.cohort.zone)
    assert until.time() == datetime.time(8, 0)
    assert "Let them write again" in client.get(to(cast, "message", message)).content.decode()
    client.post(to(cast, "unmute", member), {"message": message})
    assert not Mute.objects.in_force().exists()


def test_a_form_from_elsewhere_does_nothing(cast):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.noor)

    response = strict.post(to(cast, "post_message"), {"id": uuid.uuid4(), "body": "Hello."})

    assert response.status_code == 403
    assert not Message.objects.exists()


def _page(client, cast, message):
    return client.get(to(cast, "message", message)).content.decode()


@pytest.mark.parametrize("way", ["room", "session"])
def test_what_the_database_can_not_take_just_now_comes_back_with_a_sentence(
    cast, noor, way, monkeypatch
):
    def busy(draft):
        raise OperationalError("database is locked")

    monkeypatch.setattr("chat.posting.post", busy)
    address = to(cast, "post_message") if way == "room" else to(cast, "live_do", "say")

    page = noor.post(address, {"id": str(uuid.uuid4()), "body": "The kettle is on."})

    assert page.status_code == 422
    assert "It’s kept here; send it again." in page.text
    assert "The kettle is on." in page.text
