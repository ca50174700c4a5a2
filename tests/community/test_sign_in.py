"""A code by mail is the way in, and the door tells nobody who lives here."""

import re
import smtplib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone
from wagtail.models import Site

from community.models import User
from home.models import HouseSettings

pytestmark = pytest.mark.django_db

LOGIN, CODE, SIGN_UP = "/accounts/login/", "/accounts/login/code/confirm/", "/accounts/signup/"


@pytest.fixture
def noor() -> User:
    return User.objects.create_user("noor@example.org")


def code_in(letter) -> str:
    return re.search(r"^\d{6}$", letter.body, re.MULTILINE).group()


def ask(client, address="noor@example.org", **more):
    return client.post(LOGIN, {"login": address, **more})


def enter(client, code, **more):
    return client.post(CODE, {"code": code, "action": "verify", **more})


def is_signed_in(client) -> bool:
    return client.get("/accounts/").status_code == 200


def test_a_code_by_mail_signs_in(client, noor):
    assert ask(client).headers["Location"] == CODE
    assert enter(client, code_in(mail.outbox[0])).headers["Location"] == "/places/"
    assert is_signed_in(client)


def test_however_the_address_is_written(client, noor):
    ask(client, " Noor@Example.ORG ")
    enter(client, code_in(mail.outbox[0]))
    assert is_signed_in(client)


def test_it_leads_back_to_where_someone_was_going(client, noor):
    client.get("/accounts/sessions/")
    answer = ask(client, next="/accounts/sessions/?a=b")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [
        "/accounts/sessions/?a=b"
    ]
    answer = enter(client, code_in(mail.outbox[0]), next="/accounts/sessions/?a=b")
    assert answer.headers["Location"] == "/accounts/sessions/?a=b"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"],
)
def test_it_leads_nowhere_else(client, noor, elsewhere):
    ask(client, next=elsewhere)
    answer = enter(client, code_in(mail.outbox[0]), next=elsewhere)
    assert answer.headers["Location"] == "/places/"


def test_the_letter_says_nothing_of_what_this_is(client, noor):
    ask(client)
    letter = mail.outbox[0]
    assert letter.subject == "Your code"
    assert letter.from_email.startswith("The house <")
    everything = f"{letter.body}{letter.alternatives[0].content}".lower()
    for word in ("therap", "circle", "ketamine", "integration", "reweave", "program", "http:"):
        assert word not in everything


@pytest.mark.parametrize("name", ["The house\nBcc: evil@example.org", "\r\n", "A\u2028B"])
def test_whatever_the_house_is_called_letters_leave_to_one_person_alone(client, cast, name):
    HouseSettings.objects.update_or_create(
        site=Site.objects.get(is_default_site=True), defaults={"mail_name": name}
    )
    assert ask(client).status_code == 302
    letter = mail.outbox[0].message().as_string()
    assert mail.outbox[0].recipients() == ["noor@example.org"]
    assert "\nBcc:" not in letter and letter.count("\nFrom: ") == 1


def test_a_wrong_code_is_told_plainly_and_what_was_written_stays(client, noor):
    ask(client)
    page = enter(client, "000 001").content.decode()
    assert "That isn’t the code we sent" in page and "000 001" in page
    enter(client, code_in(mail.outbox[0]))
    assert is_signed_in(client)


@pytest.mark.parametrize("code", ["", " ", "’’’", "1" * 5000, "\x00", "٠١٢٣٤٥"])
def test_no_code_at_all_is_told_plainly(client, noor, code):
    ask(client)
    answer = enter(client, code)
    assert answer.status_code == 200
    assert "aria-invalid" in answer.content.decode()


def test_the_third_wrong_code_ends_it_and_another_can_be_asked_for(client, noor):
    ask(client)
    enter(client, "000001")
    enter(client, "000002")
    answer = client.post(CODE, {"code": "000003", "action": "verify"}, follow=True)
    assert "one try too many" in answer.content.decode()
    enter(client, code_in(mail.outbox[0]))
    assert not is_signed_in(client)
    ask(client)
    enter(client, code_in(mail.outbox[1]))
    assert is_signed_in(client)


def as_if_at_once(client, tries):
    """Sends each as those do that come together: none finds what the one before it has left."""
    row = Session.objects.get(session_key=client.session.session_key)
    for send in tries:
        row.save(force_update=True)
        send()


def test_guesses_that_come_at_once_are_no_more_than_three(client, noor):
    ask(client)
    code = code_in(mail.outbox[0])
    wrong = [f"{(int(code) + more) % 10**6:06}" for more in range(1, 4)]
    tries = [*wrong, code]
    as_if_at_once(client, [lambda guess=guess: enter(client, guess) for guess in tries])
    assert not is_signed_in(client)


