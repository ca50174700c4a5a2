"""The two servers: prepared once, started fresh for each measurement, watched, ended by pid."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from community.house import ROOT, Unable, ports, template
from community.house.tether import tied_to_parent
from community.house.throwaway import ThrowawayValkey
from community.house.up import SOCKET, WEB
from tests.bench import dialects, machine
from tests.bench.dialects import Dialect, Seat

# Only these of our own surroundings reach the servers, so that nothing else is measured.
_KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONPYCACHEPREFIX", "PYTHONPERFSUPPORT")


@dataclass(frozen=True)
class Use:
    """Processor seconds: of the web processes, of Valkey, of a database server."""

    web: float = 0.0
    broker: float = 0.0
    database: float = 0.0

    @property
    def whole(self) -> float:
        return self.web + self.broker + self.database

    def __sub__(self, other: Use) -> Use:
        return Use(self.web - other.web, self.broker - other.broker, self.database - other.database)

    def __add__(self, other: Use) -> Use:
        return Use(self.web + other.web, self.broker + other.broker, self.database + other.database)


@dataclass(frozen=True)
class Side:
    """One of the two that are compared. `ground` is run to fill its database and to audit it."""

    name: str
    dialect: Dialect
    application: str
    settings: str
    ground: str
    environ: Mapping[str, str] = field(default_factory=dict)
    flags: Sequence[str] = ()


OURS = Side(
    "ours",
    dialects.Ours(),
    "community.asgi:application",
    "community.settings",
    "tests.bench.ours",
    {"ROOM_POSTS_PER_10S": "100000", "ROOM_VERBS_PER_10S": "100000"},
    SOCKET,
)
# The same on the server's own WebSocket, without the shorter way for frames.
ORDINARY = replace(OURS, name="ordinary", flags=())
PLAIN = Side(
    "plain",
    dialects.Plain(),
    "tests.bench.plain.asgi:application",
    "tests.bench.plain.settings",
    "tests.bench.plain.ground",
)


@dataclass
class People:
    """Who is there: sessions by room, small circles first, the big one last; a form's token."""

    circles: list[list[Seat]]
    big: list[Seat]
    token: str


