"""Where waitress keeps long bodies while they arrive or leave: a temporary file that only ever holds ciphertext.

waitress takes a whole request before it calls the application, and spools what is longer than half a megabyte to a
temporary file: a paper's plain bytes would touch a disk. Here that file is written with AES-256-CTR under a key that
lives in memory for this one body. (Integrity is not its business: whoever can change the file while it is open could
as well change the process.)
"""

from __future__ import annotations

import os
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase
from tempfile import TemporaryFile
from typing import Any

import waitress.channel
import waitress.parser
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from waitress.buffers import OverflowableBuffer, TempfileBasedBuffer

BLOCK = 16


class SealedFile(RawIOBase):
    """A temporary file that can be written, read and sought like any other, and holds only ciphertext."""

    def __init__(self) -> None:
        self._file = TemporaryFile("w+b", buffering=0)  # noqa: SIM115  closed with this object
        self._key = os.urandom(32)
        self._at = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def writable(self) -> bool:
        """Tell that it can be written."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be sought."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Move to a position; return it."""
        base = {SEEK_SET: 0, SEEK_CUR: self._at, SEEK_END: os.fstat(self._file.fileno()).st_size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, target: Any) -> int:
        """Decrypt into a buffer; return the number of bytes."""
        self._file.seek(self._at)
        sealed = self._file.read(len(target)) or b""
        target[: len(sealed)] = self._keystream().update(sealed)
        self._at += len(sealed)
        return len(sealed)

    def write(self, data: Any) -> int:
        """Encrypt and write all of `data`; return the number of bytes. Raises `OSError` when the disk is full."""
        sealed = memoryview(self._keystream().update(bytes(data)))
        self._file.seek(self._at)
        while sealed:
            count = self._file.write(sealed)
            self._at += count
            sealed = sealed[count:]
        return len(data)

    def close(self) -> None:
        """Remove the file and forget the key."""
        self._key = b""
        self._file.close()
        super().close()

    def _keystream(self) -> CipherContext:
        # Every byte of the file has one place in the stream; a fresh key for each file makes counter 0 safe.
        block, inside = divmod(self._at, BLOCK)
        stream = Cipher(AES(self._key), CTR(block.to_bytes(BLOCK))).encryptor()
        stream.update(bytes(inside))
        return stream


class SealedSpool(TempfileBasedBuffer):  # type: ignore[misc]  # waitress has no types
    """A long body of waitress in a sealed file."""

    def newfile(self) -> SealedFile:
        """Return the file that the body goes to."""
        return SealedFile()


class SealedBuffer(OverflowableBuffer):  # type: ignore[misc]  # waitress has no types
    """A body of waitress: in memory while it is short, then in a sealed file."""

    def _set_large_buffer(self) -> None:
        self.buf = SealedSpool(self.buf)  # type: ignore[has-type]  # waitress has no types
        self.overflowed = True


def seal_waitress() -> None:
    """Make this process's waitress keep long bodies sealed. Raises `RuntimeError` if waitress has changed inside."""
    for module in (waitress.parser, waitress.channel):
        if getattr(module, "OverflowableBuffer", None) not in (OverflowableBuffer, SealedBuffer):
            raise RuntimeError(f"{module.__name__} no longer takes its buffers from waitress.buffers")
        module.OverflowableBuffer = SealedBuffer
