"""Master keys in a file outside the data folder that only its owner may read, plain or sealed with a passphrase."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from storage import durable
from storage.keyring import KeyRing, MasterKey, new_master
from storage.keys import (
    KeyFileDamagedError,
    KeyFileExistsError,
    KeyFileExposedError,
    KeyFileMissingError,
    KeysError,
    UnknownKeyError,
)
from storage.sheet import read_sheet, write_sheet

LARGEST = 16 << 20


class KeyCoding(Protocol):
    """How master keys become the bytes of a key file and back."""

    def encode(self, masters: Sequence[MasterKey]) -> bytes:
        """Return the bytes of the file."""
        ...

    def decode(self, data: bytes) -> tuple[MasterKey, ...]:
        """Return the keys. Raises `ValueError` if these are not such bytes."""
        ...


class PlainKeys:
    """The key file as JSON that the operating system's file rights protect."""

    FORMAT = "guidang-keys-1"

    def encode(self, masters: Sequence[MasterKey]) -> bytes:
        """Return the bytes of the file."""
        keys = [
            {"version": key.version, "id": key.id, "created": key.created, "secret": b64encode(key.secret).decode()}
            for key in masters
        ]
        return json.dumps({"format": self.FORMAT, "keys": keys}, indent=1).encode() + b"\n"

    def decode(self, data: bytes) -> tuple[MasterKey, ...]:
        """Return the keys. Raises `ValueError` if these are not such bytes."""
        content = json.loads(data)
        if not isinstance(content, dict) or content.get("format") != self.FORMAT:
            raise ValueError("another format")
        return tuple(_master(entry) for entry in content["keys"])


def _master(entry: dict[str, Any]) -> MasterKey:
    key = MasterKey(int(entry["version"]), int(entry["created"]), b64decode(entry["secret"], validate=True))
    if key.id != entry["id"]:
        raise ValueError(f"key {key.version} is not the one it is called")
    return key


class KeyFile:
    """A `KeyProvider` over a key file; takes notice when another process rotates it."""

    def __init__(self, path: Path, coding: KeyCoding, ring: KeyRing) -> None:
        self.path = path
        self._coding = coding
        self._ring = ring
        self._seen = _state(path)

    @classmethod
    def create(cls, path: Path, coding: KeyCoding | None = None) -> Self:
        """Make a key file with one fresh master key. Raises `KeyFileExistsError`: it never overwrites."""
        return cls._create(path, coding or PlainKeys(), (new_master(1, time.time()),))

    @classmethod
    def from_recovery_sheet(cls, path: Path, lines: Iterable[str], coding: KeyCoding | None = None) -> Self:
        """Make the key file anew from the lines of a typed sheet. Raises `RecoverySheetError`, `KeyFileExistsError`."""
        return cls._create(path, coding or PlainKeys(), read_sheet(lines))

    @classmethod
    def _create(cls, path: Path, coding: KeyCoding, masters: tuple[MasterKey, ...]) -> Self:
        exists = KeyFileExistsError(
            f"There is a key file {path} already and it was left as it is: choose another name."
        )
        if path.exists():
            raise exists
        try:
            durable.make_folders(path.parent)
            durable.write_file(path, coding.encode(masters), replace=False)
        except FileExistsError as error:
            raise exists from error
        except OSError as error:
            raise KeysError(
                f"The key file {path} could not be written ({error.strerror}): choose another place."
            ) from error
        return cls(path, coding, KeyRing(masters))

    @classmethod
    def load(cls, path: Path, coding: KeyCoding | None = None) -> Self:
        """Open a key file. Raises `KeyFileMissingError`, `KeyFileExposedError`, `KeyFileDamagedError`."""
        coding = coding or PlainKeys()
        return cls(path, coding, _read(path, coding))

    def rotate(self) -> str:
        """Add a fresh master key that wraps from now on; return its id. The sheet must be printed again."""
        try:
            masters = self._add_master()
        except OSError as error:
            raise KeysError(
                f"The key file {self.path} could not be written ({error.strerror}) and is as it was: make room."
            ) from error
        self._seen, self._ring = _state(self.path), KeyRing(masters)
        return self._ring.current

    def _add_master(self) -> tuple[MasterKey, ...]:
        lock = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            masters = _read(self.path, self._coding).masters
            masters += (new_master(len(masters) + 1, time.time()),)
            durable.write_file(self.path, self._coding.encode(masters), replace=True)
        finally:
            os.close(lock)
        return masters

    def recovery_sheet(self) -> list[str]:
        """Return the lines of the recovery sheet (恢复单) of all keys, to be printed."""
        return write_sheet(self._fresh().masters)

    @property
    def current(self) -> str:
        """Id of the master key that wraps new data keys."""
        return self._fresh().current

    def ids(self) -> tuple[str, ...]:
        """Ids of all master keys held, oldest first."""
        return self._fresh().ids()

    def wrap(self, data_key: bytes, context: bytes) -> tuple[str, bytes]:
        """Return (master key id, wrapped key); `context` is authenticated."""
        return self._fresh().wrap(data_key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """Return the data key. Raises `UnknownKeyError`, `WrongKeyError`."""
        try:
            return self._ring.unwrap(key_id, wrapped, context)
        except UnknownKeyError:
            return self._fresh().unwrap(key_id, wrapped, context)

    def _fresh(self) -> KeyRing:
        """Return the keys of the file as it is now; if it was taken away, those read before."""
        state = _state(self.path)
        if state and state != self._seen:
            self._ring, self._seen = _read(self.path, self._coding), state
        return self._ring


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path, coding: KeyCoding) -> KeyRing:
    try:
        return KeyRing(coding.decode(_private_bytes(path)))
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileDamagedError(
            f"{path} is not a whole key file: put its copy back, or make it again from the recovery sheet."
        ) from error


def _private_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            status = os.fstat(handle.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise KeyFileDamagedError(f"{path} is not a file: check the setting of the key file.")
            if status.st_mode & 0o077:
                raise KeyFileExposedError(f"Other users of this machine may read the key file: run chmod 600 {path}")
            return handle.read(LARGEST)
    except FileNotFoundError as error:
        raise KeyFileMissingError(
            f"There is no key file {path}: connect the disk that holds it, or make it again from the recovery sheet."
        ) from error
    except IsADirectoryError as error:
        raise KeyFileDamagedError(f"{path} is a folder, not a key file: check the setting of the key file.") from error
    except OSError as error:
        raise KeysError(
            f"The key file {path} cannot be read ({error.strerror}): check its owner and its disk."
        ) from error
