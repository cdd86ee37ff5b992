"""Where the child writes the new file: straight into frames for the parent, so that it never lies whole anywhere."""

from __future__ import annotations

import io
from typing import Any

from ingest.sandbox.frames import Wire

PART = 256 << 10  # bytes of a frame


class Outlet(io.RawIOBase):
    """A write-only file; without a wire it keeps what it is given, to warm up."""

    def __init__(self, wire: Wire | None) -> None:
        super().__init__()
        self._wire = wire
        self._waiting = bytearray()
        self._kept = bytearray()
        self._done = 0

    def announce(self, kind: str, pages: int, *, signed: bool = False) -> None:
        """Say what is coming: "pdf" or "tiff", with how many pages, and whether a signature stays behind."""
        if self._wire:
            self._wire.send({"type": "begin", "kind": kind, "pages": pages, "signed": signed})

    def report_progress(self, done: int) -> None:
        """Say with the next part how many pages are ready."""
        self._done = done

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes."""
        view = memoryview(data).cast("B")
        self._waiting += view
        if len(self._waiting) >= PART:
            self.flush()
        return len(view)

    def flush(self) -> None:
        """Send what waits."""
        if self._wire and self._waiting:
            self._wire.send({"type": "part", "done": self._done}, bytes(self._waiting))
        elif not self._wire:
            self._kept += self._waiting
        self._waiting.clear()

    def kept(self) -> bytes:
        """Return what was written without a wire."""
        self.flush()
        return bytes(self._kept)
