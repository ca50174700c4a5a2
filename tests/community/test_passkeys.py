"""A passkey lets in whoever holds it, once for each time they are asked, and nobody else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY, WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from community import links
from community.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HERE, ORIGIN = "testserver", "http://testserver"
TOUCHED, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40
SIGN_IN = "/accounts/2fa/webauthn/login/"


@dataclass
class Key:
    """What a person holds in their hand, as the browser speaks for it."""

    person: User

    def __post_init__(self) -> None:
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.id = hashlib.sha256(self.person.public_id.encode()).digest()
        of_key = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.secret.public_key())
        )
        shown = AuthenticatorData.create(_hashed(HERE), TOUCHED | VERIFIED | WITH_KEY, 0, of_key)
        answer = {
            "clientDataJSON": websafe_encode(_said("webauthn.create", "")),
            "attestationObject": websafe_encode(AttestationObject.create("none", shown, {})),
        }
        WebAuthn.add(self.person, "A key", self._credential(answer))

    def answers(self, challenge: str, *, flags: int = TOUCHED | VERIFIED, **other: Any) -> str:
        """The form's field. `other` is what a browser that is not honest would put into it."""
        shown = AuthenticatorData.create(_hashed(other.get("rp", HERE)), flags, 1)
        said = _said("webauthn.get", challenge, other.get("origin", ORIGIN))
        signed = self.secret.sign(bytes(shown) + _hashed(said), ec.ECDSA(hashes.SHA256()))
        handle = other.get("handle", user_pk_to_url_str(self.person)).encode()
        answer = {
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(shown),
            "signature": websafe_encode(signed),
            "userHandle": websafe_encode(handle),
        }
        return json.dumps(self._credential(answer))

    def _credential(self, answer: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": answer} | {
            "clientExtensionResults": {}
        }


def _said(kind: str, challenge: str, origin: str = ORIGIN) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()


def _hashed(what: str | bytes) -> bytes:
    return hashlib.sha256(what.encode() if isinstance(what, str) else what).digest()


@pytest.fixture
def key(cast) -> Key:
    return Key(cast.noor)


def asked(client: Client) -> str:
    """The challenge of the page for signing in."""
    page = client.get(SIGN_IN, headers={"Accept": "application/json"})
    return page.json()["request_options"]["publicKey"]["challenge"]


def comes_in(client: Client, credential: str) -> bool:
    client.post(SIGN_IN, {"credential": credential})
    return client.get("/accounts/").status_code == 200


def test_whoever_holds_it_comes_in(client, key):
    assert comes_in(client, key.answers(asked(client)))


def test_an_answer_is_taken_once_and_where_it_was_asked_for(client, key):
    answer = key.answers(asked(client))
    other = Client()
    asked(other)
    assert not comes_in(other, answer)
    assert comes_in(client, answer)
    client.post("/accounts/logout/")
    assert not comes_in(client, answer)


@pytest.mark.parametrize(
    "lie",
    [{"origin": "https://evil.example"}, {"rp": "evil.example"}, {"flags": 0}, {"flags": TOUCHED}],
)
def test_what_was_said_to_another_house_or_by_nobody_is_refused(client, key, settings, lie):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    honest = {"origin": f"https://{HERE}"}
    assert not comes_in(client, key.answers(asked(client), **honest | lie))
    assert comes_in(client, key.answers(asked(client), **honest))


def test_nobody_comes_in_as_another(client, cast, key):
    others = [user_pk_to_url_str(one) for one in (cast.mina, cast.otto)]
    for handle in (*others, "-1", "x", ""):
        assert not comes_in(client, key.answers(asked(client), handle=handle))


def test_a_key_that_was_found_opens_nothing_by_a_question_that_was_put_to_another(cast, key):
    """Asked as the second of two, it need not make sure who holds it; alone, it has to."""
    finder = Client()
    Key(cast.otto)
    token = links.issue(person=cast.otto, printed_by="sade")
    finder.post("/accounts/link/", {"token": token})
    assert finder.get("/accounts/2fa/authenticate/").status_code == 200
    challenge = finder.session[STATE_SESSION_KEY]["challenge"]
    # The page that asked stands for an hour, and its question for as long as the session.
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert not comes_in(finder, key.answers(challenge, flags=TOUCHED))
        assert comes_in(finder, key.answers(asked(finder)))


def test_as_the_second_of_two_a_touch_is_enough(client, cast):
    key = Key(cast.otto)
    client.post("/accounts/link/", {"token": links.issue(person=cast.otto, printed_by="sade")})
    client.get("/accounts/2fa/authenticate/")
    challenge = client.session[STATE_SESSION_KEY]["challenge"]
    said = {"credential": key.answers(challenge, flags=TOUCHED)}
    client.post("/accounts/2fa/authenticate/", said)
    assert client.get("/accounts/").status_code == 200


def test_a_key_that_was_taken_away_opens_nothing(client, key):
    answer = key.answers(asked(client))
    Authenticator.objects.all().delete()
    assert not comes_in(client, answer)


def test_nor_does_the_key_of_a_closed_account(client, cast, key):
    User.objects.filter(pk=cast.noor.pk).update(is_active=False)
    assert not comes_in(client, key.answers(asked(client)))
