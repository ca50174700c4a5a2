"""What is installed is pinned by hash, and no file says from where."""

import shutil

import pytest

from community.house import ROOT
from community.house.locks import LOCKS, faults, pins

pytestmark = pytest.mark.once


@pytest.fixture
def tree(tmp_path):
    for name in ["pyproject.toml", *LOCKS]:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_locks_fit_what_is_asked_for():
    assert list(faults(ROOT)) == []
    assert pins((ROOT / "requirements.lock").read_text())["django"].startswith("6.1.")


def test_an_address_in_a_lock_is_found(tree):
    with (tree / "requirements.lock").open("a") as lock:
        lock.write("--index-url https://packages.example/simple\n")

    assert list(faults(tree)) == ["requirements.lock holds an address."]


def test_a_pin_without_a_hash_is_found(tree):
    with (tree / "requirements.lock").open("a") as lock:
        lock.write("left-pad==1.0\n")

    assert "requirements.lock pins left-pad without a hash." in list(faults(tree))


def test_something_asked_for_and_not_pinned_is_found(tree):
    project = tree / "pyproject.toml"
    project.write_text(project.read_text().replace('"tzdata",', '"tzdata", "left-pad>=1",'))

    assert list(faults(tree)) == [
        "requirements.lock does not fit 'left-pad>=1': run `python3 manage.py lock`."
    ]


def test_two_versions_of_one_package_are_found(tree):
    lock = tree / "requirements-dev.lock"
    lock.write_text(lock.read_text().replace("\nredis==", "\nredis==0"))

    assert "redis is pinned differently in the two locks." in list(faults(tree))
