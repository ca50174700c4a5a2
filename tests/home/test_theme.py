"""Light or dark: a choice of the reader's, kept only when they make it."""

import pytest

pytestmark = pytest.mark.once

HERE = {"HTTP_ORIGIN": "http://testserver"}


def choose(client, theme, **more):
    return client.post("/theme/", {"theme": theme, "back": "/privacy/"} | more, **HERE)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_choice_is_kept_and_drawn_by_the_server(house, client, theme):
    answer = choose(client, theme)

    assert answer.status_code == 302
    assert answer["Location"] == "/privacy/"
    cookie = answer.cookies["reweave-theme"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert f'data-theme="{theme}"' in client.get("/").content.decode()


def test_leaving_it_to_the_device_takes_the_cookie_away(house, client):
    choose(client, "dark")

    choose(client, "")

    assert "data-theme" not in client.get("/").content.decode()


def test_nonsense_in_the_cookie_is_no_theme(house, client):
    client.cookies["reweave-theme"] = '"><script>'

    page = client.get("/").content.decode()

    assert "data-theme" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_another_site_cannot_choose_for_us(db, client, origin):
    answer = client.post("/theme/", {"theme": "dark"}, HTTP_ORIGIN=origin)

    assert answer.status_code == 403
    assert not answer.cookies
    assert "Nothing was changed" in answer.content.decode()


@pytest.mark.parametrize(
    "back",
    ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x", ""],
)
def test_the_way_back_stays_in_the_house(db, client, back):
    answer = choose(client, "dark", back=back)

    assert answer["Location"] == "/"
