"""`python3 manage.py up`: the whole house on this machine, kept up until it is asked to end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from community.house import ROOT, Unable, fingerprint, ports, standing
from community.house.broker import EmbeddedValkey
from community.house.people import whom_to_sign_in_as
from community.house.probe import lives
from community.house.supervisor import Part, Supervisor, python, say
from community.house.tether import Ledger


def main(arguments: Sequence[str]) -> int:
    """Run the house; the exit status is 0 where it ended because it was asked to."""
    options = parser().parse_args(arguments)
    var = standing.var_dir(os.environ)
    _allow_many_sockets()
    try:
        claim = standing.Claim(var)
        listener = ports.listen(options.port)
        return asyncio.run(House(var, claim, listener, options).stand())
    except Unable as unable:
        print(unable, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    told = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    told.add_argument("--port", type=_port, help="listen here and nowhere else (8000 if free)")
    told.add_argument("--no-demo", action="store_true", help="start with an empty house")
    told.add_argument("--workers", type=_count, default=1, metavar="N", help="web processes")
    return told


class House:
    """The parts and how they depend on each other."""

    def __init__(
        self,
        var: Path,
        claim: standing.Claim,
        listener: socket.socket,
        options: argparse.Namespace,
    ) -> None:
        self.var = var
        self.claim = claim
        self.listener = listener
        self.options = options
        self.ledger = Ledger(var / "up.processes")
        self.address = f"http://localhost:{ports.number(listener)}"
        environ = {
            "REWEAVE_ORIGIN": self.address,
            **os.environ,
            "REWEAVE_VAR": str(var),
            "DJANGO_SETTINGS_MODULE": "community.settings",
            "PYTHONUNBUFFERED": "1",
        }
        elsewhere = environ.get("REDIS_URL") or environ.get("REDIS_URL_FILE")
        self.valkey = None if elsewhere else EmbeddedValkey(var / "valkey")
        if self.valkey is not None:
            environ["REDIS_URL"] = self.valkey.url
        self.house = Supervisor(environ, self.ledger)

    async def stand(self) -> int:
        """Bring the parts up, wait until asked to end, bring them down."""
        asked_to_end = asyncio.create_task(self._asked_to_end())
        rising = asyncio.create_task(self._rise())
        try:
            await asyncio.wait({asked_to_end, rising}, return_when=asyncio.FIRST_COMPLETED)
            if rising.done():
                rising.result()
                await asked_to_end
            say("house", "closing")
        finally:
            rising.cancel()
            await asyncio.gather(*(self.house.end([name]) for name in self._webs()))
            await self.house.end(["beat", "worker", "prepare", "broker"])
        return 0

    async def _rise(self) -> None:
        self.ledger.end_leftovers()
        if self.valkey is not None:
            broker = Part(
                "broker",
                self.valkey.command,
                ready=self.valkey.answers,
                told=self.valkey.configuration,
            )
            self.house.keep(broker)
            await self.house.ready(broker, within=20)
        told = ("REWEAVE_ORIGIN", "REDIS_URL")
        environ = self.house.environ
        self.claim.tell(**{name: environ[name] for name in told if environ.get(name)})
        await self._open()
        self.house.keep(Part("worker", celery("community", "worker", *LEAN_WORKER), patience=15.0))
        self.house.keep(Part("beat", celery("community.house.clock", "beat")))
        for line in whom_to_sign_in_as(self.var, self.address):
            say("house", line)

    async def _open(self) -> None:
        """Tables and files first, then the web; where they are as the last time, both at once."""
        prepare = Part("prepare", manage("prepare", *([] if self.options.no_demo else ["--demo"])))
        stamp = self.var / "prepared"
        now = fingerprint.of_start(self.house.environ.get("DATABASE_URL", ""))
        as_last_time = stamp.exists() and stamp.read_text() == now
        preparing = asyncio.create_task(self.house.once(prepare))
        if not as_last_time:
            await preparing
        webs = [
            Part(name, web(self.listener), 8.0, self._serves, fds=(self.listener.fileno(),))
            for name in self._webs()
        ]
        for part in webs:
            self.house.keep(part)
        await asyncio.gather(preparing, self.house.ready(webs[0]))
        stamp.write_text(now)

    async def _asked_to_end(self) -> None:
        """Until Ctrl-C, a signal, or the terminal is closed. Asked twice, it ends at once."""
        loop, asked = asyncio.get_running_loop(), asyncio.Event()

        def ask() -> None:
            if asked.is_set():
                self.house.end_now()
            asked.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, ask)
        await asked.wait()

    def _webs(self) -> list[str]:
        count = self.options.workers
        return ["web"] if count == 1 else [f"web-{n}" for n in range(1, count + 1)]

    def _serves(self) -> bool:
        host = urlsplit(self.house.environ["REWEAVE_ORIGIN"]).hostname or "localhost"
        return lives(ports.number(self.listener), host)


def manage(*arguments: str) -> list[str]:
    return python(str(ROOT / "manage.py"), *arguments)


def web(listener: socket.socket) -> list[str]:
    """A web process on a socket that stays open when it dies: who comes meanwhile waits."""
    return python(
        "-m", "uvicorn", "community.asgi:application", *WEB, *SOCKET, "--fd", f"{listener.fileno()}"
    )


def celery(app: str, *arguments: str) -> list[str]:
    # Who runs as root has decided so; told at each start, it hides what matters.
    quiet = ["-W", "ignore:You're running the worker with superuser", "-m", "celery", "--quiet"]
    return python(*quiet, "-A", app, *arguments, "--loglevel", "warning")


# Frames are small and shared, so compressing them would only cost; what is larger is refused.
WEB = [
    *["--lifespan", "off", "--http", "httptools", "--loop", "uvloop"],
    *["--ws-max-size", "262144", "--ws-per-message-deflate", "false"],
    *["--no-server-header", "--no-access-log", "--no-proxy-headers", "--log-level", "warning"],
    *["--timeout-graceful-shutdown", "5"],
]
# uvicorn's own WebSocket, with a shorter way for frames that go to many.
SOCKET = ["--ws", "chat.hub.direct:DirectSocket"]
# Threads, not children: less memory, and nothing that could outlive it.
LEAN_WORKER = ["--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle"]


def _allow_many_sockets() -> None:
    """Every open browser is an open file, and many systems begin with 1,024 of those."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # then it stays as it is
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535.")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 64):
        raise argparse.ArgumentTypeError("say how many web processes, from 1 to 64.")
    return int(text)
