"""docker-compose.yml, read where no engine runs it."""

import json
from itertools import pairwise

import pytest
import yaml

from community.house import ROOT, up
from community.settings import env

pytestmark = pytest.mark.once

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["prepare", "web", "worker", "beat"]


def test_it_shows_the_whole_layout():
    assert set(SERVICES) == {*OURS, "postgres", "valkey"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_runs_as_root(name):
    assert SERVICES[name]["user"] not in ("", "0", "root")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"prepare"}))
def test_everything_that_stays_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_web_is_reached_from_outside_and_only_on_this_machine():
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}

    assert published == {"web": ["127.0.0.1:${REWEAVE_PORT:-8000}:8000"]}


def test_the_database_and_the_broker_cannot_reach_out():
    assert COMPOSE["networks"]["inside"]["internal"]
    assert SERVICES["postgres"]["networks"] == SERVICES["valkey"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", OURS)
def test_ours_may_write_only_where_state_is_kept(name):
    ours = SERVICES[name]
    assert ours["read_only"]
    assert ours["cap_drop"] == ["ALL"]
    assert ours["volumes"] == ["state:/var/lib/reweave"]


def test_the_web_waits_until_tables_are_there():
    assert SERVICES["web"]["depends_on"]["prepare"] == {
        "condition": "service_completed_successfully"
    }


def test_the_broker_never_forgets_what_is_queued():
    command = SERVICES["valkey"]["command"][-1]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_no_secret_stands_in_it_and_none_has_a_default():
    settings = SERVICES["web"]["environment"]
    for name in ("SECRET_KEY", "REWEAVE_SEALING_KEYS", "DATABASE_URL", "REDIS_URL"):
        assert ":?" in settings[name]
        assert ":-" not in settings[name]


def test_every_setting_it_gives_is_one_that_settings_read():
    assert set(SERVICES["web"]["environment"]) <= env.asked_for


def test_the_image_takes_what_the_lock_names_and_runs_as_nobody_special():
    image = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes --no-deps -r requirements.lock" in image
    assert "\nUSER house\n" in image


def test_the_image_serves_as_up_does():
    """Behind a proxy it reads that one's headers, and only there."""
    image = (ROOT / "Dockerfile").read_text()
    command = json.loads(image[image.index("CMD [") + 4 :].replace("\\\n", ""))
    assert command[:4] == ["python", "-m", "uvicorn", "community.asgi:application"]
    wanted = [flag for flag in up.WEB + up.SOCKET if flag != "--no-proxy-headers"]
    assert [flag for flag in wanted if flag not in command] == []
    for name, value in pairwise(wanted):
        if name.startswith("--") and not value.startswith("--"):
            assert command[command.index(name) + 1] == value
