"""Files that appear whole and durable and never replace another: the folder store and the key file stand on it."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
RENAME_LOCK = ".rename.lock"
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def sync(descriptor: int) -> None:
    """Make the bytes of a file survive a loss of power."""
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone leaves them in the disk's own cache
    try:
        if full is not None:
            fcntl.fcntl(descriptor, full)
            return
    except OSError as error:
        if error.errno not in (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY):
            raise
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(folder: Path) -> None:
    """Create `folder` and what is missing above it, durably and closed to other users."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    try:
        folder.mkdir(mode=FOLDER_MODE)
    except FileExistsError as error:  # another writer was faster, or a file is in the way
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error
    sync_folder(folder.parent)


def open_new(path: Path) -> int:
    """Create a file that only we may read and lock it for as long as it is open; return its descriptor."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    with suppress(OSError):  # a file system without locks: the file's age alone protects it from being swept away
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Write every byte of `data`."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def publish(partial: Path, target: Path) -> None:
    """Give the synced file `partial` its name, durably. Raises `FileExistsError` rather than replace another."""
    try:
        os.link(partial, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _rename_alone(partial, target)
    else:
        partial.unlink()
    sync_folder(target.parent)


def write_file(path: Path, data: bytes, *, replace: bool) -> None:
    """Write a small file, whole and durably. Raises `FileExistsError` rather than `replace` another unasked."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = open_new(partial)
    try:
        write_all(descriptor, data)
        sync(descriptor)
        if replace:
            partial.replace(path)
            sync_folder(path.parent)
        else:
            publish(partial, path)
    finally:
        os.close(descriptor)
        partial.unlink(missing_ok=True)


def _rename_alone(partial: Path, target: Path) -> None:
    """Rename without replacing, where the file system has no hard links: one writer at a time looks and renames."""
    lock = os.open(partial.parent / RENAME_LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        partial.rename(target)
    finally:
        os.close(lock)
