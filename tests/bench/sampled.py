"""The house's application under a sampling profiler, for `bench … --profile`.

A thread looks every few milliseconds where every other thread is, and writes down the processor
time it took since the last look: where threads wait, they cost nothing. The sums go to the file in
BENCH_PROFILE, again and again, since a server may end without a word; SIGUSR1 begins anew.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from types import FrameType

from django.utils.module_loading import import_string

_EVERY_SECONDS = 0.004
_LOOKS_BEFORE_WRITING = 125
# How long a thread may go on when we want to look. Left as usual, we would come at the moments
# when threads let go by themselves, in the database and on the network, and blame those.
_LET_GO_SECONDS = 0.0001
_ROWS = 60


class Sampler(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True, name="sampler")
        self.whole: Counter[str] = Counter()
        self.themselves: Counter[str] = Counter()
        self.by_thread: Counter[str] = Counter()
        self._before: dict[int, float] = defaultdict(float)

    def start_over(self, *_: object) -> None:
        self.whole, self.themselves, self.by_thread = Counter(), Counter(), Counter()

    def run(self) -> None:
        while True:
            for _ in range(_LOOKS_BEFORE_WRITING):
                time.sleep(_EVERY_SECONDS)
                self._look()
            Path(os.environ["BENCH_PROFILE"]).write_text(self.tell())

    def _look(self) -> None:
        frames = sys._current_frames()
        for thread in threading.enumerate():
            if thread is self or thread.ident not in frames:
                continue
            try:
                used = time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
            except OSError:
                continue  # it has just ended
            took = used - self._before[thread.ident]
            self._before[thread.ident] = used
            if took > 0:
                self._note(thread.name.split("-", 1)[0], frames[thread.ident], took)

    def _note(self, thread: str, frame: FrameType | None, took: float) -> None:
        self.by_thread[thread] += took
        if frame is not None:
            self.themselves[_name(frame)] += took
        stack = set()
        while frame is not None:
            stack.add(_name(frame))
            frame = frame.f_back
        for name in stack:
            self.whole[name] += took

    def tell(self) -> str:
        whole = sum(self.by_thread.values()) or 1.0
        parts = [f"{whole:.2f} s of processor time: {_shares(self.by_thread, whole)}"]
        for title, counted in (("with all it calls", self.whole), ("by itself", self.themselves)):
            parts += [f"\n{title}"]
            parts += [f"{s / whole:6.1%}  {name}" for name, s in counted.most_common(_ROWS)]
        return "\n".join(parts) + "\n"


def _name(frame: FrameType) -> str:
    code = frame.f_code
    file = "/".join(code.co_filename.rsplit("/", 3)[-3:])
    return f"{file}:{code.co_firstlineno} {code.co_qualname}"


def _shares(counted: Counter[str], whole: float) -> str:
    return ", ".join(f"{name} {seconds / whole:.0%}" for name, seconds in counted.most_common())


inner = import_string(os.environ["BENCH_APPLICATION"].replace(":", "."))
_sampler = Sampler()
signal.signal(signal.SIGUSR1, _sampler.start_over)


async def application(scope, receive, send):
    if not _sampler.is_alive():
        sys.setswitchinterval(_LET_GO_SECONDS)
        _sampler.start()
    await inner(scope, receive, send)
