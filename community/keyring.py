"""The keys of the house, which never stand in its database.

Settings read the secret key from here, and the vault the keys that wrap data keys.
Both come from the environment or from files under `var/keys`, made on first start and
readable by their owner alone. This module is imported by settings: standard library only.
"""

import base64
import os
import re
import secrets
from pathlib import Path

KEY_BYTES = 32
_KEY_ID = re.compile(r"[a-z0-9-]{1,32}")


class UnusableKey(ValueError):
    """A key that is not `id:base64` of 32 bytes. Its text is never repeated."""


def secret_key(folder: Path) -> str:
    """Django's secret key, made in `folder` on first use."""
    return _kept(folder / "secret_key", lambda: secrets.token_urlsafe(48))


def sealing_keys(from_environment: str, folder: Path) -> dict[str, bytes]:
    """Keys by id, the one that new data keys are wrapped with first.

    Raises UnusableKey where one cannot be read.
    """
    text = from_environment.replace(",", "\n") or _kept(folder / "sealing_keys", new_key_line)
    keys = dict(_parsed(line) for line in text.split("\n") if line.strip())
    if not keys:
        raise UnusableKey("there is no sealing key")
    return keys


def new_key_line() -> str:
    """A fresh key as it stands in the file: `id:base64`."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def put_first(line: str, folder: Path) -> None:
    """Make the key in `line` the one that new data keys are wrapped with."""
    path = folder / "sealing_keys"
    _write(path, line + "\n" + (path.read_text() if path.exists() else ""))


def _parsed(line: str) -> tuple[str, bytes]:
    key_id, _, encoded = line.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
        raise UnusableKey("a sealing key is not id:base64 of 32 bytes")
    return key_id, key


def _kept(path: Path, make) -> str:
    """What stands at `path`; made once, by whichever process comes first."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        _write(draft, make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new-{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
