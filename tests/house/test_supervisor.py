"""Parts that die come back, and parts that should end do. With real processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from community.house import Unable
from community.house.supervisor import FIRST_PAUSE, Part, Supervisor, python
from community.house.tether import Ledger, tied_to_parent

pytestmark = pytest.mark.once

SLEEPS = python("-c", "import time; print('here', flush=True); time.sleep(600)")
STUBBORN = python(
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('here', flush=True); time.sleep(600)",
)


class Heard(list):
    """Lines, and a way to wait for one."""

    def __call__(self, part: str, line: str) -> None:
        self.append((part, line))

    async def until(self, count: int, line: str) -> None:
        async with asyncio.timeout(60):
            while sum(said == line for _, said in self) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def supervisor(tmp_path, heard):
    return Supervisor(os.environ, Ledger(tmp_path / "ledger"), heard)


async def test_a_part_that_is_killed_is_started_again(supervisor, heard):
    supervisor.keep(Part("sleeper", SLEEPS))
    await heard.until(1, "here")

    os.kill(supervisor.running["sleeper"].pid, signal.SIGKILL)
    await heard.until(2, "here")

    assert ("sleeper", "ended (SIGKILL); starting it again") in heard
    await supervisor.end(["sleeper"])


async def test_a_part_that_dies_at_once_is_tried_more_and_more_slowly(supervisor, heard):
    began = time.monotonic()
    supervisor.keep(Part("broken", python("-c", "raise SystemExit(3)")))
    await heard.until(3, "ended (exit 3); starting it again")
    await supervisor.end(["broken"])

    # Before the second life and before the third.
    assert time.monotonic() - began > FIRST_PAUSE + 2 * FIRST_PAUSE


async def test_ending_waits_for_a_clean_end_and_starts_nothing_again(supervisor, heard):
    supervisor.keep(Part("sleeper", SLEEPS))
    await heard.until(1, "here")
    pid = supervisor.running["sleeper"].pid

    await supervisor.end(["sleeper"])

    assert not alive(pid)
    assert heard == [("sleeper", "here")]


async def test_a_part_that_does_not_end_in_its_patience_is_ended(supervisor, heard):
    supervisor.keep(Part("stubborn", STUBBORN, patience=0.3))
    await heard.until(1, "here")
    pid = supervisor.running["stubborn"].pid

    began = time.monotonic()
    await supervisor.end(["stubborn"])

    assert 0.3 <= time.monotonic() - began < 60
    assert not alive(pid)


async def test_what_has_to_succeed_says_so_when_it_fails(supervisor):
    with pytest.raises(Unable, match="`migrating` failed"):
        await supervisor.once(Part("migrating", python("-c", "raise SystemExit(1)")))


async def test_a_part_that_never_serves_is_not_waited_for_forever(supervisor, heard):
    part = Part("mute", SLEEPS, ready=lambda: False)
    supervisor.keep(part)

    with pytest.raises(Unable, match="The mute did not come up"):
        await supervisor.ready(part, within=0.2)

    await supervisor.end(["mute"])


async def test_long_and_broken_lines_do_not_stop_it(supervisor, heard):
    say = "import sys; sys.stdout.buffer.write(b'x' * 300_000 + b'\\n' + b'\\xff last')"

    await supervisor.once(Part("loud", python("-c", say)))

    assert [len(line) for _, line in heard] == [300_000, len("� last")]


def test_a_child_dies_with_a_parent_that_is_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    assert alive(child)

    parent.kill()
    parent.communicate()

    deadline = time.monotonic() + 60
    while alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_where_systems_do_not_end_orphans_the_next_start_does(tmp_path):
    with subprocess.Popen(SLEEPS, stdout=subprocess.PIPE, preexec_fn=tied_to_parent()) as orphan:
        Ledger(tmp_path / "ledger", needed=True).note(orphan.pid)

        Ledger(tmp_path / "ledger", needed=True).end_leftovers()

        assert orphan.wait(timeout=60) == -signal.SIGKILL


def test_a_number_that_was_given_to_someone_else_is_left_alone(tmp_path):
    with subprocess.Popen(SLEEPS, stdout=subprocess.PIPE, preexec_fn=tied_to_parent()) as other:
        ledger = Ledger(tmp_path / "ledger", needed=True)
        ledger.note(other.pid)
        text = ledger.path.read_text()
        ledger.path.write_text(text.replace(sys.executable, "/usr/bin/someone-else"))

        ledger.end_leftovers()

        assert other.poll() is None
        other.kill()


PARENT = """
import subprocess, sys, time
from community.house.tether import tied_to_parent
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         preexec_fn=tied_to_parent())
print(child.pid, flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet collected does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip() not in ("", "Z") and not state.stdout.startswith("Z")
