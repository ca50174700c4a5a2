"""Passkeys and apps can be added and are then asked for; staff must have one where it counts."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.db import connection

from community import letters, links
from community.admin_door import may_pass
from community.models import User
from community.signals import access_changed

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def noor(client) -> User:
    noor = User.objects.create_user("noor@example.org")
    client.force_login(noor)
    return noor


def add_app(client) -> str:
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session[totp.SECRET_SESSION_KEY]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def code_of(secret: str) -> str:
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    )


def sign_in_up_to_the_second(client, person: User):
    """Signs in with a link, as far as that goes."""
    client.logout()
    token = links.issue(person=person, printed_by="sade")
    return client.post("/accounts/link/", {"token": token})


def test_an_app_is_asked_for_from_then_on(client, noor):
    secret = add_app(client)
    answer = sign_in_up_to_the_second(client, noor)
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    page = client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "That isn’t the code your app shows now" in page
    assert client.get("/accounts/").status_code == 302
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    assert client.get("/accounts/").status_code == 200


def test_a_code_that_someone_saw_is_taken_no_second_time(client, noor, settings):
    # With a clock that the test turns, which Redis doesn't see.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    secret = "JBSWY3DPEHPK3PXP"
    totp.TOTP.activate(noor, secret)
    noon = datetime(2026, 6, 1, 12, 0, 1, tzinfo=UTC)
    code = totp.format_hotp_value(totp.hotp_value(secret, int(noon.timestamp()) // 30))
    came_in = []
    with time_machine.travel(noon, tick=False) as clock:
        for seconds, typed in ((-29, code), (2, code), (33, f"{code[:3]} {code[3:]}"), (58, code)):
            clock.move_to(noon + timedelta(seconds=seconds))
            sign_in_up_to_the_second(client, noor)
            client.post("/accounts/2fa/authenticate/", {"code": typed})
            came_in.append(client.get("/accounts/").status_code == 200)
    assert came_in == [True, False, False, False]


def test_what_the_app_shares_with_us_is_kept_sealed(client, noor):
    secret = add_app(client)
    assert secret not in json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        assert secret not in str(cursor.fetchall())


TO_BE_ASKED_AGAIN = [
    ("post", "email/", {"email": "evil@example.org", "action_add": "1"}),
    ("get", "2fa/recovery-codes/", {}),
    ("get", "2fa/recovery-codes/download/", {}),
    ("post", "2fa/recovery-codes/generate/", {}),
    ("get", "2fa/totp/activate/", {}),
    ("post", "2fa/totp/deactivate/", {}),
    ("get", "2fa/webauthn/add/", {}),
    ("post", "2fa/webauthn/add/", {"name": "Mine", "credential": "{}"}),
]


@pytest.mark.parametrize(("method", "path", "said"), TO_BE_ASKED_AGAIN)
def test_whoever_finds_a_screen_open_changes_no_way_in(client, noor, method, path, said):
    add_app(client)
    before = list(Authenticator.objects.values_list("type", "data"))
    mail.outbox.clear()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=20)):
        answer = getattr(client, method)(f"/accounts/{path}", said)
    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert list(Authenticator.objects.values_list("type", "data")) == before
    assert not mail.outbox


@pytest.mark.django_db(transaction=True)
def test_a_change_to_the_way_in_is_written_to_its_owner(client, noor, monkeypatch):
    add_app(client)
    assert [letter.subject for letter in mail.outbox] == ["How you sign in was changed"]
    assert mail.outbox[0].to == ["noor@example.org"]
    client.post("/accounts/2fa/totp/deactivate/")
    assert len(mail.outbox) == 2

    def refuse(*args, **kwargs):
        raise letters.NotSent

    monkeypatch.setattr(letters, "send", refuse)
    add_app(client)
    assert Authenticator.objects.filter(type="totp").exists()


@pytest.mark.django_db(transaction=True)
def test_at_a_change_to_the_way_in_their_open_lines_are_looked_at(client, noor):
    told: list[int] = []

    def listen(sender: object, person_id: int, **kwargs: object) -> None:
        told.append(person_id)

    access_changed.connect(listen)
    try:
        add_app(client)
        assert set(told) == {noor.pk}
        told.clear()
        client.post("/accounts/2fa/totp/deactivate/")
        assert set(told) == {noor.pk}
    finally:
        access_changed.disconnect(listen)


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_works_once(client, noor):
    add_app(client)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert codes[0] in page
    for expected in (302, 200):
        sign_in_up_to_the_second(client, noor)
        answer = client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert answer.status_code == expected


@pytest.mark.parametrize(
    "credential",
    [
        *["", "{}", "[]", "null", "1e999", '"x"', "[" * 9000, "{" * 200_000, '{"id": 5}'],
        '{"id":"a","rawId":"a","type":"public-key","response":{"userHandle":"MQ","clientDataJSON":"x"}}',
        '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"userHandle":5}}',
        '{"id":"YQ","rawId":"YQ","type":"public-key","response":[]}',
        '{"response":{"userHandle":"__8="}}',
        '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"userHandle":"MQ","clientDataJSON":'
        '"e30","authenticatorData":"YQ","signature":"YQ"},"clientExtensionResults":{}}',
    ],
)
def test_whatever_claims_to_be_a_passkey_is_refused_and_breaks_nothing(client, noor, credential):
    add_app(client)
    said = {"credential": credential}
    assert client.post("/accounts/2fa/webauthn/add/", said | {"name": "x"}).status_code < 500
    assert client.post("/accounts/2fa/webauthn/reauthenticate/", said).status_code < 500
    client.logout()
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    answer = client.post("/accounts/2fa/webauthn/login/", said)
    assert answer.headers["Location"] == "/accounts/login/"
    sign_in_up_to_the_second(client, noor)
    assert client.post("/accounts/2fa/authenticate/", said).status_code == 200
    assert client.get("/accounts/").status_code == 302
    assert not Authenticator.objects.filter(type="webauthn").exists()


@pytest.fixture
def demanding(settings):
    settings.STAFF_NEED_SECOND_FACTOR = True


def test_staff_without_a_second_factor_are_shown_how_to_add_one(client, cast, demanding):
    client.force_login(cast.edda)
    for path in (
        "/cms/",
        "/cms/pages/",
        "/cms/images/add/",
        "/cms/account/",
        "/cms/api/main/pages/",
    ):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "Add a passkey" in answer.content.decode()


def test_staff_with_one_come_in(client, cast, demanding):
    client.force_login(cast.edda)
    add_app(client)
    assert client.get("/cms/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(cast, demanding):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    RecoveryCodes.activate(cast.edda)
    assert not may_pass(cast.edda)


def test_without_the_demand_a_code_by_mail_is_enough(client, cast, settings):
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(cast.edda)
    assert client.get("/cms/").status_code == 200


@pytest.mark.parametrize("who", ["noor", "mina"])
def test_members_and_facilitators_find_no_cms_here(client, cast, demanding, who):
    client.force_login(getattr(cast, who))
    assert client.get("/accounts/").status_code == 200
    assert client.get("/cms/").status_code == 404
    assert client.get("/cms/pages/").status_code == 404
