"""Whose a store is: a mark in it names its archive, so that an unmounted folder is not taken for an empty store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from storage.objects import (
    Chunk,
    ObjectExistsError,
    ObjectNotFoundError,
    ObjectStore,
    Powers,
    StorageUnavailableError,
    StoreRefusedError,
)

MARK = "archive/instance"
LONGEST = 200  # bytes that are read of a mark


class ForeignStoreError(StorageUnavailableError):
    """The store does not bear the mark of this archive: its disk is not mounted, or it is another archive's."""

    code = "store_not_ours"


class OverwritingStoreError(StoreRefusedError):
    """The store overwrites an object where it was told to create one only; nothing is safe in it."""

    code = "store_overwrites"


def owner_of(store: ObjectStore) -> str | None:
    """Return the archive that the mark in a store names, None where there is no mark."""
    try:
        with store.open(MARK, 0, LONGEST) as stream:
            return stream.read().decode("ascii", "replace")
    except ObjectNotFoundError:
        return None


class OwnedStore:
    """A store that is written, searched and emptied only while it bears the mark of one archive (`instance`).

    The mark is read again each time, because a network folder can go away while the archive runs; what lies below its
    mount point then looks like an empty store.
    """

    def __init__(self, store: ObjectStore, instance: str) -> None:
        self._store = store
        self._instance = instance

    def mark(self) -> None:
        """Make the store this archive's; one that is already proves that it creates only and that we may write.

        Raises:
            ForeignStoreError: it is another's.
            OverwritingStoreError: it took the mark a second time.
        """
        marked = owner_of(self._store) is not None
        try:
            self._store.put(MARK, [self._instance.encode("ascii")])
        except ObjectExistsError:  # marked before, or by another process of ours in this moment
            self._require()
            return
        if marked:
            raise OverwritingStoreError(
                "The store overwrites objects although it is told not to, so that nothing in it is safe: use a store "
                "that knows conditional writes (If-None-Match)."
            )

    def put(self, name: str, chunks: Iterable[Chunk]) -> int:
        """Create the object. Raises `ForeignStoreError` before a byte is taken."""
        self._require()
        return self._store.put(name, chunks)

    def open(self, name: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a readable stream; what is missing from a store that is not ours is not called lost."""
        try:
            return self._store.open(name, start, length)
        except ObjectNotFoundError:
            self._require()
            raise

    def size(self, name: str) -> int:
        """Return the length in bytes."""
        try:
            return self._store.size(name)
        except ObjectNotFoundError:
            self._require()
            raise

    def delete(self, name: str) -> None:
        """Remove the object. Raises `ForeignStoreError`: an object out of reach is not gone."""
        self._require()
        self._store.delete(name)

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the objects of the archive, without the mark."""
        self._require()
        return (name for name in self._store.names(prefix) if name != MARK)

    def tidy(self) -> int:
        """Remove what writers left unfinished that will not come back; return how many."""
        self._require()
        return self._store.tidy()

    def probe(self) -> Powers:
        """Prove that there is room and that we may write, and leave nothing."""
        return self._store.probe()

    def _require(self) -> None:
        owner = owner_of(self._store)
        if owner == self._instance:
            return
        seen = "bears no mark of an archive" if owner is None else f"belongs to the archive {owner}"
        raise ForeignStoreError(
            f"The store {seen}, expected was {self._instance}: nothing was written. Mount the disk of this archive's "
            "originals, or correct store_url."
        )
