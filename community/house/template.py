"""A migrated, empty database to copy: migrations take ten seconds, a copy takes none."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from community.house import ROOT, Unable, fingerprint
from community.house.supervisor import python
from community.house.tether import tied_to_parent

CACHE = ROOT / "var" / "tests"


def copy_to(path: Path) -> None:
    """Put a migrated, empty SQLite database at `path`."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.copyfile(_template(), path)


def migrate(database_url: str, folder: Path) -> None:
    """Bring the database at `database_url` to the newest tables. Raises Unable where it fails."""
    environ = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "community.settings",
        "REWEAVE_VAR": str(folder),
    }
    command = python(str(ROOT / "manage.py"), "migrate", "--verbosity=0")
    if subprocess.run(command, env=environ, preexec_fn=tied_to_parent()).returncode != 0:
        raise Unable("The migrations failed; the lines above say why.")


def create_database(server: str, name: str) -> None:
    """An empty database in the PostgreSQL at `server`."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
        )


def _template() -> Path:
    """The template for the migrations as they are now, made where it is missing."""
    template = CACHE / f"template-{fingerprint.of_tables()}.sqlite3"
    if not template.exists():
        for earlier in CACHE.glob("template-*"):
            earlier.unlink()
        draft = template.with_suffix(".draft")
        migrate(f"sqlite:///{draft}", CACHE / "var")
        draft.rename(template)
    return template
