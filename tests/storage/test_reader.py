"""Random access: the same bytes as a plain file at every position, and nothing unproven."""

from __future__ import annotations

import io
import random
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.objects import DamagedObjectError
from storage.reader import SegmentReader
from storage.stream import HEADER, PLAIN, SEGMENT, encrypt, filler

KEY = bytes(range(32))
LONG = random.Random(1).randbytes(20 * PLAIN)


def seal(plain: bytes) -> bytes:
    return b"".join(bytes(piece) for piece in encrypt(KEY, b"", filler(io.BytesIO(plain))))


def reader(sealed: bytes, fetched: list[tuple[int, int]] | None = None) -> SegmentReader:
    def fetch(start: int, length: int) -> BinaryIO:
        if fetched is not None:
            fetched.append((start, length))
        return io.BytesIO(sealed[start : start + length])

    return SegmentReader(fetch, KEY, b"", len(sealed))


SEALED = seal(LONG)
near_edges = st.builds(
    lambda segment, near: max(0, segment * PLAIN - HEADER + near), st.integers(0, 20), st.integers(-2, 2)
)
positions = st.one_of(near_edges, st.integers(0, len(LONG) + 10))
lengths = st.one_of(st.integers(0, 300), st.sampled_from([PLAIN - 1, PLAIN, PLAIN + 1, 5 * PLAIN]))


@given(st.lists(st.tuples(positions, lengths), max_size=12))
@settings(max_examples=50, deadline=None)
def test_reads_at_any_place_give_what_a_plain_file_gives(reads: list[tuple[int, int]]) -> None:
    plain, sealed = io.BytesIO(LONG), io.BufferedReader(reader(SEALED))
    for position, length in reads:
        assert sealed.seek(position) == plain.seek(position)
        assert sealed.read(length) == plain.read(length)
        assert sealed.tell() == plain.tell()


@pytest.mark.parametrize("length", [0, 1, PLAIN - HEADER, PLAIN - HEADER + 1, 3 * PLAIN])
def test_the_whole_and_the_end(length: int) -> None:
    with io.BufferedReader(reader(seal(LONG[:length]))) as stream:
        assert stream.read() == LONG[:length]
        assert stream.read() == b""
        assert stream.seek(0, io.SEEK_END) == length
        assert stream.seek(-length, io.SEEK_CUR) == 0
        assert stream.read() == LONG[:length]


def test_a_small_read_fetches_the_header_and_one_segment() -> None:
    fetched: list[tuple[int, int]] = []
    stream = reader(SEALED, fetched)
    stream.seek(10 * PLAIN)
    assert stream.readinto(bytearray(100)) == 100
    assert fetched == [(0, HEADER), (10 * SEGMENT, SEGMENT)]


def test_reading_straight_on_fetches_more_at_a_time() -> None:
    fetched: list[tuple[int, int]] = []
    with io.BufferedReader(reader(SEALED, fetched)) as stream:
        while stream.read(8192):
            pass
    assert [-(-length // SEGMENT) for _, length in fetched[1:]] == [1, 2, 4, 8, 6]


def test_a_cut_object_and_a_moved_segment_are_refused() -> None:
    cut = SegmentReader(lambda start, length: io.BytesIO(SEALED[:-1][start : start + length]), KEY, b"", len(SEALED))
    cut.seek(-1, io.SEEK_END)
    with pytest.raises(DamagedObjectError, match="cut off"):
        cut.readinto(bytearray(1))
    moved = reader(SEALED[:SEGMENT] + SEALED[2 * SEGMENT : 3 * SEGMENT] + SEALED[2 * SEGMENT :])
    moved.seek(PLAIN)
    with pytest.raises(DamagedObjectError, match="Segment 1"):
        moved.readinto(bytearray(1))


def test_positions_before_the_beginning_are_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        reader(SEALED).seek(-1)
