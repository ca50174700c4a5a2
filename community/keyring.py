"""The keys of the house, which never stand in its database.

Settings read the secret key from here, and the vault the keys that wrap data keys.
Both come from the environment or from files under `var/keys`, made on first start and
readable by their owner alone. This module is imported by settings: standard library only.
"""

import base64
import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

KEY_BYTES = 32
_KEY_ID = re.compile(r"[a-z0-9-]{1,32}")
_SEALING, _RETIRED, _SECRET = "sealing_keys", "retired_keys", "secret_key"


class UnusableKey(ValueError):
    """A key that is not `id:base64` of 32 bytes. Its text is never repeated."""


class NoKey(Exception):
    """There is no sealing key, and this is not the time to make one."""


def secret_key(folder: Path) -> str:
    """Django's secret key, made in `folder` on first use."""
    path = folder / _SECRET
    if not path.exists():
        with _alone(folder):
            if not path.exists():
                _write(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def sealing_keys(
    from_environment: str, folder: Path, *, may_make: Callable[[], bool] = lambda: True
) -> dict[str, bytes]:
    """Keys by id, the one that new data keys are wrapped with first.

    The file is read each time, so that a running process learns of a new key. Where there is
    neither environment nor file, one is made if `may_make`. Raises UnusableKey where a key
    cannot be read, NoKey where there is none.
    """
    path = folder / _SEALING
    if from_environment.strip():
        return parsed(from_environment)
    if not path.exists():
        wanted = may_make()
        with _alone(folder):
            # Looked at again: another may have made it, and sealed with it, since.
            if not path.exists():
                if not wanted:
                    raise NoKey
                _write(path, new_key_line() + "\n")
    return parsed(path.read_text())


def parsed(text: str) -> dict[str, bytes]:
    """The keys in `text`, parted by commas or line ends. Raises UnusableKey."""
    keys: dict[str, bytes] = {}
    for line in filter(None, (line.strip() for line in re.split(r"[,\n]", text))):
        key_id, key = _key(line)
        if key_id in keys:
            raise UnusableKey("two sealing keys have the same id")
        keys[key_id] = key
    if not keys:
        raise UnusableKey("there is no sealing key")
    return keys


def new_key_line() -> str:
    """A fresh key as it stands in the file: `id:base64`."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def put_first(line: str, folder: Path) -> None:
    """Make the key in `line` the one that new data keys are wrapped with."""
    path = folder / _SEALING
    with _alone(folder):
        _write(path, line + "\n" + (path.read_text() if path.exists() else ""))


def retire(ids: Collection[str], folder: Path) -> None:
    """Move keys that no row needs to `retired_keys`, where only backups made before need them."""
    path, retired = folder / _SEALING, folder / _RETIRED
    with _alone(folder):
        lines = path.read_text().splitlines()
        gone = [line for line in lines if line.partition(":")[0].strip() in ids]
        before = retired.read_text() if retired.exists() else ""
        _write(retired, before + "".join(line + "\n" for line in gone))
        _write(path, "".join(line + "\n" for line in lines if line not in gone))


def _key(line: str) -> tuple[str, bytes]:
    key_id, _, encoded = line.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
        raise UnusableKey("a sealing key is not id:base64 of 32 bytes")
    return key_id, key


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time: two that read, add and write would lose one's key, and its words."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and on the disk before anything is sealed with it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
