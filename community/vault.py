"""Seals words before they reach the database, and opens them for those who may read.

Each circle and each person has a data key, kept wrapped (encrypted) by a key of the house
that stands outside the database (`community.keyring`). Both steps are AES-256-GCM. What a
sealed value belongs to, its row and its owner, is bound to it as associated data: moved
to another row or another owner it does not open.

A sealed value: version (1 byte) · id of the data key (8 bytes) · nonce (12) · ciphertext.
"""

from __future__ import annotations

import hashlib
import os
import struct
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from community import keyring
from community.models import DataKey
from community.randomness import random_bytes

_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEADER = struct.Struct(">cQ")
# How long a process remembers an opened data key; one erased elsewhere is forgotten within this.
_REMEMBER_SECONDS = 60.0
_REMEMBER_AT_MOST = 10_000


class Unopenable(Exception):
    """Words that can't be opened: erased with their key, or tampered with."""


class Erased(Unopenable):
    """The owner's key was destroyed, and their words with it; nothing is sealed for them again."""


class KeyAway(RuntimeError):
    """A key of the house is not where it should be: the words are there, and can't be opened.

    Not an Unopenable, lest words that are only out of reach be shown as erased.
    """


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """A data key as this process remembers it: for many words of one owner in a row."""

    owner: str
    id: int
    cipher: AESGCM
    for_fingerprints: bytes
    opened_at: float

    @classmethod
    def of(cls, row: DataKey) -> OpenedKey:
        key = unwrap(row)
        apart = hashlib.blake2b(b"fingerprints", key=key, digest_size=32).digest()
        return cls(row.owner, row.pk, AESGCM(key), apart, time.monotonic())

    def seal(self, words: str, *, about: str) -> bytes:
        """As the module's `seal`."""
        try:
            plain = words.encode()
        except UnicodeEncodeError:
            # That exception carries the words, and exceptions end up in logs.
            raise ValueError("not text that can be stored") from None
        header = _HEADER.pack(_VERSION, self.id)
        nonce = random_bytes(_NONCE_BYTES)
        bound_to = _bound_to(header, self.owner, about)
        return header + nonce + self.cipher.encrypt(nonce, plain, bound_to)

    def fingerprint(self, words: str) -> bytes:
        """As the module's `fingerprint`."""
        plain = words.encode(errors="surrogatepass")
        return hashlib.blake2b(plain, key=self.for_fingerprints, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class _OnceCommitted:
    """What becomes true of an owner's key when the transaction commits; None is an erased key.

    It waits among the transaction's `on_commit` callbacks. There this transaction finds it
    again, and if a rollback takes it away, the process has never remembered a key that
    never was.
    """

    owner: str
    key: OpenedKey | None

    def __call__(self) -> None:
        with _lock:
            _remembered.pop(self.owner, None)
            if self.key is not None:
                while len(_remembered) >= _REMEMBER_AT_MOST:
                    del _remembered[next(iter(_remembered))]
                _remembered[self.owner] = self.key


_remembered: dict[str, OpenedKey] = {}
_lock = threading.Lock()


def circle_owner(circle_public_id: str) -> str:
    return f"circle:{circle_public_id}"


def person_owner(person_public_id: str) -> str:
    return f"person:{person_public_id}"


def seal(words: str, *, owner: str, about: str) -> bytes:
    """`words` encrypted for `owner`; `about` names the row, such as `message:<public id>`.

    Raises Erased where the owner's words were erased, ValueError where `words` is not text
    that can be stored (a lone surrogate), KeyAway where the house has lost its keys.
    """
    return key_for(owner).seal(words, about=about)


def open_sealed(sealed: bytes | memoryview, *, owner: str, about: str) -> str:
    """The words again.

    Raises Unopenable where the key is gone or the value was altered, KeyAway where the house
    has lost its keys.
    """
    sealed = bytes(sealed)
    header, nonce = sealed[: _HEADER.size], sealed[_HEADER.size : _HEADER.size + _NONCE_BYTES]
    if len(nonce) < _NONCE_BYTES:
        raise Unopenable("not a sealed value")
    version, key_id = _HEADER.unpack(header)
    key = key_for(owner, make=False)
    if version != _VERSION or key.id != key_id:
        raise Unopenable("sealed by a key that is gone")
    ciphertext = sealed[_HEADER.size + _NONCE_BYTES :]
    try:
        return key.cipher.decrypt(nonce, ciphertext, _bound_to(header, owner, about)).decode()
    except InvalidTag:
        raise Unopenable("altered or moved") from None


def fingerprint(words: str, *, owner: str) -> bytes:
    """16 bytes that are alike for the same words of the same owner, and tell nothing else."""
    return key_for(owner).fingerprint(words)


def erase(owner: str) -> None:
    """Destroy the owner's data key, and with it every word it sealed. There is no way back.

    Other processes forget it within a minute. A backup that still holds the key's row holds
    the words too, for whoever has the house's keys: erase again after restoring one.
    """
    now = timezone.now()
    with transaction.atomic():
        DataKey.objects.update_or_create(
            owner=owner, defaults={"wrapped": b"", "wrapped_by": "", "erased_at": now}
        )
        transaction.on_commit(_OnceCommitted(owner, None))


def forget() -> None:
    """Drop the opened data keys that this process remembers."""
    with _lock:
        _remembered.clear()


def wrap(key: bytes, *, owner: str) -> tuple[str, bytes]:
    """`key` encrypted by the newest key of the house, and that key's id."""
    key_id, house_key = next(iter(house_keys().items()))
    nonce = os.urandom(_NONCE_BYTES)
    return key_id, nonce + AESGCM(house_key).encrypt(nonce, key, owner.encode())


def unwrap(row: DataKey) -> bytes:
    """The data key in `row`. Raises KeyAway, or Unopenable where the row was altered or moved."""
    house_key = house_keys().get(row.wrapped_by)
    if house_key is None:
        raise KeyAway("a data key is wrapped by a key of the house that is not here")
    wrapped = bytes(row.wrapped)
    try:
        return AESGCM(house_key).decrypt(
            wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], row.owner.encode()
        )
    except (InvalidTag, ValueError):
        raise Unopenable("a data key was altered") from None


