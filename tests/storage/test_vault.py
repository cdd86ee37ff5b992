"""The Vault: what is kept comes back, and every way to tamper with it is found."""

from __future__ import annotations

import dataclasses
import io
import json
import random
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from storage.envelope import Envelope, EnvelopeError, Reservation
from storage.folder import FolderStore
from storage.keyfile import KeyFile
from storage.keys import UnknownKeyError, WrongKeyError
from storage.objects import (
    Chunk,
    DamagedObjectError,
    ObjectExistsError,
    ObjectNotFoundError,
    StorageError,
    StoreForbiddenError,
)
from storage.vault import Vault

PLAIN = random.Random(7).randbytes(300_000)


@pytest.fixture
def envelope(vault: Vault) -> Envelope:
    return vault.write(vault.reserve("original"), io.BytesIO(PLAIN))


def test_life_of_an_original(vault: Vault, tmp_path: Path) -> None:
    reservation = Reservation.from_json(json.loads(json.dumps(vault.reserve("original").to_json())))
    envelope = Envelope.from_json(vault.write(reservation, io.BytesIO(PLAIN)).to_json())
    assert (envelope.object_id, envelope.role) == (reservation.object_id, "original")
    assert vault.read(envelope) == PLAIN
    vault.verify(envelope)
    with vault.open(envelope) as stream:
        stream.seek(150_000)
        assert stream.read(70_000) == PLAIN[150_000:220_000]
    assert list(vault.store.names()) == [envelope.name]
    stored = (tmp_path / "objects" / envelope.name).read_bytes()
    assert PLAIN[1000:1016] not in stored
    vault.discard(envelope.object_id, envelope.role)
    vault.discard(envelope.object_id, envelope.role)
    with pytest.raises(ObjectNotFoundError):
        vault.open(envelope)


@pytest.mark.parametrize("size", [1, 1000, 65536, 1 << 20])
def test_pieces_of_any_size_are_one_original(vault: Vault, size: int) -> None:
    pieces = (PLAIN[at : at + size] for at in range(0, 5000 if size == 1 else len(PLAIN), size))
    envelope = vault.write(vault.reserve("page"), pieces)
    assert vault.read(envelope) == PLAIN[: envelope.plain_length]
    assert envelope.plain_length == (5000 if size == 1 else len(PLAIN))


def test_nothing_is_an_original_too(vault: Vault) -> None:
    envelope = vault.write(vault.reserve("original"), [])
    assert envelope.plain_length == 0
    assert vault.read(envelope) == b""
    vault.verify(envelope)


def test_the_same_bytes_twice_cannot_be_recognised_in_the_store(vault: Vault) -> None:
    one, two = (vault.write(vault.reserve("original"), [PLAIN]) for _ in range(2))
    assert one.plain_sha256 == two.plain_sha256
    assert one.cipher_sha256 != two.cipher_sha256
    assert not {one.plain_sha256, one.cipher_sha256} & set("/".join(vault.store.names()).split("/"))


def test_a_reservation_is_used_once(vault: Vault) -> None:
    reservation = vault.reserve("original")
    envelope = vault.write(reservation, [b"one"])
    with pytest.raises(ObjectExistsError):
        vault.write(reservation, [b"two"])
    assert vault.read(envelope) == b"one"


def test_a_source_that_breaks_leaves_nothing(vault: Vault) -> None:
    def broken() -> Iterator[bytes]:
        yield PLAIN
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        vault.write(vault.reserve("original"), broken())
    assert list(vault.store.names()) == []


CHANGES = {
    "instance": "archive-2",
    "object_id": "0" * 32,
    "role": "page",
    "plain_sha256": "0" * 64,
    "cipher_sha256": "0" * 64,
    "commitment": "0" * 64,
    "key_id": "k9-00000000",
    "wrapped_key": b"\x01" + bytes(80),
}


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_of_the_envelope_is_authenticated(vault: Vault, envelope: Envelope, field: str) -> None:
    altered = dataclasses.replace(envelope, **{field: CHANGES[field]})  # type: ignore[arg-type]
    for act in (vault.open, vault.read, vault.verify):
        with pytest.raises(StorageError):
            act(altered)
    vault.keys.rotate()  # type: ignore[attr-defined]
    with pytest.raises(StorageError):
        vault.rewrap(altered)


def test_a_shorter_length_with_a_fitting_ciphertext_is_refused(vault: Vault, envelope: Envelope) -> None:
    shorter = dataclasses.replace(
        envelope, plain_length=envelope.plain_length - 1, cipher_length=envelope.cipher_length - 1
    )
    with pytest.raises(WrongKeyError):
        vault.read(shorter)


def test_the_list_of_changes_is_complete() -> None:
    fields = {field.name for field in dataclasses.fields(Envelope)}
    assert fields == set(CHANGES) | {"plain_length", "cipher_length", "format"}


