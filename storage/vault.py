"""The Vault: originals go in and come out as plain bytes, and lie encrypted, named at random and proven in a store."""

from __future__ import annotations

import io
import secrets
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO, cast

from storage.envelope import (
    INSTANCE,
    ROLE,
    Envelope,
    EnvelopeError,
    Reservation,
    associated_data,
    canonical,
    commitment,
    object_name,
    require_commitment,
)
from storage.keyring import KEY
from storage.keys import KeyProvider
from storage.objects import Chunk, DamagedObjectError, ObjectStore, StorageError
from storage.reader import SegmentReader
from storage.source import Measure, source_filler
from storage.stream import decrypt, encrypt, filler


class Vault:
    """Encrypts, stores, proves and opens the objects of one archive (`instance`)."""

    def __init__(self, store: ObjectStore, keys: KeyProvider, instance: str) -> None:
        if not INSTANCE.fullmatch(instance):
            raise ValueError(f"not the id of an archive: {instance!r}")
        self.store = store
        self.keys = keys
        self.instance = instance

    def reserve(self, role: str) -> Reservation:
        """Return a fresh object id and data key, to be noted down before any byte is written."""
        if not ROLE.fullmatch(role):
            raise ValueError(f"not a role: {role!r}")
        object_id = uuid.uuid4().hex
        return Reservation(object_id, role, *self.keys.wrap(secrets.token_bytes(KEY), self._promise(object_id, role)))

    def write(self, reservation: Reservation, source: BinaryIO | Iterable[Chunk]) -> Envelope:
        """Encrypt `source` in one pass into the store, read it back, compare, and return its envelope.

        Raises the errors of the store and `DamagedObjectError` if what came back differs; nothing is left then.
        """
        bound = associated_data(self.instance, reservation.object_id, reservation.role)
        data_key = self._reserved_key(reservation)
        plain, cipher = Measure(), Measure()
        body = encrypt(data_key, bound, plain.tap(source_filler(source)))
        self.store.put(object_name(reservation.object_id), cipher.over(body))
        envelope = Envelope(
            self.instance, reservation.object_id, reservation.role, plain.sha256, plain.length,
            cipher.sha256, cipher.length, commitment(data_key, bound), reservation.key_id, b"",
        )  # fmt: skip
        try:
            self._compare(envelope, data_key)
        except DamagedObjectError:
            with suppress(StorageError):  # who noted the reservation down removes it later
                self.discard(reservation.object_id, reservation.role)
            raise
        return self._wrapped(envelope, data_key)

    def open(self, envelope: Envelope) -> BinaryIO:
        """Return the plaintext as a seekable stream; every segment is authenticated before it is handed out."""
        data_key = self._key(envelope)
        self._require_length(envelope)
        name = envelope.name
        reader = SegmentReader(
            lambda start, length: self.store.open(name, start, length),
            data_key, envelope.associated_data, envelope.cipher_length,
        )  # fmt: skip
        return cast("BinaryIO", io.BufferedReader(reader))

    def read(self, envelope: Envelope) -> bytes:
        """Return the whole plaintext."""
        with self.open(envelope) as plain:
            return plain.read()

    def verify(self, envelope: Envelope) -> None:
        """Read the whole object and compare it with its envelope. Raises `DamagedObjectError`."""
        self._compare(envelope, self._key(envelope))

    def rewrap(self, envelope: Envelope) -> Envelope:
        """Return the envelope with its data key wrapped by the current master key; the object is not touched."""
        if envelope.key_id == self.keys.current:
            return envelope
        return self._wrapped(envelope, self._key(envelope))

    def discard(self, object_id: str, role: str) -> None:
        """Remove an object from the store; removing what is not there is no error."""
        self.store.delete(object_name(object_id))

    def _wrapped(self, envelope: Envelope, data_key: bytes) -> Envelope:
        key_id, wrapped = self.keys.wrap(data_key, envelope.context)
        return replace(envelope, key_id=key_id, wrapped_key=wrapped)

    def _key(self, envelope: Envelope) -> bytes:
        if envelope.instance != self.instance:
            raise EnvelopeError("This object belongs to another archive: open it there.")
        data_key = self.keys.unwrap(envelope.key_id, envelope.wrapped_key, envelope.context)
        require_commitment(envelope, data_key)
        return data_key

    def _reserved_key(self, reservation: Reservation) -> bytes:
        promise = self._promise(reservation.object_id, reservation.role)
        return self.keys.unwrap(reservation.key_id, reservation.wrapped_key, promise)

    def _promise(self, object_id: str, role: str) -> bytes:
        return canonical(["guidang-reservation-1", self.instance, object_id, role])

    def _require_length(self, envelope: Envelope) -> None:
        if self.store.size(envelope.name) != envelope.cipher_length:
            raise DamagedObjectError(f"The object {envelope.name} has another length than was written: restore it.")

    def _compare(self, envelope: Envelope, data_key: bytes) -> None:
        """Read, authenticate and hash the stored bytes and their plaintext."""
        self._require_length(envelope)
        cipher, plain = Measure(), Measure()
        with self.store.open(envelope.name) as stored:
            for _ in plain.over(decrypt(data_key, envelope.associated_data, cipher.tap(filler(stored)))):
                pass
        if (plain.sha256, cipher.sha256) != (envelope.plain_sha256, envelope.cipher_sha256):
            raise DamagedObjectError(f"The object {envelope.name} is not what was written: restore it from a backup.")
