"""`manage.py up`, as it is: real processes, killed one after the other."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from community.house import ROOT, ports, preparation, template
from community.house.alive import SignOfLife
from tests.house.running import PARTS, Up

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def start(tmp_path_factory, django_db_setup):
    """Start houses in folders that are prepared already, and leave none running."""
    started = []
    preparation.finish_collecting(preparation.start_collecting())

    def start(*arguments: str) -> Up:
        var = tmp_path_factory.mktemp("house") / "var"
        var.mkdir()
        template.copy_to(var / "reweave.sqlite3")
        shutil.copytree(settings.STATIC_ROOT, var / "static")
        started.append(Up(var, "--no-demo", *arguments))
        return started[-1]

    yield start
    for house in started:
        house.end()


@pytest.fixture(scope="module")
def house(start) -> Up:
    """One that is open, for all tests that leave it standing."""
    house = start()
    house.until(house.opened)
    return house


def ticks(house: Up) -> bool:
    age = house.ready().get("beat_age")
    return age is not None and age < 5


def test_it_opens_with_all_its_parts_and_says_where(house):
    house.until(lambda: all(house.pid(part) for part in PARTS))
    house.until(lambda: house.ready().get("beat_age") is not None)

    assert house.ready()["broker"] == "ok"
    assert f"The house is open: http://localhost:{house.port}" in house.said()


def test_a_second_one_in_the_same_folder_is_refused_in_a_sentence(house):
    second = Up(house.var, "--no-demo")
    second.log = house.log

    assert second.process.wait(timeout=180) == 1
    assert "The house is up already in" in house.said()
    assert "Traceback" not in house.said()


def test_parts_that_are_killed_are_back_by_themselves_and_what_is_due_gets_done(house):
    before = {part: house.kill(part) for part in ("broker", "worker", "web")}

    for part, pid in before.items():
        house.until(lambda part=part, pid=pid: house.pid(part) not in (None, pid))
    house.until(lambda: house.ready().get("broker") == "ok")

    beat = house.kill("beat")  # it ticks as soon as it is back

    house.until(lambda: house.pid("beat") not in (None, beat))
    house.until(lambda: ticks(house))


def test_the_worker_gives_signs_of_life(house):
    house.until(lambda: (SignOfLife(house.var, "worker").age() or 99) < 15, seconds=120)


def test_the_brokers_password_is_in_no_command_line_and_no_log(house):
    told = json.loads((house.var / "up.json").read_text())
    password = re.search(r":([^:@]+)@", told["REDIS_URL"])[1]

    assert not any(password in command for command in house.children().values())
    assert password not in house.said()


def test_the_broker_refuses_whoever_has_no_password(house):
    url = json.loads((house.var / "up.json").read_text())["REDIS_URL"]
    port = int(re.search(r":(\d+)/", url)[1])
    anyone = redis.Redis(port=port, retry=Retry(NoBackoff(), 0))

    with pytest.raises(redis.AuthenticationError), anyone:
        anyone.ping()


def test_ctrl_c_ends_all_of_it_in_order(house):
    """The last to see the house that stood for the others."""
    said_before = len(house.said())
    house.until(lambda: all(house.pid(part) for part in PARTS))
    children = house.children()

    house.process.send_signal(signal.SIGINT)

    assert house.process.wait(timeout=180) == 0
    assert not running(children)
    assert "starting it again" not in house.said()[said_before:]


def test_a_supervisor_that_is_killed_leaves_no_orphan(start):
    house = start("--workers=2")
    house.until(house.opened)
    house.until(lambda: all(house.pid(part) for part in PARTS))
    house.until(lambda: sum("uvicorn" in one for one in house.children().values()) == 2)
    children = house.children()

    house.process.kill()
    house.process.wait()

    house.until(lambda: not running(children), seconds=120)


def test_a_port_that_is_taken_is_refused_in_a_sentence(start, tmp_path):
    with ports.listen(0) as taken:
        asked = subprocess.run(
            [sys.executable, ROOT / "manage.py", "up", f"--port={ports.number(taken)}"],
            env=os.environ | {"REWEAVE_VAR": str(tmp_path), "REWEAVE_NO_BOOTSTRAP": "1"},
            capture_output=True,
            text=True,
            timeout=180,
        )

    assert asked.returncode == 1
    assert "is taken by something else" in asked.stderr
    assert "Traceback" not in asked.stderr


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eight", "٨٠٠٠"])
def test_a_port_that_is_none_is_refused(port, tmp_path):
    asked = subprocess.run(
        [sys.executable, ROOT / "manage.py", "up", f"--port={port}"],
        env=os.environ | {"REWEAVE_VAR": str(tmp_path), "REWEAVE_NO_BOOTSTRAP": "1"},
        capture_output=True,
        text=True,
        timeout=180,
    )

    assert asked.returncode == 2
    assert "a port is a number from 1 to 65535" in asked.stderr


def running(processes: dict[int, str]) -> list[int]:
    numbers = ",".join(map(str, processes))
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-p", numbers], capture_output=True, text=True
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "Z" not in line]
