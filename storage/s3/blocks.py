"""Chunks of any size, gathered into blocks of one size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from storage.objects import Chunk


def blocks(chunks: Iterable[Chunk], size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield (block, whether it is the last): all of `size` bytes but the last, which has 0 to `size`.

    Holds at most one block and one chunk.
    """
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > size:
            with memoryview(held) as view:
                block = bytes(view[:size])
            del held[:size]
            yield block, False
    yield bytes(held), True
