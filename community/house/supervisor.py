"""Keeps the parts of the house running: starts them in order, again when they die, and ends
them in the order that loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from community.house import Unable
from community.house.tether import Ledger, tied_to_parent

FIRST_PAUSE = 0.25  # seconds before a part that died is started again; doubled each time
LONGEST_PAUSE = 5.0
STEADY = 5.0  # after this long a part's death is a new story

Say = Callable[[str, str], None]


def say(part: str, line: str) -> None:
    """One line to whoever watches, with the part it is from in front."""
    with contextlib.suppress(BrokenPipeError):
        print(f"{part:<8}│ {line}", flush=True)


@dataclass
class Part:
    """A process to keep. `ready` looks whether it serves; `patience` is how many seconds it
    gets between being asked to end and being ended."""

    name: str
    command: list[str]
    patience: float = 5.0
    ready: Callable[[], bool] = lambda: True
    told: bytes = b""
    fds: tuple[int, ...] = ()


class Supervisor:
    def __init__(self, environ: Mapping[str, str], ledger: Ledger, say: Say = say) -> None:
        self.environ = dict(environ)
        self.ledger = ledger
        self.say = say
        self.running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._parts: dict[str, Part] = {}
        self._ending: set[str] = set()

    def keep(self, part: Part) -> None:
        """Start `part`, and again whenever it dies, until `end`."""
        self._parts[part.name] = part
        self._keepers[part.name] = asyncio.create_task(self._keep(part))

    async def ready(self, part: Part, within: float = 60.0) -> None:
        """Wait until `part` serves. Raises Unable where it does not after `within` seconds."""
        deadline = time.monotonic() + within
        while not await asyncio.to_thread(part.ready):
            if time.monotonic() > deadline:
                raise Unable(f"The {part.name} did not come up; the lines above may say why.")
            await asyncio.sleep(0.05)

    async def once(self, part: Part) -> None:
        """Run `part` to its end. Raises Unable where it fails."""
        if await self._run(part) != 0 and part.name not in self._ending:
            raise Unable(f"`{part.name}` failed; the lines above say why.")

    async def end(self, names: Iterable[str]) -> None:
        """Ask for an end, one after the other; what does not end in its patience is ended."""
        for name in names:
            self._ending.add(name)
            process = self.running.get(name)
            if process is not None:
                _signal(process, signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), self._parts[name].patience)
                except TimeoutError:
                    _signal(process, signal.SIGKILL)
            keeper = self._keepers.get(name)
            if keeper is not None:
                if process is None:
                    keeper.cancel()  # between two lives
                await asyncio.gather(keeper, return_exceptions=True)

    def end_now(self) -> None:
        """End everything at once."""
        self._ending.update(self._parts)
        for process in self.running.values():
            _signal(process, signal.SIGKILL)

    async def _keep(self, part: Part) -> None:
        pause = FIRST_PAUSE
        while part.name not in self._ending:
            began = time.monotonic()
            code = await self._run(part)
            if part.name in self._ending:
                return
            if time.monotonic() - began > STEADY:
                pause = FIRST_PAUSE
            self.say(part.name, f"ended ({_reason(code)}); starting it again")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run(self, part: Part) -> int:
        self._parts[part.name] = part
        process = await asyncio.create_subprocess_exec(
            *part.command,
            stdin=asyncio.subprocess.PIPE if part.told else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self.environ,
            pass_fds=part.fds,
            process_group=0,  # Ctrl-C is for the supervisor, which ends the parts in order
            preexec_fn=tied_to_parent(),
        )
        self.running[part.name] = process
        self.ledger.note(process.pid)
        if part.name in self._ending:  # asked to end while it was being started
            _signal(process, signal.SIGKILL)
        assert process.stdout is not None
        lines = asyncio.create_task(self._forward(part.name, process.stdout))
        if process.stdin is not None:
            process.stdin.write(part.told)
            process.stdin.close()
        code = await process.wait()
        del self.running[part.name]
        self.ledger.forget(process.pid)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(lines, 1.0)
        return code

    async def _forward(self, name: str, stream: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await stream.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self.say(name, line.decode(errors="replace"))
        if rest:
            self.say(name, rest.decode(errors="replace"))


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    """To the part and to whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit {code}"
    return signal.Signals(-code).name
