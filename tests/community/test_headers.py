"""What every answer carries, and what it must not: cookies for visitors, caches for members."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from wagtail.models import Page, Site

from community.models import User
from community.zones import WHOSE
from home.founding import found

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PUBLIC = ["/", "/support/", "/no-such-page/", "/accounts/2fa/"]


@pytest.mark.parametrize("path", PUBLIC)
def test_visitors_get_no_cookie_and_no_session(client, path):
    found()
    answer = client.get(path)
    assert not answer.cookies and not Session.objects.exists()


def test_the_page_for_signing_in_sets_the_cookie_of_its_form_and_no_other(client):
    answer = client.get("/accounts/login/")
    assert set(answer.cookies) == {django_settings.CSRF_COOKIE_NAME}
    cookie = answer.cookies[django_settings.CSRF_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] == ""


@pytest.mark.parametrize("path", [*PUBLIC, "/accounts/login/", "/healthz/live"])
def test_the_policy_of_pages_allows_no_inline_anything(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "http" not in policy
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy


def test_the_editor_has_a_policy_of_its_own_and_pages_shown_in_it_too(client, cast):
    client.force_login(cast.edda)
    User.objects.filter(pk=cast.edda.pk).update(is_superuser=True)
    page = Page.objects.get(pk=Site.objects.get().root_page_id)
    for path in ("/cms/", f"/cms/pages/{page.pk}/edit/"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-inline'" in policy and "nonce" not in policy
        assert "frame-ancestors 'self'" in policy and "http" not in policy
    assert client.get("/").headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_path_that_only_looks_like_the_editors_keeps_the_strict_policy(client):
    for path in ("/cmsx/", "/x/cms/", "/CMS/"):
        assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]


def test_every_answer_is_plain_about_the_rest(client):
    headers = client.get("/accounts/login/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=()" in headers["Permissions-Policy"]


def test_what_a_member_is_shown_is_kept_by_nobody(client, cast):
    client.force_login(cast.noor)
    for path in ("/", "/accounts/", "/places/", "/no-such-page/"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_every_answer_says_whose_it_is_also_where_there_is_nothing_for_them(client, cast):
    room = f"/circles/{cast.circle.public_id}/"
    for person, status in ((cast.noor, 200), (cast.otto, 404)):
        client.force_login(person)
        for path in (room, f"{room}events"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers[WHOSE]) == (status, person.public_id)
    client.logout()
    assert WHOSE not in client.get(room).headers
    assert WHOSE not in client.get("/").headers


def test_a_form_says_whose_it_is_so_that_no_browser_fills_it_in_with_anothers_words(client, cast):
    own = f'<input type="hidden" name="of-{cast.noor.public_id}">'
    client.force_login(cast.noor)
    assert own in client.get("/journal/new/").content.decode()
    client.force_login(cast.ines)
    page = client.get("/journal/new/").content.decode()
    assert own not in page and own.replace(cast.noor.public_id, cast.ines.public_id) in page
    assert 'name="of-' not in Client().get("/accounts/login/").content.decode()
    client.force_login(cast.edda)
    assert 'name="of-' not in client.get("/cms/account/").content.decode()


def test_a_half_finished_sign_in_is_kept_by_nobody(client):
    client.post("/accounts/login/", {"login": "noor@example.org"})
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_pages_differ_by_cookie_and_language(client):
    vary = client.get("/no-such-page/").headers["Vary"]
    assert "Cookie" in vary and "Accept-Language" in vary


def test_in_the_world_cookies_are_bound_to_the_house():
    # In a process of its own: settings are made when they are first read.
    names = [
        *["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"],
        *["SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_DOMAIN"],
        *["SESSION_COOKIE_PATH", "ALLOWED_HOSTS"],
    ]
    ask = f"""
import json
from django.conf import settings
print(json.dumps([getattr(settings, name) for name in {names}]))
"""
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "community.settings",
        "REWEAVE_ORIGIN": "https://house.example",
    }
    said = subprocess.run([sys.executable, "-c", ask], env=environ, capture_output=True, text=True)
    assert json.loads(said.stdout) == [
        *["__Host-reweave", "__Host-reweave-form", True, True, 31_536_000],
        *[True, None, "/", ["house.example", "localhost", "127.0.0.1", "[::1]"]],
    ]


def test_a_language_a_person_chose_is_spoken_to_them(client, cast):
    User.objects.filter(pk=cast.noor.pk).update(language="de")
    client.force_login(cast.noor)
    answer = client.get("/accounts/", headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "de" and 'lang="de"' in answer.content.decode()
    visitor = Client().get("/accounts/login/", headers={"Accept-Language": "en"})
    assert visitor.headers["Content-Language"] == "en"


def test_whoever_asks_for_no_language_is_spoken_to_in_the_houses_own(client, cast, settings):
    settings.LANGUAGE_CODE = "de"
    asked = {"en": "en", "de-AT": "de", "fr": "de", "": "de"}
    for accepted, spoken in asked.items():
        page = client.get("/accounts/login/", headers={"Accept-Language": accepted})
        assert page.headers["Content-Language"] == spoken
    client.force_login(cast.noor)
    assert 'lang="de"' in client.get("/accounts/").content.decode()
