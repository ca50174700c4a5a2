"""`python3 manage.py lock`: pin what pyproject.toml asks for, by hash and without addresses.

With uv, which may be installed anywhere. `--check` only says whether the pins still fit.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from community.house import ROOT, Unable

LOCKS = {"requirements.lock": [], "requirements-dev.lock": ["--group", "dev"]}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """Write the locks, or with --check complain about them; 0 where they fit."""
    told = argparse.ArgumentParser(prog="manage.py lock", description=__doc__)
    told.add_argument("--check", action="store_true", help="change nothing")
    try:
        if told.parse_args(arguments).check:
            return _complain(list(faults(ROOT)))
        write(ROOT)
    except Unable as unable:
        return _complain([str(unable)])
    return 0


def write(root: Path) -> None:
    """Resolve anew, keeping the pins that still fit. Raises Unable without uv."""
    uv = shutil.which("uv")
    if uv is None:
        raise Unable("Locking needs uv on the path (pip install uv, in an environment of its own).")
    for name, group in LOCKS.items():
        resolved = subprocess.run(
            [
                *[uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", *group],
                *["--no-emit-index-url", "--custom-compile-command", "python3 manage.py lock"],
                *["--python-version", "3.12", "--output-file", name, "pyproject.toml"],
            ],
            cwd=root,
            check=False,
        )
        if resolved.returncode != 0:
            raise Unable(f"{name} could not be made; the lines above say why.")


def faults(root: Path) -> Iterator[str]:
    """What is wrong with the locks, a sentence each: addresses, missing hashes, pins that do
    not fit what pyproject.toml asks for, or that differ between running and developing."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    running, developing = (pins((root / name).read_text()) for name in LOCKS)
    for name in LOCKS:
        text = (root / name).read_text()
        if "://" in text:
            yield f"{name} holds an address."
        for package in _without_hash(text):
            yield f"{name} pins {package} without a hash."
    yield from _unmet("requirements.lock", running, project["project"]["dependencies"])
    wanted = project["dependency-groups"]["dev"]
    yield from _unmet("requirements-dev.lock", developing, wanted)
    for package, version in running.items():
        if developing.get(package) != version:
            yield f"{package} is pinned differently in the two locks."


def pins(text: str) -> dict[str, str]:
    """Version by package, of the text of a lock."""
    return {canonicalize_name(name): version for name, version in _PIN.findall(text)}


def _unmet(lock: str, pinned: dict[str, str], wanted: list[str]) -> Iterator[str]:
    for line in wanted:
        asked = Requirement(line)
        version = pinned.get(canonicalize_name(asked.name))
        if version is None or not asked.specifier.contains(version, prereleases=True):
            yield f"{lock} does not fit {line!r}: run `python3 manage.py lock`."


def _without_hash(text: str) -> Iterator[str]:
    for entry in re.split(r"\n(?=\S)", text):
        if (pin := _PIN.match(entry)) and "--hash=sha256:" not in entry:
            yield pin[1]


def _complain(sentences: list[str]) -> int:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 1 if sentences else 0
