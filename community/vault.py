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
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import IntegrityError, transaction

from community import keyring
from community.models import DataKey

_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEADER = struct.Struct(">cQ")
# How long a process remembers an opened data key; an erased one is forgotten within this.
_REMEMBER_SECONDS = 60.0


class Unopenable(Exception):
    """Words that can't be opened: erased with their key, or tampered with."""


@dataclass(frozen=True, slots=True)
class _OpenedKey:
    """A data key as this process remembers it."""

    id: int
    cipher: AESGCM
    for_fingerprints: bytes
    opened_at: float

    @classmethod
    def of(cls, key_id: int, key: bytes) -> _OpenedKey:
        apart = hashlib.blake2b(b"fingerprints", key=key, digest_size=32).digest()
        return cls(key_id, AESGCM(key), apart, time.monotonic())


_remembered: dict[str, _OpenedKey] = {}
# Keys made in a transaction that may still be rolled back: to remember one would seal words
# with a key that never was.
_unsettled: set[str] = set()
_lock = threading.Lock()


def circle_owner(circle_public_id: str) -> str:
    return f"circle:{circle_public_id}"


def person_owner(person_public_id: str) -> str:
    return f"person:{person_public_id}"


def seal(words: str, *, owner: str, about: str) -> bytes:
    """`words` encrypted for `owner`; `about` names the row, such as `message:<public id>`."""
    key = _data_key(owner)
    nonce = os.urandom(_NONCE_BYTES)
    sealed = key.cipher.encrypt(nonce, words.encode(), _bound_to(owner, about))
    return _HEADER.pack(_VERSION, key.id) + nonce + sealed


def open_sealed(sealed: bytes, *, owner: str, about: str) -> str:
    """The words again. Raises Unopenable where the key is gone or the value was altered."""
    sealed = bytes(sealed)
    try:
        version, key_id = _HEADER.unpack_from(sealed)
    except struct.error as error:
        raise Unopenable("not a sealed value") from error
    key = _data_key(owner, make=False)
    if version != _VERSION or key.id != key_id:
        raise Unopenable("sealed by a key that is gone")
    start = _HEADER.size
    nonce, ciphertext = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    try:
        return key.cipher.decrypt(nonce, ciphertext, _bound_to(owner, about)).decode()
    except (InvalidTag, ValueError) as error:
        raise Unopenable("altered or moved") from error


def fingerprint(words: str, *, owner: str) -> bytes:
    """16 bytes that are alike for the same words of the same owner, and tell nothing else."""
    key = _data_key(owner)
    return hashlib.blake2b(words.encode(), key=key.for_fingerprints, digest_size=16).digest()


def erase(owner: str) -> None:
    """Destroy the owner's data key, and with it every word it sealed, in backups too."""
    DataKey.objects.filter(owner=owner).delete()
    forget()


def rewrap_all() -> int:
    """Wrap every data key with the newest key of the house; how many were wrapped anew."""
    newest, _ = next(iter(_house_keys().items()))
    count = 0
    for row in DataKey.objects.exclude(wrapped_by=newest).iterator():
        wrapped = _wrap(_unwrap(row), owner=row.owner, key_id=newest)
        # Compare and set: another rotation may have been here.
        count += DataKey.objects.filter(pk=row.pk, wrapped_by=row.wrapped_by).update(
            wrapped=wrapped, wrapped_by=newest
        )
    forget()
    return count


def forget() -> None:
    """Drop the opened data keys that this process remembers."""
    with _lock:
        _remembered.clear()


def _data_key(owner: str, *, make: bool = True) -> _OpenedKey:
    known = _remembered.get(owner)
    if known and time.monotonic() - known.opened_at < _REMEMBER_SECONDS:
        return known
    row = DataKey.objects.filter(owner=owner).first()
    if row is None:
        if not make:
            raise Unopenable("the key is gone")
        row = _made(owner)
    opened = _OpenedKey.of(row.pk, _unwrap(row))
    if not transaction.get_connection().in_atomic_block:
        _unsettled.discard(owner)
    if owner not in _unsettled:
        with _lock:
            _remembered[owner] = opened
    return opened


def _made(owner: str) -> DataKey:
    key_id = next(iter(_house_keys()))
    _unsettled.add(owner)
    transaction.on_commit(lambda: _unsettled.discard(owner))
    wrapped = _wrap(AESGCM.generate_key(256), owner=owner, key_id=key_id)
    try:
        with transaction.atomic():
            return DataKey.objects.create(owner=owner, wrapped=wrapped, wrapped_by=key_id)
    except IntegrityError:  # another process was first
        return DataKey.objects.get(owner=owner)


def _wrap(key: bytes, *, owner: str, key_id: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_house_keys()[key_id]).encrypt(nonce, key, owner.encode())


def _unwrap(row: DataKey) -> bytes:
    house_key = _house_keys().get(row.wrapped_by)
    if house_key is None:
        raise Unopenable("wrapped by a key of the house that is not here")
    wrapped = bytes(row.wrapped)
    try:
        return AESGCM(house_key).decrypt(
            wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], row.owner.encode()
        )
    except InvalidTag as error:
        raise Unopenable("a data key was altered") from error


def _house_keys() -> dict[str, bytes]:
    return keyring.sealing_keys(settings.SEALING_KEYS, settings.SEALING_KEYS_DIR)


def _bound_to(owner: str, about: str) -> bytes:
    return f"{owner}\n{about}".encode()
