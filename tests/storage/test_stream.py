"""The stream codec: whatever goes in comes out, and any other bytes are refused."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.objects import DamagedObjectError
from storage.stream import BLOCK, HEADER, PLAIN, SEGMENT, TAG, cipher_length, decrypt, encrypt, filler, plain_length

KEY = bytes(range(32))
AAD = b"bound"
FIRST = PLAIN - HEADER
EDGES = sorted(
    {
        max(0, FIRST + segments * PLAIN + near)
        for segments in (-1, 0, 1, BLOCK - 2, BLOCK - 1, BLOCK)
        for near in (-1, 0, 1)
    }
)


def noise(length: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(length)


def seal(plain: bytes, key: bytes = KEY, bound: bytes = AAD) -> bytes:
    return b"".join(bytes(piece) for piece in encrypt(key, bound, filler(io.BytesIO(plain))))


def unseal(sealed: bytes, key: bytes = KEY, bound: bytes = AAD) -> bytes:
    return b"".join(bytes(piece) for piece in decrypt(key, bound, filler(io.BytesIO(sealed))))


@pytest.mark.parametrize("length", [*EDGES, 3 * BLOCK * PLAIN])
def test_every_length_at_an_edge_comes_back(length: int) -> None:
    plain = noise(length)
    sealed = seal(plain)
    assert unseal(sealed) == plain
    assert len(sealed) == cipher_length(length)
    assert plain_length(len(sealed)) == length


@given(st.integers(0, 4 * SEGMENT), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_any_length_comes_back(length: int, seed: int) -> None:
    plain = noise(length, seed)
    assert unseal(seal(plain)) == plain


@given(st.integers(0, 1 << 40))
def test_lengths_are_each_other_s_inverse(length: int) -> None:
    assert plain_length(cipher_length(length)) == length


@pytest.mark.parametrize("length", [0, 1, HEADER, HEADER + TAG - 1, SEGMENT + 1, SEGMENT + TAG])
def test_a_length_that_no_stream_has_is_refused(length: int) -> None:
    with pytest.raises(DamagedObjectError):
        plain_length(length)


SEALED = seal(noise(3 * PLAIN))


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_any_changed_byte_is_detected(position: int, change: int) -> None:
    altered = bytearray(SEALED)
    altered[position] ^= change
    with pytest.raises(DamagedObjectError):
        unseal(bytes(altered))


@given(st.integers(0, len(SEALED) - 1))
@settings(max_examples=60, deadline=None)
def test_any_truncation_is_detected(length: int) -> None:
    with pytest.raises(DamagedObjectError):
        unseal(SEALED[:length])


@pytest.mark.parametrize("segments", range(4))
def test_truncation_between_segments_is_detected(segments: int) -> None:
    with pytest.raises(DamagedObjectError):
        unseal(SEALED[: segments * SEGMENT])


@given(st.binary(min_size=1, max_size=200))
@settings(max_examples=30, deadline=None)
def test_any_extension_is_detected(tail: bytes) -> None:
    with pytest.raises(DamagedObjectError):
        unseal(SEALED + tail)


def test_a_repeated_last_segment_is_detected() -> None:
    with pytest.raises(DamagedObjectError):
        unseal(SEALED + SEALED[3 * SEGMENT :])


@given(st.permutations(range(5)))
@settings(deadline=None)
def test_any_reordering_is_detected(order: list[int]) -> None:
    sealed = seal(noise(FIRST + 4 * PLAIN))
    segments = [sealed[at : at + SEGMENT] for at in range(0, len(sealed), SEGMENT)]
    shuffled = b"".join(segments[at] for at in order)
    if order == sorted(order):
        assert unseal(shuffled)
    else:
        with pytest.raises(DamagedObjectError):
            unseal(shuffled)


def test_a_segment_of_another_stream_under_the_same_key_is_detected() -> None:
    other = seal(noise(3 * PLAIN))
    with pytest.raises(DamagedObjectError):
        unseal(SEALED[:SEGMENT] + other[SEGMENT : 2 * SEGMENT] + SEALED[2 * SEGMENT :])


def test_another_key_or_binding_does_not_open() -> None:
    for key, bound in ((bytes(32), AAD), (KEY, b"other"), (KEY, b"")):
        with pytest.raises(DamagedObjectError):
            unseal(SEALED, key, bound)


@pytest.mark.parametrize("first", [byte for byte in range(256) if byte != 0x28])
def test_every_header_length_but_0x28_is_refused(first: int) -> None:
    with pytest.raises(DamagedObjectError, match="head"):
        unseal(bytes([first]) + SEALED[1:])


def test_two_encryptions_of_the_same_bytes_share_nothing() -> None:
    one, two = seal(b"same" * 100), seal(b"same" * 100)
    assert one[1:HEADER] != two[1:HEADER]
    assert one[HEADER:] != two[HEADER:]


def test_a_source_that_gives_little_at_a_time_gives_the_same() -> None:
    class Slow(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self._inner = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            return self._inner.readinto(memoryview(buffer)[:7777])

    plain = noise(3 * PLAIN)
    sealed = b"".join(bytes(piece) for piece in encrypt(KEY, AAD, filler(Slow(plain))))  # type: ignore[arg-type]
    opened = b"".join(bytes(piece) for piece in decrypt(KEY, AAD, filler(Slow(sealed))))  # type: ignore[arg-type]
    assert opened == plain
