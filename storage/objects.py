"""The seam between the Vault and a place that keeps objects: `ObjectStore`, its errors and its naming rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

NAME = re.compile(r"[a-z0-9]{2,32}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){1,4}")


Chunk = bytes | bytearray | memoryview


class StorageError(Exception):
    """The store could not do what was asked. The message says what to do next; `code` is stable."""

    code = "storage"


class ObjectNotFoundError(StorageError):
    """There is no object of this name."""

    code = "object_not_found"


class ObjectExistsError(StorageError):
    """An object of this name exists already; objects are never overwritten."""

    code = "object_exists"


class StorageFullError(StorageError):
    """The store has no room left; nothing of the object was kept."""

    code = "disk_full"


class StorageUnavailableError(StorageError):
    """The store does not answer; the same call may succeed later."""

    code = "store_unavailable"


class StoreRefusedError(StorageUnavailableError):
    """The store answers and refuses us; settings, rights or machine must be mended before the same call succeeds."""

    code = "store_refused"


class StoreForbiddenError(StoreRefusedError):
    """We may not do this in the store: it is read-only for us, or our keys lack the policy of their role."""

    code = "store_forbidden"


class StoreUrlError(StorageError):
    """The URL names no store that can be opened here."""

    code = "store_url"


class DamagedObjectError(StorageError):
    """The bytes in the store are not those that were written."""

    code = "object_damaged"


def checked_name(name: str) -> str:
    """Return `name`, or raise `ValueError` if it is not an object name of ours (so that no path can escape)."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not an object name: {name!r}")
    return name


@dataclass(frozen=True, slots=True)
class Powers:
    """What a store lets us do beyond writing and reading, as a probe found it."""

    deletes: bool  # False: our keys may not; those of the housekeeping must
    keeps_versions: bool = False  # what is deleted stays as an older version until that is deleted too
    retains: bool = False  # nothing can be deleted before a time that the store sets


class ObjectStore(Protocol):
    """Keeps immutable byte strings under opaque names."""

    def put(self, name: str, chunks: Iterable[Chunk]) -> int:
        """Create the object durably, whole or not at all; return its length. Raises `ObjectExistsError`.

        A chunk is the caller's buffer and valid only until the next one is taken: copy what must be kept longer.
        An error that `chunks` raises leaves nothing behind and passes unchanged.
        """
        ...

    def open(self, name: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a readable stream of the bytes [start, start+length). Raises `ObjectNotFoundError`."""
        ...

    def size(self, name: str) -> int:
        """Return the length in bytes. Raises `ObjectNotFoundError`."""
        ...

    def delete(self, name: str) -> None:
        """Remove the object; removing what is not there is no error."""
        ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield every object name that starts with `prefix`, in any order."""
        ...

    def tidy(self) -> int:
        """Remove what writers left unfinished that will not come back; return how many."""
        ...

    def probe(self) -> Powers:
        """Prove that there is room and that we may write, and leave nothing. Raises the errors of `put`."""
        ...
