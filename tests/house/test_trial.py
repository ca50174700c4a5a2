"""`manage.py test`: what failed where much runs at once is tried again by itself, and named."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from community.house import template, trial
from tests.conftest import LONGEST

pytestmark = pytest.mark.once

# Each holds as often as it is told here: not at all, from the second time on, or always.
TESTS = """
import os, pathlib
import pytest

def turn(name):
    on = "postgres" if "DATABASE_URL" in os.environ else "sqlite"
    turns = pathlib.Path(__file__).with_name(f"{name.replace('/', '-')}-{on}")
    turns.write_text((turns.read_text() if turns.exists() else "") + "x")
    return len(turns.read_text())

def test_holds():
    pass

@pytest.mark.skip
def test_is_passed_over():
    pass
"""
LATE = """
@pytest.mark.parametrize("words", ['a::b [ü/ä] "<&'])
def test_holds_the_second_time(words):
    assert turn(words) == 2
"""
NEVER = """
def test_never_holds():
    turn("never")
    raise AssertionError("THE REASON")
"""
UNTIDY = """
@pytest.fixture
def untidy():
    yield
    assert turn("untidy") > 1

def test_cleans_up_the_second_time(untidy):
    pass
"""
MANY = """
@pytest.mark.parametrize("n", range(6))
def test_is_one_of_many(n):
    assert turn(f"many{n}") == 2
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house of which nothing stands but its tests, and a PostgreSQL that none of them asks."""

    @contextlib.contextmanager
    def postgres() -> Iterator[str]:
        yield "postgres://nowhere"

    for name in ("DATABASE_URL", "CI", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(trial, "ROOT", tmp_path)
    monkeypatch.setattr(trial, "postgres", postgres)
    monkeypatch.setattr(template, "create_database", lambda *_: None)
    monkeypatch.setattr(template, "migrate", lambda *_: None)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = -q -p xdist -p no:cacheprovider\nmarkers =\n  e2e\n  once\n"
    )
    return tmp_path


def turns(tree: Path, name: str) -> dict[str, int]:
    return {path.name: len(path.read_text()) for path in tree.glob(f"{name}-*")}


def test_what_holds_by_itself_is_named_and_does_not_fail_the_run(tree, capfd):
    (tree / "test_it.py").write_text(TESTS + LATE + UNTIDY)

    assert trial.main([]) == 0

    said = capfd.readouterr().out
    for database in ("SQLite", "PostgreSQL"):
        assert (
            "Held only by itself: test_it.py::test_cleans_up_the_second_time"
            f" (on {database}). It failed in the whole run: look at why." in said
        )
    assert said.count("Held only by itself: ") == 4
    assert "assert 1 == 2" in said  # why it failed at first
    assert said.splitlines()[-1] == "2 passed, 0 failed, 2 skipped, 4 held only in a second trial"


def test_what_fails_again_fails_the_run_and_what_held_is_named_all_the_same(tree, capfd):
    (tree / "test_it.py").write_text(TESTS + LATE + NEVER)

    assert trial.main(["--sqlite"]) == 1

    said = capfd.readouterr().out
    assert said.count("Held only by itself: ") == 1
    assert "Held only by itself: test_it.py::test_never" not in said
    assert turns(tree, "never") == {"never-sqlite": 2}
    assert said.splitlines()[-1] == "1 passed, 1 failed, 1 skipped, 1 held only in a second trial"


def test_where_much_fails_nothing_is_tried_again(tree, capfd):
    (tree / "test_it.py").write_text(TESTS + MANY)

    assert trial.main(["--sqlite"]) == 1

    assert set(turns(tree, "many*").values()) == {1}
    assert capfd.readouterr().out.splitlines()[-1] == "1 passed, 6 failed, 1 skipped"


def test_what_was_asked_for_by_name_is_tried_once(tree, capfd):
    (tree / "test_it.py").write_text(TESTS + NEVER)

    assert trial.main(["test_it.py"]) == 1

    assert turns(tree, "never") == {"never-sqlite": 1}
    assert capfd.readouterr().out.splitlines()[-1] == "1 passed, 1 failed, 1 skipped"


@pytest.mark.parametrize("broken", ["import nowhere_at_all", "def test_it(: pass"])
def test_what_can_not_be_read_is_never_forgiven(tree, broken):
    (tree / "test_it.py").write_text(TESTS)
    (tree / "test_broken.py").write_text(broken)

    assert trial.main(["--sqlite"]) != 0


def test_the_files_that_are_named_to_come_first_are_there_and_all_that_need_a_browser_among_them():
    tests = Path(__file__).parent.parent

    assert all((tests / name).exists() for name in LONGEST)
    assert len(set(LONGEST)) == len(LONGEST)
    assert {f"e2e/{file.name}" for file in (tests / "e2e").glob("test_*.py")} <= set(LONGEST)
