"""What the house says of itself to those who watch over it."""

import time

import pytest
from django.db import connection

from community.models import Tick


def test_a_process_that_answers_lives(client):
    assert client.get("/healthz/live").json() == {"live": "ok"}


@pytest.mark.django_db
def test_ready_names_database_broker_and_the_last_tick(client):
    Tick.record()

    answer = client.get("/healthz/ready")

    assert answer.status_code == 200
    said = answer.json()
    assert said["database"] == said["broker"] == "ok"
    assert 0 <= said["beat_age"] < 60


@pytest.mark.django_db
def test_before_the_first_tick_its_age_is_unknown(client):
    assert client.get("/healthz/ready").json()["beat_age"] is None


@pytest.mark.django_db
def test_a_broker_that_is_away_is_told_soon_and_leaves_the_house_ready(client, valkey):
    valkey.kill()

    began = time.monotonic()
    answer = client.get("/healthz/ready")

    assert answer.status_code == 200
    assert answer.json()["broker"] == "down"
    assert time.monotonic() - began < 30


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_makes_it_unready(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE community_tick RENAME TO community_tick_away")
    try:
        answer = client.get("/healthz/ready")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE community_tick_away RENAME TO community_tick")

    assert answer.status_code == 503
    assert answer.json()["database"] == "down"


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
@pytest.mark.django_db
def test_nobody_keeps_the_answer(client, path):
    assert "no-store" in client.get(path)["Cache-Control"]
