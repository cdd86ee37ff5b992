"""The child's view of a file that it does not have: byte ranges asked of the parent, with a small cache."""

from __future__ import annotations

import io
from collections import OrderedDict
from typing import Any, Protocol

BLOCK = 64 << 10  # bytes asked at a time; the segment size of the vault's format
CACHED = 64  # blocks kept: 4 MiB


class FetchRange(Protocol):
    """Fetches bytes from the parent."""

    def __call__(self, offset: int, size: int) -> bytes | bytearray:
        """Return exactly `size` bytes from `offset`, fewer only at the end of the file."""
        ...


class RemoteFile(io.RawIOBase):
    """A seekable, read-only file of `size` bytes; holds at most CACHED blocks."""

    def __init__(self, size: int, fetch: FetchRange) -> None:
        self._size = size
        self._fetch = fetch
        self._place = 0
        self._blocks: OrderedDict[int, bytes | bytearray] = OrderedDict()

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the present offset."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move as io.RawIOBase.seek does; places past the end read as the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("cannot seek before the beginning")
        self._place = base + offset
        return self._place

    def readinto(self, buffer: Any) -> int:  # anything with a writable buffer: ctypes arrays too
        """Fill `buffer` as far as the file goes and return the number of bytes."""
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and self._place < self._size:
            number, start = divmod(self._place, BLOCK)
            piece = memoryview(self._block(number))[start : start + len(view) - done]
            if not piece:
                break
            view[done : done + len(piece)] = piece
            done += len(piece)
            self._place += len(piece)
        return done

    def _block(self, number: int) -> bytes | bytearray:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        start = number * BLOCK
        block = self._fetch(start, min(BLOCK, self._size - start))
        self._blocks[number] = block
        if len(self._blocks) > CACHED:
            self._blocks.popitem(last=False)
        return block
