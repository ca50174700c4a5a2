"""Servers for a test run: real ones, in a folder that goes with them."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from community.house import Unable, ports
from community.house.broker import EmbeddedValkey
from community.house.tether import tied_to_parent


@dataclass
class ThrowawayValkey:
    """A broker that tests may kill and start again, under the same address."""

    folder: Path
    valkey: EmbeddedValkey = field(init=False)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.valkey = EmbeddedValkey(self.folder, keep=False)

    @property
    def url(self) -> str:
        return self.valkey.url

    def start(self) -> None:
        """Start it where it is not running. Raises Unable where it does not come up."""
        if self.process is not None:
            return
        self.process = subprocess.Popen(
            self.valkey.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            preexec_fn=tied_to_parent(),
        )
        assert self.process.stdin is not None
        with self.process.stdin as told:
            told.write(self.valkey.configuration)
        _until(self.valkey.answers, 10, "Valkey did not come up.")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def postgres(keep: Path | None = None) -> Iterator[str]:
    """The address of a PostgreSQL of our own, without a database name, while this lasts.

    In `keep` it is left where it is, and found again. Raises Unable where the machine has no
    server programs.
    """
    programs = _postgres_programs()
    folder = keep or Path(tempfile.mkdtemp(prefix="reweave-postgres-"))
    folder.mkdir(parents=True, exist_ok=True)
    who = _unprivileged()
    if who:
        shutil.chown(folder, who)
    port = ports.free()
    try:
        if not (folder / "data" / "PG_VERSION").exists():
            _make_cluster(programs, folder, who)
        password = (folder / "password").read_text()
        server = subprocess.Popen(
            [f"{programs}/postgres", "-D", f"{folder}/data", *_settings(folder, port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=tied_to_parent(signal.SIGQUIT),
            **_as(who),
        )
        try:
            ready = [f"{programs}/pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
            _until(lambda: subprocess.call(ready) == 0, 30, "PostgreSQL did not come up.")
            yield f"postgres://reweave:{password}@127.0.0.1:{port}"
        finally:
            # What is kept ends in order, or it would be mended at its next start.
            server.send_signal(signal.SIGINT if keep else signal.SIGQUIT)
            server.wait()
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(programs: Path, folder: Path, who: str | None) -> None:
    secret = folder / "password"
    secret.write_text(secrets.token_urlsafe(16))
    if who:
        shutil.chown(secret, who)
    made = subprocess.run(
        [
            f"{programs}/initdb",
            *[f"--pgdata={folder}/data", "--username=reweave", "--auth=scram-sha-256"],
            *[f"--pwfile={secret}", "--encoding=UTF8", "--no-locale", "--no-sync"],
        ],
        capture_output=True,
        text=True,
        check=False,
        **_as(who),
    )
    if made.returncode != 0:
        raise Unable(f"initdb failed: {made.stderr.strip()}")


def _settings(folder: Path, port: int) -> list[str]:
    """Nothing here has to survive anything, so nothing waits for a disk."""
    named = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": 200,
    }
    return [argument for name, value in named.items() for argument in ("-c", f"{name}={value}")]


def _postgres_programs() -> Path:
    """The folder of initdb and postgres: on the path, or where Debian keeps the newest."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in reversed(folders):
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    raise Unable("There is no PostgreSQL server here (on Debian and Ubuntu: postgresql).")


def _unprivileged() -> str | None:
    """Who runs PostgreSQL, which refuses to be run by root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as(name: str | None) -> dict[str, Any]:
    """What tells subprocess to start something as `name`."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise Unable(otherwise)
        time.sleep(0.02)
