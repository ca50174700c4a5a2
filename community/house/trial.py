"""`python3 manage.py test`: every test there is, on SQLite and on PostgreSQL.

With arguments for pytest (`python3 manage.py test tests/chat -k mute`) only those, on SQLite.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from community.house import ROOT, Unable, template
from community.house.supervisor import python
from community.house.tether import tied_to_parent
from community.house.throwaway import postgres


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


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
        status, total = _pytest([*spread, *wanted], {})
    if on_postgres:
        print("On PostgreSQL", flush=True)
        # What a browser shows does not depend on the database, nor does what is marked `once`.
        ours = ["-m", "not e2e and not once"] if everything else []
        try:
            on_postgres_status, count = _on_postgres([*spread, *ours, *wanted])
            status, total = status or on_postgres_status, total + count
        except Unable as unable:
            print(f"Not run on PostgreSQL: {unable}", file=sys.stderr)
            status = status or (1 if options.postgres or os.environ.get("CI") else 0)
    print(total)
    return status


def _parser() -> argparse.ArgumentParser:
    told = argparse.ArgumentParser(prog="manage.py test", description=__doc__, allow_abbrev=False)
    told.add_argument("--sqlite", action="store_true", help="on SQLite only")
    told.add_argument("--postgres", action="store_true", help="on PostgreSQL only")
    return told


def _on_postgres(wanted: Iterable[str]) -> tuple[int, Count]:
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        template.create_database(server, "reweave_template")
        template.migrate(f"{server}/reweave_template", Path(folder))
        named = {"DATABASE_URL": f"{server}/reweave", "REWEAVE_TEST_TEMPLATE": "reweave_template"}
        return _pytest(wanted, named)


def _pytest(wanted: Iterable[str], environ: Mapping[str, str]) -> tuple[int, Count]:
    """Exit status and count of one run of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        status = subprocess.call(
            python("-m", "pytest", f"--junitxml={report}", *wanted),
            cwd=ROOT,
            env={**os.environ, **environ, "DJANGO_SETTINGS_MODULE": "community.settings_test"},
            preexec_fn=tied_to_parent(),
        )
        count = _count(report) if report.exists() else Count()
    return status, count


def _count(report: Path) -> Count:
    """pytest's own count, from the report it has just written."""
    total = Count()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314
        tests, failed, errors, skipped = (
            int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
        )
        failed += errors
        total += Count(tests - failed - skipped, failed, skipped)
    return total
