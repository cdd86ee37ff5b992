"""A store whose calls are timed, around any other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from dms.kernel.telemetry.instruments import STORE_ERRORS, STORE_SECONDS
from storage.objects import Chunk, ObjectNotFoundError, ObjectStore, Powers, StorageError


class TimedStore:
    """An `ObjectStore` that hands every call on and measures how long it took."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, name: str, chunks: Iterable[Chunk]) -> int:
        """Create the object."""
        with _timed("put"):
            return self._store.put(name, chunks)

    def open(self, name: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a stream of the bytes [start, start+length)."""
        with _timed("open"):
            return self._store.open(name, start, length)

    def size(self, name: str) -> int:
        """Return the length in bytes."""
        with _timed("size"):
            return self._store.size(name)

    def delete(self, name: str) -> None:
        """Remove the object."""
        with _timed("delete"):
            self._store.delete(name)

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield object names; how long a listing takes is up to who reads it, and is not measured."""
        return self._store.names(prefix)

    def tidy(self) -> int:
        """Remove what writers left unfinished; a chore, not measured."""
        return self._store.tidy()

    def probe(self) -> Powers:
        """Prove that there is room and that we may write."""
        return self._store.probe()


@contextmanager
def _timed(operation: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    except ObjectNotFoundError:  # an answer, not a fault
        raise
    except StorageError as error:
        STORE_ERRORS.labels(operation, error.code).inc()
        raise
    finally:
        STORE_SECONDS.labels(operation).observe(time.perf_counter() - began)
