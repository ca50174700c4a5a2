"""What `manage.py bench` can be asked for; each is a module with a `main` of its own."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from django.utils.module_loading import import_string

TRIALS = {
    "room": "tests.bench.room.main",
    "kills": "tests.bench.kills.main",
    "stalled": "tests.bench.stalled.main",
    "history": "tests.bench.history.main",
    "frames": "tests.bench.frames.main",
    "session": "tests.bench.session.main",
}


def main(arguments: Sequence[str]) -> int:
    """The exit status of the trial that the first argument names."""
    what, *more = arguments or [""]
    if what not in TRIALS:
        print(f"Say what: manage.py bench {'|'.join(TRIALS)}.", file=sys.stderr)  # noqa: T201
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asked to end, they clear up, too
    try:
        # The room's own parser wants its name.
        return import_string(TRIALS[what])(arguments if what == "room" else more)
    except KeyboardInterrupt:
        print("Ended early.", file=sys.stderr)  # noqa: T201
        return 130