class Bench:
    """The folder, broker and core all servers share, and each side's filled database."""

    def __init__(
        self,
        folder: Path,
        *,
        server: str | None,
        core: set[int],
        profiles: Path | None = None,
    ) -> None:
        self.folder = folder
        self.profiles = profiles  # a folder for where the time of each server went
        self.server = server  # the address of a PostgreSQL, or None for SQLite
        self.core = core
        self.valkey = ThrowawayValkey(folder / "valkey")
        self._runs = itertools.count(1)

    def environ(self, side: Side, database: str, port: int = 8000) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            **kept,
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": side.settings,
            "REDIS_URL": self.valkey.url,
            "REWEAVE_ORIGIN": f"http://localhost:{port}",
            "REWEAVE_VAR": str(self.folder / "var"),
            **side.environ,
        }

    def fill(self, side: Side, *, circles: int, members: int, big: int) -> People:
        """Make the side's database, once. Raises Unable where that fails."""
        database = self._database(f"{side.name}_ground", with_tables=side is not PLAIN)
        sizes = [str(size) for size in (circles, members, big)]
        told = self.ask(side, database, "fill", *sizes)
        seats = [[Seat(*seat) for seat in room] for room in told["circles"]]
        return People(seats, [Seat(*seat) for seat in told["big"]], told["token"])

    def kept(self, name: str) -> str:
        """The address of a database with the house's tables, made where it isn't there yet."""
        if self.server is None:
            if not (self.folder / f"{name}.sqlite3").exists():
                return self._database(name, with_tables=True)
            database = f"sqlite:///{self.folder / name}.sqlite3"
        elif name not in self._names():
            return self._database(name, with_tables=True)
        else:
            database = f"{self.server}/{name}"
        template.migrate(database, self.folder / "var")
        return database

    def ask_of_new(self, side: Side, *question: str) -> Any:
        """As `ask`, about an empty database with the house's tables."""
        return self.ask(side, self._database("empty", with_tables=True), *question)

    def ask(self, side: Side, database: str, *question: str, told: str = "") -> Any:
        """What the side's ground module answers, in a process of its own."""
        asked = subprocess.run(
            [sys.executable, "-m", side.ground, *question],
            env=self.environ(side, database),
            cwd=ROOT,
            input=told,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=tied_to_parent(),
        )
        if asked.returncode != 0:
            raise Unable(f"{side.ground} {question[0]} failed; the lines above say why.")
        return json.loads(asked.stdout.splitlines()[-1])

    @contextmanager
    def running(self, side: Side, *, processes: int) -> Iterator[Running]:
        """The side's web processes on a copy of its database, each on a port of its own."""
        database = self._copy(f"{side.name}_ground", f"{side.name}_{next(self._runs)}")
        server = Running(self, side, database)
        try:
            with machine.on(self.core):
                for _ in range(processes):
                    server.start()
            server.wait_until_ready()
            yield server
        finally:
            server.end()

    def _database(self, name: str, *, with_tables: bool) -> str:
        if self.server is None:
            if with_tables:  # migrations take ten seconds, a copy of what they make takes none
                template.copy_to(self.folder / f"{name}.sqlite3")
            return f"sqlite:///{self.folder / name}.sqlite3"
        self._execute(f'CREATE DATABASE "{name}"')
        if with_tables:
            template.migrate(f"{self.server}/{name}", self.folder / "var")
        return f"{self.server}/{name}"

    def _copy(self, of: str, name: str) -> str:
        if self.server is None:
            shutil.copyfile(self.folder / f"{of}.sqlite3", self.folder / f"{name}.sqlite3")
            return f"sqlite:///{self.folder / name}.sqlite3"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
        return f"{self.server}/{name}"

    def _names(self) -> set[str]:
        return {name for (name,) in self._execute("SELECT datname FROM pg_database")}

    def _execute(self, statement: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            done = connection.execute(statement)  # type: ignore[call-overload]
            return done.fetchall() if done.description else []


class Running:
    """A side that runs: its ports, its processes and what they use."""

    def __init__(self, bench: Bench, side: Side, database: str) -> None:
        self.bench = bench
        self.side = side
        self.database = database
        self.webs: list[subprocess.Popen[bytes]] = []
        self.ports: list[int] = []
        self.log = bench.folder / f"{side.name}.log"
        self._listeners: list[Any] = []
        self._turn = itertools.count()

    def start(self) -> None:
        listener = ports.listen(0)
        self._listeners.append(listener)
        self.ports.append(ports.number(listener))
        application, environ = self._application()
        command = [sys.executable, "-m", "uvicorn", application, *WEB, *self.side.flags]
        with self.log.open("ab") as log:
            web = subprocess.Popen(
                [*command, "--fd", str(listener.fileno())],
                env=self.bench.environ(self.side, self.database, self.ports[-1]) | environ,
                cwd=ROOT,
                pass_fds=[listener.fileno()],
                stdout=log,
                stderr=log,
                preexec_fn=tied_to_parent(),
            )
        self.webs.append(web)

    def _application(self) -> tuple[str, dict[str, str]]:
        """What uvicorn serves: the side's application, under a profiler where that is wanted."""
        if self.bench.profiles is None:
            return self.side.application, {}
        name = f"{self.database.rpartition('/')[2]}-{len(self.webs)}.profile"
        return "tests.bench.sampled:application", {
            "BENCH_APPLICATION": self.side.application,
            "BENCH_PROFILE": str(self.bench.profiles / name),
        }

    def next_port(self) -> int:
        """Whoever comes next goes to the next process."""
        return self.ports[next(self._turn) % len(self.ports)]

    def wait_until_ready(self, within: float = 60.0) -> None:
        deadline = time.monotonic() + within
        for web, port in zip(self.webs, self.ports, strict=True):
            while not _answers(port):
                if web.poll() is not None or time.monotonic() > deadline:
                    raise Unable(f"{self.side.name} did not start; {self.log} says why.")

    @property
    def pids(self) -> list[int]:
        return [web.pid for web in self.webs]

    def use(self) -> Use:
        """Processor seconds so far. What we started besides is the database server."""
        valkey = self.bench.valkey.process
        broker = [valkey.pid] if valkey else []
        others = machine.children_of(os.getpid()) - {*self.pids, *broker}
        return Use(*map(machine.seconds_of, (self.pids, broker, others)))

    def sample_from_now(self) -> None:
        """What came before, such as people coming in, is not to be in the profile."""
        if self.bench.profiles is not None:
            for web in self.webs:
                web.send_signal(signal.SIGUSR1)

    def memory(self) -> int:
        """Bytes resident in all web processes."""
        return machine.resident(self.pids)

    def end(self) -> None:
        for web in self.webs:
            web.terminate()
        for web in self.webs:
            try:
                web.wait(8)
            except subprocess.TimeoutExpired:
                web.kill()
                web.wait()
        for listener in self._listeners:
            listener.close()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz/live", headers={"Host": f"localhost:{port}"})
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        time.sleep(0.05)
        return False
    finally:
        connection.close()
