"""Blocks carry the bytes of the chunks, in order, and only the last one is shorter."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.s3.blocks import blocks


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the blocks
@given(st.lists(st.binary(max_size=20)), st.integers(1, 16))
def test_blocks_of_any_chunks(chunks: list[bytes], size: int) -> None:
    found = list(blocks(chunks, size))
    assert b"".join(block for block, _ in found) == b"".join(chunks)
    assert [last for _, last in found] == [False] * (len(found) - 1) + [True]
    assert all(len(block) == size for block, _ in found[:-1])
    assert len(found[-1][0]) <= size
    assert len(found[-1][0]) or not b"".join(chunks)
