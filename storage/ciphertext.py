"""Stored bytes as they lie, for those who copy them without opening them: proven against their envelope on the way."""

from __future__ import annotations

from collections.abc import Iterator

from storage.envelope import Envelope
from storage.objects import DamagedObjectError, ObjectStore
from storage.source import Measure

BLOCK = 1 << 20


def stored(store: ObjectStore, envelope: Envelope) -> Iterator[memoryview]:
    """Yield the object's ciphertext; raise `DamagedObjectError` at its end unless length and SHA-256 are as written.

    Raises `ObjectNotFoundError`. Hand it to another store's `put`: of a damaged object nothing is kept there.
    """
    measure = Measure()
    with store.open(envelope.name) as source:
        yield from measure.over(memoryview(block) for block in iter(lambda: source.read(BLOCK), b""))
    if (measure.sha256, measure.length) != (envelope.cipher_sha256, envelope.cipher_length):
        raise DamagedObjectError(f"The object {envelope.name} is not what was written: restore it from a backup.")


def confirm(store: ObjectStore, envelope: Envelope) -> None:
    """Read the whole object and compare it with its envelope. Raises `DamagedObjectError`, `ObjectNotFoundError`."""
    for _ in stored(store, envelope):
        pass