def test_guesses_at_the_code_of_a_new_address_are_no_more_either(client):
    sign_up(client)
    code = code_in(mail.outbox[0])
    path = "/accounts/confirm-email/"
    tries = [f"{(int(code) + more) % 10**6:06}" for more in (1, 2, 3, 0)]
    as_if_at_once(
        client,
        [lambda guess=guess: client.post(path, {"code": guess}) for guess in tries],
    )
    assert not is_signed_in(client)
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_after_ten_minutes_the_code_is_over_and_a_new_one_comes_on_the_same_page(client, noor):
    ask(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=5)):
        page = enter(client, code_in(mail.outbox[0])).content.decode()
        assert "has passed its ten minutes" in page and not is_signed_in(client)
        client.post(CODE, {"action": "resend"})
        enter(client, code_in(mail.outbox[0]))
        assert not is_signed_in(client)
        enter(client, code_in(mail.outbox[1]))
        assert is_signed_in(client)


def test_leaving_the_box_empty_ends_the_session_with_the_browser(client, noor):
    ask(client)
    answer = enter(client, code_in(mail.outbox[0]))
    assert answer.cookies["reweave"]["max-age"] == ""
    client.logout()
    ask(client)
    answer = enter(client, code_in(mail.outbox[1]), remember="on")
    assert answer.cookies["reweave"]["max-age"] == 12 * 3600


def test_known_and_unknown_addresses_meet_the_same_answers(client, noor):
    def walk(address: str) -> list[tuple[int, str, str]]:
        client.cookies.clear()
        answers = [ask(client, address), client.get(CODE), enter(client, "000001")]
        answers.append(client.post(CODE, {"action": "resend"}, follow=True))
        return [
            (answer.status_code, answer.get("Location", ""), _without_tokens(answer, address))
            for answer in answers
        ]

    def letters(address: str) -> int:
        return sum(letter.to == [address] for letter in mail.outbox)

    assert walk("noor@example.org") == walk("nobody@example.org")
    assert letters("noor@example.org") == letters("nobody@example.org") == 2


def _without_tokens(answer, address: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return page.replace(address, "ADDRESS")


def test_an_unknown_address_is_told_so_by_mail_and_asked_in_where_the_house_allows(
    client, settings
):
    ask(client, "otto@example.org")
    assert "we don’t know it" in mail.outbox[0].body and SIGN_UP in mail.outbox[0].body
    settings.SIGN_UP_OPEN = False
    client.cookies.clear()
    ask(client, "otto2@example.org")
    assert SIGN_UP not in mail.outbox[1].body


@pytest.mark.parametrize("address", ["", "noor", "noor@", "a" * 300 + "@example.org", "\x00@x.org"])
def test_what_is_no_address_is_told_plainly(client, address):
    answer = ask(client, address)
    assert answer.status_code == 200
    assert "aria-invalid" in answer.content.decode() and not mail.outbox


def test_one_address_is_not_flooded(client, noor):
    for _ in range(6):
        client.cookies.clear()
        ask(client)
    assert len(mail.outbox) == 3
    client.cookies.clear()
    assert "one try too many" in ask(client).content.decode()


def test_one_visitor_cannot_knock_for_ever(client):
    for number in range(40):
        client.cookies.clear()
        answer = ask(client, f"p{number}@example.org")
    assert "one try too many" in answer.content.decode() or answer.status_code == 429
    assert len(mail.outbox) <= 20


SAYS_IT_IS_SOMEONE_ELSE = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Client-Ip")


def test_nor_by_saying_each_time_that_it_is_another(client):
    for number in range(40):
        client.cookies.clear()
        elsewhere = dict.fromkeys(SAYS_IT_IS_SOMEONE_ELSE, f"10.0.0.{number}")
        client.post(LOGIN, {"login": f"p{number}@example.org"}, headers=elsewhere)
    assert len(mail.outbox) == 20


def test_behind_a_proxy_what_the_proxy_says_counts_and_not_what_it_was_told(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(40):
        client.cookies.clear()
        said = {"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.7"}
        client.post(LOGIN, {"login": f"p{number}@example.org"}, headers=said)
    assert len(mail.outbox) == 20
    client.cookies.clear()
    client.post(
        LOGIN, {"login": "moss@example.org"}, headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.8"}
    )
    assert mail.outbox[-1].to == ["moss@example.org"]


def test_nobody_is_in_by_a_session_that_someone_else_has_begun(client, noor):
    chosen = Client()
    chosen.cookies["reweave"] = "a" * 32
    ask(chosen)
    assert chosen.session.session_key != "a" * 32
    ask(client)
    before = Client()
    before.cookies["reweave"] = client.session.session_key
    enter(client, code_in(mail.outbox[-1]))
    assert is_signed_in(client) and not is_signed_in(before)


def test_a_closed_account_gets_no_code(client, noor):
    User.objects.update(is_active=False)
    assert ask(client).headers["Location"] == CODE
    assert "we don’t know it" in mail.outbox[0].body


def test_an_account_closed_meanwhile_stays_closed(client, noor):
    ask(client)
    User.objects.update(is_active=False)
    assert (
        "closed"
        in client.post(
            CODE, {"code": code_in(mail.outbox[0]), "action": "verify"}, follow=True
        ).content.decode()
    )
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", ["noor@example.org", "nobody@example.org"])
@pytest.mark.parametrize("fault", [smtplib.SMTPServerDisconnected, ConnectionRefusedError])
def test_mail_that_cannot_leave_is_told_whoever_asks(client, noor, address, fault, monkeypatch):
    def refuse(self, messages):
        raise fault("noor@example.org")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    answer = ask(client, address)
    assert answer.status_code == 503
    assert "No mail just now" in answer.content.decode()


def sign_up(client, address="ines@example.org"):
    return client.post(SIGN_UP, {"email": address})


def test_an_address_is_all_that_signing_up_takes(client):
    assert sign_up(client).status_code == 302
    answer = client.post(
        "/accounts/confirm-email/", {"code": code_in(mail.outbox[0]), "action": "verify"}
    )
    assert answer.headers["Location"] == "/places/"
    ines = User.objects.get(email="ines@example.org")
    assert is_signed_in(client) and not ines.has_usable_password()
    assert EmailAddress.objects.get(user=ines).verified


def test_whoever_signs_up_in_german_is_written_to_in_german(client):
    for address, asks in (("ines@example.org", "de-AT,de;q=0.9"), ("noor@example.org", "en")):
        client.cookies.clear()
        client.post(SIGN_UP, {"email": address}, headers={"Accept-Language": asks})
    said = [(letter.subject, letter.body) for letter in mail.outbox]
    assert [subject for subject, _ in said] == ["Dein Code", "Your code"]
    assert "Ohne den Code kommt niemand herein." in said[0][1]
    languages = User.objects.order_by("email").values_list("language", flat=True)
    assert list(languages) == ["de", ""]


def test_without_the_code_nobody_is_in(client):
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": "000001", "action": "verify"})
    assert not is_signed_in(client)


def test_signing_up_tells_nobody_who_lives_here(client, noor):
    def walk(address: str) -> list[tuple[int, str, str]]:
        client.cookies.clear()
        answers = [sign_up(client, address), client.get("/accounts/confirm-email/")]
        return [
            (a.status_code, a.get("Location", ""), _without_tokens(a, address)) for a in answers
        ]

    assert walk("noor@example.org") == walk("nobody@example.org")
    assert [letter.subject for letter in mail.outbox] == ["About your sign-in", "Your code"]
    assert User.objects.filter(email="noor@example.org").count() == 1


def test_a_closed_house_says_so(client, settings):
    settings.SIGN_UP_OPEN = False
    assert "Not open just now" in client.get(SIGN_UP).content.decode()
    sign_up(client)
    assert not User.objects.exists() and not mail.outbox


def test_another_address_can_be_tried_in_the_middle(client, noor):
    ask(client, "nor@example.org")
    assert client.get(LOGIN).headers["Location"] == CODE
    client.post("/accounts/logout/", {"next": LOGIN})
    assert client.get(LOGIN).status_code == 200


def test_changing_the_address_needs_a_code_from_the_new_one(client, noor):
    ask(client)
    enter(client, code_in(mail.outbox[0]))
    client.post("/accounts/email/", {"email": "noor@new.example", "action_add": "1"})
    noor.refresh_from_db()
    assert noor.email == "noor@example.org" and mail.outbox[1].to == ["noor@new.example"]
    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[1]), "action": "verify"})
    noor.refresh_from_db()
    assert noor.email == "noor@new.example"
    assert mail.outbox[2].to == ["noor@example.org"]
    assert mail.outbox[2].subject == "How you sign in was changed"


