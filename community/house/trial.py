"""`python3 manage.py test`: every test there is, on SQLite and on PostgreSQL.

With arguments for pytest (`python3 manage.py test tests/chat -k mute`) only those, on SQLite.

Many promises are in seconds, and in a whole run each is tried on two cores shared with another
worker and two browsers. So what failed there, where it is little, is tried once more by itself,
when nothing else runs. What fails again fails; what holds then is named, to be looked at.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from community.house import ROOT, Unable, template
from community.house.supervisor import python
from community.house.tether import tied_to_parent
from community.house.throwaway import postgres

# More than this is no accident.
_MOST_TRIED_AGAIN = 5
_PASSED, _FAILED, _SKIPPED = "passed", "failed", "skipped"
_SOME_FAILED = 1  # pytest's exit status; with any other the run itself went wrong


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    # The tests that failed in the whole run and then held, with what they ran on.
    by_themselves: list[str] = field(default_factory=list)

    def __add__(self, other: Count) -> Count:
        return Count(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.by_themselves + other.by_themselves,
        )

    def __str__(self) -> str:
        told = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        held = f", {len(self.by_themselves)} held only in a second trial"
        return told + held if self.by_themselves else told


def main(arguments: Sequence[str]) -> int:
    """Run the tests; the exit status is 0 where some ran and all passed."""
    options, wanted = _parser().parse_known_args(arguments)
    everything = not wanted
    on_sqlite = options.sqlite or not options.postgres
    on_postgres = options.postgres or (everything and not options.sqlite)
    # A file stays with one worker, as do the house and the browser that it starts.
    spread = ["-n2", "--dist=loadfile", "--no-loadscope-reorder"] if everything else []
    total, status = Count(), 0
    if on_sqlite:
        print("On SQLite", flush=True)
        status, total = _tried("SQLite", [*spread, *wanted], {}, again=everything)
    if on_postgres:
        print("On PostgreSQL", flush=True)
        # What a browser shows does not depend on the database, nor does what is marked `once`.
        ours = ["-m", "not e2e and not once"] if everything else []
        try:
            on_postgres_status, count = _on_postgres([*spread, *ours, *wanted], again=everything)
            status, total = status or on_postgres_status, total + count
        except Unable as unable:
            print(f"Not run on PostgreSQL: {unable}", file=sys.stderr)
            status = status or (1 if options.postgres or os.environ.get("CI") else 0)
    for name in total.by_themselves:
        print(f"Held only by itself: {name}. It failed in the whole run: look at why.")
    print(total)
    return status


def _parser() -> argparse.ArgumentParser:
    told = argparse.ArgumentParser(prog="manage.py test", description=__doc__, allow_abbrev=False)
    told.add_argument("--sqlite", action="store_true", help="on SQLite only")
    told.add_argument("--postgres", action="store_true", help="on PostgreSQL only")
    return told


def _on_postgres(wanted: Iterable[str], *, again: bool) -> tuple[int, Count]:
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        template.create_database(server, "reweave_template")
        template.migrate(f"{server}/reweave_template", Path(folder))
        named = {"DATABASE_URL": f"{server}/reweave", "REWEAVE_TEST_TEMPLATE": "reweave_template"}
        return _tried("PostgreSQL", wanted, named, again=again)


def _tried(
    database: str, wanted: Iterable[str], environ: Mapping[str, str], *, again: bool
) -> tuple[int, Count]:
    """Exit status and count of a run; `again` gives what failed in it a second trial."""
    status, outcomes = _pytest(wanted, environ)
    failed = [name for name, outcome in outcomes.items() if outcome == _FAILED]
    held = []
    if again and status == _SOME_FAILED and len(failed) <= _MOST_TRIED_AGAIN:
        for name in failed:
            print(f"Once more, by itself: {name}", flush=True)
            if _pytest([name], environ) == (0, {name: _PASSED}):
                held.append(name)
    told = Counter(outcomes.values())
    count = Count(
        told[_PASSED],
        told[_FAILED] - len(held),
        told[_SKIPPED],
        [f"{name} (on {database})" for name in held],
    )
    return (0 if failed and failed == held else status), count


def _pytest(wanted: Iterable[str], environ: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    """Exit status of one run of pytest, and how each test went."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        status = subprocess.call(
            python("-m", "pytest", f"--junitxml={report}", "-ojunit_family=xunit1", *wanted),
            cwd=ROOT,
            env={**os.environ, **environ, "DJANGO_SETTINGS_MODULE": "community.settings_test"},
            preexec_fn=tied_to_parent(),
        )
        return status, _outcomes(report) if report.exists() else {}


def _outcomes(report: Path) -> dict[str, str]:
    """By the name that pytest takes; a test that passed and broke in its cleaning up failed."""
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314
        name = f"{case.get('file')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            found[name] = _FAILED
        elif case.find("skipped") is not None:
            found.setdefault(name, _SKIPPED)
        else:
            found.setdefault(name, _PASSED)
    return found