@pytest.mark.parametrize("position", [0, 5, 35, 100, 65536, 200_000, -1])
def test_a_changed_byte_of_the_body_is_found(vault: Vault, envelope: Envelope, tmp_path: Path, position: int) -> None:
    path = tmp_path / "objects" / envelope.name
    body = bytearray(path.read_bytes())
    body[position] ^= 1
    path.write_bytes(body)
    for act in (vault.verify, vault.read):
        with pytest.raises(DamagedObjectError):
            act(envelope)


@pytest.mark.parametrize("length", [0, 40, 65536, -1])
def test_a_cut_body_is_found_before_anything_is_read(
    vault: Vault, envelope: Envelope, tmp_path: Path, length: int
) -> None:
    path = tmp_path / "objects" / envelope.name
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DamagedObjectError, match="length"):
        vault.open(envelope)


def test_an_object_cannot_stand_for_another(vault: Vault, envelope: Envelope, tmp_path: Path) -> None:
    other = vault.write(vault.reserve("original"), [PLAIN])
    root = tmp_path / "objects"
    (root / envelope.name).write_bytes((root / other.name).read_bytes())
    with pytest.raises(DamagedObjectError):
        vault.verify(envelope)


class Forgetful(FolderStore):
    """Stores something else than it was given: what the reading back is for."""

    def put(self, name: str, chunks: Iterable[Chunk]) -> int:
        def altered() -> Iterator[bytes]:
            for chunk in chunks:
                yield bytes(chunk[:-1]) + bytes([chunk[-1] ^ 1])

        return super().put(name, altered())


class Short(FolderStore):
    """Loses the end of what it was given."""

    def put(self, name: str, chunks: Iterable[Chunk]) -> int:
        return super().put(name, (bytes(chunk[:-1]) for chunk in chunks))


@pytest.mark.parametrize("kind", [Forgetful, Short])
def test_a_store_that_kept_something_else_is_found_out_at_once(
    kind: type[FolderStore], tmp_path: Path, keys: KeyFile
) -> None:
    vault = Vault(kind(tmp_path / "objects"), keys, "archive-1")
    with pytest.raises(DamagedObjectError):
        vault.write(vault.reserve("original"), [PLAIN])
    assert list(vault.store.names()) == []


def test_damage_is_said_though_the_store_lets_us_delete_nothing(tmp_path: Path, keys: KeyFile) -> None:
    class Keeping(Forgetful):
        def delete(self, name: str) -> None:
            raise StoreForbiddenError("not with these keys")

    vault = Vault(Keeping(tmp_path / "objects"), keys, "archive-1")
    with pytest.raises(DamagedObjectError):
        vault.write(vault.reserve("original"), [PLAIN])


def test_rotation_rewraps_the_envelope_only(vault: Vault, envelope: Envelope, keys: KeyFile, tmp_path: Path) -> None:
    path = tmp_path / "objects" / envelope.name
    before = path.read_bytes()
    assert vault.rewrap(envelope) is envelope
    keys.rotate()
    rewrapped = vault.rewrap(envelope)
    assert rewrapped.key_id == keys.current != envelope.key_id
    assert dataclasses.replace(rewrapped, key_id=envelope.key_id, wrapped_key=envelope.wrapped_key) == envelope
    assert vault.read(rewrapped) == vault.read(envelope) == PLAIN
    assert path.read_bytes() == before


def test_other_keys_open_nothing(vault: Vault, envelope: Envelope, tmp_path: Path) -> None:
    other = Vault(vault.store, KeyFile.create(tmp_path / "other.keys"), "archive-1")
    with pytest.raises(UnknownKeyError):
        other.read(envelope)
    with pytest.raises(UnknownKeyError):
        other.write(vault.reserve("original"), [PLAIN])


def test_an_object_of_another_archive_is_refused(vault: Vault, envelope: Envelope) -> None:
    other = Vault(vault.store, vault.keys, "archive-2")
    with pytest.raises(EnvelopeError, match="another archive"):
        other.open(envelope)
    with pytest.raises(WrongKeyError):
        other.write(vault.reserve("original"), [PLAIN])


@pytest.mark.parametrize("role", ["", "Original", "a b", "x" * 17, "9"])
def test_a_role_that_is_none_is_refused(vault: Vault, role: str) -> None:
    with pytest.raises(ValueError, match="role"):
        vault.reserve(role)


def test_memory_does_not_grow_with_the_original(vault: Vault) -> None:
    def generated() -> Iterator[bytes]:
        for _ in range(48):
            yield bytes(1 << 20)

    tracemalloc.start()
    try:
        envelope = vault.write(vault.reserve("original"), generated())
        with vault.open(envelope) as stream:
            while stream.read(1 << 16):
                pass
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_a_source_without_readinto_is_read(vault: Vault) -> None:
    class Plain:
        def __init__(self) -> None:
            self._inner = io.BytesIO(PLAIN)

        def read(self, size: int = -1) -> bytes:
            return self._inner.read(size)

    source: BinaryIO = Plain()  # type: ignore[assignment]
    assert vault.read(vault.write(vault.reserve("original"), source)) == PLAIN