def house_keys() -> dict[str, bytes]:
    """The keys of the house by id, the newest first; made where the house is new.

    Raises KeyAway where they are lost: a new one in their place would open nothing.
    """
    try:
        return keyring.sealing_keys(
            settings.SEALING_KEYS, settings.SEALING_KEYS_DIR, may_make=_nothing_is_sealed
        )
    except keyring.NoKey:
        raise KeyAway("the sealing keys are not where they were") from None


def _nothing_is_sealed() -> bool:
    return not DataKey.objects.filter(erased_at=None).exists()


def key_for(owner: str, *, make: bool = True) -> OpenedKey:
    """The owner's data key, made where there was none; good for as long as this transaction.

    Raises Erased where it was destroyed, KeyAway where the house has lost its keys.
    """
    known = _known(owner)
    if known is not None:
        return known
    row = DataKey.objects.filter(owner=owner).first()
    if row is None and make:
        row = _made(owner)
    if row is None or row.erased_at is not None:
        raise Erased("the key is gone")
    opened = OpenedKey.of(row)
    transaction.on_commit(_OnceCommitted(owner, opened))
    return opened


def known_keys(owners: Iterable[str]) -> dict[str, OpenedKey]:
    """The keys of these owners that need not be asked for, by owner; those of many cost as one."""
    waiting = _waiting_for_commit()
    now = time.monotonic()
    return {
        owner: key
        for owner in owners
        if owner not in waiting and (key := _remembered_at(now, owner))
    }


def _known(owner: str) -> OpenedKey | None:
    # What this transaction made or erased goes before what the process knows.
    waiting = _waiting_for_commit()
    if owner not in waiting:
        return _remembered_at(time.monotonic(), owner)
    if waiting[owner] is None:
        raise Erased("the key is gone")
    return waiting[owner]


def _waiting_for_commit() -> dict[str, OpenedKey | None]:
    """What becomes true with this transaction, by owner."""
    return {
        waiting.owner: waiting.key
        for _savepoints, waiting, *_ in transaction.get_connection().run_on_commit
        if isinstance(waiting, _OnceCommitted)
    }


def _remembered_at(now: float, owner: str) -> OpenedKey | None:
    known = _remembered.get(owner)
    return known if known and now - known.opened_at < _REMEMBER_SECONDS else None


def _made(owner: str) -> DataKey:
    key = AESGCM.generate_key(256)
    wrapped_by, wrapped = wrap(key, owner=owner)
    try:
        with transaction.atomic():
            row = DataKey.objects.create(owner=owner, wrapped=wrapped, wrapped_by=wrapped_by)
    except IntegrityError:  # another process was first
        return DataKey.objects.get(owner=owner)
    if wrapped_by not in house_keys():  # retired between the look at the keys and the write
        row.wrapped_by, row.wrapped = wrap(key, owner=owner)
        row.save(update_fields=["wrapped", "wrapped_by"])
    return row


def _bound_to(header: bytes, owner: str, about: str) -> bytes:
    return header + f"{owner}\n{about}".encode()