def test_a_code_that_waits_at_the_old_address_opens_nothing_once_there_is_a_new_one(client, noor):
    whoever_reads_the_old_mail = Client()
    ask(whoever_reads_the_old_mail)
    waiting = code_in(mail.outbox[0])
    ask(client)
    enter(client, code_in(mail.outbox[1]))
    client.post("/accounts/email/", {"email": "noor@new.example", "action_add": "1"})
    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[2]), "action": "verify"})
    mail.outbox.clear()

    enter(whoever_reads_the_old_mail, waiting)
    whoever_reads_the_old_mail.post(CODE, {"action": "resend"})
    for letter in mail.outbox:
        if re.search(r"^\d{6}$", letter.body, re.MULTILINE):
            enter(whoever_reads_the_old_mail, code_in(letter))
            said = {"code": code_in(letter), "action": "verify"}
            whoever_reads_the_old_mail.post("/accounts/confirm-email/", said)

    noor.refresh_from_db()
    assert noor.email == "noor@new.example"
    assert not is_signed_in(whoever_reads_the_old_mail)
    assert [letter.subject for letter in mail.outbox] == ["About your sign-in"]
    assert not EmailAddress.objects.filter(email="noor@example.org").exists()


@pytest.mark.parametrize(
    "path", ["password/change/", "password/set/", "password/reset/", "3rdparty/", "signup/passkey/"]
)
def test_there_are_no_other_doors(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_a_password_opens_none_of_wagtails_doors_either(client):
    said = {"username": "root@example.org", "password": "a long enough passphrase"}
    User.objects.create_superuser(said["username"], said["password"])
    for door in ("/_util/login/", "/cms/login/"):
        assert client.get(f"{door}?next=/places/").headers["Location"] == f"{LOGIN}?next=/places/"
        assert client.post(door, said).headers["Location"] == LOGIN
        assert not is_signed_in(client)
