"""An operator's link signs one person in, once, for a quarter of an hour."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from community import links
from community.models import SignInLink, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor() -> User:
    return User.objects.create_user("noor@example.org")


def printed(address: str = "noor@example.org") -> str:
    said = StringIO()
    call_command("signin", address, stdout=said)
    return said.getvalue().strip()


def press(client, url: str):
    """What a person does, and what a script can do: open the page, send its form."""
    page = client.get(url)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', page.content.decode()))
    return client.post("/accounts/link/", fields)


def test_a_printed_link_leads_in(noor, settings):
    client = Client(enforce_csrf_checks=True)
    url = printed()
    assert url.startswith(settings.ORIGIN + "/accounts/link/?token=")
    assert press(client, url).headers["Location"] == "/places/"
    assert client.get("/accounts/").status_code == 200


def test_only_the_button_uses_it_up(client, noor):
    url = printed()
    for _ in range(3):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 405
    assert press(client, url).status_code == 302


def test_it_opens_once(client, noor):
    url = printed()
    press(client, url)
    stranger = Client()
    assert "This link is spent" in stranger.get(url).content.decode()
    token = url.partition("token=")[2]
    assert stranger.post("/accounts/link/", {"token": token}).status_code == 410
    assert stranger.get("/accounts/").status_code == 302


def test_two_presses_at_once_let_one_in(noor):
    token = links.issue(person=noor, printed_by="sade")
    assert [links.use(token), links.use(token)] == [noor, None]


def test_it_is_good_for_a_quarter_of_an_hour(client, noor):
    url = printed()
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert client.get(url).status_code == 410
        assert client.post("/accounts/link/", {"token": url.partition("=")[2]}).status_code == 410


@pytest.mark.parametrize("token", ["", "x", "\x00", "ü" * 3000])
def test_a_made_up_link_is_spent(client, token):
    assert client.get("/accounts/link/", {"token": token}).status_code == 410
    assert client.post("/accounts/link/", {"token": token}).status_code == 410


def test_an_account_closed_meanwhile_stays_closed(client, noor):
    url = printed()
    User.objects.update(is_active=False)
    assert press(client, url).status_code == 410


def test_only_its_hash_is_kept_and_who_printed_it(noor):
    token = printed().partition("token=")[2]
    link = SignInLink.objects.get()
    assert token not in repr(vars(link)) and link.printed_by
    press(Client(), f"/accounts/link/?token={token}")
    link.refresh_from_db()
    assert link.used_at


def test_an_unknown_address_is_told_plainly(noor):
    with pytest.raises(CommandError, match="Nobody here has this address"):
        printed("otto@example.org")
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="closed"):
        printed()


def test_a_second_factor_is_asked_for_all_the_same(client, noor):
    TOTP.activate(noor, "JBSWY3DPEHPK3PXP")
    assert press(client, printed()).headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/accounts/").status_code == 302


def test_it_signs_out_whoever_sat_there_before(client, noor):
    client.force_login(User.objects.create_user("ines@example.org"))
    press(client, printed())
    assert "noor@example.org" in client.get("/accounts/").content.decode()
