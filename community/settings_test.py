"""Settings of a test run: the house's own, in a folder and with a broker made for one process.

pytest-django reads settings before any fixture, so the broker starts here.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from community.house import template
from community.house.throwaway import ThrowawayValkey

_folder = Path(tempfile.mkdtemp(prefix="reweave-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
VALKEY = ThrowawayValkey(_folder / "valkey")
VALKEY.start()
atexit.register(VALKEY.kill)

os.environ |= {
    "REWEAVE_VAR": str(_folder),
    "REDIS_URL": VALKEY.url,
    "REWEAVE_ORIGIN": "http://localhost:8000",
}
# Collected once for all runs, by the first that needs it in a browser.
(template.CACHE / "static").mkdir(parents=True, exist_ok=True)
(_folder / "static").symlink_to(template.CACHE / "static")

from community.settings import *  # noqa: E402, F403
from community.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: other threads and processes look into it.
    _database = _folder / "test.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(_database)}
    _worker = os.environ.get("PYTEST_XDIST_WORKER")
    template.copy_to(_database.with_name(f"test.sqlite3_{_worker}") if _worker else _database)
elif "REWEAVE_TEST_TEMPLATE" in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["REWEAVE_TEST_TEMPLATE"]}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No client of theirs looks at each of the 800 static files before its first request.
WHITENOISE_AUTOREFRESH = True
# Tests look themselves: no thread of the process reads while they put the ground back.
CARE_LOOKS_AT_ONCE = False
