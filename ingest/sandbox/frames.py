"""Frames between parent and child: a JSON object and raw bytes behind it; never pickle, whose answers run code.

Layout: two big-endian 32-bit lengths (JSON, raw), the JSON in ASCII, the raw bytes.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

PREFIX = struct.Struct(">II")
HEADER_LIMIT = 16 << 20  # bytes of JSON that either side accepts

Header = dict[str, Any]


class FrameError(Exception):
    """The other side sent something that is no frame, or more than allowed."""


def encode(header: Header, size: int = 0) -> bytes:
    """Return the beginning of a frame that `size` raw bytes will follow."""
    text = json.dumps(header).encode("ascii")
    return PREFIX.pack(len(text), size) + text


def decode(text: bytes | bytearray) -> Header:
    """Return the JSON object of a frame. Raises FrameError."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("The JSON of a frame is broken.") from error
    if not isinstance(header, dict):
        raise FrameError("A frame must carry a JSON object.")
    return header


class Wire:
    """The child's end: blocking reads from one descriptor, writes to another."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink

    def receive(self) -> tuple[Header, bytearray]:
        """Return the next frame. Raises EOFError when the parent is gone."""
        length, size = PREFIX.unpack(self._exactly(PREFIX.size))
        if length > HEADER_LIMIT:
            raise FrameError("The JSON of a frame is too long.")
        return decode(self._exactly(length)), self._exactly(size)

    def send(self, header: Header, payload: memoryview | bytes = b"") -> None:
        """Send one frame; `payload` is one contiguous run of bytes."""
        raw = memoryview(payload).cast("B")
        self._write(memoryview(encode(header, raw.nbytes)))
        self._write(raw)

    def _write(self, data: memoryview) -> None:
        while data:
            data = data[os.write(self._sink, data[: 1 << 20]) :]

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            got = os.readv(self._source, [view])
            if not got:
                raise EOFError
            view = view[got:]
        return data
