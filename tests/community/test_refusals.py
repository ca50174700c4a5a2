"""When something is refused it is said plainly, and what was written is not lost."""

import re

import pytest
from django.test import Client, RequestFactory

from community import refusals
from programs.models import Reflection

WRITTEN = "I said the sentence to my sister.\n<b>She</b> put the kettle on."

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})


def send(client: Client, **more):
    words = {
        "body": WRITTEN,
        "id": "0c6c6a4e-8f3c-4a8e-9d9e-000000000000",
        "note": "grief, a death",
    }
    return client.post("/accounts/email/?x=1", words | {"code": "123456"} | more)


def test_a_form_that_was_open_too_long_comes_back_with_all_that_was_written(client):
    answer = send(client)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "I said the sentence to my sister.\n&lt;b&gt;She&lt;/b&gt; put the kettle on." in page
    assert "grief, a death" in page and "0c6c6a4e" in page
    assert "123456" not in page, "codes are not shown again"
    assert 'action="/accounts/email/?x=1"' in page


def test_it_can_be_sent_once_more(client):
    page = send(client).content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    again = client.post("/accounts/email/", {"body": WRITTEN, "csrfmiddlewaretoken": token})
    assert again.status_code == 302  # to sign in: the form itself was accepted


def test_a_form_of_someone_whose_session_has_ended_comes_back_and_can_be_sent_again(cast):
    noor = Client()
    noor.force_login(cast.noor)
    name = re.search(r'name="name" value="([\w-]+)"', noor.get("/journal/new/").text)[1]
    noor.logout()

    answer = noor.post("/journal/new/", {"words": WRITTEN, "seen": "0", "name": name})

    assert answer.status_code == 401 and answer.headers["Cache-Control"] == "no-store"
    assert "&lt;b&gt;She&lt;/b&gt; put the kettle on." in answer.text
    assert f'name="name" value="{name}"' in answer.text
    assert 'href="/accounts/login/"' in answer.text
    assert not Reflection.objects.exists()
    noor.force_login(cast.noor)
    assert noor.post("/journal/new/", {"words": WRITTEN, "name": name}).status_code == 302
    assert Reflection.objects.get().person == cast.noor


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", ""])
def test_what_another_site_sent_is_shown_and_not_offered_to_be_repeated(origin):
    client = Client(enforce_csrf_checks=True, headers={"Origin": origin} if origin else {})
    page = send(client).content.decode()
    assert "put the kettle on" in page
    assert "Send it once more" not in page and "0c6c6a4e" not in page


def test_a_form_that_was_anothers_is_neither_shown_nor_offered_to_be_sent(client, cast):
    whose = {f"of-{cast.noor.public_id}": ""}
    client.force_login(cast.ines)
    page = send(client, **whose).text
    assert "my sister" not in page and "grief" not in page and "Send it once more" not in page
    assert "someone who was signed in here before you" in page
    client.force_login(cast.noor)
    assert "my sister" in send(client, **whose).text
    # Its own writer may have it back once they are in again.
    client.logout()
    assert "my sister" in send(client, **whose).text


def test_an_empty_form_claims_nothing(client):
    page = client.post("/accounts/email/", {}).content.decode()
    assert "What you wrote" not in page


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"--x\r\nbroken", b"%" * 100, b"a=1&" * 2000], ids=range(4)
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_damaged_forms_are_refused_and_break_nothing(client, body, kind):
    answer = client.post("/accounts/login/", body, content_type=kind)
    assert answer.status_code in {400, 403}
    assert "<h1>" in answer.content.decode()


def test_too_long_a_form_is_refused_plainly(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/accounts/login/", {"login": "a" * 2000})
    assert answer.status_code in {400, 403}


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (refusals.bad_request, 400, "We couldn’t read that"),
        (refusals.not_allowed, 403, "not open to you"),
        (refusals.not_found, 404, "This thread ends here"),
        (refusals.too_many, 429, "A few minutes’ rest"),
        (refusals.server_error, 500, "It wasn’t you"),
    ],
)
def test_each_refusal_has_a_page(refusal, status, words):
    answer = refusal(RequestFactory().get("/"))
    assert answer.status_code == status and words in answer.content.decode()


@pytest.mark.parametrize("refusal", [refusals.bad_request, refusals.not_allowed, refusals.too_many])
def test_refusals_ask_nothing_of_the_database(refusal, django_assert_num_queries):
    with django_assert_num_queries(0):
        refusal(RequestFactory().get("/"))
