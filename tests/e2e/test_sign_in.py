"""Signing in with a browser: by keyboard, without script, and with a passkey."""

import re

import pytest
from playwright.sync_api import expect

from community import links
from community.models import User
from home.demo import plant
from tests.e2e.conftest import PHONE
from tests.e2e.everyone import faults

pytestmark = pytest.mark.e2e

OWN = ["", "email/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/"]
OWN += ["sessions/", "logout/"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def noor(transactional_db) -> User:
    return User.objects.create_user("noor@example.org", time_zone="Europe/London")


def enter_by_link(page, person: User) -> None:
    token = links.issue(person=person, printed_by="sade")
    page.goto(f"/accounts/link/?token={token}")
    page.get_by_role("button", name="Sign in").press("Enter")
    page.wait_for_url(re.compile("/places/"))


def give_a_passkey_device(page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


TWICE = """(button) => {
  const held = [];
  addEventListener("submit", (event) => held.push(event.defaultPrevented));
  button.click();
  button.click();
  return held;
}"""


def test_pressed_twice_a_form_is_sent_once(visit, noor):
    page = visit(f"/accounts/link/?token={links.issue(person=noor, printed_by='sade')}").page

    assert page.get_by_role("button", name="Sign in").evaluate(TWICE) == [False, True]

    expect(page).to_have_url(re.compile("/places/"))


def test_a_passkey_is_added_and_then_signs_in_alone(visit, noor):
    plant()  # who signs out goes to the house's front page
    seen = visit("/accounts/login/", fresh=True)
    page = seen.page
    give_a_passkey_device(page)
    enter_by_link(page, noor)

    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("What you call it").fill("my phone")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(re.compile("/recovery-codes/"))
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("heading", name="my phone")).to_be_visible()

    page.goto("/accounts/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("/")
    page.goto("/accounts/sessions/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"^[^?]*/accounts/sessions/$"))
    expect(page.get_by_role("heading", name="Where you’re signed in")).to_be_visible()
    assert seen.complaints == seen.strangers == []


def test_a_device_that_does_not_confirm_is_told_plainly(visit):
    seen = visit("/accounts/login/", fresh=True)
    page = seen.page
    give_a_passkey_device(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("Your device didn’t confirm").wait_for()
    expect(page.get_by_label("Your e-mail address")).to_be_visible()


def test_without_script_the_code_is_the_way_and_nothing_idle_is_shown(visit):
    page = visit("/accounts/login/", java_script_enabled=False, viewport=PHONE).page
    assert not page.get_by_role("button", name="Use a passkey").is_visible()
    page.get_by_label("Your e-mail address").fill("nobody@example.org")
    page.keyboard.press("Enter")
    page.get_by_label("Six-digit code").fill("123456")
    page.keyboard.press("Enter")
    page.get_by_text("That isn’t the code we sent").wait_for()
    assert page.get_by_label("Six-digit code").input_value() == "123456"


def test_all_of_it_by_keyboard(visit):
    page = visit("/accounts/login/").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert "Use a passkey" in reached and "Send me a code" in reached


@pytest.mark.parametrize(("theme", "width"), [("dark", 320), ("light", 1280)])
def test_every_page_is_fit_for_everyone(visit, noor, theme, width):
    place = {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
    for person, paths in ((None, ["login/", "signup/", "link/?token=spent"]), (noor, OWN)):
        seen = visit("/accounts/login/", person, **place)
        for path in paths:
            seen.page.goto(f"/accounts/{path}")
            assert faults(seen.page) == [], path
        assert not seen.strangers
        assert [said for said in seen.complaints if "status of 410" not in said] == []
