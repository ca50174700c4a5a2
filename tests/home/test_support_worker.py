"""The script that keeps the support page on a device; tests/e2e/test_reading.py sees it work."""

from django.conf import settings


def test_the_worker_is_a_script_for_support_and_nothing_else(client, db):
    response = client.get("/support/worker.js")

    assert response.status_code == 200
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    # Its reach is its own folder: no header widens it.
    assert "Service-Worker-Allowed" not in response
    assert "connect-src 'self'" in response["Content-Security-Policy"]
    assert not response.cookies
    assert client.post("/support/worker.js").status_code == 405


def test_what_it_keeps_names_nobody(house, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("mina@example.org"))
    signed_in = client.get("/support/").content.decode()
    client.cookies.clear()
    kept = client.get("/support/")

    assert "/places/" in signed_in
    assert settings.SESSION_COOKIE_NAME not in kept.cookies
    assert "/places/" not in kept.content.decode()
    assert "data-idle-minutes" not in kept.content.decode()
