"""manage.py finds a Python and makes its own environment, in a folder that has nothing yet."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from community.house import ROOT

pytestmark = pytest.mark.once

GREETING = "import sys\ndef main(arguments):\n    print(sys.prefix, *arguments)\n    return 0\n"


@pytest.fixture
def manage():
    """The module, loaded anew."""
    spec = importlib.util.spec_from_file_location("manage_anew", ROOT / "manage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path) -> Path:
    """A tree with manage.py, locks that name nothing, and an `up` that says where it runs."""
    return planted(tmp_path)


@pytest.fixture(scope="module")
def made_before(tmp_path_factory) -> Path:
    tree = planted(tmp_path_factory.mktemp("made"))
    outcome(start(tree))
    return tree


@pytest.fixture
def made(made_before, tmp_path) -> Path:
    """Such a tree in which everything is installed."""
    return Path(shutil.copytree(made_before, tmp_path / "made", symlinks=True))


def planted(folder: Path) -> Path:
    shutil.copy(ROOT / "manage.py", folder)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (folder / lock).write_text("# nothing\n")
    house = folder / "community" / "house"
    house.mkdir(parents=True)
    (folder / "community" / "__init__.py").touch()
    (house / "__init__.py").touch()
    (house / "up.py").write_text(GREETING)
    (house / "locks.py").write_text(GREETING)
    return folder


def start(tree: Path, command: str = "up", python: str = sys.base_prefix + "/bin/python3"):
    kept = {name: value for name, value in os.environ.items() if name != "REWEAVE_NO_BOOTSTRAP"}
    return subprocess.Popen(
        [python, tree / "manage.py", command, "hello"],
        env=kept,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def outcome(started) -> str:
    said, complained = started.communicate(timeout=120)
    assert started.returncode == 0, complained
    return said


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def test_two_at_once_make_one_environment_and_both_start_in_it(tree):
    starts = [start(tree), start(tree)]

    assert [outcome(started) for started in starts] == [f"{tree / '.venv'} hello\n"] * 2


def test_an_environment_that_fits_is_not_touched_again(made):
    before = (made / ".venv" / ".installed").stat().st_mtime_ns

    outcome(start(made))
    outcome(start(made, python=made / ".venv" / "bin" / "python"))

    assert (made / ".venv" / ".installed").stat().st_mtime_ns == before


def test_a_changed_lock_is_installed(made, manage):
    (made / "requirements.lock").write_text("# nothing, in other words\n")
    assert not manage.Environment(made).has("requirements.lock")

    outcome(start(made))

    assert manage.Environment(made).has("requirements.lock")


def test_who_develops_needs_more_than_who_runs_the_house(made, manage):
    (made / "requirements-dev.lock").write_text("# tools\n")
    assert not manage.Environment(made).has("requirements-dev.lock")

    outcome(start(made, command="lock"))

    assert manage.Environment(made).has("requirements-dev.lock")
    assert manage.Environment(made).has("requirements.lock")


def test_an_interrupted_install_is_begun_anew(made):
    half = made / ".venv" / "lib" / "half-a-package"
    half.touch()
    (made / ".venv" / ".installed").unlink()
    (made / ".venv" / ".unfinished").touch()

    outcome(start(made))

    assert not half.exists()
    assert not (made / ".venv" / ".unfinished").exists()


def test_an_environment_whose_python_went_away_is_made_anew(made):
    (made / ".venv" / "bin" / "python").unlink()

    assert outcome(start(made)) == f"{made / '.venv'} hello\n"


def test_a_package_with_another_hash_is_not_installed(tree):
    (tree / "requirements.lock").write_text(f"idna==3.10 --hash=sha256:{'0' * 64}\n")
    started = start(tree)

    _, complained = started.communicate(timeout=120)

    assert started.returncode == 1
    assert "The packages could not be installed" in complained
    assert "Traceback" not in complained


def test_a_shim_that_fails_is_passed_over_for_what_pyenv_holds(manage, tmp_path, monkeypatch):
    shim = executable(tmp_path / "bin" / "python3.14", "echo 'no such version' >&2; exit 127\n")
    old = executable(tmp_path / "pyenv" / "versions" / "3.9.9" / "bin" / "python3", "exit 1\n")
    new = tmp_path / "pyenv" / "versions" / "3.13.11" / "bin" / "python3"
    new.parent.mkdir(parents=True)
    new.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(old))
    monkeypatch.setenv("PATH", str(shim.parent))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))

    assert manage.fitting_python() == str(new)


def test_newer_versions_come_first_by_number_not_by_letter(manage, tmp_path, monkeypatch):
    for version in ("3.9.1", "3.12.10", "3.12.9", "3.13.0"):
        (tmp_path / "versions" / version).mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    _, *found = manage.candidates()

    assert [Path(path).parts[-3] for path in found] == ["3.13.0", "3.12.10", "3.12.9", "3.9.1"]


def test_without_a_python_that_fits_one_sentence_says_so(tree, tmp_path, manage, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    with pytest.raises(manage.Unable, match=r"needs Python 3\.12 or newer"):
        manage.fitting_python()


def test_old_pythons_can_read_it(manage):
    compile((ROOT / "manage.py").read_text(), "manage.py", "exec", dont_inherit=True)
    import ast

    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 8))


def test_an_environment_of_ones_own_is_left_alone(manage, monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/usr")
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert not manage.own_environment({})
    assert manage.own_environment({"REWEAVE_NO_BOOTSTRAP": "1"})
