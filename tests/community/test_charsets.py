"""What is not in UTF-8 is refused, and breaks nothing."""

from __future__ import annotations

import httpx
import pytest

from tests.live import LiveHouse

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ADDRESSES = ("/", "/accounts/login/", "/circles/aaaaaaaaaaaaaaaa/find/?q=x")

_CARRIED = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
)


def form(charset: str) -> dict[str, object]:
    """A form that says in which encoding it is."""
    part = b'Content-Disposition: form-data; name="body"'
    return {
        "content": b"--xx\r\n" + part + b"\r\n\r\nGood day +2AA- \\ud800\r\n--xx--\r\n",
        "headers": {"Content-Type": f"multipart/form-data; boundary=xx; charset={charset}"},
    }


@pytest.mark.parametrize(
    "charset",
    ["rot13", "hex", "zip", "idna", "undefined", "utf-7", "raw_unicode_escape", "utf-16"],
)
def test_what_is_not_in_utf_8_is_refused_and_breaks_nothing(live_house: LiveHouse, charset: str):
    live_house.start()
    for address in ADDRESSES:
        url = f"{live_house.url}{address}"
        plain = {"Content-Type": f"text/plain; charset={charset}"}
        for answer in (httpx.post(url, **form(charset)), httpx.get(url, headers=plain)):
            assert answer.status_code == 400
            assert "<h1>" in answer.text
    assert "Traceback" not in live_house.log.read_text()


def test_what_is_refused_carries_what_every_answer_does(live_house: LiveHouse):
    live_house.start()
    answer = httpx.post(f"{live_house.url}/accounts/login/", **form("utf-16"))
    ordinary = httpx.get(f"{live_house.url}/no-such-page/")
    told = {name: answer.headers.get(name) for name in _CARRIED}
    assert told == {name: ordinary.headers[name] for name in _CARRIED}
    assert answer.headers["Content-Type"].startswith("text/html")


def test_an_encoding_that_is_named_in_two_pieces_is_refused(live_house: LiveHouse):
    live_house.start()
    pieces = [("Content-Type", "text/plain; charset="), ("Content-Type", "rot13")]

    assert httpx.get(f"{live_house.url}/?q=x", headers=pieces).status_code == 400


def test_what_is_no_content_type_is_refused(live_house: LiveHouse):
    live_house.start()
    answer = httpx.post(
        live_house.url, headers={"Content-Type": "text/plain; x*=a'b"}, content=b"x"
    )

    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", "no-such"])
def test_what_is_in_utf_8_is_read(live_house: LiveHouse, charset: str):
    live_house.start()
    answer = httpx.post(f"{live_house.url}/accounts/email/", **form(charset))

    # It has no token: what was written comes back.
    assert answer.status_code == 403 and "Good day" in answer.text
