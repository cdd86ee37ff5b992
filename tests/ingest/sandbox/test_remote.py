"""The file that is not there behaves as the file that is; frames arrive as they were sent."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sandbox.frames import FrameError, Wire, decode
from ingest.sandbox.remote import BLOCK, CACHED, RemoteFile

DATA = os.urandom(BLOCK * 3 + 17)


def remote(data):
    return RemoteFile(len(data), lambda offset, size: data[offset : offset + size])


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(DATA) + 10), st.integers(0, BLOCK * 2), st.sampled_from([os.SEEK_SET, os.SEEK_END])
        )
    )
)
def test_reads_equal_those_of_a_real_file(steps):
    there, real = remote(DATA), io.BytesIO(DATA)
    for place, size, whence in steps:
        offset = place if whence == os.SEEK_SET else -min(place, len(DATA))
        assert there.seek(offset, whence) == real.seek(offset, whence)
        assert there.read(size) == real.read(size)
        assert there.tell() == real.tell()


def test_only_a_few_blocks_are_kept():
    asked = []

    def ask(offset, size):
        asked.append(offset)
        return bytes(size)

    file = RemoteFile(BLOCK * CACHED * 3, ask)
    while file.read(BLOCK):
        pass
    assert len(asked) == CACHED * 3
    assert len(file._blocks) == CACHED


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text()), st.binary(max_size=2000))
def test_a_frame_arrives_as_it_was_sent(header, payload):
    source, sink = os.pipe()
    try:
        Wire(source, sink).send(header, payload)
        assert Wire(source, sink).receive() == (header, payload)
    finally:
        os.close(source)
        os.close(sink)


@pytest.mark.parametrize("text", [b"[]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_no_frame(text):
    with pytest.raises(FrameError):
        decode(text)
