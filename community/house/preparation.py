"""What has to be in place before the house opens: tables, static files, and on first start,
while nobody lives there, a front door and help; if it is wanted, a demo house."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from wagtail.models import Locale

from community.house import ROOT, Unable, people
from community.house.supervisor import python
from community.house.tether import tied_to_parent


def prepare(*, demo: bool) -> None:
    """Safe to repeat, and quick where there is nothing to do.

    Raises Unable where the static files cannot be collected.
    """
    collecting = start_collecting()  # takes as long as the tables do: beside them, not after
    try:
        migrate()
    finally:
        finish_collecting(collecting)
    # Wagtail asks for the house's own, which may be another than when its tables were made.
    Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    if get_user_model().objects.exists():
        return
    import_string("home.founding.found")()
    if demo:
        call_command("demo")
        told = io.StringIO()
        call_command("demo", "--json", stdout=told)
        people.remember(settings.VAR_DIR, json.loads(told.getvalue()))


def migrate() -> None:
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    if not executor.migration_plan(leaves):
        return
    if not executor.loader.applied_migrations:
        # Each step draws anew all models that are related so far. Where ours come last, there
        # are fewer of them for Wagtail's two hundred steps: a seventh of the time less.
        executor.migrate([leaf for leaf in leaves if leaf[0] not in settings.HOUSE_APPS])
    call_command("migrate", verbosity=0, interactive=False)


def start_collecting() -> subprocess.Popen[bytes] | None:
    """Collect static files in a process of their own; None where they are as last time."""
    if _stamp().exists() and _stamp().read_text() == _fingerprint():
        return None
    _stamp().unlink(missing_ok=True)
    command = python(str(ROOT / "manage.py"), "collectstatic", "--noinput", "--verbosity=0")
    return subprocess.Popen(command, preexec_fn=tied_to_parent())


def finish_collecting(collecting: subprocess.Popen[bytes] | None) -> None:
    if collecting is None:
        return
    if collecting.wait() != 0:
        raise Unable("The static files could not be collected; the lines above say why.")
    _stamp().write_text(_fingerprint())


def _stamp() -> Path:
    """Inside the folder, so that whoever deletes it gets it collected anew."""
    return Path(settings.STATIC_ROOT) / ".collected"


def _fingerprint() -> str:
    """Changes when any static file does, of ours or of a package."""
    seen = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = os.stat(storage.path(name))
            seen.update(f"{name}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    return seen.hexdigest()
