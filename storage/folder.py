"""Objects as files in a folder: created durably, whole or not at all, and never written again."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from storage import durable
from storage.objects import (
    NAME,
    Chunk,
    ObjectExistsError,
    ObjectNotFoundError,
    Powers,
    StorageFullError,
    StorageUnavailableError,
    checked_name,
)  # fmt: skip

PARTIAL = ".partial"
STALE_AFTER = 3600.0  # seconds; a live writer also holds a lock, this only covers the moment before it has it
PROBE = 65536  # bytes
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class FolderStore:
    """Keeps each object in the file of its name below `root`; the names bring their own fan-out.

    Files being written stand in `.partial` of the same file system, locked by their writer; what a dead writer left
    there is removed when the store is opened.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._partial = root / PARTIAL
        self.tidy()

    def put(self, name: str, chunks: Iterable[Chunk]) -> int:
        """Create the object durably, whole or not at all; return its length."""
        target = self._path(name)
        if target.exists():  # before the source is read; `publish` decides
            raise _exists(name)
        with self._errors():
            durable.make_folders(self._partial)
            durable.make_folders(target.parent)
        partial = self._partial / secrets.token_hex(16)
        try:
            length = self._write(partial, chunks)
            with self._errors():
                durable.publish(partial, target)
        except FileExistsError as error:
            raise _exists(name) from error
        finally:
            partial.unlink(missing_ok=True)
        return length

    def _write(self, partial: Path, chunks: Iterable[Chunk]) -> int:
        with self._errors():
            descriptor = durable.open_new(partial)
        length = 0
        try:
            for chunk in chunks:  # outside of _errors: an OSError of the source is not ours to explain
                with self._errors():
                    durable.write_all(descriptor, chunk)
                length += len(chunk)
            with self._errors():
                durable.sync(descriptor)
                _forget(descriptor)
        finally:
            os.close(descriptor)
        return length

    def open(self, name: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a readable stream of the bytes [start, start+length)."""
        path = self._path(name)
        with self._errors(name):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        return cast("BinaryIO", io.BufferedReader(_Range(descriptor, start, length)))

    def size(self, name: str) -> int:
        """Return the length in bytes."""
        with self._errors(name):
            return self._path(name).stat().st_size

    def delete(self, name: str) -> None:
        """Remove the object durably; removing what is not there is no error."""
        path = self._path(name)
        try:
            with self._errors(name):
                path.unlink()
                durable.sync_folder(path.parent)
        except ObjectNotFoundError:
            return

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield every object name that starts with `prefix`, in any order."""
        with self._errors():
            yield from self._walk(self._root, prefix)

    def _walk(self, folder: Path, prefix: str) -> Iterator[str]:
        try:
            entries = list(os.scandir(folder))
        except FileNotFoundError:
            return
        for entry in entries:
            name = Path(entry.path).relative_to(self._root).as_posix()
            if entry.name.startswith(".") or not (name.startswith(prefix) or prefix.startswith(name + "/")):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(Path(entry.path), prefix)
            elif name.startswith(prefix) and NAME.fullmatch(name):
                yield name

    def _path(self, name: str) -> Path:
        return self._root / checked_name(name)

    def tidy(self) -> int:
        """Remove the partial files of writers that died; what cannot be removed now is no reason not to go on."""
        with suppress(OSError):
            paths = [path for path in self._partial.iterdir() if path.name != durable.RENAME_LOCK]
            return sum(_remove_if_stale(path) for path in paths)
        return 0

    def probe(self) -> Powers:
        """Write a small file that never becomes an object, and remove it; a store that is not begun is left alone."""
        if not self._root.exists():
            return Powers(deletes=True)
        with self._errors():
            durable.make_folders(self._partial)
        partial = self._partial / secrets.token_hex(16)
        try:
            self._write(partial, [bytes(PROBE)])
        finally:
            partial.unlink(missing_ok=True)
        return Powers(deletes=True)

    @contextmanager
    def _errors(self, name: str = "") -> Iterator[None]:
        """Say in the store's terms what the operating system says; `FileExistsError` passes."""
        try:
            yield
        except FileExistsError:
            raise
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            if name:
                raise ObjectNotFoundError(f"There is no object {name} in the store {self._root}.") from error
            raise self._unavailable(error) from error
        except OSError as error:
            if error.errno in FULL:
                raise StorageFullError(
                    f"The disk of the store {self._root} is full and nothing was kept: make room and try again."
                ) from error
            raise self._unavailable(error) from error

    def _unavailable(self, error: OSError) -> StorageUnavailableError:
        return StorageUnavailableError(
            f"The store {self._root} cannot be used ({error.strerror}): check that the disk is mounted and belongs to "
            "this user, then try again."
        )


class _Range(io.RawIOBase):
    """The bytes [start, start+length) of an open file, which it owns."""

    def __init__(self, descriptor: int, start: int, length: int | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._position = start
        self._rest = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        view = memoryview(buffer)[: self._rest]
        count = os.preadv(self._descriptor, [view], self._position) if view else 0
        self._position += count
        if self._rest is not None:
            self._rest -= count
        return count

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _exists(name: str) -> ObjectExistsError:
    return ObjectExistsError(f"There is an object {name} already and it stays as it is: write under a new name.")


def _forget(descriptor: int) -> None:
    """Drop the file from the page cache, so that reading it back asks the disk (where the system can do that)."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _remove_if_stale(path: Path) -> bool:
    try:
        if time.time() - path.stat().st_mtime < STALE_AFTER:
            return False
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
    except BlockingIOError:  # its writer lives
        return False
    finally:
        os.close(descriptor)
    return True
