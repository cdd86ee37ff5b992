"""Bytes on their way: read from a file or from pieces of any size, counted and hashed as they pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from storage.objects import Chunk
from storage.stream import Fill, filler


class Measure:
    """Counts and hashes (SHA-256) what passes, unchanged."""

    def __init__(self) -> None:
        self.length = 0
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Hash of everything so far, hexadecimal."""
        return self._hash.hexdigest()

    def over(self, pieces: Iterable[memoryview]) -> Iterator[memoryview]:
        """Yield `pieces`, measured."""
        for piece in pieces:
            self._add(piece)
            yield piece

    def tap(self, fill: Fill) -> Fill:
        """Return `fill`, measured."""

        def measured(view: memoryview) -> int:
            count = fill(view)
            self._add(view[:count])
            return count

        return measured

    def _add(self, piece: memoryview) -> None:
        self._hash.update(piece)
        self.length += len(piece)


def source_filler(source: BinaryIO | Iterable[Chunk]) -> Fill:
    """Return the `Fill` of a file-like object or of pieces of any size."""
    return filler(cast("BinaryIO", source)) if hasattr(source, "read") else _pieces_filler(iter(source))


def _pieces_filler(pieces: Iterator[Chunk]) -> Fill:
    rest = memoryview(b"")

    def fill(view: memoryview) -> int:
        nonlocal rest
        done = 0
        while done < len(view):
            if not rest:
                following = next(pieces, None)
                if following is None:
                    break
                rest = memoryview(following)
            count = min(len(rest), len(view) - done)
            view[done : done + count] = rest[:count]
            done, rest = done + count, rest[count:]
        return done

    return fill
