"""One contract for every object store; a real S3 server is one of them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.objects import Chunk, ObjectExistsError, ObjectNotFoundError, ObjectStore, checked_name
from storage.open import open_store


@pytest.fixture(params=["file", pytest.param("s3", marks=pytest.mark.service)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    folder = f"file://{tmp_path / 'objects'}"
    return open_store(folder if request.param == "file" else request.getfixturevalue("s3_url"))


@pytest.fixture
def name() -> str:
    """Return a name that no other test uses, in a store that others may share."""
    return f"obj/{secrets.token_hex(1)}/{secrets.token_hex(16)}"


def read(store: ObjectStore, name: str, start: int = 0, length: int | None = None) -> bytes:
    with store.open(name, start, length) as stream:
        return stream.read()


def test_life_of_an_object(store: ObjectStore, name: str) -> None:
    assert store.put(name, [b"first ", b"", b"second"]) == 12
    assert read(store, name) == b"first second"
    assert store.size(name) == 12
    assert list(store.names(name)) == [name]
    store.delete(name)
    assert list(store.names(name)) == []
    with pytest.raises(ObjectNotFoundError):
        store.open(name)
    with pytest.raises(ObjectNotFoundError):
        store.size(name)
    store.delete(name)


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, 3, b"012"), (4, 2, b"45"), (7, None, b"789"), (8, 100, b"89"), (10, 5, b""), (3, 0, b"")],
)
def test_a_range_is_exactly_those_bytes(
    store: ObjectStore, name: str, start: int, length: int | None, expected: bytes
) -> None:
    store.put(name, [b"0123456789"])
    assert read(store, name, start, length) == expected


def test_an_empty_object_is_an_object(store: ObjectStore, name: str) -> None:
    assert store.put(name, []) == 0
    assert read(store, name) == b""
    assert store.size(name) == 0


def test_an_object_is_never_overwritten(store: ObjectStore, name: str) -> None:
    store.put(name, [b"one"])
    with pytest.raises(ObjectExistsError):
        store.put(name, [b"two"])
    assert read(store, name) == b"one"


def test_of_two_writers_at_once_one_wins_whole(store: ObjectStore, name: str) -> None:
    barrier, results = threading.Barrier(4), []

    def chunks(letter: bytes) -> Iterator[bytes]:
        barrier.wait()
        yield letter * 100_000

    def write(letter: bytes) -> None:
        try:
            results.append(store.put(name, chunks(letter)))
        except ObjectExistsError:
            results.append(0)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 0, 0, 100_000]
    assert len(set(read(store, name))) == 1


def test_a_source_that_breaks_leaves_nothing_and_its_error_passes(store: ObjectStore, name: str) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError("the sender went away")

    with pytest.raises(ConnectionResetError):
        store.put(name, broken())
    assert list(store.names(name)) == []
    assert store.put(name, [b"whole"]) == 5


def test_a_chunk_may_be_a_buffer_that_is_used_again(store: ObjectStore, name: str) -> None:
    def reused() -> Iterator[Chunk]:
        buffer = bytearray(1000)
        for value in range(5):
            buffer[:] = bytes([value]) * 1000
            yield memoryview(buffer)

    store.put(name, reused())
    assert read(store, name) == b"".join(bytes([value]) * 1000 for value in range(5))


def test_names_are_found_by_any_prefix(store: ObjectStore) -> None:
    space = "t" + secrets.token_hex(8)
    for name in (f"{space}/aa/aab", f"{space}/aa/abc", f"{space}/bb/bcd"):
        store.put(name, [b"x"])
    assert set(store.names(f"{space}/")) == {f"{space}/aa/aab", f"{space}/aa/abc", f"{space}/bb/bcd"}
    assert set(store.names(f"{space}/aa/a")) == {f"{space}/aa/aab", f"{space}/aa/abc"}
    assert set(store.names(f"{space}/aa/ab")) == {f"{space}/aa/abc"}
    assert set(store.names(f"{space}/c")) == set()


@pytest.mark.parametrize(
    "name",
    ["", "x", "obj", "/obj/a", "obj/../../etc", "obj/.hidden", "obj//a", "OBJ/a", "obj/a b", "obj/a\n", "obj/a/"],
)
def test_a_name_that_is_none_is_refused(store: ObjectStore, name: str) -> None:
    with pytest.raises(ValueError, match="not an object name"):
        checked_name(name)
    for act in (store.open, store.size, store.delete, lambda bad: store.put(bad, [b""])):
        with pytest.raises(ValueError, match="not an object name"):
            act(name)
