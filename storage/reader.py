"""A seekable plaintext over an encrypted object: fetches, authenticates and opens only the segments asked for."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from storage.objects import DamagedObjectError
from storage.stream import BLOCK, HEADER, PLAIN, SEGMENT, SegmentCipher, filler, open_block, plain_length, segment_count

Fetch = Callable[[int, int], BinaryIO]  # (start, length) → the stored bytes


class SegmentReader(io.RawIOBase):
    """Reads an object of `cipher_length` stored bytes at any position; memory: two windows of at most 512 KiB.

    The length must come from an authenticated envelope: what lies behind it is never looked at.
    """

    def __init__(self, fetch: Fetch, data_key: bytes, associated_data: bytes, cipher_length: int) -> None:
        super().__init__()
        self._fetch = fetch
        self._end = cipher_length
        self._length = plain_length(cipher_length)
        self._segments = segment_count(self._length)
        self._cipher = SegmentCipher(data_key, bytes(self._stored(0, HEADER)), associated_data)
        self._position = 0
        self._window = memoryview(b"")
        self._window_start = self._window_end = 0
        self._count = 1  # segments in the window; grows while reading goes straight on

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that this can be read at any position."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a plaintext position; return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise ValueError("a position before the beginning")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Return the plaintext position."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        """Fill at most `buffer`; return the count, 0 at the end. Raises `DamagedObjectError`."""
        if self.closed:
            raise ValueError("read of a closed object")
        if self._position >= self._length or not len(buffer):
            return 0
        if not self._window_start <= self._position < self._window_end:
            self._load(len(buffer))
        part = self._window[self._position - self._window_start : self._window_end - self._window_start][: len(buffer)]
        memoryview(buffer)[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _load(self, wanted: int) -> None:
        first = _segment_of(self._position)
        needed = _segment_of(min(self._position + wanted, self._length) - 1) - first + 1
        straight = self._position == self._window_end > 0
        self._count = min(BLOCK, max(needed, self._count * 2 if straight else 1), self._segments - first)
        start, end = first * SEGMENT or HEADER, min((first + self._count) * SEGMENT, self._end)
        window = memoryview(bytearray(end - start))
        sealed = self._stored(start, end - start)
        size = open_block(self._cipher, first, first + self._count == self._segments, sealed, window)
        self._window, self._window_start = window, max(0, first * PLAIN - HEADER)
        self._window_end = self._window_start + size

    def _stored(self, start: int, length: int) -> memoryview:
        sealed = memoryview(bytearray(length))
        with self._fetch(start, length) as source:
            if filler(source)(sealed) < length:
                raise DamagedObjectError("An encrypted object is cut off: restore it from a backup.")
        return sealed


def _segment_of(position: int) -> int:
    """Return the segment that holds a plaintext position; the header takes room of the first."""
    return (position + HEADER) // PLAIN
