"""Whoever the pages take for signed in gets to the rooms' sockets, and nobody else.

Django asks a session on its way to a page, `admission` those at the door of a socket: by itself,
many in one question.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone

from chat.hub import admission
from community.models import User
from tests.cast import Cast

HOUSE, EARLIER = "the secret that holds now", "the secret it had before"


@pytest.fixture(autouse=True)
def secrets(settings) -> Iterator[None]:
    """A house that has changed its secret and still takes the earlier one."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = HOUSE, [EARLIER]
    _forget()
    yield
    _forget()


def _forget() -> None:
    """What a process remembers, of the secrets that it started with."""
    admission._keys_of.cache_clear()
    admission._opened.cache_clear()


def sign_in(user: User, **data: object) -> Client:
    """Their browser; `data` goes into the session over what signing in has put there."""
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session.update(data)
    session.save()
    return browser


def page_and_socket(browser: Client, cast: Cast) -> tuple[bool, bool]:
    """Whether each takes them for signed in. Django changes a session that it looks at, so the
    socket is asked first."""
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    [at_the_door] = admission.standing([key])
    answer = browser.get(f"/circles/{cast.circle.public_id}/")
    assert answer.status_code in (200, 302)
    return answer.status_code == 200, at_the_door is not None


def test_with_the_secret_and_the_password_that_hold(cast):
    assert page_and_socket(sign_in(cast.noor), cast) == (True, True)


def test_with_a_secret_that_the_house_still_takes(cast):
    with override_settings(SECRET_KEY=EARLIER, SECRET_KEY_FALLBACKS=[]):
        browser = sign_in(cast.noor)

    assert page_and_socket(browser, cast) == (True, True)
    # The page has written it down anew.
    assert page_and_socket(browser, cast) == (True, True)
    with override_settings(SECRET_KEY_FALLBACKS=[]):
        _forget()
        assert page_and_socket(browser, cast) == (True, True)


def test_with_a_secret_that_it_takes_no_more(cast, settings):
    with override_settings(SECRET_KEY=EARLIER, SECRET_KEY_FALLBACKS=[]):
        browser = sign_in(cast.noor)
    settings.SECRET_KEY_FALLBACKS = []

    assert page_and_socket(browser, cast) == (False, False)


def test_with_a_secret_that_was_never_the_houses(cast):
    with override_settings(SECRET_KEY="somebody's own", SECRET_KEY_FALLBACKS=[]):
        browser = sign_in(cast.noor)

    assert page_and_socket(browser, cast) == (False, False)


@pytest.mark.parametrize("secret", [HOUSE, EARLIER])
def test_with_a_password_that_was_changed(cast, secret):
    with override_settings(SECRET_KEY=secret, SECRET_KEY_FALLBACKS=[]):
        browser = sign_in(cast.noor)
    cast.noor.set_password("something else entirely")
    cast.noor.save()

    assert page_and_socket(browser, cast) == (False, False)


@pytest.mark.parametrize(
    "data",
    [
        {HASH_SESSION_KEY: ""},
        {HASH_SESSION_KEY: "rubbish"},
        {HASH_SESSION_KEY: None},
        {BACKEND_SESSION_KEY: "some.other.Backend"},
        {SESSION_KEY: "0"},
    ],
)
def test_with_a_session_that_says_something_else(cast, data):
    assert page_and_socket(sign_in(cast.noor, **data), cast) == (False, False)


def test_after_the_session_has_ended(cast):
    browser = sign_in(cast.noor)
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))

    assert page_and_socket(browser, cast) == (False, False)


def test_after_the_account_was_closed(cast):
    browser = sign_in(cast.noor)
    User.objects.filter(pk=cast.noor.pk).update(is_active=False)

    assert page_and_socket(browser, cast) == (False, False)


def test_with_what_is_no_session(cast):
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32

    assert page_and_socket(browser, cast) == (False, False)
